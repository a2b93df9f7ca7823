package io.trawl.etl;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Numbers texts in the order in which they first come. A table of 8 bytes a slot leads to where a text lies, and the
 * texts lie one behind the other, so that a look-up waits for memory twice at most, and those that come often, and so came
 * early, lie together.
 */
final class TextDictionary {
    private static final long MIX = 0x9E3779B97F4A7C15L;
    /** Bytes before a text: its number and its length. */
    private static final int HEAD = 8;

    // Who writes a URL chooses texts; what meets in the table must not be foreseeable.
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final PageBytes texts = new PageBytes();
    /** Half a hash and, in the lower half, where the text's head ends; 0 where there is none. */
    private long[] slots = new long[1024];

    private int count;
    private int least;
    private int greatest;

    /** @return the text's number; a new one is taken */
    int number(byte[] from, int start, int length) {
        long hash = hash(from, start, length);
        int mask = slots.length - 1;
        int slot = (int) (hash >>> 32) & mask;
        long half = hash << 32;
        for (long at = slots[slot]; at != 0; at = slots[slot]) {
            if ((at ^ half) >>> 32 == 0) {
                int text = (int) at;
                if ((int) PageBytes.INTS.get(texts.array, text - 4) == length
                        && Arrays.equals(texts.array, text, text + length, from, start, start + length)) {
                    return (int) PageBytes.INTS.get(texts.array, text - HEAD);
                }
            }
            slot = slot + 1 & mask;
        }
        return add(slot, half, from, start, length);
    }

    private int add(int slot, long half, byte[] from, int start, int length) {
        texts.ensure(HEAD + length);
        texts.putInt(count);
        texts.putText(from, start, length);
        int text = texts.size - length;
        slots[slot] = half | text;
        if (count == 0 || compare(text, least) < 0) {
            least = text;
        }
        if (count == 0 || compare(text, greatest) > 0) {
            greatest = text;
        }
        count++;
        if (2 * count > slots.length) {
            grow();
        }
        return count - 1;
    }

    private long hash(byte[] bytes, int start, int length) {
        long hash = seed ^ length;
        int at = start;
        int end = start + length;
        for (; at + 8 <= end; at += 8) {
            hash = (hash ^ (long) PageBytes.LONGS.get(bytes, at)) * MIX;
            hash ^= hash >>> 32;
        }
        if (at < end) {
            long rest = 0;
            for (int i = end - 1; i >= at; i--) {
                rest = rest << 8 | bytes[i] & 0xFF;
            }
            hash = (hash ^ rest) * MIX;
            hash ^= hash >>> 32;
        }
        return hash * MIX;
    }

    private void grow() {
        slots = new long[4 * slots.length];
        int mask = slots.length - 1;
        for (int text = HEAD; text <= texts.size; text += length(text) + HEAD) {
            long hash = hash(texts.array, text, length(text));
            int slot = (int) (hash >>> 32) & mask;
            while (slots[slot] != 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = hash << 32 | text;
        }
    }

    private int length(int text) {
        return (int) PageBytes.INTS.get(texts.array, text - 4);
    }

    private int compare(int left, int right) {
        return Arrays.compareUnsigned(
                texts.array, left, left + length(left), texts.array, right, right + length(right));
    }

    int count() {
        return count;
    }

    /** Bytes of the dictionary as a page has it. */
    int size() {
        return texts.size - 4 * count;
    }

    byte[] least() {
        return Arrays.copyOfRange(texts.array, least, least + length(least));
    }

    byte[] greatest() {
        return Arrays.copyOfRange(texts.array, greatest, greatest + length(greatest));
    }

    /** The dictionary as a page has it. */
    void put(PageBytes out) {
        for (int text = HEAD; text <= texts.size; text += length(text) + HEAD) {
            out.put(texts.array, text - 4, 4 + length(text));
        }
    }

    void clear() {
        texts.clear();
        count = 0;
        Arrays.fill(slots, 0);
    }
}
