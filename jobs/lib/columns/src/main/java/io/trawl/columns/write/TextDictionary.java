package io.trawl.columns.write;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Numbers texts in the order in which they first come. A table of 8 bytes a slot leads to where a text is, and the
 * texts are one after the other, so that a look-up waits for memory twice at most, and those that come often, and so came
 * early, are together. {@link io.trawl.columns.read.Texts} numbers texts, too, one by one and as Strings; this one takes a
 * page at once, so that it waits for memory once for many, and keeps them as a page of Parquet has them.
 */
final class TextDictionary {
    private static final long MIX = 0x9E3779B97F4A7C15L;
    /** Bytes before a text: its number and its length. */
    private static final int HEAD = 8;
    /** Texts that are looked up together. */
    private static final int BLOCK = 64;
    /** Bytes up to which the processor has all of it at hand, so that there is nothing to wait for. */
    private static final int AT_HAND = 64 << 10;

    // Who writes a URL chooses texts; what meets in the table must not be foreseeable.
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final PageBytes texts = new PageBytes();
    /** Half a hash and, in the lower half, where the text's head ends; 0 if there is none. */
    private long[] slots = new long[1024];

    // Of the block at hand: what is looked up, and what its slot had.
    private final int[] starts = new int[BLOCK];
    private final long[] hashes = new long[BLOCK];
    private final long[] found = new long[BLOCK];

    private int count;
    private int least;
    private int greatest;

    /** Finds the numbers of texts that are one after the other, each after its length; new ones are taken. */
    void number(byte[] from, int howMany, int[] into) {
        if (texts.size > AT_HAND) {
            numberInBlocks(from, howMany, into);
            return;
        }
        int at = 0;
        for (int i = 0; i < howMany; i++) {
            int length = (int) PageBytes.INTS.get(from, at);
            into[i] = number(hash(from, at + 4, length), from, at + 4, length);
            at += 4 + length;
        }
    }

    /** The same, the slots of a block first and then the texts that they lead to, so that the waits for memory overlap. */
    private void numberInBlocks(byte[] from, int howMany, int[] into) {
        int at = 0;
        for (int first = 0; first < howMany; first += BLOCK) {
            int some = Math.min(BLOCK, howMany - first);
            long[] table = slots;
            for (int i = 0; i < some; i++) {
                int length = (int) PageBytes.INTS.get(from, at);
                long hash = hash(from, at + 4, length);
                starts[i] = at + 4;
                hashes[i] = hash;
                found[i] = table[(int) (hash >>> 32) & table.length - 1];
                at += 4 + length;
            }
            for (int i = 0; i < some; i++) {
                int length = (int) PageBytes.INTS.get(from, starts[i] - 4);
                int text = (int) found[i];
                into[first + i] = (found[i] ^ hashes[i] << 32) >>> 32 == 0 && isAt(text, from, starts[i], length)
                        ? (int) PageBytes.INTS.get(texts.array, text - HEAD)
                        : number(hashes[i], from, starts[i], length);
            }
        }
    }

    /** Takes the first texts of another dictionary. */
    void take(TextDictionary other, int howMany) {
        byte[] from = other.texts.array;
        int text = HEAD;
        for (int i = 0; i < howMany; i++) {
            int length = other.length(text);
            number(hash(from, text, length), from, text, length);
            text += length + HEAD;
        }
    }

    private boolean isAt(int text, byte[] from, int start, int length) {
        return text != 0
                && length(text) == length
                && Arrays.equals(texts.array, text, text + length, from, start, start + length);
    }

    /** @return the text's number; a new one is taken */
    private int number(long hash, byte[] from, int start, int length) {
        int mask = slots.length - 1;
        int slot = (int) (hash >>> 32) & mask;
        long half = hash << 32;
        for (long at = slots[slot]; at != 0; at = slots[slot]) {
            if ((at ^ half) >>> 32 == 0) {
                int text = (int) at;
                if (isAt(text, from, start, length)) {
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
