package io.trawl.parsing.internal;

import io.trawl.schema.PlainText;
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
public final class Text {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** Of eight bytes, those that ASCII never has set. */
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final long ONES = 0x0101010101010101L;
    private static final long SPACES = 0x2020202020202020L;
    private static final long DELETES = 0x7F7F7F7F7F7F7F7FL;

    private Text() {}

    /** The text as it is, for those who look at it. What goes into an event is {@link #plain(byte[], int, int)}. */
    public static String decode(byte[] bytes, int from, int to) {
        if (isAscii(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        return decoded(bytes, from, to, false);
    }

    /**
     * The text as an event may have it ({@link PlainText}). Whatever bytes of a line become a text of an event pass through
     * here, in every parser.
     */
    public static String plain(byte[] bytes, int from, int to) {
        if (isPrintableAscii(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        return decoded(bytes, from, to, true);
    }

    /** Whether an event's text may have all of its characters. */
    public static boolean isPlain(byte[] bytes, int from, int to) {
        return isPrintableAscii(bytes, from, to) || PlainText.isPlain(decode(bytes, from, to));
    }

    private static String decoded(byte[] bytes, int from, int to, boolean plain) {
        StringBuilder text = new StringBuilder(to - from + 16);
        int i = from;
        while (i < to) {
            int length = sequence(bytes, i, to);
            if (length == 0) {
                PlainText.escape(bytes[i], text);
                length = 1;
            } else if (plain) {
                PlainText.append(codePoint(bytes, i, length), text);
            } else {
                text.appendCodePoint(codePoint(bytes, i, length));
            }
            i += length;
        }
        return text.toString();
    }

    private static int codePoint(byte[] b, int at, int length) {
        int c = length == 1 ? b[at] : b[at] & (0xFF >> (length + 1));
        for (int i = 1; i < length; i++) {
            c = (c << 6) | (b[at + i] & 0x3F);
        }
        return c;
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

    /** Whether all of it is printable ASCII, the space included: the text is the bytes then. */
    public static boolean isPrintableAscii(byte[] bytes, int from, int to) {
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
