package io.trawl.enrich;

import java.util.Arrays;

/**
 * Numbers and texts packed into bytes, as they travel from task to task; read again in the same order. Numbers take seven
 * bits a byte, so that small ones are short.
 */
final class Packed {
    private byte[] bytes;
    private int at;

    /** For writing. */
    Packed() {
        this(new byte[1 << 12]);
    }

    /** For reading. */
    Packed(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The place where a text begins, after its length was read; passes the text. */
    int skip(int length) {
        int from = at;
        at += length;
        return from;
    }

    boolean isAtEnd() {
        return at == bytes.length;
    }

    byte[] written() {
        return Arrays.copyOf(bytes, at);
    }

    /** Adds a number that is not negative. */
    void add(long number) {
        room(10);
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    /** Adds any number. */
    void addSigned(long number) {
        add(number << 1 ^ number >> 63);
    }

    /** Adds array[from, to) with its length. */
    void add(byte[] array, int from, int to) {
        add(to - from);
        room(to - from);
        System.arraycopy(array, from, bytes, at, to - from);
        at += to - from;
    }

    /** Adds what another has, as it is. */
    void append(Packed other) {
        room(other.at);
        System.arraycopy(other.bytes, 0, bytes, at, other.at);
        at += other.at;
    }

    long next() {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            number |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return number;
            }
        }
    }

    long nextSigned() {
        long number = next();
        return number >>> 1 ^ -(number & 1);
    }

    private void room(int more) {
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(2L * bytes.length, (long) at + more)));
        }
    }
}
