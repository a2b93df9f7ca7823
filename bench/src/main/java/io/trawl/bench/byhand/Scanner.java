package io.trawl.bench.byhand;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A position in a line of bytes.
 *
 * <p>Text is read as UTF-8. A byte that is not part of valid UTF-8 becomes its percent-escape ({@code %E9}), which is
 * what it would be in a URL, so that a URL with Latin-1 in it still means the same; the raw line keeps the byte.
 */
final class Scanner {
    private static final int SQUID_LINE = 8191;

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

    /** A run of digits as a number; -1 if it is empty, longer than 18 digits or has anything else in it. */
    long number(int from, int to) {
        return Bytes.number(bytes, from, to);
    }

    boolean is(int from, int to, char only) {
        return to - from == 1 && bytes[from] == only;
    }

    /** The text of a column, null if it is {@code -} or empty. */
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

    /** A user's name as Squid writes it: percent-escapes and doubled backslashes undone; null if there is none. */
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
        return Text.decode(bytes, from, to);
    }
}
