package io.trawl.intel.lookalike.internal;

/** A label folded, with the hashes of its prefixes. */
public final class Folded {
    public static final int LONGEST_LABEL = 63;

    public final char[] text = new char[LONGEST_LABEL + 2];
    public final long[] prefixes = new long[LONGEST_LABEL + 3];
    public int length;
    /** Of the whole, folded loosely. */
    public long loose;
    /** Where hyphens are, a bit each. */
    public long hyphens;
    /** Where hyphens and digits are, a bit each. */
    public long separators;

    public void fold(char[] from, int start, int end) {
        length = Folds.strict(from, start, end, text);
        long strictHash = 0;
        long looseHash = 0;
        long hyphen = 0;
        long separator = 0;
        for (int i = 0; i < length; i++) {
            char c = text[i];
            if (c <= '9') {
                separator |= 1L << i;
                hyphen |= c == '-' ? 1L << i : 0;
            }
            strictHash = Hash.add(strictHash, c);
            prefixes[i + 1] = strictHash;
            looseHash = Hash.add(looseHash, Folds.loose(c));
        }
        loose = looseHash;
        hyphens = hyphen;
        separators = separator;
    }

    public long strict() {
        return prefixes[length];
    }

    public long part(int from, int to) {
        return Hash.part(prefixes, from, to);
    }
}
