package io.trawl.etl;

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
 * channel writes it. Headers hardly change from one event to the next, so a value that is the same as last time is not
 * decoded again and is the same String. Not for several threads.
 */
final class Envelope {
    private final List<Header> known = new ArrayList<>();
    private final Map<String, String> headers = new HashMap<>();
    private byte[] in = new byte[0];
    private int at;
    private byte[] body = new byte[0];

    /** A header's name and what it was last. */
    private static final class Header {
        final byte[] bytes;
        final String name;
        byte[] valueBytes = new byte[0];
        String value = "";

        Header(byte[] bytes) {
            this.bytes = bytes;
            this.name = new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /**
     * Reads an event; {@link #headers} and {@link #body} are then its own until the next one is read.
     *
     * @throws IOException if the bytes are no Flume event, with what is wrong with them
     */
    void read(byte[] event) throws IOException {
        in = event;
        at = 0;
        headers.clear();
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
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
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
        if (!isHere(header.valueBytes, length)) {
            header.valueBytes = Arrays.copyOfRange(in, at, at + length);
            header.value = new String(header.valueBytes, StandardCharsets.UTF_8);
        }
        at += length;
        headers.put(header.name, header.value);
    }

    private Header find(int length) {
        for (Header header : known) {
            if (isHere(header.bytes, length)) {
                return header;
            }
        }
        Header header = new Header(Arrays.copyOfRange(in, at, at + length));
        // What some foreign writer invents for each message is not worth remembering.
        if (known.size() < 32) {
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

    /** A header that says a number, null where it is missing or no number. */
    static @Nullable Long number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
