package io.trawl.bench.byhand;

/** What stands in a range of bytes: a text, or a number. */
final class Bytes {
    private Bytes() {}

    /** Whether a text begins at a place; there must be as many bytes. */
    public static boolean isAt(byte[] b, int at, byte[] what) {
        for (int i = 0; i < what.length; i++) {
            if (b[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where a text begins; -1 if it is not in the range. */
    public static int indexOf(byte[] b, int from, int to, byte[] what) {
        for (int i = from; i + what.length <= to; i++) {
            if (isAt(b, i, what)) {
                return i;
            }
        }
        return -1;
    }

    /** A run of digits as a number; -1 if it is empty, longer than 18 digits or has anything else in it. */
    public static long number(byte[] b, int from, int to) {
        if (from >= to || to - from > 18) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
