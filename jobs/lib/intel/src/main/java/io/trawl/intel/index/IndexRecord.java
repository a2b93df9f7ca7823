package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of the index, read where it is. It shows one record at a time: {@link #at} goes to one and reads type
 * and length of the value, which is all that most look-ups take, {@link #rest} what follows the value. For one thread.
 */
final class IndexRecord {
    private final ByteBuffer bytes;
    private int next;
    private int head;
    private int valueAt;
    private int valueLength;
    private int feed;
    private int line;
    private int labelsAt;
    private int labelSet;
    private int originalAt;
    private int bounds;
    private int boundsAt;
    private int confidence;
    private int idAt;

    /** @param bytes little-endian */
    IndexRecord(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Goes to the record at a place. */
    IndexRecord at(int place) {
        next = place;
        head = varint();
        valueLength = varint();
        valueAt = next;
        return this;
    }

    /**
     * Reads what follows the value.
     *
     * @return the place after the record
     */
    int rest() {
        next = valueAt + valueLength;
        feed = varint();
        line = varint();
        if (has(IndexFormat.OWN_LABELS)) {
            int length = varint();
            labelsAt = next;
            next += length;
        } else {
            labelSet = varint();
        }
        if (has(IndexFormat.ORIGINAL)) {
            originalAt = skipText();
        }
        if (has(IndexFormat.VALIDITY)) {
            bounds = bytes.get(next++);
            boundsAt = next;
            next += Long.BYTES * Integer.bitCount(bounds);
        }
        if (has(IndexFormat.CONFIDENCE)) {
            confidence = varint();
        }
        if (has(IndexFormat.OWN_ID)) {
            idAt = skipText();
        }
        return next;
    }

    int type() {
        return head & IndexFormat.TYPE;
    }

    boolean has(int part) {
        return (head & part) != 0;
    }

    int valueLength() {
        return valueLength;
    }

    /** Whether the value goes on with text[from, to), which is ASCII; the next call compares what comes then. */
    boolean next(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(next++) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean next(String text) {
        return next(text, 0, text.length());
    }

    /** Copies the value's first bytes. */
    void value(byte[] into, int length) {
        bytes.get(valueAt, into, 0, length);
    }

    String value() {
        return text(valueAt, valueLength);
    }

    /** Number of the feed; this and what follows is known after {@link #rest}. */
    int feed() {
        return feed;
    }

    int line() {
        return line;
    }

    /** @param dictionary place of the sets of labels */
    List<String> labels(int dictionary) {
        next = has(IndexFormat.OWN_LABELS) ? labelsAt : dictionary + bytes.getInt(dictionary + 4 * labelSet);
        int count = varint();
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(text());
        }
        return names;
    }

    String original() {
        return has(IndexFormat.ORIGINAL) ? text(originalAt) : value();
    }

    @Nullable
    Instant from() {
        return has(IndexFormat.VALIDITY) && (bounds & IndexFormat.FROM) != 0 ? instant(boundsAt) : null;
    }

    @Nullable
    Instant until() {
        return has(IndexFormat.VALIDITY) && (bounds & IndexFormat.UNTIL) != 0
                ? instant((bounds & IndexFormat.FROM) != 0 ? boundsAt + Long.BYTES : boundsAt)
                : null;
    }

    @Nullable
    Integer confidence() {
        return has(IndexFormat.CONFIDENCE) ? confidence : null;
    }

    /** The id that is in the record; null if it derives from type, value and feed. */
    @Nullable
    String ownId() {
        return has(IndexFormat.OWN_ID) ? text(idAt) : null;
    }

    private Instant instant(int place) {
        return Instant.EPOCH.plus(bytes.getLong(place), ChronoUnit.MICROS);
    }

    private int varint() {
        int number = 0;
        for (int shift = 0; ; shift += 7) {
            int b = bytes.get(next++);
            number |= (b & 0x7F) << shift;
            if (b >= 0) {
                return number;
            }
        }
    }

    /** Passes a text. @return its place */
    private int skipText() {
        int place = next;
        int length = varint();
        next += length;
        return place;
    }

    private String text(int place) {
        next = place;
        return text();
    }

    private String text() {
        int length = varint();
        next += length;
        return text(next - length, length);
    }

    private String text(int place, int length) {
        byte[] text = new byte[length];
        bytes.get(place, text);
        return new String(text, UTF_8);
    }
}
