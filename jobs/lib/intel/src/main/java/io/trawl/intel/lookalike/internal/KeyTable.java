package io.trawl.intel.lookalike.internal;

/**
 * A flat table of hashes, each with numbers. Before it is a filter of bits, which nearly every hash that is not there
 * fails: one look at memory, whatever the table's size. Built once, then only read.
 */
public final class KeyTable {
    /** A hash of so many numbers tells nothing: no number of it is given. */
    private static final int CROWD = 12;
    /** What is in the place of numbers where there were too many. */
    private static final int CROWDED = -1;

    private static final long SPREAD = 0xD6E8_FEB8_6659_FD93L;

    private long[] keys = new long[1 << 8];
    private int[] values = new int[1 << 8];
    private int size;
    private long[] filter = new long[1];
    private int shift = 63;

    /** Spreads a hash over the upper bits; 0 is no key. */
    private static long key(long hash) {
        long key = (hash ^ hash >>> 32) * SPREAD;
        return key == 0 ? 1 : key;
    }

    public void add(long hash, int value) {
        if (size >= keys.length / 2) {
            grow();
        }
        long key = key(hash);
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        int same = 0;
        int first = -1;
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                if (values[slot] == value || values[slot] == CROWDED) {
                    return;
                }
                first = first < 0 ? slot : first;
                same++;
            }
            slot = slot + 1 & mask;
        }
        if (same >= CROWD) {
            values[first] = CROWDED;
            return;
        }
        keys[slot] = key;
        values[slot] = value;
        size++;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        int mask = keys.length - 1;
        // The mark of a crowded key has to stay the first of its slots.
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0 && (oldValues[i] == CROWDED) == (pass == 0)) {
                    int slot = slot(oldKeys[i], mask);
                    while (keys[slot] != 0) {
                        slot = slot + 1 & mask;
                    }
                    keys[slot] = oldKeys[i];
                    values[slot] = oldValues[i];
                }
            }
        }
    }

    /** Makes the filter, of 8 to 16 bits a hash; nothing is added afterwards. */
    public void finish() {
        int words = Math.max(64, Integer.highestOneBit(Math.max(1, size)) / 4);
        filter = new long[words];
        shift = Long.numberOfLeadingZeros(words) + 1;
        for (long key : keys) {
            if (key != 0) {
                filter[(int) (key >>> shift)] |= bits(key);
            }
        }
    }

    private static long bits(long key) {
        // The upper bits choose the word; these lie below them.
        return 1L << (key >>> 34) | 1L << (key >>> 28);
    }

    private static int slot(long key, int mask) {
        return (int) (key >>> 24) & mask;
    }

    /** Whether a hash may be there: false for nearly all that are not. */
    public boolean mayHave(long hash) {
        long key = key(hash);
        long bits = bits(key);
        return (filter[(int) (key >>> shift)] & bits) == bits;
    }

    /** The first slot of a hash, -1 if it is not there. */
    public int find(long hash) {
        long key = key(hash);
        long bits = bits(key);
        if ((filter[(int) (key >>> shift)] & bits) != bits) {
            return -1;
        }
        int mask = keys.length - 1;
        return seek(key, slot(key, mask), mask);
    }

    /** Whether so many numbers have a hash that none of them is given. */
    public boolean isCrowded(long hash) {
        long key = key(hash);
        int mask = keys.length - 1;
        int slot = slot(key, mask);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return keys[slot] == key && values[slot] == CROWDED;
    }

    /** The next slot of the same hash, -1 after the last. */
    public int next(int slot) {
        int mask = keys.length - 1;
        return seek(keys[slot], slot + 1 & mask, mask);
    }

    private int seek(long key, int from, int mask) {
        int slot = from;
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                return values[slot] == CROWDED ? -1 : slot;
            }
            slot = slot + 1 & mask;
        }
        return -1;
    }

    public int value(int slot) {
        return values[slot];
    }
}
