package io.trawl.intel.lookalike;

/** A label folded, with the hashes of its prefixes. */
final class Folded {
    static final int LONGEST_LABEL = 63;

    final char[] text = new char[LONGEST_LABEL + 2];
    final long[] prefixes = new long[LONGEST_LABEL + 3];
    int length;
    /** Of the whole, folded loosely. */
    long loose;

    void fold(char[] from, int start, int end) {
        length = Folds.strict(from, start, end, text);
        long strictHash = 0;
        long looseHash = 0;
        for (int i = 0; i < length; i++) {
            char c = text[i];
            strictHash = Hash.add(strictHash, c);
            prefixes[i + 1] = strictHash;
            looseHash = Hash.add(looseHash, Folds.loose(c));
        }
        loose = looseHash;
    }

    long strict() {
        return prefixes[length];
    }

    long part(int from, int to) {
        return Hash.part(prefixes, from, to);
    }
}
