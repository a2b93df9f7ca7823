package io.trawl.hotdetect.correlation;

import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.record.Detection;
import io.trawl.steps.Correlating.Seen;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A rule that fired for an event, as the hot path keeps it for correlations.
 *
 * @param appended when the broker took the event's line, milliseconds since 1970
 * @param past the families of correlations that do not need it any more
 */
public record Kept(Seen seen, long appended, Set<String> past) implements Serializable {
    public Kept {
        past = Set.copyOf(past);
    }

    /** As bytes, at most: a broker refuses larger messages. */
    static final int LONGEST = 512 << 10;

    private static final byte VERSION = 1;

    /** Of copies of a line the one that the batch path keeps is first. */
    static final Comparator<Kept> BY_MESSAGE = Comparator.<Kept, Instant>comparing(one -> one.seen.window())
            .thenComparing(one -> one.seen.detection().getPartition())
            .thenComparing(one -> one.seen.detection().getOffset());

    /** Of an event's line; long texts are cut, as alerts have them. */
    public static Kept of(Seen seen, Instant appendTime) {
        Fired fired = seen.fired();
        Map<String, List<String>> values = new HashMap<>();
        fired.values()
                .forEach((field, some) -> values.put(
                        field,
                        some.stream()
                                .map(text -> Objects.requireNonNull(TimedDetection.cut(text)))
                                .toList()));
        long appended = appendTime.toEpochMilli();
        return new Kept(
                new Seen(
                        new Fired(fired.rule(), fired.event(), fired.time(), fired.order(), values),
                        seen.window(),
                        new TimedDetection(seen.detection(), appended, true)
                                .cut()
                                .detection()),
                appended,
                Set.of());
    }

    /** The same, not needed by one more family. */
    Kept without(String family) {
        Set<String> more = new TreeSet<>(past);
        more.add(family);
        return new Kept(seen, appended, more);
    }

    /** Rule and event: the same again is a copy. */
    String key() {
        return key(seen);
    }

    static String key(Seen seen) {
        return seen.fired().rule() + "\n" + seen.fired().event();
    }

    /** The time of the event; a clock that is ahead does not count. */
    Instant time() {
        Instant time = seen.fired().time();
        Instant taken = Instant.ofEpochMilli(appended);
        return time.isAfter(taken) ? taken : time;
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Fired fired = seen.fired();
            out.writeByte(VERSION);
            out.writeLong(appended);
            out.writeLong(fired.order());
            out.writeInt(past.size());
            for (String family : past) {
                text(family, out);
            }
            text(fired.rule(), out);
            out.writeInt(fired.values().size());
            for (Map.Entry<String, List<String>> value : fired.values().entrySet()) {
                text(value.getKey(), out);
                out.writeInt(value.getValue().size());
                for (String text : value.getValue()) {
                    text(text, out);
                }
            }
            ByteBuffer detection = Detection.getEncoder().encode(seen.detection());
            out.write(detection.array(), detection.arrayOffset() + detection.position(), detection.remaining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException the bytes are not what {@link #bytes} gave */
    static Kept of(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            byte version = in.readByte();
            if (version != VERSION) {
                throw new IOException("it has version " + version + "; expected " + VERSION);
            }
            long appended = in.readLong();
            long order = in.readLong();
            Set<String> past = new TreeSet<>();
            for (int i = in.readInt(); i > 0; i--) {
                past.add(text(in));
            }
            String rule = text(in);
            Map<String, List<String>> values = new HashMap<>();
            for (int i = in.readInt(); i > 0; i--) {
                String field = text(in);
                List<String> texts = new ArrayList<>();
                for (int j = in.readInt(); j > 0; j--) {
                    texts.add(text(in));
                }
                values.put(field, List.copyOf(texts));
            }
            Detection detection = Detection.getDecoder().decode(in.readAllBytes());
            Fired fired = new Fired(rule, detection.getEventId(), detection.getTimestamp(), order, values);
            return new Kept(new Seen(fired, detection.getWindow(), detection), appended, past);
        } catch (RuntimeException e) {
            throw new IOException(String.valueOf(e), e);
        }
    }

    private static void text(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text has " + length + " bytes, and there are " + in.available());
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
