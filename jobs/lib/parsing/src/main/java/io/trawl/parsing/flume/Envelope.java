package io.trawl.parsing.flume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Flume event from its Avro binary form, {@code {map<string> headers, bytes body}}, as the collector's Kafka
 * channel writes it. Headers hardly change from one event of a file to the next, so a value that came lately is not decoded
 * again and is the same String, and so is the map of those that have no column. Not for several threads.
 */
public final class Envelope {
    /** How many files' headers are remembered, about. */
    private static final int LATELY = 64;

    /** What some foreign writer invents for each message is not worth remembering: so many headers are, and values so long. */
    private static final int MOST_HEADERS = 32;

    private static final int LONGEST = 256;

    /** The agent sends no longer one. */
    private static final int LONGEST_HEADER_LINE = 16 * 1024;

    private final List<Header> known = new ArrayList<>();
    private byte[] in = new byte[0];
    private int at;
    private byte[] body = new byte[0];

    private @Nullable String host;
    private @Nullable String log;
    private @Nullable String generation;
    private @Nullable Long fileOffset;
    private @Nullable Long oversize;
    private @Nullable String headerLine;

    /** The headers without a column and their values, in the event's order. */
    private Header[] others = new Header[8];

    private Value[] values = new Value[8];
    private int count;
    private int hash;
    /** Whether the map is not worth remembering, or hangs on more than them: one of them has a column and no value for it. */
    private boolean odd;

    private Map<String, String> map = Map.of();
    private final @Nullable Mapped[] maps = new Mapped[LATELY];

    /** A map that came lately, and what it was made of. */
    private record Mapped(Header[] others, Value[] values, Map<String, String> map) {}

    /** Where a header's value goes. */
    private enum Place {
        HOST,
        LOG,
        GENERATION,
        FILE_OFFSET,
        OVERSIZE,
        HEADER_LINE,
        MAP;

        static Place of(String name) {
            return switch (name) {
                case Origin.HOST -> HOST;
                case Origin.LOG -> LOG;
                case Origin.GENERATION -> GENERATION;
                case Origin.BYTE_OFFSET -> FILE_OFFSET;
                case Origin.OVERSIZE -> OVERSIZE;
                case Origin.HEADER_LINE -> HEADER_LINE;
                default -> MAP;
            };
        }
    }

    /** A header's name and what it was lately, at the place of its hash. */
    private static final class Header {
        final byte[] bytes;
        final String name;
        final Place place;
        Value last = Value.NONE;
        final @Nullable Value[] lately = new Value[LATELY];

        Header(byte[] bytes) {
            this.bytes = bytes;
            this.name = new String(bytes, StandardCharsets.UTF_8);
            this.place = Place.of(name);
        }
    }

    private static final class Value {
        static final Value NONE = new Value(new byte[0], 0);

        final byte[] bytes;
        final String text;
        final int hash;

        Value(byte[] bytes, int hash) {
            this.bytes = bytes;
            this.text = new String(bytes, StandardCharsets.UTF_8);
            this.hash = hash;
        }
    }

    /**
     * Reads an event; what the other methods give is then its own until the next one is read.
     *
     * @throws IOException if the bytes are no Flume event, with what is wrong with them
     */
    public void read(byte[] event) throws IOException {
        in = event;
        at = 0;
        host = null;
        log = null;
        generation = null;
        fileOffset = null;
        oversize = null;
        headerLine = null;
        count = 0;
        hash = 0;
        odd = false;
        int number = 0;
        for (long block = number(); block != 0; block = number()) {
            if (block < 0) {
                // The block's size in bytes stands behind a negative count; who reads all of it does not need it.
                block = -block;
                number();
            }
            for (long i = 0; i < block; i++) {
                header(number++);
            }
        }
        int length = length();
        body = Arrays.copyOfRange(in, at, at + length);
        at += length;
        if (at != in.length) {
            throw new IOException((in.length - at) + " bytes are left after the event");
        }
        map = map();
    }

    private Map<String, String> map() {
        if (odd) {
            return Map.copyOf(mapped());
        }
        int slot = (hash ^ hash >>> 16) & LATELY - 1;
        Mapped there = maps[slot];
        if (there == null || !isSame(there.others(), others) || !isSame(there.values(), values)) {
            there = new Mapped(Arrays.copyOf(others, count), Arrays.copyOf(values, count), Map.copyOf(mapped()));
            maps[slot] = there;
        }
        return there.map();
    }

    /** Whether these are the very same objects. */
    private boolean isSame(Object[] then, Object[] now) {
        if (then.length != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (then[i] != now[i]) {
                return false;
            }
        }
        return true;
    }

    private Map<String, String> mapped() {
        Map<String, String> mapped = new HashMap<>();
        for (int i = 0; i < count; i++) {
            mapped.put(others[i].name, values[i].text);
        }
        // Of a name that came twice the last value counts.
        if (fileOffset != null) {
            mapped.remove(Origin.BYTE_OFFSET);
        }
        if (oversize != null) {
            mapped.remove(Origin.OVERSIZE);
        }
        return mapped;
    }

    public @Nullable String host() {
        return host;
    }

    public @Nullable String log() {
        return log;
    }

    public @Nullable String generation() {
        return generation;
    }

    /** The line's byte offset in its file; null if the header is missing or no number. */
    public @Nullable Long fileOffset() {
        return fileOffset;
    }

    /** Length of a line that the agent cut; null if the header is missing or no number. */
    public @Nullable Long oversize() {
        return oversize;
    }

    /** The line of its file that names the columns of this one; null if there is none. */
    public @Nullable String headerLine() {
        return headerLine;
    }

    /** Every other header; the same map as lately where they are the same. */
    public Map<String, String> headers() {
        return map;
    }

    public byte[] body() {
        return body;
    }

    private void header(int number) throws IOException {
        int length = length();
        Header header = number < known.size() ? known.get(number) : null;
        if (header == null || !isHere(header.bytes, length)) {
            header = find(length);
        }
        at += length;
        length = length();
        if (header.place == Place.FILE_OFFSET || header.place == Place.OVERSIZE) {
            Long value = digits(length);
            if (value == null) {
                value = number(value(header, length).text);
            }
            if (header.place == Place.FILE_OFFSET) {
                fileOffset = value;
            } else {
                oversize = value;
            }
            if (value == null) {
                odd = true;
                other(header, value(header, length));
            }
        } else {
            Value value = value(header, length);
            switch (header.place) {
                case HOST -> host = value.text;
                case LOG -> log = value.text;
                case GENERATION -> generation = value.text;
                case HEADER_LINE -> headerLine = value.text;
                default -> other(header, value);
            }
        }
        at += length;
    }

    /** The value that is here; the same object as lately, where it is the same. */
    private Value value(Header header, int length) {
        if (isHere(header.last.bytes, length)) {
            return header.last;
        }
        if (length > (header.place == Place.HEADER_LINE ? LONGEST_HEADER_LINE : LONGEST)) {
            return new Value(Arrays.copyOfRange(in, at, at + length), 0);
        }
        int valueHash = hashHere(length);
        int slot = valueHash & LATELY - 1;
        Value value = header.lately[slot];
        if (value == null || !isHere(value.bytes, length)) {
            value = new Value(Arrays.copyOfRange(in, at, at + length), valueHash);
            header.lately[slot] = value;
        }
        header.last = value;
        return value;
    }

    private int hashHere(int length) {
        int found = length;
        for (int i = at; i < at + length; i++) {
            found = 31 * found + in[i];
        }
        return found ^ found >>> 16;
    }

    private void other(Header header, Value value) {
        if (count == others.length) {
            others = Arrays.copyOf(others, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
        }
        others[count] = header;
        values[count] = value;
        hash = 31 * hash + value.hash;
        count++;
        odd |= count > MOST_HEADERS || value.bytes.length > LONGEST;
    }

    /** The value that is here, where it is nothing but at most 18 digits; else null. */
    private @Nullable Long digits(int length) {
        if (length == 0 || length > 18) {
            return null;
        }
        long value = 0;
        for (int i = at; i < at + length; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    private Header find(int length) {
        for (Header header : known) {
            if (isHere(header.bytes, length)) {
                return header;
            }
        }
        Header header = new Header(Arrays.copyOfRange(in, at, at + length));
        if (known.size() < MOST_HEADERS) {
            known.add(header);
        }
        return header;
    }

    private boolean isHere(byte[] bytes, int length) {
        return Arrays.equals(bytes, 0, bytes.length, in, at, at + length);
    }

    private int length() throws IOException {
        long length = number();
        if (length < 0 || length > in.length - at) {
            throw new IOException("a length of " + length + " where " + (in.length - at) + " bytes are left");
        }
        return (int) length;
    }

    /** A variable-length zig-zag number. */
    private long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= in.length) {
                throw new IOException("it ends too early");
            }
            byte next = in[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new IOException("a number of more than 10 bytes");
    }

    private static @Nullable Long number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
