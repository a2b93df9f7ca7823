package io.trawl.intel.lookalike.internal;

import io.trawl.intel.canonical.PublicSuffixes;

/** The public suffix list by the hashes of its names: where a domain begins to belong to somebody, without a new text. */
public final class Suffixes {
    private static final int SUFFIX = 1;
    private static final int PARENT = 2;
    private static final int EXCEPTION = 4;

    private final KeyTable table = new KeyTable();
    private final PublicSuffixes list;

    public Suffixes(PublicSuffixes list) {
        this.list = list;
        list.forEach((name, suffix, parent, exception) ->
                table.add(Hash.of(name), (suffix ? SUFFIX : 0) | (parent ? PARENT : 0) | (exception ? EXCEPTION : 0)));
        table.finish();
    }

    /**
     * Where the registrable domain begins in text[0, length).
     *
     * @param prefixes hashes of the text's prefixes
     * @return -1 if the domain is a public suffix
     */
    public int registrable(char[] text, int length, long[] prefixes) {
        int before = -1;
        int from = 0;
        while (true) {
            int dot = from;
            while (dot < length && text[dot] != '.') {
                dot++;
            }
            // The longest rule prevails, and an exception before all: the first suffix from the left is the one.
            int flags = flags(prefixes, from, length);
            if ((flags & EXCEPTION) != 0) {
                return from;
            }
            if ((flags & SUFFIX) != 0 || dot == length || (flags(prefixes, dot + 1, length) & PARENT) != 0) {
                return before;
            }
            before = from;
            from = dot + 1;
        }
    }

    private int flags(long[] prefixes, int from, int to) {
        int slot = table.find(Hash.part(prefixes, from, to));
        return slot < 0 ? 0 : table.value(slot);
    }

    /** Whether a suffix is one whose owner lets others have names, as github.io; but not one that is sold as any, as uk.com. */
    public boolean isHosting(String suffix) {
        int dot = suffix.indexOf('.');
        return dot > 0
                && list.section(suffix) == PublicSuffixes.Section.PRIVATE
                && !list.isListed(suffix.substring(0, dot));
    }

    /** Whether a label is one that suffixes have: com.example sells names as com does. */
    public boolean isLabelOfSuffix(String label) {
        return list.isListed(label);
    }
}
