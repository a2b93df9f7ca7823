package io.trawl.intel.lookalike;

import java.util.Locale;

/**
 * How a host is made to look like a brand's. If several fit, the rarer one is named: the one by which fewer names can be
 * made of a brand. They are in that order here, the rarest first.
 */
public enum Technique {
    HOMOGLYPH("Homoglyph", "pаypal.example (а of Cyrillic), paypa1.example, rnicrosoft.example", 78),
    DOTTED_LABEL("Dotted label", "pay.pal.example", 66),
    MISSING_DOT("Missing dot", "wwwpaypal.example, paypalcom.example, paypal-com.example", 70),
    HYPHENATION("Hyphenation", "pay-pal.example", 60),
    PLURAL("Plural", "paypals.example", 50),
    VOWEL_SWAP("Vowel swap", "paypel.example", 54),
    REPETITION("Repetition", "payypal.example", 58),
    TRANSPOSITION("Transposition", "papyal.example", 60),
    OMISSION("Omission", "papal.example", 56),
    BIT_FLIP("Bit flip", "paypql.example", 52),
    REPLACEMENT("Replacement", "paypsl.example", 50),
    INSERTION("Insertion", "paypasl.example", 48),
    SUBDOMAIN("Brand in a subdomain of somebody else", "paypal.com.evil.example, paypal.evil.example", 58),
    COMBOSQUAT("Brand and word", "paypal-login.example", 58),
    TLD_SWAP("Other suffix", "paypal.example", 56),
    MIXED_SCRIPT("Mixed scripts", "pаzzle.example (а of Cyrillic), of no brand", 55);

    private final String title;
    private final String example;
    private final int points;

    Technique(String title, String example, int points) {
        this.title = title;
        this.example = example;
        this.points = points;
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

    /** What a finding's score starts with. */
    public int points() {
        return points;
    }

    /** Whether it changes a character or two of a brand, so that a name may be like a brand by chance. */
    boolean isEdit() {
        return ordinal() >= HYPHENATION.ordinal() && ordinal() <= INSERTION.ordinal();
    }
}
