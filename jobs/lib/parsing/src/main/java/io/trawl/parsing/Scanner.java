package io.trawl.parsing;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A position in a line of bytes.
 *
 * <p>Text is read as UTF-8. A byte that is not part of valid UTF-8 becomes its percent-escape ({@code %E9}), which is
 * what it would be in a URL, so that a URL with Latin-1 in it still means the same; the raw line keeps the byte.
 */
final class Scanner {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private static final int SQUID_LINE = 8191;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    /** Of eight bytes, those that ASCII never has set. */
    private static final long HIGH_BITS = 0x8080808080808080L;

    final byte[] bytes;
    int at;

    Scanner(byte[] bytes) {
        // A carriage return at the end is half a line end, as an agent leaves it of CR LF.
        boolean half = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        this.bytes = half ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    /** Whether the line is nothing but white space. */
    boolean isBlank() {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Squid's built-in formats cut a line at 8,191 bytes, write NUL for its line end, and so run the next line into it. */
    @Nullable
    Failure cutBySquid() {
        if (bytes.length <= SQUID_LINE || bytes[SQUID_LINE] != 0) {
            return null;
        }
        return new Failure(
                Reason.SYNTAX,
                null,
                "Squid cut the line at " + SQUID_LINE
                        + " bytes and wrote the next one behind it; expected one line; a logformat of one's own has no such limit");
    }

    boolean ended() {
        return at >= bytes.length;
    }

    void skipSpaces() {
        while (at < bytes.length && bytes[at] == ' ') {
            at++;
        }
    }

    /** Where the column that begins here ends: at a space or at the end of the line. */
    int columnEnd() {
        int end = at;
        while (end < bytes.length && bytes[end] != ' ') {
            end++;
        }
        return end;
    }

    /** A run of digits as a number; -1 where it is empty, longer than 18 digits or has anything else in it. */
    long number(int from, int to) {
        if (from >= to || to - from > 18) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    boolean is(int from, int to, char only) {
        return to - from == 1 && bytes[from] == only;
    }

    /** The text of a column, null where it is {@code -} or empty. */
    @Nullable
    String text(int from, int to) {
        if (from >= to || is(from, to, '-')) {
            return null;
        }
        return decode(bytes, from, to);
    }

    /** The client's column: null, too, where it has a control character in it, and so is no value. */
    @Nullable
    String client(int from, int to) {
        String text = text(from, to);
        return text == null || text.chars().anyMatch(Character::isISOControl) ? null : text;
    }

    /** A user's name as Squid writes it: percent-escapes and doubled backslashes undone; null where there is none. */
    @Nullable
    String squidUser(int from, int to) {
        boolean escaped = false;
        for (int i = from; i < to && !escaped; i++) {
            escaped = bytes[i] == '%' || bytes[i] == '\\';
        }
        if (!escaped) {
            return text(from, to);
        }
        ByteArrayOutputStream name = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            int high = bytes[i] == '%' && i + 2 < to ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                name.write(high << 4 | low);
                i += 2;
            } else {
                name.write(bytes[i]);
                i += bytes[i] == '\\' && i + 1 < to && bytes[i + 1] == '\\' ? 1 : 0;
            }
        }
        byte[] undone = name.toByteArray();
        return decode(undone, 0, undone.length);
    }

    /** Text for a message: short, and printable. */
    String quote(int from, int to) {
        String text = decode(bytes, from, Math.min(to, from + 40));
        return "'" + text.replaceAll("\\p{Cntrl}", "?") + (to - from > 40 ? "...'" : "'");
    }

    static String decode(byte[] bytes, int from, int to) {
        if (isAscii(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
        StringBuilder text = new StringBuilder(to - from + 16);
        int i = from;
        while (i < to) {
            int length = sequence(bytes, i, to);
            if (length == 1) {
                text.append((char) bytes[i]);
            } else if (length > 1) {
                text.append(new String(bytes, i, length, StandardCharsets.UTF_8));
            } else {
                text.append('%').append(HEX[(bytes[i] >> 4) & 15]).append(HEX[bytes[i] & 15]);
                length = 1;
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

    /** Length of the UTF-8 sequence at a position (RFC 3629), 0 where it is none. */
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
