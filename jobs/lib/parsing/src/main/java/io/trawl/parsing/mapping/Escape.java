package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** How a writer of logs escapes what it cannot write as it is. */
public enum Escape {
    /** Not at all. */
    NONE,
    /** Apache's and nginx's: {@code \xhh}, {@code \n} and its like; a backslash before anything else is dropped. */
    BACKSLASH,
    /** {@link #BACKSLASH} but for a user name, in which a domain's backslash may be as it is. */
    BACKSLASH_USER,
    /** {@link #BACKSLASH} where every backslash of it begins an escape of Squid's; else it is the text. */
    SQUID,
    /** Squid's user names: percent-escapes and doubled backslashes. */
    SQUID_USER,
    /** JSON's, as nginx's escape=json writes them. */
    JSON,
    /** CEF's: a backslash before {@code =}, {@code |}, {@code n}, {@code r} or itself; any other is text. */
    CEF,
    /** CSV's doubled quotes. */
    DOUBLED,
    /** Percent-escapes. */
    PERCENT,
    /** Percent-escapes of percent-escapes, as CloudFront has them. */
    PERCENT_TWICE,
    /** {@code %25} before two hexadecimal digits: the percent sign of an escape that was there before. */
    PERCENT_OF_PERCENT,
    /** A plus sign for a space, as IIS has it. */
    PLUS,
    /** Percent-escapes and, if there are any, plus signs for spaces, as forms send them. */
    FORM,
    /** Base64, with or without its padding; what is not Base64 is text. */
    BASE64;

    /** The bytes without their escapes; null if there are none. */
    byte @Nullable [] undone(byte[] b, int from, int to) {
        return switch (this) {
            case NONE -> null;
            case BACKSLASH, JSON -> has(b, from, to, '\\') ? backslash(b, from, to) : null;
            case BACKSLASH_USER -> has(b, from, to, '\\') ? backslashUser(b, from, to) : null;
            case SQUID -> has(b, from, to, '\\') && isSquids(b, from, to) ? backslash(b, from, to) : null;
            case SQUID_USER ->
                Bytes.find(b, from, to, (byte) '%', (byte) '\\') < to ? percent(b, from, to, true) : null;
            case CEF -> has(b, from, to, '\\') ? cef(b, from, to) : null;
            case DOUBLED -> has(b, from, to, '"') ? doubled(b, from, to) : null;
            case PERCENT -> has(b, from, to, '%') ? percent(b, from, to, false) : null;
            case PERCENT_TWICE -> {
                byte[] once = has(b, from, to, '%') ? percent(b, from, to, false) : null;
                yield once == null ? null : percent(once, 0, once.length, false);
            }
            case PERCENT_OF_PERCENT -> has(b, from, to, '%') ? ofPercent(b, from, to) : null;
            case PLUS -> has(b, from, to, '+') ? plus(b, from, to) : null;
            case FORM -> {
                byte[] spaced = has(b, from, to, '%') ? plus(b, from, to) : null;
                yield spaced == null ? null : percent(spaced, 0, spaced.length, false);
            }
            case BASE64 -> base64(b, from, to);
        };
    }

    private static boolean has(byte[] b, int from, int to, char c) {
        return Bytes.find(b, from, to, (byte) c) < to;
    }

    /** Whether every backslash begins an escape as a logformat of a site has them; the built-in combined has none. */
    private static boolean isSquids(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] == '"') {
                return false;
            }
            if (b[i] == '\\') {
                i++;
                if (i == to || "\\\"nrt".indexOf(b[i]) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static byte[] backslash(byte[] b, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            if (b[i] != '\\' || i + 1 == to) {
                text[length++] = b[i];
                continue;
            }
            byte next = b[++i];
            int digits = next == 'x' ? 2 : next == 'u' ? 4 : 0;
            int code = digits == 0 ? -1 : hex(b, i + 1, i + 1 + digits, to);
            if (code < 0) {
                text[length++] = switch (next) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'v' -> 0x0B;
                    case 'f' -> '\f';
                    case 'b' -> '\b';
                    default -> next;
                };
                continue;
            }
            i += digits;
            if (digits == 2) {
                text[length++] = (byte) code;
                continue;
            }
            char[] pair = {(char) code, 0};
            int chars = 1;
            if (Character.isHighSurrogate(pair[0]) && i + 2 < to && b[i + 1] == '\\' && b[i + 2] == 'u') {
                int low = hex(b, i + 3, i + 7, to);
                if (low >= 0 && Character.isLowSurrogate((char) low)) {
                    pair[chars++] = (char) low;
                    i += 6;
                }
            }
            // Six bytes of an escape become three at most.
            byte[] utf8 = Character.isSurrogate(pair[0]) && chars == 1
                    ? "\uFFFD".getBytes(StandardCharsets.UTF_8)
                    : new String(pair, 0, chars).getBytes(StandardCharsets.UTF_8);
            System.arraycopy(utf8, 0, text, length, utf8.length);
            length += utf8.length;
        }
        return Arrays.copyOf(text, length);
    }

    /** Undoes only what cannot be a domain's backslash and the name after it: a doubled one, a quote, a byte. */
    private static byte[] backslashUser(byte[] b, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int next = b[i] == '\\' && i + 1 < to ? b[i + 1] : 0;
            int code = next == 'x' ? hex(b, i + 2, i + 4, to) : -1;
            if (code >= 0) {
                text[length++] = (byte) code;
                i += 3;
            } else {
                i += next == '\\' || next == '"' ? 1 : 0;
                text[length++] = b[i];
            }
        }
        return Arrays.copyOf(text, length);
    }

    private static int hex(byte[] b, int from, int end, int to) {
        if (end > to) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < end; i++) {
            int digit = Character.digit(b[i], 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }

    private static byte[] percent(byte[] b, int from, int to, boolean backslashes) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int code = b[i] == '%' ? hex(b, i + 1, i + 3, to) : -1;
            if (code >= 0) {
                text[length++] = (byte) code;
                i += 2;
            } else {
                text[length++] = b[i];
                i += backslashes && b[i] == '\\' && i + 1 < to && b[i + 1] == '\\' ? 1 : 0;
            }
        }
        return Arrays.copyOf(text, length);
    }

    private static byte[] cef(byte[] b, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int next = b[i] == '\\' && i + 1 < to ? "\\=|nr".indexOf(b[i + 1]) : -1;
            if (next >= 0) {
                i++;
                text[length++] = next == 3 ? (byte) '\n' : next == 4 ? (byte) '\r' : b[i];
            } else {
                text[length++] = b[i];
            }
        }
        return Arrays.copyOf(text, length);
    }

    private static byte[] doubled(byte[] b, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            text[length++] = b[i];
            i += b[i] == '"' && i + 1 < to && b[i + 1] == '"' ? 1 : 0;
        }
        return Arrays.copyOf(text, length);
    }

    private static byte[] ofPercent(byte[] b, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            text[length++] = b[i];
            boolean twice = b[i] == '%' && i + 5 <= to && b[i + 1] == '2' && b[i + 2] == '5';
            i += twice && hex(b, i + 3, i + 5, to) >= 0 ? 2 : 0;
        }
        return Arrays.copyOf(text, length);
    }

    private static byte @Nullable [] base64(byte[] b, int from, int to) {
        try {
            return Base64.getDecoder().decode(Arrays.copyOfRange(b, from, to));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] plus(byte[] b, int from, int to) {
        byte[] text = Arrays.copyOfRange(b, from, to);
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '+') {
                text[i] = ' ';
            }
        }
        return text;
    }
}
