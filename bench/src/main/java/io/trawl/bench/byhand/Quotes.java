package io.trawl.bench.byhand;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Columns in quotes: where they end, and what they say. */
final class Quotes {
    private Quotes() {}

    /** Position of the quote that closes the one at hand, -1 if there is none. */
    static int closing(Scanner in) {
        for (int i = in.at + 1; i < in.bytes.length; i++) {
            if (in.bytes[i] == '\\') {
                i++;
            } else if (in.bytes[i] == '"') {
                return i;
            }
        }
        return -1;
    }

    /**
     * The quote that closes Squid's request: Squid's own combined format escapes nothing, so a URL may have quotes in it.
     */
    static int closingBeforeStatus(Scanner in) {
        int strict = closing(in);
        for (int i = strict; i >= 0 && i < in.bytes.length; i++) {
            if (in.bytes[i] == '"' && isNumberColumn(in, i + 1) && isNumberColumn(in, nextColumn(in, i + 2))) {
                return i;
            }
        }
        return strict;
    }

    private static int nextColumn(Scanner in, int at) {
        int i = at;
        while (i < in.bytes.length && in.bytes[i] != ' ') {
            i++;
        }
        return i;
    }

    /** Whether a space and then a number or - as a whole column follow. */
    private static boolean isNumberColumn(Scanner in, int at) {
        int end = nextColumn(in, at + 1);
        return at < in.bytes.length && in.bytes[at] == ' ' && (in.is(at + 1, end, '-') || in.number(at + 1, end) >= 0);
    }

    /**
     * The text between two quotes, its escapes undone; null if it is {@code -} or empty.
     *
     * @param squid whether Squid wrote it, whose own formats escape nothing
     */
    static @Nullable String text(Scanner in, int from, int to, boolean squid) {
        boolean escaped = false;
        for (int i = from; i < to; i++) {
            escaped |= in.bytes[i] == '\\';
        }
        if (!escaped || squid && !isEscapedBySquid(in, from, to)) {
            return in.text(from, to);
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            byte b = in.bytes[i];
            if (b != '\\' || i + 1 == to) {
                text.write(b);
                continue;
            }
            byte next = in.bytes[++i];
            int high = i + 2 < to ? Character.digit(in.bytes[i + 1], 16) : -1;
            int low = i + 2 < to ? Character.digit(in.bytes[i + 2], 16) : -1;
            if (next == 'x' && high >= 0 && low >= 0) {
                text.write(high << 4 | low);
                i += 2;
            } else {
                text.write(
                        switch (next) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            case 'v' -> 0x0B;
                            case 'f' -> '\f';
                            case 'b' -> '\b';
                            default -> next;
                        });
            }
        }
        byte[] bytes = text.toByteArray();
        return Scanner.decode(bytes, 0, bytes.length);
    }

    /** Whether every backslash begins an escape as a logformat of a site has them; the built-in combined has none. */
    private static boolean isEscapedBySquid(Scanner in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in.bytes[i] == '"') {
                return false;
            }
            if (in.bytes[i] == '\\') {
                i++;
                if (i == to || "\\\"nrt".indexOf(in.bytes[i]) < 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
