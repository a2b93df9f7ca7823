package io.trawl.schema;

import java.nio.charset.StandardCharsets;

/**
 * What a text of an event never has in it, since strangers write logs: characters that act on a terminal or a page, end a
 * line, end a value in a key, or turn the text around them. These are the control characters (C0, delete, C1), the
 * separators of lines and paragraphs, the marks and overrides of direction, which RFC 3987 (4.1) keeps out of addresses,
 * and half a surrogate pair. This is the one place that says which they are.
 *
 * <p>A parser writes each as the percent-escape of its UTF-8, which in a URL means the same.
 */
public final class PlainText {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    /** The first character beyond Latin-1 that is not plain. */
    private static final int ARABIC_LETTER_MARK = 0x61C;

    private PlainText() {}

    /** Whether a text may have the character. */
    public static boolean isPlain(int c) {
        if (c < 0xA0) {
            return c >= ' ' && c < 0x7F;
        }
        if (c <= ARABIC_LETTER_MARK) {
            return c < ARABIC_LETTER_MARK;
        }
        boolean mark = c == 0x200E || c == 0x200F;
        boolean separatorOrOverride = c >= 0x2028 && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        return !mark && !separatorOrOverride && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
    }

    /** Whether a text may be in an event. */
    public static boolean isPlain(String text) {
        // Negative where one character is not of printable ASCII; without a branch for each.
        int odd = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            odd |= (c - ' ') | ('~' - c);
        }
        return odd >= 0 || eachIsPlain(text);
    }

    private static boolean eachIsPlain(String text) {
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (!isPlain(c)) {
                return false;
            }
        }
        return true;
    }

    /** The text with a percent-escape in the place of each character that is not plain; U+FFFD for half a pair. */
    public static String of(String text) {
        return isPlain(text) ? text : escaped(text);
    }

    private static String escaped(String text) {
        StringBuilder plain = new StringBuilder(text.length() + 16);
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            append(c, plain);
        }
        return plain.toString();
    }

    /** Adds a character as an event's text has it. */
    public static void append(int c, StringBuilder to) {
        if (isPlain(c)) {
            to.appendCodePoint(c);
        } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            to.append('\uFFFD');
        } else {
            for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                escape(b, to);
            }
        }
    }

    /** Adds the percent-escape of a byte. */
    public static void escape(byte b, StringBuilder to) {
        to.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
    }
}
