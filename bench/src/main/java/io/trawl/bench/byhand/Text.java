package io.trawl.bench.byhand;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Bytes of a line as text.
 *
 * <p>Text is read as UTF-8. A byte that is not part of valid UTF-8 becomes its percent-escape ({@code %E9}), which is
 * what it would be in a URL, so that a URL with Latin-1 in it still means the same; the raw line keeps the byte.
 */
final class Text {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Of eight bytes, those that ASCII never has set. */
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final long ONES = 0x0101010101010101L;
    private static final long SPACES = 0x2020202020202020L;
    private static final long DELETES = 0x7F7F7F7F7F7F7F7FL;

    private Text() {}

    /** The text; its control characters stay as they are. */
    public static String decode(byte[] bytes, int from, int to) {
        if (isAscii(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        return decoded(bytes, from, to, false);
    }

    /** The text without control characters: each becomes the percent-escape of its UTF-8, as a byte that is not UTF-8 does. */
    public static String clean(byte[] bytes, int from, int to) {
        if (isPrintableAscii(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        return decoded(bytes, from, to, true);
    }

    /** The same of a text that a library has read; half a surrogate pair becomes U+FFFD. */
    public static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return cleaned(text);
            }
        }
        return text;
    }

    /** Whether there is a control character in it. */
    public static boolean hasControls(byte[] bytes, int from, int to) {
        return !isPrintableAscii(bytes, from, to)
                && decode(bytes, from, to).chars().anyMatch(Character::isISOControl);
    }

    private static String cleaned(String text) {
        StringBuilder clean = new StringBuilder(text.length() + 16);
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                clean.append('\uFFFD');
            } else {
                append(c, clean);
            }
        }
        return clean.toString();
    }

    private static void append(int c, StringBuilder text) {
        if (!Character.isISOControl(c)) {
            text.appendCodePoint(c);
        } else if (c < 0x80) {
            escape((byte) c, text);
        } else {
            escape((byte) 0xC2, text);
            escape((byte) c, text);
        }
    }

    private static void escape(byte b, StringBuilder text) {
        text.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
    }

    private static String decoded(byte[] bytes, int from, int to, boolean clean) {
        StringBuilder text = new StringBuilder(to - from + 16);
        int i = from;
        while (i < to) {
            int length = sequence(bytes, i, to);
            if (length == 0) {
                escape(bytes[i], text);
                length = 1;
            } else if (clean && length <= 2) {
                append(length == 1 ? bytes[i] : (bytes[i] & 0x1F) << 6 | bytes[i + 1] & 0x3F, text);
            } else if (length == 1) {
                text.append((char) bytes[i]);
            } else {
                text.append(new String(bytes, i, length, StandardCharsets.UTF_8));
            }
            i += length;
        }
        return text.toString();
    }

    private static boolean isAscii(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            if (((long) LONGS.get(bytes, i) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < to; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintableAscii(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long eight = (long) LONGS.get(bytes, i);
            long delete = eight ^ DELETES;
            // Below a space, beyond ASCII, or delete; what borrows carry on comes behind a byte that is one of them.
            if (((eight | eight - SPACES | delete - ONES & ~delete) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < to; i++) {
            if (bytes[i] < ' ' || bytes[i] == 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** Length of the UTF-8 sequence at a position (RFC 3629), 0 if it is none. */
    private static int sequence(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || at + length > to) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = bytes[at + 1] & 0xFF;
        boolean overlong = first == 0xE0 && second < 0xA0 || first == 0xF0 && second < 0x90;
        boolean surrogate = first == 0xED && second > 0x9F;
        boolean beyond = first == 0xF4 && second > 0x8F;
        return overlong || surrogate || beyond ? 0 : length;
    }
}
