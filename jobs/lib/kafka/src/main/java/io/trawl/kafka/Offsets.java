package io.trawl.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * The offsets of a source's windows.
 *
 * <p>What is pinned is the border between two windows: the offset of each partition at an instant, asked of the broker
 * once, kept in a file that only one process can create, and read by every later run. So one window's end is the next
 * one's start by construction, a rerun reads the same messages, and windows may be ingested in any order and side by
 * side.
 */
public final class Offsets implements Messages {
    /** How long a job of a window waits for an answer. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LogSource source;
    private final Settings settings;
    private final State state;
    private final Topic broker;
    private final AcceptedCuts accepted;

    public Offsets(LogSource source, Settings settings, State state) {
        this(source, settings, state, PATIENCE);
    }

    /** @param patience how long a question to the broker may take */
    public Offsets(LogSource source, Settings settings, State state, Duration patience) {
        this.source = source;
        this.settings = settings;
        this.state = state;
        this.broker = new Topic(source, settings, patience);
        this.accepted = new AcceptedCuts(state, folder() + "/cuts");
    }

    /**
     * The messages of a window.
     *
     * @param spans what the window is: offsets [from, until) of each partition
     * @param holes the part of them that retention has deleted
     * @param unknown per partition, offsets that were already deleted when the window's start was pinned and that no
     *     earlier border accounts for, where the window begins right after them: how many of them were its own cannot
     *     be told
     * @param cuts accepted cuts of the log at which the window begins, or which took part of it
     */
    public record Span(
            List<OffsetSpan> spans, List<OffsetSpan> holes, Map<Integer, OffsetSpan> unknown, List<LogCut> cuts) {
        /** Messages that the window has on the broker, deleted ones left out. */
        public long messages() {
            return total(spans) - total(holes);
        }

        private static long total(List<OffsetSpan> spans) {
            return spans.stream()
                    .mapToLong(span -> span.getUntil() - span.getFrom())
                    .sum();
        }

        /** What can still be read. */
        public List<OffsetSpan> readable() {
            List<OffsetSpan> readable = new ArrayList<>();
            for (OffsetSpan span : spans) {
                long from = span.getFrom();
                long until = span.getUntil();
                for (OffsetSpan hole : holes) {
                    if (hole.getPartition() == span.getPartition() && hole.getFrom() == from) {
                        from = Math.min(until, hole.getUntil());
                    } else if (hole.getPartition() == span.getPartition() && hole.getUntil() == until) {
                        until = Math.max(from, hole.getFrom());
                    }
                }
                readable.add(new OffsetSpan(span.getPartition(), from, until));
            }
            return readable;
        }
    }

    /** The offsets of a window: pinned borders where they are, newly pinned ones else. */
    @Override
    public Span of(Window window) throws IOException {
        TopicDescription topic = broker.describe();
        broker.requireAppendTime();
        Border start = border(window.start(), topic);
        requireWhole(start, topic);
        Border stop = border(window.end(), topic);
        requireWhole(stop, topic);
        Map<Integer, Long> from = start.begins();
        Map<Integer, Long> until = stop.offsets();
        Map<Integer, Long> beginning = broker.offsets(topic, OffsetSpec.earliest());
        List<OffsetSpan> spans = new ArrayList<>();
        List<OffsetSpan> holes = new ArrayList<>();
        Map<Integer, OffsetSpan> unknown = new TreeMap<>();
        List<LogCut> lost = new ArrayList<>(start.cutHere().values());
        until.forEach((partition, end) -> {
            // A partition that the earlier border does not know was added inside the window: all of it belongs here.
            long begin = Math.min(from.getOrDefault(partition, 0L), end);
            spans.add(new OffsetSpan(partition, begin, end));
            long kept = beginning.getOrDefault(partition, 0L);
            if (begin < Math.min(kept, end)) {
                holes.add(new OffsetSpan(partition, begin, Math.min(kept, end)));
            }
            LogCut cut = stop.cut().get(partition);
            if (cut != null && cut.at() < end) {
                long gone = Math.max(cut.at(), Math.max(begin, Math.min(kept, end)));
                if (gone < end) {
                    holes.add(new OffsetSpan(partition, gone, end));
                }
                lost.add(cut);
            }
            long floor = start.logStarts().getOrDefault(partition, 0L);
            long seen = start.earlier().getOrDefault(partition, 0L);
            if (floor > seen && begin == floor) {
                unknown.put(partition, new OffsetSpan(partition, seen, floor));
            }
        });
        return new Span(spans, joined(holes), unknown, lost);
    }

    /** A hole at a span's beginning and one at its end that meet are one. */
    private static List<OffsetSpan> joined(List<OffsetSpan> holes) {
        List<OffsetSpan> joined = new ArrayList<>();
        for (OffsetSpan hole : holes) {
            OffsetSpan last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && last.getPartition() == hole.getPartition() && last.getUntil() == hole.getFrom()) {
                last.setUntil(hole.getUntil());
            } else {
                joined.add(hole);
            }
        }
        return joined;
    }

    @Override
    public JavaRDD<RawLine> read(JavaSparkContext spark, Window window, List<OffsetSpan> spans) {
        return KafkaLines.read(spark, settings, source, window, spans);
    }

    /**
     * What the topic is now: its id, and for each partition the first message that retention has left and the end.
     *
     * @param beginnings offset of the first message, by partition
     * @param ends offset after the last message, by partition
     */
    public record Extent(String topicId, Map<Integer, Long> beginnings, Map<Integer, Long> ends) {}

    /** Asks the broker; refuses a topic that is missing, compacted, or without append time. */
    public Extent extent() {
        TopicDescription topic = broker.describe();
        broker.requireAppendTime();
        return new Extent(
                topic.topicId().toString(),
                broker.offsets(topic, OffsetSpec.earliest()),
                broker.offsets(topic, OffsetSpec.latest()));
    }

    private String folder() {
        return "offsets/" + source.name();
    }

    private String name(Instant border) {
        return folder() + "/" + border.toString().replace(":", "") + ".json";
    }

    /** Fails where the log no longer is what it was when a border was pinned. */
    private void requireWhole(Border border, TopicDescription topic) {
        List<LogCut> cuts = cuts(border, topic);
        if (!cuts.isEmpty()) {
            throw new JobFailure(
                    cuts.get(0).text(source.topic()) + " since window border " + border.at()
                            + " was pinned; ingest --accept-loss continues with the new lines and sweeps each once",
                    null);
        }
    }

    private List<LogCut> cuts(Border border, TopicDescription topic) {
        Map<Integer, Long> ends = broker.offsets(topic, OffsetSpec.latest());
        Map<Integer, Long> first =
                broker.offsets(topic, OffsetSpec.forTimestamp(border.at().toEpochMilli()));
        List<LogCut> cuts = new ArrayList<>();
        border.offsets().forEach((partition, offset) -> {
            long[] least = border.least(partition);
            long behind = first.getOrDefault(partition, -1L);
            // A message of after the border under an offset of before it: the broker took it when the log was shorter.
            long end = ends.getOrDefault(partition, least[0]);
            if (behind >= 0 && behind < least[1]) {
                cuts.add(new LogCut(partition, behind, offset));
            } else if (end < least[0]) {
                cuts.add(new LogCut(partition, end, offset));
            }
        });
        return cuts;
    }

    /**
     * Where the log was cut short: accepts that, so that the windows from the last pinned border on begin with the messages
     * that the broker has taken since.
     *
     * @return what was accepted, in a line; null if the log is whole
     */
    @Override
    public @Nullable String acceptCuts(Window window, String runId) throws IOException {
        TopicDescription topic = broker.describe();
        broker.requireAppendTime();
        String last = null;
        for (String name : state.list(folder())) {
            last = name;
        }
        if (last == null) {
            return null;
        }
        Instant at = Instant.parse(read(folder(), last).path("border").asText());
        List<LogCut> cuts = cuts(border(at, topic), topic);
        if (cuts.isEmpty()) {
            return null;
        }
        accepted.add(at, cuts, runId);
        return cuts.stream().map(cut -> cut.text(source.topic())).collect(Collectors.joining("; ")) + "; windows from "
                + at + " on begin with the new ones";
    }

    /** Whether a cut was accepted for the windows. */
    public boolean isAccepted(LogCut cut) throws IOException {
        return accepted.has(cut);
    }

    /**
     * Which partitions' logs have lost messages below a position.
     *
     * @param positions offset up to which messages were read, by partition
     * @param newest the newest append time among those, milliseconds; nothing is known of a partition that is missing
     */
    public List<LogCut> cuts(Map<Integer, Long> positions, Map<Integer, Long> newest) {
        return broker.cuts(positions, newest);
    }

    /** The newest append time of each partition's messages, milliseconds; none of an empty one. */
    public Map<Integer, Long> newest() {
        return broker.newest();
    }

    /** The pinned offsets of a border, pinning them where they are not. */
    private Border border(Instant at, TopicDescription topic) throws IOException {
        String name = name(at);
        JsonNode pin = state.read(name);
        if (pin == null) {
            state.create(name, pin(at, topic));
            // Whoever created it, the file decides.
            pin = state.read(name);
        }
        if (pin == null) {
            throw new JobFailure("pin " + state.path(name) + " was deleted while it was read; run the job again", null);
        }
        String id = topic.topicId().toString();
        if (!pin.path("topic").asText().equals(source.topic())) {
            throw new JobFailure(
                    "window border " + at + " of source " + source.name() + " is pinned to offsets of topic "
                            + pin.path("topic").asText() + ", but the source now reads " + source.topic()
                            + ": define a new source for the new topic",
                    null);
        }
        if (!pin.path("topic_id").asText().equals(id)) {
            throw new JobFailure(
                    "topic " + source.topic() + " was deleted and created again since window border " + at
                            + " was pinned: its offsets are no longer valid; define a new source for it",
                    null);
        }
        AcceptedCuts.At cuts = accepted.at(at);
        return new Border(
                at,
                longs(pin.path("partitions")),
                longs(pin.path("log_start")),
                longs(pin.path("earlier")),
                pin.has("found") ? longs(pin.path("found")) : null,
                cuts.since(),
                cuts.here());
    }

    private static Map<Integer, Long> longs(JsonNode object) {
        Map<Integer, Long> values = new TreeMap<>();
        object.fields()
                .forEachRemaining(field -> values.put(
                        Integer.valueOf(field.getKey()), field.getValue().asLong()));
        return values;
    }

    /** The latest border that was pinned before an instant, and the earliest after it; missing if there is none. */
    private record Neighbours(JsonNode before, JsonNode behind) {
        /** Offsets of a pin that was made of this topic. */
        static Map<Integer, Long> offsets(JsonNode pin, TopicDescription topic) {
            return pin.path("topic_id").asText().equals(topic.topicId().toString())
                    ? longs(pin.path("partitions"))
                    : Map.of();
        }
    }

    private Neighbours neighbours(Instant at) throws IOException {
        String folder = folder();
        String own = name(at).substring(folder.length() + 1);
        String before = null;
        String behind = null;
        // In order of their times, which are their names.
        for (String name : state.list(folder)) {
            int order = name.compareTo(own);
            before = order < 0 ? name : before;
            behind = order > 0 && behind == null ? name : behind;
        }
        return new Neighbours(read(folder, before), read(folder, behind));
    }

    /** The border before one that is about to be pinned; null if there is none of this topic. */
    private @Nullable Border before(Neighbours neighbours, TopicDescription topic) throws IOException {
        JsonNode before = neighbours.before();
        return before.isObject()
                        && before.path("topic_id")
                                .asText()
                                .equals(topic.topicId().toString())
                ? border(Instant.parse(before.path("border").asText()), topic)
                : null;
    }

    private JsonNode read(String folder, @Nullable String name) throws IOException {
        JsonNode pin = name == null ? null : state.read(folder + "/" + name);
        return pin == null ? MissingNode.getInstance() : pin;
    }

    private ObjectNode pin(Instant at, TopicDescription topic) throws IOException {
        Map<Integer, Long> ends = broker.offsets(topic, OffsetSpec.latest());
        Map<Integer, Long> after = broker.offsets(topic, OffsetSpec.forTimestamp(at.toEpochMilli()));
        ObjectNode pin = JsonNodeFactory.instance.objectNode();
        pin.put("source", source.name());
        pin.put("topic", source.topic());
        pin.put("topic_id", topic.topicId().toString());
        pin.put("border", at.toString());
        pin.put("pinned", Instant.now().toString());
        Neighbours neighbours = neighbours(at);
        Border before = before(neighbours, topic);
        if (before != null) {
            requireWhole(before, topic);
        }
        JsonNode earlier = neighbours.before().path("partitions");
        pin.set("earlier", earlier.isObject() ? earlier : JsonNodeFactory.instance.objectNode());
        ObjectNode starts = pin.putObject("log_start");
        broker.offsets(topic, OffsetSpec.earliest())
                .forEach((partition, first) -> starts.put(String.valueOf(partition), first));
        ObjectNode partitions = pin.putObject("partitions");
        ObjectNode told = pin.putObject("found");
        after.forEach((partition, offset) -> {
            if (offset >= 0) {
                told.put(String.valueOf(partition), offset);
            }
        });
        Map<Integer, Long> least = before == null ? Map.of() : before.begins();
        Map<Integer, Long> most = Neighbours.offsets(neighbours.behind(), topic);
        ends.forEach((partition, end) -> {
            long offset = after.getOrDefault(partition, -1L);
            // Nothing at or after the border: the log ends before it.
            long found = offset < 0 ? end : offset;
            // Where the broker's clock was set back, borders that are pinned at other times than in their order could
            // cross, and the messages between them would be in two windows.
            partitions.put(
                    String.valueOf(partition),
                    Math.max(
                            least.getOrDefault(partition, 0L),
                            Math.min(found, most.getOrDefault(partition, Long.MAX_VALUE))));
        });
        return pin;
    }

    /** Says which messages are gone, one line. */
    public static String gone(String topic, Span span) {
        List<String> parts = new ArrayList<>();
        span.holes()
                .forEach(
                        hole -> parts.add("partition " + hole.getPartition() + ": " + (hole.getUntil() - hole.getFrom())
                                + " messages (offsets " + hole.getFrom() + " to " + (hole.getUntil() - 1) + ")"));
        span.unknown()
                .forEach((partition, gone) -> parts.add("partition " + partition + ": up to "
                        + (gone.getUntil() - gone.getFrom()) + " messages (offsets " + gone.getFrom() + " to "
                        + (gone.getUntil() - 1) + "), of which it is not known how many were this window's"));
        return (span.cuts().isEmpty() ? "retention has deleted" : "the broker has lost") + " messages of topic " + topic
                + ", " + String.join("; ", parts);
    }

    static long total(Collection<OffsetSpan> spans) {
        return spans.stream()
                .mapToLong(span -> span.getUntil() - span.getFrom())
                .sum();
    }

    @Override
    public void close() {
        broker.close();
    }
}
