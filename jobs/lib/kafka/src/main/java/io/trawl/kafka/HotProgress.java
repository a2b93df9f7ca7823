package io.trawl.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.State;
import io.trawl.record.OffsetSpan;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How far the hot path of a source has come: which offsets it has read and stored, by which formats, and with which snapshot of
 * indicators.
 *
 * @param takeUps its snapshots and formats, in the order in which it took them up; never empty
 * @param committed per partition, the offset up to which everything is stored
 */
public record HotProgress(List<TakeUp> takeUps, Map<Integer, Long> committed) implements Serializable {

    public HotProgress {
        if (takeUps.isEmpty()) {
            throw new IllegalArgumentException("a hot path without a snapshot: it never ran");
        }
        takeUps = List.copyOf(takeUps);
        committed = new TreeMap<>(committed);
    }

    /**
     * One snapshot of indicators taken up.
     *
     * @param snapshot Iceberg snapshot of lake.indicators
     * @param from per partition, the first offset that was matched with it; a partition that is missing begins at 0
     * @param skipped per partition, offsets that retention had deleted before they were read
     * @param formats by which lines were parsed from then on; null if an older version of Trawl did not say
     */
    public record TakeUp(
            long snapshot,
            Map<Integer, Long> from,
            Map<Integer, OffsetSpan> skipped,
            @Nullable Used formats) implements Serializable {

        public TakeUp {
            from = new TreeMap<>(from);
            skipped = new TreeMap<>(skipped);
        }

        static TakeUp of(JsonNode file) {
            Map<Integer, Long> from = new HashMap<>();
            file.path("from")
                    .fields()
                    .forEachRemaining(field -> from.put(
                            Integer.valueOf(field.getKey()), field.getValue().asLong()));
            Map<Integer, OffsetSpan> skipped = new HashMap<>();
            file.path("skipped").fields().forEachRemaining(field -> {
                int partition = Integer.parseInt(field.getKey());
                JsonNode span = field.getValue();
                skipped.put(
                        partition,
                        new OffsetSpan(
                                partition,
                                span.path("from").asLong(),
                                span.path("until").asLong()));
            });
            return new TakeUp(file.path("snapshot").asLong(), from, skipped, HotProgress.formats(file));
        }

        private long begin(int partition) {
            return from.getOrDefault(partition, 0L);
        }
    }

    /** The formats that a note of a take-up names; null if it names none. */
    public static @Nullable Used formats(JsonNode file) {
        Map<String, String> versions = new HashMap<>();
        file.path("formats")
                .fields()
                .forEachRemaining(
                        field -> versions.put(field.getKey(), field.getValue().asText()));
        return Used.of(versions);
    }

    /** The consumer group in which the hot path of a source commits. */
    public static String group(LogSource source) {
        return "trawl-hot-" + source.name();
    }

    private static String folder(LogSource source) {
        return "hot/" + source.name() + "/indicators";
    }

    /** Whether the hot path has ever run for a source. */
    public static boolean exists(LogSource source, State state) throws IOException {
        return !state.list(folder(source)).isEmpty();
    }

    /**
     * What is known now.
     *
     * @return null if the hot path never ran for the source
     * @throws JobFailure Kafka does not answer
     */
    public static @Nullable HotProgress of(LogSource source, Settings settings, State state) throws IOException {
        if (!exists(source, state)) {
            return null;
        }
        // Offsets first: a snapshot is written down before its lines are committed, so none of these lacks its own.
        Map<Integer, Long> committed = committed(source, settings);
        List<TakeUp> takeUps = new ArrayList<>();
        for (String name : state.list(folder(source))) {
            JsonNode file = state.read(folder(source) + "/" + name);
            if (file != null) {
                takeUps.add(TakeUp.of(file));
            }
        }
        return new HotProgress(takeUps, committed);
    }

    private static Map<Integer, Long> committed(LogSource source, Settings settings) {
        String bootstrap = settings.text("kafka.bootstrap");
        Map<Integer, Long> committed = new HashMap<>();
        try (Admin admin = KafkaLines.admin(settings, Offsets.PATIENCE)) {
            try {
                admin.listConsumerGroupOffsets(group(source))
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .forEach((partition, offset) -> {
                            // A partition that is asked for and was never committed has none.
                            if (offset != null && partition.topic().equals(source.topic())) {
                                committed.put(partition.partition(), offset.offset());
                            }
                        });
            } catch (ExecutionException e) {
                throw new JobFailure(
                        e.getCause() instanceof TimeoutException
                                ? "Kafka at " + bootstrap + " does not answer: is it up? (setting kafka.bootstrap)"
                                : "Kafka at " + bootstrap + ": " + e.getCause(),
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JobFailure("interrupted while asking Kafka at " + bootstrap, e);
            } finally {
                admin.close(Duration.ofSeconds(5));
            }
        }
        return committed;
    }

    /** The snapshot that a line was or will be matched with, as far as is known; null for one before the hot path began. */
    public @Nullable Long snapshot(int partition, long offset) {
        TakeUp takeUp = takeUp(partition, offset);
        return takeUp == null ? null : takeUp.snapshot();
    }

    /** The formats that a line was or will be parsed by; null if nobody knows. */
    public @Nullable Used formats(int partition, long offset) {
        TakeUp takeUp = takeUp(partition, offset);
        return takeUp == null ? null : takeUp.formats();
    }

    private @Nullable TakeUp takeUp(int partition, long offset) {
        TakeUp last = null;
        for (TakeUp takeUp : takeUps) {
            if (takeUp.begin(partition) <= offset) {
                last = takeUp;
            }
        }
        return isBefore(partition, offset) ? null : last;
    }

    /** Whether a line is before the place where the hot path began at all. */
    public boolean isBefore(int partition, long offset) {
        return offset < takeUps.get(0).begin(partition);
    }

    /** Whether retention had deleted a line before the hot path read it. */
    public boolean isSkipped(int partition, long offset) {
        return takeUps.stream()
                .map(takeUp -> takeUp.skipped().get(partition))
                .anyMatch(span -> span != null && span.getFrom() <= offset && offset < span.getUntil());
    }

    /** The offset up to which everything of a partition is stored. */
    public long position(int partition) {
        return committed.getOrDefault(partition, takeUps.get(0).begin(partition));
    }

    /** How many of these offsets are still to be read. */
    public long behind(List<OffsetSpan> spans) {
        return spans.stream()
                .mapToLong(span ->
                        Math.max(0, span.getUntil() - Math.max(span.getFrom(), position(span.getPartition()))))
                .sum();
    }
}
