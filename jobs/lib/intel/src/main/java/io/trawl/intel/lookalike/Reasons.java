package io.trawl.intel.lookalike;

import io.trawl.intel.lookalike.brand.Brand;

/** Why a host looks like a brand's, in one sentence. */
final class Reasons {
    private Reasons() {}

    static String of(String host, Brand brand, String label, Technique technique, int flags) {
        return host + " looks like " + brand.domain() + ": " + how(label, technique, flags) + ".";
    }

    static String mixed(String host, String scripts) {
        return host + " looks like no brand that is watched, but one of its labels mixes scripts: " + scripts + ".";
    }

    private static String how(String label, Technique technique, int flags) {
        String where = (flags & Scoring.IN_SUBDOMAIN) != 0 ? " in a subdomain" : "";
        return switch (technique) {
            case HOMOGLYPH ->
                (flags & Scoring.UNICODE) != 0
                        ? "letters beyond ASCII" + where + " look like '" + label + "'"
                                + ((flags & Scoring.MIXED) != 0 ? ", and scripts are mixed" : "")
                        : "characters" + where + " look like those of '" + label + "'";
            case DOTTED_LABEL -> "there is a dot within '" + label + "'";
            case MISSING_DOT ->
                (flags & Scoring.WWW) != 0
                        ? "the dot after www is missing"
                        : "the dot between '" + label + "' and its suffix is missing";
            case HYPHENATION -> "there is a hyphen within '" + label + "'";
            case PLURAL -> "it is the plural of '" + label + "'";
            case VOWEL_SWAP -> "another vowel is in '" + label + "'";
            case REPETITION -> "a character of '" + label + "' is there twice";
            case TRANSPOSITION ->
                (flags & Edits.MOVED) != 0
                        ? "a character of '" + label + "' is at another place"
                        : "two characters of '" + label + "' changed places";
            case OMISSION -> "a character of '" + label + "' is missing";
            case BIT_FLIP -> "one bit of a character of '" + label + "' is another one";
            case REPLACEMENT ->
                (flags & Edits.DOUBLE) != 0
                        ? "two characters of '" + label + "' are replaced"
                        : "a character of '" + label + "' is replaced";
            case INSERTION -> "there is a character too many in '" + label + "'";
            case SUBDOMAIN ->
                (flags & Scoring.WHOLE_DOMAIN) != 0
                        ? "the brand's domain is in a subdomain of somebody else"
                        : "'" + label + "' is in a name below somebody else's domain";
            case COMBOSQUAT ->
                (flags & Scoring.BAIT) != 0
                        ? "'" + label + "' is joined with a word that asks for something"
                        : "'" + label + "' is joined with other text";
            case TLD_SWAP -> "'" + label + "' has another suffix";
            case MIXED_SCRIPT -> "scripts are mixed";
        };
    }
}
