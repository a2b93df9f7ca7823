package io.trawl.intel.feed;

/**
 * Ids of 128 bits, in 15 to 19 bytes each. Of an id 96 bits are kept: of ten million, two differ in the others alone once
 * in 10^15 times. It grows by parts, a little at a time, so that it never needs twice its room.
 */
final class IdSet {
    private static final int PARTS = 256;
    private static final int FIRST = 16;

    private final Part[] parts = new Part[PARTS];
    private boolean zero;

    IdSet() {
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    /** @return whether it is new */
    boolean add(long high, long low) {
        int rest = (int) low;
        if (high == 0 && rest == 0) {
            boolean isNew = !zero;
            zero = true;
            return isNew;
        }
        return parts[(int) (high >>> 56)].add(high, rest);
    }

    /** The ids that begin with one byte. A slot is free where both of its numbers are 0. */
    private static final class Part {
        private long[] highs = new long[FIRST];
        private int[] lows = new int[FIRST];
        private int size;

        boolean add(long high, int low) {
            if (5L * size >= 4L * highs.length) {
                grow();
            }
            boolean isNew = put(high, low);
            size += isNew ? 1 : 0;
            return isNew;
        }

        private void grow() {
            long[] oldHighs = highs;
            int[] oldLows = lows;
            highs = new long[oldHighs.length + oldHighs.length / 4];
            lows = new int[highs.length];
            for (int i = 0; i < oldHighs.length; i++) {
                if (oldHighs[i] != 0 || oldLows[i] != 0) {
                    put(oldHighs[i], oldLows[i]);
                }
            }
        }

        private boolean put(long high, int low) {
            int at = (int) ((low & 0xFFFFFFFFL) * highs.length >>> 32);
            while (highs[at] != 0 || lows[at] != 0) {
                if (highs[at] == high && lows[at] == low) {
                    return false;
                }
                at = at + 1 == highs.length ? 0 : at + 1;
            }
            highs[at] = high;
            lows[at] = low;
            return true;
        }
    }
}
