package io.trawl.intel;

/** Ids of 128 bits, in 24 to 48 bytes each. */
final class IdSet {
    private long[] slots = new long[1 << 10];
    private int size;
    private boolean zero;

    /** @return whether it is new */
    boolean add(long high, long low) {
        if (high == 0 && low == 0) {
            boolean isNew = !zero;
            zero = true;
            return isNew;
        }
        if (3 * size >= slots.length) {
            long[] old = slots;
            slots = new long[2 * old.length];
            for (int i = 0; i < old.length; i += 2) {
                if (old[i] != 0 || old[i + 1] != 0) {
                    put(old[i], old[i + 1]);
                }
            }
        }
        boolean isNew = put(high, low);
        size += isNew ? 1 : 0;
        return isNew;
    }

    private boolean put(long high, long low) {
        int mask = slots.length - 2;
        int at = (int) low << 1 & mask;
        while (slots[at] != 0 || slots[at + 1] != 0) {
            if (slots[at] == high && slots[at + 1] == low) {
                return false;
            }
            at = at + 2 & mask;
        }
        slots[at] = high;
        slots[at + 1] = low;
        return true;
    }
}
