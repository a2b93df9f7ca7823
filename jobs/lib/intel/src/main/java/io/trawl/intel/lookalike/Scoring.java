package io.trawl.intel.lookalike;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The score of a look-alike: a sum of parts, each with its reason. What a name may be by chance counts less: the shorter a
 * brand is, and the more brands are watched, the more names are near one of them though nobody meant it.
 */
final class Scoring {
    /** The host has the brand's own suffix. */
    static final int SAME_SUFFIX = 1 << 8;
    /** A letter of another script. */
    static final int UNICODE = 1 << 9;
    /** Scripts are mixed. */
    static final int MIXED = 1 << 10;
    /** Letters that one may take for the brand's. */
    static final int LOOSE = 1 << 11;
    /** In a label before the registrable domain. */
    static final int IN_SUBDOMAIN = 1 << 12;
    /** The brand's whole domain. */
    static final int WHOLE_DOMAIN = 1 << 13;
    /** With a word that asks for something. */
    static final int BAIT = 1 << 14;
    /** With several of them. */
    static final int BAITS = 1 << 15;
    /** With words that the brand may use itself. */
    static final int SERVICE = 1 << 16;
    /** With something that is not a known word. */
    static final int OTHER = 1 << 17;
    /** No hyphen between brand and word. */
    static final int GLUED = 1 << 18;
    /** Letters of the brand are replaced by such that look like them. */
    static final int LOOK = 1 << 19;
    /** Under a suffix whose owner lets others have names: github.io. */
    static final int PRIVATE_SUFFIX = 1 << 20;
    /** With www before it. */
    static final int WWW = 1 << 21;
    /** What looks like the brand is an everyday word itself. */
    static final int HOST_IS_WORD = 1 << 23;
    /** One part of a label with words. */
    static final int WITH_WORD = 1 << 22;

    /** With a word of an offer. */
    static final int OFFER = 1 << 24;
    /** No digit stands for a letter: only letters are taken for others. */
    static final int LETTERS = 1 << 25;
    /** The brand's domain or label, and one more suffix after it. */
    static final int MORE_SUFFIX = 1 << 26;

    /** Up to so many brands a list may be a site's own: what an everyday name may be by chance still counts. */
    private static final int FEW = 100;

    private final int brandsOfTexts;
    private final int brandsOfEdits;
    private final int brandsOfOthers;
    private final int brandsOfLetters;
    private final int brandsOfSuffixes;
    private final boolean few;
    private final boolean sensitive;

    /**
     * Scores among so many brands.
     *
     * @param knowsPopular whether it is known which hosts are popular: where it is not, an old and honest host is near one of
     *     many brands more often than a new and dishonest one
     */
    Scoring(int brands, boolean knowsPopular) {
        few = brands <= FEW;
        sensitive = few || knowsPopular;
        brandsOfTexts = brands(brands, 16, 16, 16);
        brandsOfEdits = knowsPopular ? brands(brands, 10, 10, 16) : brands(brands, 10, 40, 40);
        brandsOfOthers = brands(brands, 6, 6, 16);
        brandsOfLetters = knowsPopular ? brandsOfOthers : brands(brands, 6, 28, 28);
        brandsOfSuffixes = knowsPopular ? 0 : brands(brands, 0, 20, 20);
    }

    boolean takesOffers() {
        return sensitive;
    }

    /**
     * Sums up.
     *
     * @param rank of the host among the popular ones, 0 if it is none
     * @param parts takes each part; null if nobody asks
     */
    int score(
            Technique technique,
            int flags,
            BrandIndex.Mark mark,
            boolean crowded,
            int rank,
            Seen seen,
            @Nullable List<Finding.Part> parts) {
        int sum = part(parts, technique.id(), technique.points());
        // Where the brand's domain has one more suffix it is often the brand's, too.
        boolean more = (flags & MORE_SUFFIX) != 0 && !sensitive;
        sum += how(technique, more ? flags & ~WHOLE_DOMAIN : flags, parts);
        sum += brand(technique, flags, mark, crowded, parts);
        if ((flags & SAME_SUFFIX) != 0 && technique != Technique.SUBDOMAIN) {
            sum += part(parts, "the brand's suffix", 8);
        }
        if (rank > 0) {
            sum += part(parts, "popular host", -20);
        }
        if (seen == Seen.NEW) {
            sum += part(parts, "not seen before", 8);
        } else if (seen == Seen.BEFORE) {
            sum += part(parts, "seen before", -8);
        }
        return Math.max(0, Math.min(100, sum));
    }

    /** Whether any slip of a brand's label may have the least score. */
    boolean mayBeSlip(BrandIndex.Mark mark, boolean crowded, int least) {
        return score(Technique.HYPHENATION, SAME_SUFFIX | WITH_WORD, mark, crowded, 0, Seen.NEW, null) >= least;
    }

    private static int how(Technique technique, int flags, @Nullable List<Finding.Part> parts) {
        int sum = 0;
        if ((flags & UNICODE) != 0) {
            sum += part(parts, "letters beyond ASCII", 8);
        }
        if ((flags & MIXED) != 0 && technique != Technique.MIXED_SCRIPT) {
            sum += part(parts, "mixed scripts", 7);
        }
        if ((flags & LOOSE) != 0) {
            sum += part(parts, "letters that look less alike", -16);
        }
        if ((flags & WHOLE_DOMAIN) != 0) {
            sum += part(parts, "the brand's whole domain", 20);
        }
        if ((flags & IN_SUBDOMAIN) != 0 && technique != Technique.SUBDOMAIN) {
            sum += part(parts, "in a subdomain", -6);
        }
        if ((flags & LOOK) != 0) {
            sum += part(parts, "letters that look like the brand's", 14);
        }
        if (technique.isEdit()) {
            sum += (flags & Edits.FAR) != 0 ? part(parts, "keys far from each other", -6) : 0;
            sum += (flags & Edits.MOVED) != 0 ? part(parts, "moved by several places", -8) : 0;
            sum += (flags & Edits.NUMBER) != 0 ? part(parts, "a number, as of a series", -16) : 0;
            sum += (flags & WITH_WORD) != 0 ? part(parts, "with other words", 4) : 0;
        } else {
            sum += words(technique, flags, parts);
        }
        return sum;
    }

    private static int words(Technique technique, int flags, @Nullable List<Finding.Part> parts) {
        int sum = 0;
        boolean combosquat = technique == Technique.COMBOSQUAT;
        if ((flags & BAITS) != 0) {
            sum += part(parts, "words that ask for something", combosquat ? 12 : 16);
        } else if ((flags & BAIT) != 0) {
            sum += part(parts, "a word that asks for something", combosquat ? 6 : 10);
        } else if (combosquat) {
            boolean glued = (flags & GLUED) != 0;
            sum += (flags & SERVICE) != 0
                    ? part(parts, "words that the brand may use itself", glued ? -10 : -6)
                    : part(parts, "no word that asks for something", glued ? -14 : -4);
        }
        if (combosquat && (flags & OTHER) != 0) {
            sum += part(parts, "text that is no known word", (flags & BAIT) != 0 ? -8 : -4);
        }
        if (combosquat && (flags & GLUED) != 0) {
            sum += part(parts, "no hyphen between brand and word", -4);
        }
        return sum;
    }

    private int brand(
            Technique technique, int flags, BrandIndex.Mark mark, boolean crowded, @Nullable List<Finding.Part> parts) {
        boolean other = (flags & UNICODE) != 0 || (flags & WHOLE_DOMAIN) != 0 || technique == Technique.MISSING_DOT;
        int length = mark.label().length() <= 2 ? 2 : Math.max(3, mark.distinct());
        int sum = part(parts, "length of the brand", length(technique, flags, length, other));
        if (mark.everyday() && !other) {
            sum += part(parts, "the brand is an everyday word", everyday(technique, flags));
        }
        if ((flags & HOST_IS_WORD) != 0 && !other) {
            sum += part(parts, "the host is an everyday word", -24);
        }
        boolean chance = technique.isEdit() || (flags & (LOOSE | UNICODE)) == LOOSE;
        if (crowded && chance) {
            sum += part(parts, "another brand is as near", -20);
        }
        if (!other) {
            boolean anyText = technique == Technique.COMBOSQUAT && (flags & BAIT) == 0;
            int points = anyText
                    ? brandsOfTexts
                    : chance ? brandsOfEdits : (flags & LETTERS) != 0 ? brandsOfLetters : brandsOfOthers;
            sum += part(parts, "brands watched", points);
        }
        if ((flags & MORE_SUFFIX) != 0 || technique == Technique.MISSING_DOT && (flags & WWW) == 0) {
            sum += part(parts, "suffixes of so many brands", brandsOfSuffixes);
        }
        return sum;
    }

    private int everyday(Technique technique, int flags) {
        if (technique.isEdit() && few) {
            return -16;
        }
        if ((flags & BAIT) != 0) {
            boolean phrase = (flags & OTHER) != 0 && !few;
            return (flags & GLUED) == 0 && !phrase ? -8 : -16;
        }
        return technique == Technique.HOMOGLYPH ? -12 : -24;
    }

    private static int length(Technique technique, int flags, int length, boolean other) {
        if (length <= 2) {
            return (flags & WHOLE_DOMAIN) != 0 ? -16 : -40;
        }
        boolean chance = technique.isEdit() || technique == Technique.HOMOGLYPH;
        int points = (Math.min(length, 12) - 7) * (chance ? 4 : technique == Technique.TLD_SWAP ? 3 : 2);
        if (length == 3 && technique == Technique.HOMOGLYPH) {
            points -= 10;
        }
        if (technique == Technique.COMBOSQUAT && (flags & BAIT) == 0) {
            points = Math.min(points, 4);
        }
        return other ? Math.max(points, -8) : points;
    }

    /** For each tenth of a hundred brands so many points more, for each ten times as many so many less, but not more than most. */
    private static int brands(int brands, int fewer, int more, int most) {
        double steps = 2 - Math.log10(Math.max(1, brands));
        return (int) Math.round(Math.max(-most, Math.min(20, steps * (steps > 0 ? fewer : more))));
    }

    private static int part(@Nullable List<Finding.Part> parts, String name, int points) {
        if (parts != null && points != 0) {
            parts.add(new Finding.Part(name, points));
        }
        return points;
    }
}
