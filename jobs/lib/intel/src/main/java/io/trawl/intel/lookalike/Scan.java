package io.trawl.intel.lookalike;

import io.trawl.intel.lookalike.brand.Brand;
import io.trawl.intel.lookalike.internal.Folded;
import io.trawl.intel.lookalike.internal.Folds;
import io.trawl.intel.lookalike.internal.Hash;
import io.trawl.intel.lookalike.internal.KeyTable;
import io.trawl.intel.lookalike.internal.Scripts;
import io.trawl.intel.lookalike.internal.Suffixes;
import io.trawl.intel.lookalike.internal.Words;
import org.jspecify.annotations.Nullable;

/**
 * One host, held against all brands. What it needs is allocated once a thread: a host that looks like no brand leaves nothing
 * after.
 */
final class Scan {
    static final int NOTHING = -1;
    static final int NO_HOST = -2;
    private static final int LONGEST_LABEL = Folded.LONGEST_LABEL;

    private final BrandIndex index;
    private final Suffixes suffixes;
    private final Words words;
    private final Combo combo;
    private final Scoring scoring;
    private final int least;

    private final char[] text = new char[Hash.LONGEST];
    private final long[] prefixes = new long[Hash.LONGEST + 1];
    private final Folded folded = new Folded();
    private String host = "";
    private String @Nullable [] raw;
    private int registrable;
    private int suffix;
    private Seen seen = Seen.UNKNOWN;
    /** Whether the registrable domain is a brand's own. */
    private boolean own;

    private Technique technique = Technique.MIXED_SCRIPT;
    private int mark;
    private int flags;
    private int score;

    Scan(BrandIndex index, Words words, Suffixes suffixes, Scoring scoring, int least) {
        this.index = index;
        this.suffixes = suffixes;
        this.words = words;
        this.combo = new Combo(index, words);
        this.scoring = scoring;
        this.least = least;
    }

    /**
     * Looks for the brand that a host looks like.
     *
     * @param canonical a domain in canonical form, of at most 253 characters
     * @param asGiven its labels before IDNA changed them; null if they are the same
     * @return the number of the mark, {@link #NOTHING}, or {@link #NO_HOST} for a public suffix
     */
    int scan(String canonical, String @Nullable [] asGiven, Seen wasSeen) {
        host = canonical;
        raw = asGiven;
        seen = wasSeen;
        mark = NOTHING;
        score = -1;
        own = false;
        int length = canonical.length();
        canonical.getChars(0, length, text, 0);
        Hash.prefixes(text, 0, length, prefixes);
        registrable = suffixes.registrable(text, length, prefixes);
        if (registrable < 0) {
            return NO_HOST;
        }
        int dot = registrable;
        while (text[dot] != '.') {
            dot++;
        }
        suffix = dot + 1;
        if (dot - registrable <= LONGEST_LABEL) {
            label(registrable, dot);
        }
        if (own) {
            return NOTHING;
        }
        if (registrable > 0) {
            above(dot);
            wholeDomains();
        }
        return mark;
    }

    /** Where the registrable domain of the host begins. */
    int registrable() {
        return registrable;
    }

    Technique technique() {
        return technique;
    }

    int flags() {
        return flags;
    }

    private void label(int from, int to) {
        if (isEncoded(from, to)) {
            folded.fold(text, from, to);
            if (!exact(from, to, 0)) {
                other(from, to, 0);
            }
            return;
        }
        folded.fold(text, from, to);
        exact(from, to, 0);
        if (own) {
            return;
        }
        loose(from, to, Scoring.LOOSE);
        near(from, to, 0);
        joined(from, to);
        hyphens(from, to);
        combo.find(folded, text, from, to, this, 0);
    }

    private boolean isEncoded(int from, int to) {
        return to - from > 4
                && text[from] == 'x'
                && text[from + 1] == 'n'
                && text[from + 2] == '-'
                && text[from + 3] == '-';
    }

    /** A label in another script: by what it is taken for, as it was given and as UTS 46 has it. */
    private void other(int from, int to, int bits) {
        if (raw != null) {
            int label = 0;
            for (int i = 0; i < from; i++) {
                label += text[i] == '.' ? 1 : 0;
            }
            if (!Lookalikes.isAscii(raw[label])) {
                taken(raw[label], bits);
            }
        }
        String decoded = Scripts.decodedAnyhow(host.substring(from, to));
        if (decoded != null && !Lookalikes.isAscii(decoded)) {
            taken(decoded, bits);
        }
    }

    private void taken(String decoded, int bits) {
        int more = bits | Scoring.UNICODE | (Scripts.isMixed(decoded) ? Scoring.MIXED : 0);
        int at = host.length() + 1;
        for (String look : Scripts.looks(decoded)) {
            if (look.length() <= LONGEST_LABEL && !look.isEmpty()) {
                look.getChars(0, look.length(), text, at);
                folded.fold(text, at, at + look.length());
                exact(at, at + look.length(), more);
                loose(at, at + look.length(), more | Scoring.LOOSE);
                combo.find(folded, text, at, at + look.length(), this, more);
            }
        }
    }

    /**
     * A label that is a brand's, or looks just like it.
     *
     * @return whether it is the brand's
     */
    private boolean exact(int from, int to, int bits) {
        KeyTable table = index.strict;
        boolean any = false;
        for (int slot = table.find(folded.strict()); slot >= 0; slot = table.next(slot)) {
            BrandIndex.Mark found = index.mark(table.value(slot));
            boolean below = (bits & Scoring.IN_SUBDOMAIN) != 0;
            boolean same = isText(from, to, found.label())
                    && index.brand(found.brand()).labels().contains(found.label());
            any |= same;
            if ((bits & Scoring.UNICODE) != 0) {
                offer(Technique.HOMOGLYPH, table.value(slot), bits);
            } else if (!same) {
                boolean digits = Folds.hasDigitForLetter(text, from, to);
                offer(Technique.HOMOGLYPH, table.value(slot), digits ? bits : bits | Scoring.LETTERS);
            } else if (hasLookOfSuffix(found.brand())) {
                offer(Technique.HOMOGLYPH, table.value(slot), bits | Scoring.UNICODE);
            } else if (below || suffixes.isHosting(host.substring(suffix))) {
                boolean more = below
                        && to == registrable - 1
                        && suffixes.isLabelOfSuffix(host.substring(registrable, suffix - 1));
                offer(Technique.SUBDOMAIN, table.value(slot), more ? bits | Scoring.MORE_SUFFIX : bits);
            } else {
                offer(Technique.TLD_SWAP, table.value(slot), bits);
            }
        }
        return any;
    }

    private void loose(int from, int to, int bits) {
        KeyTable table = index.loose;
        for (int slot = table.find(folded.loose); slot >= 0; slot = table.next(slot)) {
            if (!isText(from, to, index.mark(table.value(slot)).label())) {
                offer(Technique.HOMOGLYPH, table.value(slot), bits);
            }
        }
    }

    /** A label that is one slip away from a brand's. */
    void near(int from, int to, int bits) {
        int length = to - from;
        if (length < 2) {
            return;
        }
        KeyTable near = index.near;
        slips(near, Hash.part(prefixes, from, to), from, to, bits);
        long without = Hash.without(prefixes, from, to);
        for (int i = from; i < to; i++) {
            if (i == from || text[i] != text[i - 1]) {
                long hash = without + Hash.lacking(prefixes, to, i);
                if (near.mayHave(hash)) {
                    slips(near, hash, from, to, bits);
                }
            } else {
                slips(index.pairs, BrandIndex.pair(prefixes, from, to, i - 1), from, to, bits);
                slips(near, BrandIndex.withoutPair(prefixes, from, to, i - 1), from, to, bits);
            }
        }
    }

    private void slips(KeyTable table, long hash, int from, int to, int bits) {
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            String label = index.mark(table.value(slot)).label();
            Technique slip = Edits.technique(text, from, to, label);
            if (slip != null) {
                offer(slip, table.value(slot), bits | Edits.details(text, from, to, label, slip));
            }
        }
    }

    /** A label with the suffix in it, with www before it, or with a plural's es after it. */
    private void joined(int from, int to) {
        joinedKey(from, to, 0);
        if (to - from > 5 && text[from] == 'w' && text[from + 1] == 'w' && text[from + 2] == 'w') {
            int start = from + (text[from + 3] == '-' ? 4 : 3);
            joinedKey(start, to, Scoring.WWW);
            long hash = Hash.part(prefixes, start, to);
            KeyTable table = index.labels;
            for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
                if (isText(start, to, index.mark(table.value(slot)).label())) {
                    offer(Technique.MISSING_DOT, table.value(slot), Scoring.WWW);
                }
            }
        }
    }

    private void joinedKey(int from, int to, int bits) {
        long hash = Hash.part(prefixes, from, to);
        KeyTable table = index.joined;
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            String label = index.mark(table.value(slot)).label();
            int behind = label.length();
            boolean plural = to - from == behind + 2 && text[to - 2] == 'e' && text[to - 1] == 's';
            offer(plural && bits == 0 ? Technique.PLURAL : Technique.MISSING_DOT, table.value(slot), bits);
        }
    }

    /** A label with several hyphens put in. */
    private void hyphens(int from, int to) {
        int hyphens = 0;
        long hash = 0;
        for (int i = from; i < to; i++) {
            if (text[i] == '-') {
                hyphens++;
            } else {
                hash = Hash.add(hash, text[i]);
            }
        }
        if (hyphens < 2) {
            return;
        }
        KeyTable table = index.labels;
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            if (index.mark(table.value(slot)).label().length() == to - from - hyphens) {
                offer(Technique.HYPHENATION, table.value(slot), 0);
            }
        }
    }

    /** The labels above the registrable domain, and dots within a brand's label. */
    private void above(int dot) {
        int to = registrable - 1;
        long joined = Hash.part(prefixes, registrable, dot);
        int joinedLength = dot - registrable;
        while (to > 0) {
            int from = to;
            while (from > 0 && text[from - 1] != '.') {
                from--;
            }
            if (joinedLength < LONGEST_LABEL) {
                joined = Hash.join(Hash.part(prefixes, from, to), joined, joinedLength);
                joinedLength += to - from;
                long hash = joined;
                KeyTable table = index.labels;
                for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
                    if (index.mark(table.value(slot)).label().length() == joinedLength) {
                        offer(Technique.DOTTED_LABEL, table.value(slot), 0);
                    }
                }
            }
            int length = to - from;
            if (length >= 3 && length <= LONGEST_LABEL) {
                folded.fold(text, from, to);
                boolean same = exact(from, to, Scoring.IN_SUBDOMAIN);
                if (!isEncoded(from, to)) {
                    combo.find(folded, text, from, to, this, Scoring.IN_SUBDOMAIN);
                } else if (!same) {
                    other(from, to, Scoring.IN_SUBDOMAIN);
                }
            }
            to = from - 1;
        }
    }

    /** A brand's whole domain, before somebody else's suffix. */
    private void wholeDomains() {
        int from = 0;
        while (from < suffix) {
            int labels = 0;
            int next = -1;
            for (int to = from; to < suffix && labels < 4; to++) {
                if (text[to] == '.') {
                    next = next < 0 ? to + 1 : next;
                    if (labels++ > 0) {
                        wholeDomain(from, to);
                    }
                }
            }
            if (next < 0) {
                return;
            }
            from = next;
        }
    }

    private void wholeDomain(int from, int to) {
        long hash = Hash.part(prefixes, from, to);
        KeyTable table = index.domains;
        for (int slot = table.find(hash); slot >= 0; slot = table.next(slot)) {
            offer(
                    Technique.SUBDOMAIN,
                    table.value(slot),
                    to == suffix - 1 ? Scoring.WHOLE_DOMAIN | Scoring.MORE_SUFFIX : Scoring.WHOLE_DOMAIN);
        }
    }

    boolean isText(int from, int to, String other) {
        if (to - from != other.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text[i] != other.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the suffix is in another script and is taken for the brand's. */
    private boolean hasLookOfSuffix(int brand) {
        if (!host.startsWith("xn--", suffix)) {
            return false;
        }
        String decoded = Scripts.decodedAnyhow(host.substring(suffix));
        return decoded != null
                && Scripts.looks(decoded).contains(index.brand(brand).suffix());
    }

    /** A brand that the host looks like: the best is kept. Of one brand the rarer technique, of two the higher score. */
    void offer(Technique by, int number, int bits) {
        BrandIndex.Mark found = index.mark(number);
        Brand brand = index.brand(found.brand());
        int more = bits;
        if (host.length() - suffix == brand.suffix().length() && host.endsWith(brand.suffix())) {
            if (by == Technique.TLD_SWAP && brand.label().equals(found.label())) {
                own = true;
                mark = NOTHING;
                return;
            }
            more |= Scoring.SAME_SUFFIX;
        }
        if ((by.isEdit() || by == Technique.HOMOGLYPH)
                && (bits & (Scoring.IN_SUBDOMAIN | Scoring.WITH_WORD | Scoring.UNICODE)) == 0
                && words.isEveryday(host.substring(registrable, suffix - 1))) {
            more |= Scoring.HOST_IS_WORD;
        }
        int points = scoring.score(by, more, found, index.isCrowded(number), 0, seen, null);
        if (points < least) {
            return;
        }
        boolean sameBrand = mark >= 0 && index.mark(mark).brand() == found.brand();
        boolean rarer = sameBrand && by != technique;
        // A name of the brand with another suffix is no brand and word, though it may be made of a shorter name and
        // one.
        if (rarer && technique == Technique.TLD_SWAP && by == Technique.COMBOSQUAT) {
            return;
        }
        if (mark < 0 || (rarer ? by.compareTo(technique) < 0 : points > score)) {
            technique = by;
            mark = number;
            flags = more;
            score = points;
        }
    }
}
