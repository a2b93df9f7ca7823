package io.trawl.etl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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
    private final Admin admin;
    private final String bootstrap;

    public Offsets(LogSource source, Settings settings, State state) {
        this(source, settings, state, PATIENCE);
    }

    /** @param patience how long a question to the broker may take */
    public Offsets(LogSource source, Settings settings, State state, Duration patience) {
        this.source = source;
        this.settings = settings;
        this.state = state;
        this.bootstrap = settings.text("kafka.bootstrap");
        this.admin = KafkaLines.admin(settings, patience);
    }

    /**
     * The messages of a window.
     *
     * @param spans what the window is: offsets [from, until) of each partition
     * @param holes the part of them that retention has deleted
     * @param unknown per partition, offsets that were already deleted when the window's start was pinned and that no
     *     earlier border accounts for, where the window begins right behind them: how many of them were its own cannot
     *     be told
     */
    public record Span(List<OffsetSpan> spans, List<OffsetSpan> holes, Map<Integer, OffsetSpan> unknown) {
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
            Map<Integer, Long> from = new HashMap<>();
            holes.forEach(hole -> from.put(hole.getPartition(), hole.getUntil()));
            return spans.stream()
                    .map(span -> new OffsetSpan(
                            span.getPartition(),
                            Math.min(
                                    span.getUntil(),
                                    Math.max(span.getFrom(), from.getOrDefault(span.getPartition(), 0L))),
                            span.getUntil()))
                    .toList();
        }
    }

    /** The offsets of a window: pinned borders where they are, newly pinned ones else. */
    @Override
    public Span of(Window window) throws IOException {
        TopicDescription topic = describe();
        requireAppendTime();
        Border start = border(window.start(), topic);
        Map<Integer, Long> from = start.offsets();
        Map<Integer, Long> until = border(window.end(), topic).offsets();
        Map<Integer, Long> beginning = offsets(topic, OffsetSpec.earliest());
        List<OffsetSpan> spans = new ArrayList<>();
        List<OffsetSpan> holes = new ArrayList<>();
        Map<Integer, OffsetSpan> unknown = new TreeMap<>();
        until.forEach((partition, end) -> {
            // A partition that the earlier border does not know was added inside the window: all of it belongs here.
            long begin = Math.min(from.getOrDefault(partition, 0L), end);
            spans.add(new OffsetSpan(partition, begin, end));
            long kept = beginning.getOrDefault(partition, 0L);
            if (begin < Math.min(kept, end)) {
                holes.add(new OffsetSpan(partition, begin, Math.min(kept, end)));
            }
            long floor = start.logStarts().getOrDefault(partition, 0L);
            long seen = start.earlier().getOrDefault(partition, 0L);
            if (floor > seen && begin == floor) {
                unknown.put(partition, new OffsetSpan(partition, seen, floor));
            }
        });
        return new Span(spans, holes, unknown);
    }

    @Override
    public JavaRDD<RawLine> read(JavaSparkContext spark, Window window, List<OffsetSpan> spans) {
        return KafkaLines.read(spark, settings, source, window, spans);
    }

    /**
     * What the topic is now: its id, and for each partition the first message that retention has left and the end.
     *
     * @param beginnings offset of the first message, by partition
     * @param ends offset behind the last message, by partition
     */
    public record Extent(String topicId, Map<Integer, Long> beginnings, Map<Integer, Long> ends) {}

    /** Asks the broker; refuses a topic that is missing, compacted, or without append time. */
    public Extent extent() {
        TopicDescription topic = describe();
        requireAppendTime();
        return new Extent(
                topic.topicId().toString(), offsets(topic, OffsetSpec.earliest()), offsets(topic, OffsetSpec.latest()));
    }

    private String name(Instant border) {
        return "offsets/" + source.name() + "/" + border.toString().replace(":", "") + ".json";
    }

    /** Offsets at a border; where each partition's log began when they were pinned; and offsets at the border before. */
    private record Border(Map<Integer, Long> offsets, Map<Integer, Long> logStarts, Map<Integer, Long> earlier) {}

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
                            + ": give the new topic a source of its own",
                    null);
        }
        if (!pin.path("topic_id").asText().equals(id)) {
            throw new JobFailure(
                    "topic " + source.topic() + " was deleted and made anew since window border " + at
                            + " was pinned: its offsets say nothing any more; give it a source of its own",
                    null);
        }
        return new Border(longs(pin.path("partitions")), longs(pin.path("log_start")), longs(pin.path("earlier")));
    }

    private static Map<Integer, Long> longs(JsonNode object) {
        Map<Integer, Long> values = new TreeMap<>();
        object.fields()
                .forEachRemaining(field -> values.put(
                        Integer.valueOf(field.getKey()), field.getValue().asLong()));
        return values;
    }

    /** The latest border that was pinned before an instant, and the earliest behind it; missing where there is none. */
    private record Neighbours(JsonNode before, JsonNode behind) {
        /** Offsets of a pin that was made of this topic. */
        static Map<Integer, Long> offsets(JsonNode pin, TopicDescription topic) {
            return pin.path("topic_id").asText().equals(topic.topicId().toString())
                    ? longs(pin.path("partitions"))
                    : Map.of();
        }
    }

    private Neighbours neighbours(Instant at) throws IOException {
        String folder = "offsets/" + source.name();
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

    private JsonNode read(String folder, @Nullable String name) throws IOException {
        JsonNode pin = name == null ? null : state.read(folder + "/" + name);
        return pin == null ? MissingNode.getInstance() : pin;
    }

    private ObjectNode pin(Instant at, TopicDescription topic) throws IOException {
        Map<Integer, Long> ends = offsets(topic, OffsetSpec.latest());
        Map<Integer, Long> after = offsets(topic, OffsetSpec.forTimestamp(at.toEpochMilli()));
        ObjectNode pin = JsonNodeFactory.instance.objectNode();
        pin.put("source", source.name());
        pin.put("topic", source.topic());
        pin.put("topic_id", topic.topicId().toString());
        pin.put("border", at.toString());
        pin.put("pinned", Instant.now().toString());
        Neighbours neighbours = neighbours(at);
        JsonNode earlier = neighbours.before().path("partitions");
        pin.set("earlier", earlier.isObject() ? earlier : JsonNodeFactory.instance.objectNode());
        ObjectNode starts = pin.putObject("log_start");
        offsets(topic, OffsetSpec.earliest())
                .forEach((partition, first) -> starts.put(String.valueOf(partition), first));
        ObjectNode partitions = pin.putObject("partitions");
        Map<Integer, Long> least = Neighbours.offsets(neighbours.before(), topic);
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

    private Map<Integer, Long> offsets(TopicDescription topic, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        topic.partitions().forEach(p -> asked.put(new TopicPartition(source.topic(), p.partition()), spec));
        Map<Integer, Long> offsets = new TreeMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                await(() -> admin.listOffsets(asked).all().get());
        answers.forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
    }

    private TopicDescription describe() {
        return Objects.requireNonNull(await(() -> admin.describeTopics(List.of(source.topic()))
                        .allTopicNames()
                        .get())
                .get(source.topic()));
    }

    private void requireAppendTime() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, source.topic());
        Config config = Objects.requireNonNull(
                await(() -> admin.describeConfigs(List.of(resource)).all().get())
                        .get(resource));
        String time = config.get("message.timestamp.type").value();
        if (!time.equals("LogAppendTime")) {
            throw new JobFailure(
                    "topic " + source.topic() + " has message.timestamp.type=" + time
                            + ": a window is one of append time; set it to LogAppendTime (kafka-configs --alter --entity-type topics --entity-name "
                            + source.topic() + " --add-config message.timestamp.type=LogAppendTime)",
                    null);
        }
        if (config.get("cleanup.policy").value().contains("compact")) {
            throw new JobFailure(
                    "topic " + source.topic() + " is compacted: compaction deletes lines; set cleanup.policy=delete",
                    null);
        }
    }

    private interface Call<V> {
        V get() throws ExecutionException, InterruptedException;
    }

    private <V> V await(Call<V> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new JobFailure(
                        "topic " + source.topic() + " does not exist at " + bootstrap
                                + ": was it created? (setting source." + source.name() + ".topic)",
                        e);
            }
            if (e.getCause() instanceof TimeoutException) {
                throw new JobFailure(
                        "Kafka at " + bootstrap + " does not answer: is it up? (setting kafka.bootstrap)", e);
            }
            throw new JobFailure("Kafka at " + bootstrap + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailure("interrupted while asking Kafka at " + bootstrap, e);
        }
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
        return "retention has deleted messages of topic " + topic + ", " + String.join("; ", parts);
    }

    static long total(Collection<OffsetSpan> spans) {
        return spans.stream()
                .mapToLong(span -> span.getUntil() - span.getFrom())
                .sum();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
