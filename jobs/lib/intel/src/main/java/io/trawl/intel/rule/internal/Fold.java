package io.trawl.intel.rule.internal;

/**
 * Characters without their case: the lower case of the upper case of each. A text keeps its length: what is of the Basic
 * Multilingual Plane stays there, and of a pair of surrogates the first one stays as it is.
 */
public final class Fold {
    private static final int SIZE = 1 << 16;
    private static final int ASCII = 128;
    private static final char[] BMP = new char[SIZE];
    /** The characters beyond ASCII that are an ASCII one without case. */
    private static final char[] BECOME_ASCII = {'\u0130', '\u0131', '\u017F', '\u212A'};

    /** Whether all that a character of a folded text can have been ends with the same byte, but for bit 0x20. */
    private static final boolean[] STABLE = new boolean[SIZE];

    static {
        byte[] last = new byte[SIZE];
        boolean[] seen = new boolean[SIZE];
        java.util.Arrays.fill(STABLE, true);
        for (int c = 0; c < SIZE; c++) {
            char folded = (char) codePoint(c);
            BMP[c] = folded;
            byte b = (byte) (c | 0x20);
            if (!(c >= ASCII && folded < ASCII)) {
                STABLE[folded] &= !seen[folded] || last[folded] == b;
                seen[folded] = true;
                last[folded] = b;
            }
        }
        for (int c = Character.MIN_SURROGATE; c <= Character.MAX_SURROGATE; c++) {
            STABLE[c] = false;
        }
    }

    private Fold() {}

    static int codePoint(int codePoint) {
        return Character.toLowerCase(Character.toUpperCase(codePoint));
    }

    /** The folded character at an index. */
    static char at(CharSequence text, int index) {
        char c = text.charAt(index);
        return c < ASCII || !Character.isLowSurrogate(c) ? BMP[c] : low(text, index, c);
    }

    private static char low(CharSequence text, int index, char c) {
        if (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1))) {
            return c;
        }
        return Character.lowSurrogate(codePoint(Character.toCodePoint(text.charAt(index - 1), c)));
    }

    /** A text, folded. */
    public static String text(String text) {
        char[] folded = new char[text.length()];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = at(text, i);
        }
        return new String(folded);
    }

    /** Whether a text has a character beyond ASCII that is an ASCII one without case; of a text of Latin-1 it costs nothing. */
    static boolean hidesAscii(String text) {
        for (char c : BECOME_ASCII) {
            if (text.indexOf(c) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether a folded character was one of the same last byte in any case, but for bit 0x20. */
    static boolean isStable(char folded) {
        return STABLE[folded];
    }
}
