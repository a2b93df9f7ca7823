package io.trawl.intel.lookalike;

import java.util.Locale;

/**
 * How a host is made to look like a brand's. If several fit, the rarer one is named: the one by which fewer names can be
 * made of a brand. They are in that order here, the rarest first.
 */
public enum Technique {
    HOMOGLYPH("Homoglyph", "pаypal.example (а of Cyrillic), paypa1.example, rnicrosoft.example", 78, 5),
    DOTTED_LABEL("Dotted label", "pay.pal.example", 66, 0),
    MISSING_DOT("Missing dot", "wwwpaypal.example, paypalcom.example, paypal-com.example", 70, 0),
    HYPHENATION("Hyphenation", "pay-pal.example", 60, 1),
    PLURAL("Plural", "paypals.example", 52, 1),
    VOWEL_SWAP("Vowel swap", "paypel.example", 54, 4),
    REPETITION("Repetition", "payypal.example", 58, 1),
    TRANSPOSITION("Transposition", "papyal.example", 60, 1),
    OMISSION("Omission", "papal.example", 56, 1),
    BIT_FLIP("Bit flip", "paypql.example", 52, 5),
    REPLACEMENT("Replacement", "paypsl.example", 50, 30),
    INSERTION("Insertion", "paypasl.example", 48, 36),
    SUBDOMAIN("Brand in a subdomain of somebody else", "paypal.com.evil.example, paypal.evil.example", 58, 0),
    COMBOSQUAT("Brand and word", "paypal-login.example", 58, 0),
    TLD_SWAP("Other suffix", "paypal.example", 56, 0),
    MIXED_SCRIPT("Mixed scripts", "pаzzle.example (а of Cyrillic), of no brand", 55, 0);

    private final String title;
    private final String example;
    private final int points;
    private final int variants;

    Technique(String title, String example, int points, int variants) {
        this.title = title;
        this.example = example;
        this.points = points;
        this.variants = variants;
    }

    /** As a detection has it: in lower case, words joined by hyphens. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** Hosts that are made by it, of the brand paypal.com. */
    public String example() {
        return example;
    }

    /** What a finding by it starts with. */
    int points() {
        return points;
    }

    /** How many names it makes of each character of a brand, about; 0 if a name does not come to be so by chance. */
    int variants() {
        return variants;
    }

    /** Whether it changes a character or two of a brand, so that a name may be like a brand by chance. */
    boolean isEdit() {
        return ordinal() >= HYPHENATION.ordinal() && ordinal() <= INSERTION.ordinal();
    }
}
