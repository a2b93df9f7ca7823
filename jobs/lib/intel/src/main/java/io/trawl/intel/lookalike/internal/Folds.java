package io.trawl.intel.lookalike.internal;

/**
 * What characters of ASCII are taken for: two names that fold to the same text look alike. The strict fold has what a
 * reader cannot tell in common fonts (0 and o; 1, i and l; rn and m; vv and w), the loose one what he may not.
 */
public final class Folds {
    private static final char[] LOOSE = loose();

    private Folds() {}

    private static char[] loose() {
        char[] loose = new char[128];
        for (char c = 0; c < 128; c++) {
            loose[c] = c;
        }
        // A letter, and what is taken for it.
        for (String same : new String[] {"ce3", "a4", "s5", "t7", "b86", "gq9", "z2", "vu", "lj"}) {
            for (int i = 1; i < same.length(); i++) {
                loose[same.charAt(i)] = same.charAt(0);
            }
        }
        return loose;
    }

    /** Of a character that is folded strictly already. */
    public static char loose(char c) {
        return c < 128 ? LOOSE[c] : c;
    }

    /**
     * Folds text[from, to) strictly. A number stays one: digits are taken for letters where they are among letters.
     *
     * @return the length of the folded text
     */
    public static int strict(char[] text, int from, int to, char[] into) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text[i];
            if (c == 'i') {
                c = 'l';
            } else if (c <= '1' && c >= '0' && isAmongLetters(text, from, to, i)) {
                c = c == '0' ? 'o' : 'l';
            } else if (c == 'n' && length > 0 && text[i - 1] == 'r' && into[length - 1] == 'r') {
                into[length - 1] = 'm';
                continue;
            } else if (c == 'v' && length > 0 && text[i - 1] == 'v' && into[length - 1] == 'v') {
                into[length - 1] = 'w';
                continue;
            }
            into[length++] = c;
        }
        return length;
    }

    public static String strict(String text) {
        char[] folded = new char[text.length()];
        return new String(folded, 0, strict(text.toCharArray(), 0, text.length(), folded));
    }

    public static String loose(String text) {
        StringBuilder loose = new StringBuilder(strict(text));
        for (int i = 0; i < loose.length(); i++) {
            loose.setCharAt(i, loose(loose.charAt(i)));
        }
        return loose.toString();
    }

    private static boolean isAmongLetters(char[] text, int from, int to, int at) {
        int start = at;
        while (start > from && isDigit(text[start - 1])) {
            start--;
        }
        int end = at + 1;
        while (end < to && isDigit(text[end])) {
            end++;
        }
        boolean before = start > from && text[start - 1] != '-';
        boolean after = end < to && text[end] != '-';
        return before && after || (before || after) && end - start == 1;
    }

    /** Whether a digit stands for a letter in text[from, to): no honest name has that, while i and l are mixed up by chance. */
    public static boolean hasDigitForLetter(char[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((text[i] == '0' || text[i] == '1') && isAmongLetters(text, from, to, i)) {
                return true;
            }
        }
        return false;
    }

    public static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
