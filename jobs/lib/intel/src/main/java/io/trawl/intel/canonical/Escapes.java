package io.trawl.intel.canonical;

import java.nio.charset.StandardCharsets;

/** Percent-escapes as Safe Browsing has them: unescaped until nothing is left to unescape, then escaped once. */
final class Escapes {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Escapes() {}

    /**
     * The UTF-8 bytes of text[from, to) with every percent-escape undone, and those that appear by it. Escapes do not
     * overlap, so the order in which they are undone makes no difference, and one pass with a look back is enough: the
     * time is linear, however deep somebody nests them.
     */
    static Bytes unescaped(String text, int from, int to) {
        byte[] bytes = utf8(text, from, to);
        byte[] out = new byte[bytes.length];
        int length = 0;
        for (byte b : bytes) {
            out[length++] = b;
            while (length >= 3 && out[length - 3] == '%') {
                int high = Ip.digit(out[length - 2]);
                int low = Ip.digit(out[length - 1]);
                if (high < 0 || low < 0) {
                    break;
                }
                length -= 2;
                out[length - 1] = (byte) (high << 4 | low);
            }
        }
        return new Bytes(out, length);
    }

    /** Bytes [0, length) of an array. */
    record Bytes(byte[] array, int length) {}

    /** UTF-8, with U+FFFD for half a surrogate pair (WHATWG), which getBytes would make a question mark. */
    private static byte[] utf8(String text, int from, int to) {
        StringBuilder mended = null;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else {
                    if (mended == null) {
                        mended = new StringBuilder(text);
                    }
                    mended.setCharAt(i, '\uFFFD');
                }
            }
        }
        String whole = mended == null ? text : mended.toString();
        return whole.substring(from, to).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Appends bytes [from, to): controls, space, non-ASCII, # and % escaped (Safe Browsing), and what else is named.
     *
     * @param also further ASCII characters to escape
     */
    static void escape(byte[] bytes, int from, int to, String also, StringBuilder into) {
        for (int i = from; i < to; i++) {
            int c = bytes[i] & 255;
            if (c <= ' ' || c >= 0x7F || c == '#' || c == '%' || also.indexOf(c) >= 0) {
                into.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
            } else {
                into.append((char) c);
            }
        }
    }
}
