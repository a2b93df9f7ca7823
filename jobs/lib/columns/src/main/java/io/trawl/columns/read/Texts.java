package io.trawl.columns.read;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Numbers texts in the order in which they come: 0, 1, 2 and so on. A text is its bytes in UTF-8, as files have it: it
 * becomes a String only if one is asked for, and then once.
 */
public final class Texts {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** Of the hashes that tell slots: who writes the texts cannot choose many of one hash. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    /** All texts, one after the other. */
    private byte[] bytes = new byte[16 << 10];
    /** Where each text ends; it begins where the one before it ends. */
    private int[] ends = new int[1024];

    private int[] hashes = new int[1024];
    private @Nullable String[] strings = new String[1024];
    /** Number + 1 of the text in a slot; 0 if the slot is free. */
    private int[] slots = new int[2048];

    private int size;

    /** How many there are. */
    public int size() {
        return size;
    }

    /** How many bytes all of them have. */
    public int length() {
        return size == 0 ? 0 : ends[size - 1];
    }

    /** The text of a number. */
    public String text(int number) {
        String text = strings[number];
        if (text == null) {
            int from = from(number);
            text = new String(bytes, from, ends[number] - from, StandardCharsets.UTF_8);
            strings[number] = text;
        }
        return text;
    }

    /** The bytes of all texts: those of a number are from {@link #from} up to {@link #to}. They change with the next text. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where the bytes of a number begin. */
    public int from(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    /** Where the bytes of a number end. */
    public int to(int number) {
        return ends[number];
    }

    /** A hash of the text of a number: the same in every process. */
    public int hash(int number) {
        int from = from(number);
        return hash(0, bytes, from, ends[number] - from);
    }

    /** The number of a text; one that is new gets the next. */
    public int number(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int number = number(utf8, 0, utf8.length);
        strings[number] = text;
        return number;
    }

    /** The number of the text that is array[from, from + length) in UTF-8; one that is new gets the next. */
    public int number(byte[] array, int from, int length) {
        int hash = hash(seed, array, from, length);
        int slot = hash & slots.length - 1;
        for (int found = slots[slot]; found != 0; found = slots[slot]) {
            if (hashes[found - 1] == hash
                    && Arrays.equals(bytes, from(found - 1), ends[found - 1], array, from, from + length)) {
                return found - 1;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (size == ends.length) {
            grow();
            return number(array, from, length);
        }
        int begin = length();
        int end = Math.addExact(begin, length);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * bytes.length)));
        }
        System.arraycopy(array, from, bytes, begin, length);
        ends[size] = end;
        hashes[size] = hash;
        slots[slot] = ++size;
        return size - 1;
    }

    private static int hash(long seed, byte[] array, int from, int length) {
        long hash = seed ^ length * MIX;
        int at = from;
        int to = from + length;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(array, at)) * MIX;
            hash ^= hash >>> 32;
        }
        long rest = 0;
        for (; at < to; at++) {
            rest = rest << 8 | array[at] & 0xFF;
        }
        hash = (hash ^ rest) * MIX;
        return (int) (hash >>> 32);
    }

    private void grow() {
        ends = Arrays.copyOf(ends, 2 * size);
        hashes = Arrays.copyOf(hashes, 2 * size);
        strings = Arrays.copyOf(strings, 2 * size);
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
