package io.trawl.enrich;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Numbers texts in the order in which they come: 0, 1, 2 and so on. */
final class Texts {
    private @Nullable String[] texts = new String[1024];
    private int[] hashes = new int[1024];
    /** Number + 1 of the text in a slot; 0 where the slot is free. */
    private int[] slots = new int[2048];

    private int size;

    int size() {
        return size;
    }

    String text(int number) {
        String text = texts[number];
        if (text == null) {
            throw new IndexOutOfBoundsException(number);
        }
        return text;
    }

    /** The number of a text; one that is new gets the next. */
    int number(String text) {
        // What String makes of addresses lies close together, so it is mixed.
        int hash = text.hashCode() * 0x9E3779B9;
        hash ^= hash >>> 15;
        int slot = hash & slots.length - 1;
        for (int found = slots[slot]; found != 0; found = slots[slot]) {
            if (hashes[found - 1] == hash && text.equals(texts[found - 1])) {
                return found - 1;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (size == texts.length) {
            grow();
            return number(text);
        }
        texts[size] = text;
        hashes[size] = hash;
        slots[slot] = ++size;
        return size - 1;
    }

    private void grow() {
        texts = Arrays.copyOf(texts, 2 * size);
        hashes = Arrays.copyOf(hashes, 2 * size);
        slots = new int[4 * size];
        for (int i = 0; i < size; i++) {
            int slot = hashes[i] & slots.length - 1;
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = i + 1;
        }
    }
}
