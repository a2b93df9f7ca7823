package io.trawl.intel.rule.internal;

import io.trawl.intel.rule.Ask;

/** One value looked for in another. */
public final class Pairs {
    /** How many comparisons of characters are worth less than to prepare the text that is looked for. */
    private static final long FEW = 1 << 12;

    private Pairs() {}

    /** Whether a value has another at a place. */
    public static boolean passes(String value, String other, Ask.Place place, boolean cased) {
        return switch (place) {
            case WHOLE -> value.length() == other.length() && isAt(value, 0, other, cased);
            case START -> isAt(value, 0, other, cased);
            case END -> isAt(value, value.length() - other.length(), other, cased);
            case ANYWHERE -> isAnywhere(value, other, cased);
        };
    }

    private static boolean isAnywhere(String value, String other, boolean cased) {
        if ((long) value.length() * other.length() > FEW) {
            return new Literal(other, cased).find(value, 0, value.length()) >= 0;
        }
        for (int i = 0; i <= value.length() - other.length(); i++) {
            if (isAt(value, i, other, cased)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAt(String value, int index, String other, boolean cased) {
        if (index < 0 || index > value.length() - other.length()) {
            return false;
        }
        for (int i = 0; i < other.length(); i++) {
            if (cased ? value.charAt(index + i) != other.charAt(i) : Fold.at(value, index + i) != Fold.at(other, i)) {
                return false;
            }
        }
        return true;
    }
}
