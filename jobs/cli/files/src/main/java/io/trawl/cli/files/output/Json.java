package io.trawl.cli.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) as UTF-8 bytes, written by hand since it is the hot part of every command. Objects are written member
 * by member; one that got no member is taken back.
 *
 * <p>Control characters are escaped, those of C1 too: what a stranger wrote into a URL must not steer a terminal.
 */
public final class Json {
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    /** No character takes more bytes than an escape of six. */
    private static final int MOST = 6;

    private static final int CHUNK = 4096;
    private static final int KEPT = 1 << 20;

    private byte[] bytes = new byte[1 << 16];
    private int length;
    /** The day that date() wrote last, and its text: lines of a log are mostly of one. */
    private long day = Long.MIN_VALUE;

    private final byte[] date = new byte[10];

    /** Begins an object: a whole one, or an element of an array. */
    public Json begin() {
        separate();
        put('{');
        return this;
    }

    /** Ends what begin() began. */
    public Json end() {
        put('}');
        return this;
    }

    /**
     * Begins a member that is an object.
     *
     * @return what end(int) takes
     */
    public int begin(String name) {
        int mark = length;
        name(name);
        put('{');
        return mark;
    }

    /** Ends a member that is an object; without members of its own it is taken back. */
    public void end(int mark) {
        if (bytes[length - 1] == '{') {
            length = mark;
        } else {
            put('}');
        }
    }

    public Json member(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            text(value);
        }
        return this;
    }

    public Json member(String name, @Nullable Number value) {
        return value == null ? this : member(name, value.longValue());
    }

    public Json member(String name, long value) {
        name(name);
        number(value);
        return this;
    }

    /** A time as ISO-8601, UTC, with as many digits after the point as it has: none, 3, 6 or 9. */
    public Json member(String name, @Nullable Instant value) {
        if (value != null) {
            name(name);
            put('"');
            time(value);
            put('"');
        }
        return this;
    }

    public Json member(String name, boolean value) {
        name(name);
        ascii(Boolean.toString(value));
        return this;
    }

    public Json member(String name, List<String> values) {
        name(name);
        put('[');
        for (String value : values) {
            separate();
            text(value);
        }
        put(']');
        return this;
    }

    /** Begins a member that is an object and stays if it is empty; end() ends it. */
    public Json object(String name) {
        name(name);
        put('{');
        return this;
    }

    /** Begins a member that is an array. */
    public Json array(String name) {
        name(name);
        put('[');
        return this;
    }

    /** Adds a number to an array. */
    public Json element(long value) {
        separate();
        number(value);
        return this;
    }

    /** Ends what array() began. */
    public Json endArray() {
        put(']');
        return this;
    }

    /** A member with a name that is not ours. */
    public Json escaped(String name, String value) {
        separate();
        text(name);
        put(':');
        text(value);
        return this;
    }

    public Json none(String name) {
        name(name);
        ascii("null");
        return this;
    }

    public Json newline() {
        put('\n');
        return this;
    }

    public int length() {
        return length;
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, length);
    }

    /** Forgets what was written; the room is kept, unless one long line made it huge. */
    public void clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[1 << 16];
        }
    }

    private void name(String name) {
        separate();
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    private void separate() {
        if (length > 0) {
            byte last = bytes[length - 1];
            if (last != '{' && last != '[' && last != '\n') {
                put(',');
            }
        }
    }

    private void put(char c) {
        room(1);
        bytes[length++] = (byte) c;
    }

    private void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
    }

    private void text(String value) {
        put('"');
        for (int from = 0; from < value.length(); from += CHUNK) {
            int to = Math.min(value.length(), from + CHUNK);
            // A pair of surrogates is written as one character, so it is not parted.
            if (to < value.length() && Character.isHighSurrogate(value.charAt(to - 1))) {
                to--;
            }
            room(MOST * (to - from));
            chunk(value, from, to);
            from = to - CHUNK;
        }
        put('"');
    }

    private void chunk(String value, int from, int to) {
        byte[] into = bytes;
        int at = length;
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
                into[at++] = (byte) c;
            } else if (c == '"' || c == '\\') {
                into[at++] = '\\';
                into[at++] = (byte) c;
            } else if (c < 0xA0) {
                into[at++] = '\\';
                into[at++] = 'u';
                into[at++] = '0';
                into[at++] = '0';
                into[at++] = (byte) HEX[c >> 4];
                into[at++] = (byte) HEX[c & 15];
            } else if (c < 0x800) {
                into[at++] = (byte) (0xC0 | c >> 6);
                into[at++] = (byte) (0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(value.charAt(i + 1))) {
                int code = Character.toCodePoint(c, value.charAt(++i));
                into[at++] = (byte) (0xF0 | code >> 18);
                into[at++] = (byte) (0x80 | code >> 12 & 0x3F);
                into[at++] = (byte) (0x80 | code >> 6 & 0x3F);
                into[at++] = (byte) (0x80 | code & 0x3F);
            } else {
                // Half a pair is no character.
                char whole = Character.isSurrogate(c) ? '\uFFFD' : c;
                into[at++] = (byte) (0xE0 | whole >> 12);
                into[at++] = (byte) (0x80 | whole >> 6 & 0x3F);
                into[at++] = (byte) (0x80 | whole & 0x3F);
            }
        }
        length = at;
    }

    private void number(long value) {
        room(20);
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        digits(value, digits);
    }

    private void digits(long value, int count) {
        room(count);
        long rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
    }

    private void time(Instant time) {
        long seconds = time.getEpochSecond();
        long today = Math.floorDiv(seconds, 86_400L);
        if (today < 0 || today > 1_000_000) {
            ascii(time.toString());
            return;
        }
        if (today != day) {
            String text = java.time.LocalDate.ofEpochDay(today).toString();
            for (int i = 0; i < date.length; i++) {
                date[i] = (byte) text.charAt(i);
            }
            day = today;
        }
        room(32);
        System.arraycopy(date, 0, bytes, length, date.length);
        length += date.length;
        int second = (int) Math.floorMod(seconds, 86_400L);
        put('T');
        digits(second / 3600, 2);
        put(':');
        digits(second / 60 % 60, 2);
        put(':');
        digits(second % 60, 2);
        int nanos = time.getNano();
        if (nanos != 0) {
            put('.');
            if (nanos % 1_000_000 == 0) {
                digits(nanos / 1_000_000, 3);
            } else if (nanos % 1_000 == 0) {
                digits(nanos / 1_000, 6);
            } else {
                digits(nanos, 9);
            }
        }
        put('Z');
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, (int) Math.min(bytes.length * 2L, 1 << 30)));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, java.nio.charset.StandardCharsets.UTF_8);
    }
}
