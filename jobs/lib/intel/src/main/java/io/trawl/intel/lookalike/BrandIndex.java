package io.trawl.intel.lookalike;

import io.trawl.intel.lookalike.brand.Brand;
import io.trawl.intel.lookalike.internal.Folded;
import io.trawl.intel.lookalike.internal.Folds;
import io.trawl.intel.lookalike.internal.Hash;
import io.trawl.intel.lookalike.internal.KeyTable;
import io.trawl.intel.lookalike.internal.Scripts;
import io.trawl.intel.lookalike.internal.Words;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All brands in one table: what a label has to hash to, to be one of them or to look like one. */
final class BrandIndex {
    /** A shorter label is looked for as it is, and no slip of it. */
    private static final int SHORTEST = 3;

    /**
     * A label that is looked for.
     *
     * @param brand its number
     * @param label in ASCII; of a label in another script, what it is taken for
     * @param strict folded
     * @param everyday whether it is a word that says nothing of a brand
     * @param distinct its length without words that serve machines
     */
    record Mark(int brand, String label, String strict, boolean everyday, int distinct) {}

    private final List<Brand> brands;
    private final List<Mark> marks = new ArrayList<>();
    /** Labels. */
    final KeyTable labels = new KeyTable();
    /** Labels, and labels without one character, of marks of which a slip may be found. */
    final KeyTable near = new KeyTable();
    /** Labels without two neighbours, with the place of the two. */
    final KeyTable pairs = new KeyTable();
    /** Labels, folded strictly. */
    final KeyTable strict = new KeyTable();
    /** Labels, folded loosely. */
    final KeyTable loose = new KeyTable();
    /** Labels and suffixes without the dot between them. */
    final KeyTable joined = new KeyTable();
    /** Whole domains. */
    final KeyTable domains = new KeyTable();

    private final boolean[] crowded;
    private final Scoring scoring;

    BrandIndex(List<Brand> brands, Words words, Scoring scoring, int least) {
        this.brands = brands;
        this.scoring = scoring;
        for (int i = 0; i < brands.size(); i++) {
            Set<String> names = new LinkedHashSet<>();
            for (String label : brands.get(i).labels()) {
                String decoded = label.startsWith("xn--") ? Scripts.decoded(label) : label;
                names.add(label);
                if (decoded != null && !Lookalikes.isAscii(decoded)) {
                    names.add(Scripts.look(decoded));
                }
            }
            for (String label : names) {
                if (label.length() <= Folded.LONGEST_LABEL && Lookalikes.isAscii(label)) {
                    add(i, label, words);
                }
            }
            domain(i);
        }
        KeyTable all = new KeyTable();
        for (int i = 0; i < marks.size(); i++) {
            slips(marks.get(i).label(), i, all, null);
        }
        all.finish();
        crowded = new boolean[marks.size()];
        for (int i = 0; i < crowded.length; i++) {
            crowded[i] = hasNeighbour(i, all);
            // What could not be found is not looked for: so a crowd of short brands costs nothing.
            if (scoring.mayBeSlip(marks.get(i), crowded[i], least)) {
                slips(marks.get(i).label(), i, near, pairs);
            }
        }
        for (KeyTable table : List.of(labels, near, pairs, strict, loose, joined, domains)) {
            table.finish();
        }
    }

    private void domain(int brand) {
        if (marks.isEmpty() || marks.get(marks.size() - 1).brand() != brand) {
            return;
        }
        int mark = marks.size() - 1;
        while (mark > 0 && marks.get(mark - 1).brand() == brand) {
            mark--;
        }
        domains.add(Hash.of(brands.get(brand).domain()), mark);
        for (String other : brands.get(brand).domains()) {
            domains.add(Hash.of(other), mark);
        }
    }

    private void add(int brand, String label, Words words) {
        int mark = marks.size();
        String folded = Folds.strict(label);
        int distinct = words.distinctLength(label);
        marks.add(new Mark(brand, label, folded, words.isEveryday(label) || distinct == 0, distinct));
        strict.add(Hash.of(folded), mark);
        String suffix = brands.get(brand).suffix();
        joined.add(Hash.of(label + suffix.replace(".", "")), mark);
        joined.add(Hash.of(label + '-' + suffix.replace('.', '-')), mark);
        labels.add(Hash.of(label), mark);
        if (label.length() < SHORTEST) {
            return;
        }
        joined.add(Hash.of(label + "es"), mark);
        loose(label, mark);
    }

    /** Adds a label, and the label without each of its characters; and without two neighbours, where somebody asks. */
    private static void slips(String label, int mark, KeyTable into, @Nullable KeyTable pairs) {
        if (label.length() < SHORTEST) {
            return;
        }
        char[] text = label.toCharArray();
        long[] prefixes = new long[text.length + 1];
        Hash.prefixes(text, 0, text.length, prefixes);
        into.add(prefixes[text.length], mark);
        for (int i = 0; i < text.length; i++) {
            if (i == 0 || text[i] != text[i - 1]) {
                into.add(Hash.without(prefixes, 0, text.length, i), mark);
            }
            if (pairs != null && i + 1 < text.length) {
                pairs.add(pair(prefixes, 0, text.length, i), mark);
            }
        }
    }

    /** A letter that two letters look like, and the other way round, is only folded at one place. */
    private void loose(String label, int mark) {
        loose.add(Hash.of(Folds.loose(label)), mark);
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            if (c == 'b') {
                looseVariant(label, i, 1, "d", mark);
                looseVariant(label, i, 1, "lb", mark);
            } else if (c == 'd') {
                looseVariant(label, i, 1, "cl", mark);
                looseVariant(label, i, 1, "cI", mark);
                looseVariant(label, i, 1, "b", mark);
                looseVariant(label, i, 1, "dl", mark);
            } else if (c == 'w') {
                looseVariant(label, i, 1, "vu", mark);
                looseVariant(label, i, 1, "uv", mark);
            } else if (c == 'm') {
                looseVariant(label, i, 1, "nn", mark);
                looseVariant(label, i, 1, "n", mark);
            } else if (c == 'n') {
                looseVariant(label, i, 1, "m", mark);
                looseVariant(label, i, 1, "r", mark);
            } else if (c == 'h') {
                looseVariant(label, i, 1, "lh", mark);
            } else if (c == 'k') {
                looseVariant(label, i, 1, "lc", mark);
            }
            if (label.startsWith("cl", i)) {
                looseVariant(label, i, 2, "d", mark);
            }
        }
    }

    private void looseVariant(String label, int at, int length, String by, int mark) {
        String variant = label.substring(0, at) + by.replace('I', 'l') + label.substring(at + length);
        loose.add(Hash.of(Folds.loose(variant)), mark);
    }

    /** The key of text[from, to) without the two characters at {@code at}. */
    static long pair(long[] prefixes, int from, int to, int at) {
        return withoutPair(prefixes, from, to, at) + (at - from + 1) * 0x5851_F42D_4C95_7F2DL;
    }

    static long withoutPair(long[] prefixes, int from, int to, int at) {
        return Hash.join(Hash.part(prefixes, from, at), Hash.part(prefixes, at + 2, to), to - at - 2);
    }

    /** Whether another brand is one slip away: what is around it is names of the same kind. */
    private boolean hasNeighbour(int mark, KeyTable all) {
        String label = marks.get(mark).label();
        if (label.length() < SHORTEST) {
            return true;
        }
        char[] text = label.toCharArray();
        long[] prefixes = new long[text.length + 1];
        Hash.prefixes(text, 0, text.length, prefixes);
        for (int i = -1; i < text.length; i++) {
            long hash = i < 0 ? prefixes[text.length] : Hash.without(prefixes, 0, text.length, i);
            if (all.isCrowded(hash)) {
                return true;
            }
            for (int slot = all.find(hash); slot >= 0; slot = all.next(slot)) {
                Mark other = marks.get(all.value(slot));
                if (other.brand() != marks.get(mark).brand()
                        && (other.label().equals(label)
                                || Edits.technique(text, 0, text.length, other.label()) != null)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a word that honest hosts of a brand may have, too, counts as one that asks for something. */
    boolean takesOffers() {
        return scoring.takesOffers();
    }

    Mark mark(int number) {
        return marks.get(number);
    }

    Brand brand(int number) {
        return brands.get(number);
    }

    boolean isCrowded(int mark) {
        return crowded[mark];
    }

    int size() {
        return brands.size();
    }
}
