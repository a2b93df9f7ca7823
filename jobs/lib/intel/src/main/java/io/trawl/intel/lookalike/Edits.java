package io.trawl.intel.lookalike;

import io.trawl.intel.lookalike.internal.Folds;
import org.jspecify.annotations.Nullable;

/** How a label comes of a brand's by one slip of a finger, of memory or of a bit. */
final class Edits {
    /** A letter was replaced by one that no keyboard has next to it. */
    public static final int FAR = 1;
    /** Two letters were replaced by one letter twice. */
    public static final int DOUBLE = 1 << 1;
    /** A letter moved further than by one place. */
    public static final int MOVED = 1 << 2;
    /** A number was replaced by another one, or put before or behind: a series of names, rather than a slip. */
    public static final int NUMBER = 1 << 3;

    /** Rows of the keyboards of English, German and French; a key's neighbours are those next to it, above and below it. */
    private static final String[][] KEYBOARDS = {
        {"1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"},
        {"1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm-"},
        {"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"},
    };

    private static final boolean[] NEIGHBOURS = neighbours();

    private Edits() {}

    private static boolean[] neighbours() {
        boolean[] neighbours = new boolean[128 * 128];
        for (String[] rows : KEYBOARDS) {
            for (int row = 0; row < rows.length; row++) {
                for (int i = 0; i < rows[row].length(); i++) {
                    mark(neighbours, rows[row].charAt(i), rows[row], i + 1);
                    if (row + 1 < rows.length) {
                        // Each row is moved to the right by about half a key.
                        mark(neighbours, rows[row].charAt(i), rows[row + 1], i);
                        mark(neighbours, rows[row].charAt(i), rows[row + 1], i - 1);
                    }
                }
            }
        }
        return neighbours;
    }

    private static void mark(boolean[] neighbours, char one, String row, int at) {
        if (at >= 0 && at < row.length()) {
            neighbours[one * 128 + row.charAt(at)] = true;
            neighbours[row.charAt(at) * 128 + one] = true;
        }
    }

    public static boolean areNeighbours(char one, char other) {
        return one < 128 && other < 128 && NEIGHBOURS[one * 128 + other];
    }

    private static boolean isVowel(char c) {
        return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
    }

    /**
     * How text[from, to) comes of a brand's label.
     *
     * @return null if it does not, or not by one slip; the rarest technique where several fit
     */
    public static @Nullable Technique technique(char[] text, int from, int to, String label) {
        int length = to - from;
        int same = same(text, from, to, label);
        int sameEnd = sameEnd(text, from, to, label, same);
        if (length == label.length()) {
            int last = length - 1 - sameEnd;
            if (same > last) {
                return null;
            }
            if (same == last) {
                return replaced(text[from + same], label.charAt(same));
            }
            if (isMoved(text, from, label, same, last)) {
                return Technique.TRANSPOSITION;
            }
            return last == same + 1 && text[from + same] == text[from + last] ? Technique.REPLACEMENT : null;
        }
        if (length == label.length() + 1 && same + sameEnd == label.length() - 1) {
            // A letter became another one twice.
            return text[from + same] == text[from + same + 1] ? Technique.REPLACEMENT : null;
        }
        if (length == label.length() + 1 && same + sameEnd == label.length()) {
            char more = text[from + same];
            if (more == '-') {
                return Technique.HYPHENATION;
            }
            if (same > 0 && text[from + same - 1] == more) {
                return Technique.REPETITION;
            }
            return same == label.length() && more == 's' ? Technique.PLURAL : Technique.INSERTION;
        }
        return length == label.length() - 1 && same + sameEnd >= length ? Technique.OMISSION : null;
    }

    private static Technique replaced(char by, char letter) {
        if (isVowel(by) && isVowel(letter)) {
            return Technique.VOWEL_SWAP;
        }
        return Integer.bitCount(by ^ letter) == 1 && !areNumbers(by, letter)
                ? Technique.BIT_FLIP
                : Technique.REPLACEMENT;
    }

    private static boolean areNumbers(char one, char other) {
        return Folds.isDigit(one) && Folds.isDigit(other);
    }

    /** More of an edit that {@link #technique} found, as bits. */
    public static int details(char[] text, int from, int to, String label, Technique technique) {
        int length = to - from;
        int same = same(text, from, to, label);
        int last = length - 1 - sameEnd(text, from, to, label, same);
        switch (technique) {
            case TRANSPOSITION:
                return last > same + 1 ? MOVED : 0;
            case REPLACEMENT:
                if (last > same) {
                    return DOUBLE | FAR;
                }
                if (areNumbers(text[from + same], label.charAt(same))) {
                    return NUMBER;
                }
                return areNeighbours(text[from + same], label.charAt(same)) ? 0 : FAR;
            case INSERTION:
                char more = text[from + same];
                boolean near = same > 0 && areNeighbours(more, label.charAt(same - 1))
                        || same < label.length() && areNeighbours(more, label.charAt(same));
                boolean edge = same == 0 || same == label.length();
                return Folds.isDigit(more) && edge ? NUMBER : near ? 0 : FAR;
            case OMISSION:
                return same < label.length() && Folds.isDigit(label.charAt(same)) ? NUMBER : 0;
            default:
                return 0;
        }
    }

    /** How many characters are the same from the start. */
    private static int same(char[] text, int from, int to, String label) {
        int most = Math.min(to - from, label.length());
        int same = 0;
        while (same < most && text[from + same] == label.charAt(same)) {
            same++;
        }
        return same;
    }

    /** How many are the same from the end, without those from the start. */
    private static int sameEnd(char[] text, int from, int to, String label, int start) {
        int most = Math.min(to - from, label.length()) - start;
        int same = 0;
        while (same < most && text[to - 1 - same] == label.charAt(label.length() - 1 - same)) {
            same++;
        }
        return same;
    }

    /** Whether one letter of label[first, last] went from one end to the other. */
    private static boolean isMoved(char[] text, int from, String label, int first, int last) {
        boolean right = text[from + last] == label.charAt(first);
        boolean left = text[from + first] == label.charAt(last);
        for (int i = first; i < last; i++) {
            right &= text[from + i] == label.charAt(i + 1);
            left &= text[from + i + 1] == label.charAt(i);
        }
        return right || left;
    }
}
