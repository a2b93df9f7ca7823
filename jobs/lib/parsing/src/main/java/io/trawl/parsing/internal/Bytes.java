package io.trawl.parsing.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What stands in a range of bytes: a text, or a number. */
public final class Bytes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Bytes() {}

    /** Where a byte is first; the end of the range where it is not there. */
    public static int find(byte[] b, int from, int to, byte what) {
        long all = (what & 0xFFL) * ONES;
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long zero = zeros((long) LONGS.get(b, i) ^ all);
            if (zero != 0) {
                return i + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        while (i < to && b[i] != what) {
            i++;
        }
        return i;
    }

    /** The same of two bytes: where either is first. */
    public static int find(byte[] b, int from, int to, byte one, byte another) {
        long all = (one & 0xFFL) * ONES;
        long others = (another & 0xFFL) * ONES;
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long eight = (long) LONGS.get(b, i);
            long zero = zeros(eight ^ all) | zeros(eight ^ others);
            if (zero != 0) {
                return i + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        while (i < to && b[i] != one && b[i] != another) {
            i++;
        }
        return i;
    }

    /** The high bit of the lowest byte of eight that is zero, and of some above it. */
    private static long zeros(long eight) {
        return eight - ONES & ~eight & HIGH_BITS;
    }

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
