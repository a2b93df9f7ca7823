package io.trawl.intel.lookalike.internal;

/**
 * Hashes of texts by a polynomial, so that the hash of a part follows from those of two prefixes, and the hash of a text
 * without a character from those of its parts.
 */
public final class Hash {
    private static final long BASE = 0x9E37_79B9_7F4A_7C15L;
    /** Longest text: a host's. */
    public static final int LONGEST = 1024;

    private static final long[] POWERS = powers();

    private Hash() {}

    private static long[] powers() {
        long[] powers = new long[LONGEST + 1];
        powers[0] = 1;
        for (int i = 1; i <= LONGEST; i++) {
            powers[i] = powers[i - 1] * BASE;
        }
        return powers;
    }

    public static long add(long hash, char c) {
        return hash * BASE + c;
    }

    /** Of two texts in a row. */
    public static long join(long first, long second, int secondLength) {
        return first * POWERS[secondLength] + second;
    }

    /** Of text[from, to), by the hashes of its prefixes. */
    public static long part(long[] prefixes, int from, int to) {
        return prefixes[to] - prefixes[from] * POWERS[to - from];
    }

    /** Of text[from, to) without the character at {@code at}. */
    public static long without(long[] prefixes, int from, int to, int at) {
        return without(prefixes, from, to) + lacking(prefixes, to, at);
    }

    /** What all texts without a character of text[from, to) have in common. */
    public static long without(long[] prefixes, int from, int to) {
        return prefixes[to] - prefixes[from] * POWERS[to - from - 1];
    }

    /** What the text without the character at {@code at} has besides. */
    public static long lacking(long[] prefixes, int to, int at) {
        return (prefixes[at] - prefixes[at + 1]) * POWERS[to - at - 1];
    }

    public static long of(CharSequence text) {
        long hash = 0;
        for (int i = 0; i < text.length(); i++) {
            hash = add(hash, text.charAt(i));
        }
        return hash;
    }

    /** The hashes of all prefixes of text[from, to): the one that ends before i at i. */
    public static void prefixes(char[] text, int from, int to, long[] into) {
        long hash = 0;
        into[from] = 0;
        for (int i = from; i < to; i++) {
            hash = hash * BASE + text[i];
            into[i + 1] = hash;
        }
    }
}
