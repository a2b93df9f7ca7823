package io.trawl.hotdetect;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingWindowReservoir;
import com.codahale.metrics.Snapshot;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.flow.Tally;
import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.hotdetect.correlation.Correlated;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.metrics.source.Source;
import org.jspecify.annotations.Nullable;

/** What the hot path has done and how long it took: as Spark metrics, and for the heartbeat. */
final class Progress implements Source {
    /** Of the latest so many are the quantiles. */
    private static final int LATEST = 10_000;

    private final MetricRegistry registry = new MetricRegistry();
    private final Meter lines = registry.meter("lines");
    private final Meter detections = registry.meter("detections");
    private final Meter alerts = registry.meter("alerts");
    private final Meter invalid = registry.meter("invalid");
    private final Histogram batch = histogram("batch_ms", 1_000);
    private final Histogram appendToHBase = histogram("append_to_hbase_ms", LATEST);
    private final Histogram appendToAlert = histogram("append_to_alert_ms", LATEST);
    private final Histogram eventToAlert = histogram("event_to_alert_ms", LATEST);
    private final Map<String, Long> invalidBy = new TreeMap<>();
    private Map<String, Long> correlations = Correlated.NONE;
    private long suppressed;
    private long copies;
    private long batches;
    private volatile Lag lag = Lag.NONE;
    private volatile boolean ready;
    private volatile @Nullable String because;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable Instant lastBatch;
    private volatile @Nullable Instant inHand;
    private volatile Instant lastSign = Instant.now();

    /**
     * How far behind the end of the topic the committed offsets are.
     *
     * @param lines messages that are not done
     * @param seconds since the broker took the oldest of them
     * @param caughtUp seconds until there will be none, at the rates of the last while; null if that is not in sight
     */
    record Lag(long lines, double seconds, @Nullable Double caughtUp) {
        static final Lag NONE = new Lag(0, 0, null);
    }

    Progress(Indicators indicators) {
        gauge("lag_lines", () -> lag.lines());
        gauge("lag_seconds", () -> lag.seconds());
        gauge(
                "snapshot",
                () -> indicators.current() == null ? 0L : indicators.current().id());
    }

    private Histogram histogram(String name, int size) {
        return registry.register(name, new Histogram(new SlidingWindowReservoir(size)));
    }

    private <T> void gauge(String name, Gauge<T> gauge) {
        registry.register(name, gauge);
    }

    @Override
    public String sourceName() {
        return "trawl";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    /** It is known where to begin, and with which indicators. */
    void ready() {
        ready = true;
        because = null;
    }

    /** A batch with lines is in hand. */
    void begin() {
        inHand = Instant.now();
    }

    /** A batch without lines went by. */
    void idle() {
        lastBatch = Instant.now();
        lastSign = lastBatch;
        because = null;
    }

    /** A part of the batch in hand is done: no sign where another part fails again and again. */
    void sign() {
        if (failures.get() < 2) {
            lastSign = Instant.now();
        }
    }

    /** A server is waited for. */
    void waiting(String why) {
        because = why;
        failures.set(0);
        lastSign = Instant.now();
    }

    /** An attempt failed for a reason that names no server: no sign of life. */
    void failed(String why) {
        because = why;
        failures.incrementAndGet();
    }

    /**
     * A batch is done: stored, sent and committed.
     *
     * @param again detections of lines that came before
     */
    synchronized void end(Tally tally, List<TimedDetection> sighted, long again, Instant stored, int sent) {
        copies += again;
        Instant now = Instant.now();
        Instant began = inHand;
        if (began != null) {
            batch.update(Duration.between(began, now).toMillis());
        }
        batches++;
        // A message of several records has as many lines.
        lines.mark(tally.count("in") - tally.count(Tally.WRAPPED) + tally.count(Tally.RECORDS));
        detections.mark(sighted.size());
        alerts.mark(sent);
        invalid.mark(tally.count("invalid"));
        tally.counts().forEach((name, count) -> {
            if (name.startsWith("invalid.")) {
                invalidBy.merge(name.substring("invalid.".length()), count, Long::sum);
            }
        });
        for (TimedDetection one : sighted) {
            if (one.detection().getSuppressedBy() != null) {
                suppressed++;
            }
            appendToHBase.update(Math.max(0, stored.toEpochMilli() - one.appended()));
            appendToAlert.update(Math.max(0, now.toEpochMilli() - one.appended()));
            eventToAlert.update(Math.max(
                    0, now.toEpochMilli() - one.detection().getTimestamp().toEpochMilli()));
        }
        inHand = null;
        failures.set(0);
        lastBatch = now;
        lastSign = now;
        because = null;
    }

    /** What is kept for correlations, as {@link Correlated#counts} has it. */
    synchronized void correlations(Map<String, Long> counts) {
        correlations = Map.copyOf(counts);
    }

    void lag(Lag now) {
        lag = now;
    }

    long lines() {
        return lines.getCount();
    }

    /** Totals since the driver began, for the report. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("batches", batches);
        counts.put("lines", lines.getCount());
        counts.put("detections", detections.getCount());
        counts.put("suppressed", suppressed);
        counts.put("copies", copies);
        counts.put("alerts", alerts.getCount());
        counts.put("invalid", invalid.getCount());
        invalidBy.forEach((reason, count) -> counts.put("invalid." + reason, count));
        return counts;
    }

    /** Writes all of it into a heartbeat; whether it waits for something decides the state. */
    synchronized void into(ObjectNode heartbeat) {
        heartbeat.put("state", because != null ? "waiting" : ready ? "running" : "starting");
        heartbeat.put("because", because);
        heartbeat.put("last_batch", text(lastBatch)).put("in_hand_since", text(inHand));
        heartbeat.put("last_sign", text(lastSign)).put("batches", batches).put("lines", lines.getCount());
        heartbeat.put("lines_per_second", rounded(lines.getOneMinuteRate()));
        quantiles(heartbeat.putObject("batch_ms"), batch);
        Lag now = lag;
        heartbeat.put("lag_lines", now.lines()).put("lag_seconds", rounded(now.seconds()));
        heartbeat.put("caught_up_in_seconds", now.caughtUp() == null ? null : rounded(now.caughtUp()));
        heartbeat.put("detections", detections.getCount()).put("alerts", alerts.getCount());
        heartbeat.put("suppressed", suppressed).put("copies", copies).put("invalid", invalid.getCount());
        ObjectNode reasons = heartbeat.putObject("invalid_by");
        invalidBy.forEach(reasons::put);
        ObjectNode kept = heartbeat.putObject("correlations");
        new TreeMap<>(correlations).forEach(kept::put);
        quantiles(heartbeat.putObject("append_to_hbase_ms"), appendToHBase);
        quantiles(heartbeat.putObject("append_to_alert_ms"), appendToAlert);
        quantiles(heartbeat.putObject("event_to_alert_ms"), eventToAlert);
    }

    private static void quantiles(ObjectNode into, Histogram histogram) {
        Snapshot snapshot = histogram.getSnapshot();
        into.put("count", histogram.getCount()).put("p50", Math.round(snapshot.getMedian()));
        into.put("p95", Math.round(snapshot.get95thPercentile())).put("p99", Math.round(snapshot.get99thPercentile()));
        into.put("max", snapshot.getMax());
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /** An instant as a heartbeat has it, to the millisecond. */
    static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
