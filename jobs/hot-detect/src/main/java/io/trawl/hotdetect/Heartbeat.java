package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.kafka.Offsets;
import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the hot path is doing, for whoever wants to know: a file in the folder of reports, replaced every some seconds. It
 * also says how far behind it is, and when it will have caught up.
 */
final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    /** Rates are taken over so long. */
    private static final Duration OVER = Duration.ofSeconds(5);

    private final Run run;
    private final Progress progress;
    private final Indicators indicators;
    private final Supplier<@Nullable Position> position;
    private final State reports;
    private final String name;
    private final Offsets broker;
    private final KafkaConsumer<byte[], byte[]> peeping;
    private long sinceDone;
    private long sinceEnd;
    private @Nullable Instant since;
    private @Nullable Double rate;

    /** @param position what was committed last */
    Heartbeat(
            Run run,
            Settings settings,
            Progress progress,
            Indicators indicators,
            Supplier<@Nullable Position> position,
            Map<String, Object> consumer)
            throws IOException {
        this.run = run;
        this.progress = progress;
        this.indicators = indicators;
        this.position = position;
        this.reports = State.at(settings.text("reports.dir"), run.hadoop());
        this.name = "hot/" + run.source().name() + "/heartbeat.json";
        this.broker = new Offsets(run.source(), settings, run.state());
        consumer.put("max.poll.records", 1);
        consumer.put("fetch.max.bytes", 1);
        consumer.put("max.partition.fetch.bytes", 1);
        consumer.put("default.api.timeout.ms", 5_000);
        try {
            this.peeping = new KafkaConsumer<>(consumer);
        } catch (KafkaException e) {
            broker.close();
            throw new JobFailure(
                    "Kafka at " + settings.text("kafka.bootstrap") + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage() + " (setting kafka.bootstrap)",
                    e);
        }
    }

    /** Measures how far behind it is; what cannot be asked now is asked the next time. */
    void measure() {
        try {
            progress.lag(lag());
        } catch (RuntimeException e) {
            LOG.debug("the lag is not known: {}", e.getMessage());
        }
    }

    /** Writes what is known. */
    void beat() {
        write(null, null);
    }

    /** What was written last, by whichever driver; null if nothing was. */
    @Nullable
    JsonNode last() throws IOException {
        return reports.read(name);
    }

    /**
     * @param state another one than the progress tells
     * @param because why, where it is not what the progress tells
     */
    synchronized void write(@Nullable String state, @Nullable String because) {
        ObjectNode beat = Json.MAPPER.createObjectNode();
        beat.put("source", run.source().name()).put("run_id", run.id()).put("driver", driver());
        beat.put("at", Progress.text(Instant.now())).put("started", Progress.text(run.started()));
        progress.into(beat);
        if (state != null) {
            beat.put("state", state);
            beat.put("because", because);
        }
        IndicatorSnapshot snapshot = indicators.current();
        // As text: it is more than a number of JavaScript holds.
        beat.put("snapshot", snapshot == null ? null : String.valueOf(snapshot.id()));
        beat.put("snapshot_since", Progress.text(indicators.since()));
        Indicators.Refused refused = indicators.refused();
        if (refused == null) {
            beat.putNull("snapshot_refused");
        } else {
            beat.putObject("snapshot_refused")
                    .put(
                            "snapshot",
                            refused.snapshot() == null
                                    ? null
                                    : refused.snapshot().toString())
                    .put("why", refused.why());
        }
        String page = run.context().sc().uiWebUrl().getOrElse(() -> "");
        beat.put("metrics", page.isEmpty() ? null : page + "/metrics/prometheus/");
        try {
            Position now = position.get();
            if (now != null) {
                beat.set("position", now.json());
            } else {
                // Until this driver has one, that of the last driver stays: Kafka may have forgotten it.
                JsonNode last = last();
                beat.set("position", last == null ? null : last.get("position"));
            }
            reports.replace(name, beat);
        } catch (IOException e) {
            LOG.warn("the heartbeat cannot be written: {}", e.getMessage());
        }
    }

    /** The driver as a standalone master calls it; its working folder has that name. */
    private static @Nullable String driver() {
        String folder = Path.of("").toAbsolutePath().getFileName().toString();
        return folder.matches("driver-\\d{14}-\\d+") ? folder : null;
    }

    private Progress.Lag lag() {
        Map<Integer, Long> ends = broker.extent().ends();
        Position committed = position.get();
        Map<Integer, Long> done = committed == null ? Map.of() : committed.offsets();
        long lines = 0;
        long end = 0;
        Map<TopicPartition, Long> behind = new TreeMap<>((a, b) -> Integer.compare(a.partition(), b.partition()));
        for (Map.Entry<Integer, Long> one : ends.entrySet()) {
            long left = one.getValue() - done.getOrDefault(one.getKey(), 0L);
            end += one.getValue();
            if (left > 0) {
                lines += left;
                behind.put(new TopicPartition(run.source().topic(), one.getKey()), done.getOrDefault(one.getKey(), 0L));
            }
        }
        Instant now = Instant.now();
        Instant from = since;
        double passed = from == null ? 0 : Duration.between(from, now).toMillis() / 1000.0;
        if (from == null || passed >= OVER.toSeconds()) {
            rate = from == null ? null : (progress.lines() - sinceDone - (end - sinceEnd)) / passed;
            since = now;
            sinceDone = progress.lines();
            sinceEnd = end;
        }
        Double gained = rate;
        // A line or two of the moment is no backlog.
        return new Progress.Lag(
                lines, seconds(behind, now), gained == null || gained <= 0 || lines <= gained ? null : lines / gained);
    }

    /** Since when the oldest of the messages that are not done has been there. */
    private double seconds(Map<TopicPartition, Long> behind, Instant now) {
        double oldest = 0;
        for (Map.Entry<TopicPartition, Long> one : behind.entrySet()) {
            peeping.assign(List.of(one.getKey()));
            peeping.seek(one.getKey(), one.getValue());
            for (ConsumerRecord<byte[], byte[]> message : peeping.poll(Duration.ofSeconds(1))) {
                oldest = Math.max(oldest, (now.toEpochMilli() - message.timestamp()) / 1000.0);
            }
        }
        return oldest;
    }

    @Override
    public void close() {
        peeping.close(Duration.ofSeconds(1));
        broker.close();
    }
}
