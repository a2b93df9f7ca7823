package io.trawl.intel.lookalike;

import io.trawl.intel.lookalike.internal.Folded;
import io.trawl.intel.lookalike.internal.Folds;
import io.trawl.intel.lookalike.internal.KeyTable;
import io.trawl.intel.lookalike.internal.Words;

/**
 * Brand and word: a label is split at hyphens, numbers and known words, from both ends; what is left between two such places
 * is looked up. So only as many looks at the brands are taken as a label has such places, whatever the number of brands.
 */
final class Combo {
    private static final int SHORTEST_WITH_HYPHEN = 3;
    private static final int SHORTEST_GLUED = 4;
    private static final int SHORTEST_UNKNOWN = 5;
    private static final int SHORTEST_SLIP = 5;
    private static final int SHORTEST_GLUED_WORD = 3;

    private final BrandIndex index;
    private final KeyTable table;
    private final Words words;
    private Folded folded = new Folded();
    private char[] fold = folded.text;
    private int length;
    /** Where a brand may begin or end, a bit each; clean where only words, numbers and hyphens are outside. */
    private long starts;

    private long ends;
    private long cleanStarts;
    private long cleanEnds;

    Combo(BrandIndex index, Words words) {
        this.index = index;
        this.table = index.strict;
        this.words = words;
    }

    void find(Folded label, char[] text, int from, int to, Scan scan, int bits) {
        if (to - from <= SHORTEST_GLUED) {
            return;
        }
        folded = label;
        fold = label.text;
        length = label.length;
        forward();
        backward();
        boolean whole = starts == 1 && ends == 1L << length;
        if (whole && index.size() > Lookalikes.FEW_BRANDS) {
            return;
        }
        for (long i = starts; i != 0; i &= i - 1) {
            int start = Long.numberOfTrailingZeros(i);
            for (long j = ends & -2L << Math.min(62, start + SHORTEST_WITH_HYPHEN - 1); j != 0; j &= j - 1) {
                look(start, Long.numberOfTrailingZeros(j), text, from, to, scan, bits);
            }
        }
        if (index.size() <= Lookalikes.FEW_BRANDS) {
            unknown(text, from, to, scan, bits);
        }
        if ((bits & Scoring.UNICODE) == 0 && starts != 1) {
            slips(text, from, to, scan, bits);
        }
    }

    private void forward() {
        long separators = folded.separators;
        long tokens = 1 | folded.hyphens << 1;
        long found = tokens;
        long clean = 1;
        for (long todo = found; todo != 0; ) {
            int i = Long.numberOfTrailingZeros(todo);
            todo &= todo - 1;
            if (i >= length) {
                break;
            }
            long isClean = clean >>> i & 1;
            long next = 0;
            if ((separators >>> i & 1) != 0) {
                next = 2L << i;
            } else if (i + 1 < length) {
                boolean begins = (tokens >>> i & 1) != 0;
                for (int l = words.lengthsFrom(fold[i], fold[i + 1]); l != 0; l &= l - 1) {
                    int j = i + Integer.numberOfTrailingZeros(l);
                    if (j <= length && isWord(i, j, begins, j == length || fold[j] == '-')) {
                        next |= 1L << j;
                    }
                }
            }
            todo |= next & ~found;
            found |= next;
            clean |= isClean == 0 ? 0 : next;
        }
        starts = found & ~(1L << length);
        cleanStarts = clean;
    }

    private void backward() {
        long separators = folded.separators;
        long tokens = 1L << length | folded.hyphens;
        long found = tokens;
        long clean = 1L << length;
        for (long todo = found; todo != 0; ) {
            int j = 63 - Long.numberOfLeadingZeros(todo);
            todo &= ~(1L << j);
            if (j == 0) {
                break;
            }
            long isClean = clean >>> j & 1;
            long next = 0;
            if ((separators >>> j - 1 & 1) != 0) {
                next = 1L << j - 1;
            } else if (j >= 2) {
                boolean finishes = (tokens >>> j & 1) != 0;
                for (int l = words.lengthsTo(fold[j - 2], fold[j - 1]); l != 0; l &= l - 1) {
                    int i = j - Integer.numberOfTrailingZeros(l);
                    if (i >= 0 && isWord(i, j, i == 0 || fold[i - 1] == '-', finishes)) {
                        next |= 1L << i;
                    }
                }
            }
            todo |= next & ~found;
            found |= next;
            clean |= isClean == 0 ? 0 : next;
        }
        ends = found & ~1L;
        cleanEnds = clean;
    }

    private boolean isWord(int i, int j, boolean begins, boolean finishes) {
        int kinds = words.kinds(folded.part(i, j));
        return kinds != 0
                && (j - i >= SHORTEST_GLUED_WORD || begins && finishes || (kinds & (Words.BAIT | Words.OFFER)) != 0);
    }

    private void look(int i, int j, char[] text, int from, int to, Scan scan, int bits) {
        if (i == 0 && j == length) {
            return;
        }
        long hash = folded.part(i, j);
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            int number = table.value(slot);
            BrandIndex.Mark mark = index.mark(number);
            boolean hyphens = (i == 0 || fold[i - 1] == '-') && (j == length || fold[j] == '-');
            if (mark.label().length() < (hyphens ? SHORTEST_WITH_HYPHEN : SHORTEST_GLUED)) {
                continue;
            }
            boolean clean = (cleanStarts >>> i & 1) != 0 && (cleanEnds >>> j & 1) != 0;
            offer(mark, number, i, j, clean, hyphens, text, from, to, scan, bits);
        }
    }

    /** A brand at one end of a label or of its parts, and something unknown after or before it. */
    private void unknown(char[] text, int from, int to, Scan scan, int bits) {
        for (long i = starts; i != 0; i &= i - 1) {
            int start = Long.numberOfTrailingZeros(i);
            for (int j = start + SHORTEST_UNKNOWN; j < length && fold[j - 1] != '-'; j++) {
                if ((ends >>> j & 1) == 0) {
                    unknown(start, j, text, from, to, scan, bits);
                }
            }
        }
        for (long j = ends; j != 0; j &= j - 1) {
            int end = Long.numberOfTrailingZeros(j);
            for (int i = end - SHORTEST_UNKNOWN; i > 0 && fold[i] != '-'; i--) {
                if ((starts >>> i & 1) == 0) {
                    unknown(i, end, text, from, to, scan, bits);
                }
            }
        }
    }

    private void unknown(int i, int j, char[] text, int from, int to, Scan scan, int bits) {
        long hash = folded.part(i, j);
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            BrandIndex.Mark mark = index.mark(table.value(slot));
            if (!mark.everyday()) {
                offer(mark, table.value(slot), i, j, false, false, text, from, to, scan, bits);
            }
        }
    }

    private void offer(
            BrandIndex.Mark mark,
            int number,
            int i,
            int j,
            boolean clean,
            boolean hyphens,
            char[] text,
            int from,
            int to,
            Scan scan,
            int bits) {
        int flags = bits | outside(0, i) | outside(j, length);
        flags |= (clean ? 0 : Scoring.OTHER) | (hyphens ? 0 : Scoring.GLUED);
        boolean look = !contains(text, from, to, mark.label());
        if ((bits & Scoring.UNICODE) != 0) {
            scan.offer(Technique.HOMOGLYPH, number, flags);
        } else if (look) {
            // Only a label without letters folded into one has its parts at the same places.
            boolean word = to - from == length && words.isEveryday(new String(text, from + i, j - i));
            int letters =
                    Folds.hasDigitForLetter(text, from + i, to == from + length ? from + j : to) ? 0 : Scoring.LETTERS;
            scan.offer(
                    Technique.HOMOGLYPH,
                    number,
                    flags | letters | Scoring.WITH_WORD | (word ? Scoring.HOST_IS_WORD : 0));
        } else if ((bits & Scoring.IN_SUBDOMAIN) != 0) {
            scan.offer(Technique.SUBDOMAIN, number, flags);
        } else {
            scan.offer(Technique.COMBOSQUAT, number, flags);
        }
    }

    private static boolean contains(char[] text, int from, int to, String label) {
        for (int i = from; i + label.length() <= to; i++) {
            int same = 0;
            while (same < label.length() && text[i + same] == label.charAt(same)) {
                same++;
            }
            if (same == label.length()) {
                return true;
            }
        }
        return false;
    }

    /** The kinds of the words in fold[i, j), as bits. A part between hyphens and numbers that is not made of words has none. */
    private int outside(int i, int j) {
        int flags = 0;
        int at = i;
        while (at < j) {
            int end = at;
            while (end < j && fold[end] != '-' && !Folds.isDigit(fold[end])) {
                end++;
            }
            flags = part(at, end, flags);
            at = end + 1;
        }
        return flags;
    }

    private int part(int from, int to, int before) {
        int flags = before;
        int at = from;
        while (at < to) {
            int kinds = 0;
            int end = at;
            for (int j = Math.min(to, at + Words.LONGEST); j >= at + 2 && kinds == 0; j--) {
                kinds = words.kinds(folded.part(at, j));
                end = j;
            }
            if (kinds == 0) {
                return before;
            }
            boolean offers = (kinds & Words.OFFER) != 0 && (index.takesOffers() || (flags & Scoring.OFFER) != 0);
            if ((kinds & Words.BAIT) != 0 || offers) {
                flags |= (flags & Scoring.BAIT) != 0 ? Scoring.BAITS : Scoring.BAIT;
            } else if ((kinds & Words.OFFER) != 0) {
                flags |= Scoring.OFFER | Scoring.SERVICE;
            } else {
                flags |= Scoring.SERVICE;
            }
            at = end;
        }
        return flags;
    }

    /** One part of a label between hyphens, one slip away from a brand, with words around it. */
    private void slips(char[] text, int from, int to, Scan scan, int bits) {
        int at = from;
        int start = 0;
        while (at < to) {
            int end = at;
            while (end < to && text[end] != '-') {
                end++;
            }
            int stop = start;
            while (stop < length && fold[stop] != '-') {
                stop++;
            }
            if (end - at >= SHORTEST_SLIP
                    && end - at < to - from
                    && (cleanStarts >>> start & 1) != 0
                    && (cleanEnds >>> stop & 1) != 0
                    && words.kinds(folded.part(start, stop)) == 0) {
                int around = outside(0, start) | outside(stop, length);
                if ((around & Scoring.BAIT) != 0) {
                    scan.near(at, end, bits | Scoring.WITH_WORD);
                }
            }
            if (end < to) {
                hyphenated(text, at, end, to, start, stop, scan, bits);
            }
            at = end + 1;
            start = stop + 1;
        }
    }

    /** Two parts that are a brand with a hyphen in it, and words around them. */
    private void hyphenated(char[] text, int at, int end, int to, int start, int stop, Scan scan, int bits) {
        int next = end + 1;
        int last = stop + 1;
        while (next < to && text[next] != '-') {
            next++;
        }
        while (last < length && fold[last] != '-') {
            last++;
        }
        boolean whole = start == 0 && last == length;
        if (!whole && next > end + 1 && (cleanStarts >>> start & 1) != 0 && (cleanEnds >>> last & 1) != 0) {
            int around = outside(0, start) | outside(last, length);
            if ((around & Scoring.BAIT) != 0) {
                scan.near(at, next, bits | Scoring.WITH_WORD);
            }
        }
    }
}
