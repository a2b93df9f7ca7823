package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Quantiles;
import io.trawl.bench.frame.Side;
import io.trawl.bench.traffic.LiveLog;
import io.trawl.hbase.HBaseReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How long a line is on its way, from a proxy's log by real agents into HBase and the topic of alerts. */
final class HotLatency {
    static final String SOURCE = "proxy";
    private static final String TOPIC = "proxy-logs";

    private static final double RATE = 500;
    /** One line in so many is a hit. */
    private static final int HITS = 10;

    private static final double WARM_SECONDS = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final double APPEND_TO_HBASE_P50 = 0.6;
    private static final double APPEND_TO_HBASE_P99 = 1.5;
    private static final double LOG_TO_HBASE_P50 = 1.5;
    private static final double LOG_TO_HBASE_P99 = 4;
    private static final double TAKE_UP = 1;
    /** Alerts around a take-up: taken so long before it, and so long after it, seconds. */
    private static final int BEFORE = 10;

    private static final int AFTER = 20;

    private final HotSite site;
    private final Outcome outcome;
    private final LiveLog log;
    private final StringBuilder table = new StringBuilder(Quantiles.head());

    HotLatency(HotSite site, Outcome outcome, LiveLog log) {
        this.site = site;
        this.outcome = outcome;
        this.log = log;
    }

    /** Adds the table of what was measured. */
    void end() {
        outcome.say(table.toString());
    }

    private void row(String name, String label, Quantiles quantiles) {
        quantiles.addTo(outcome, name);
        table.append(quantiles.row(label));
    }

    private static Quantiles of(List<AlertLog.Seen> seen, ToLongFunction<AlertLog.Seen> millis) {
        return Quantiles.ofMillis(seen.stream().mapToLong(millis).toArray());
    }

    /** A stream that reads the messages and does nothing with them. */
    void floor(double seconds) throws IOException {
        try (Side floor = site.spark("stream-floor", StreamFloor.class, "1g")) {
            floor.ask(Json.MAPPER
                    .createObjectNode()
                    .put("conf", site.stack().conf().toString())
                    .put("topic", TOPIC)
                    .put("batch", site.batch().toMillis()));
            log.write(RATE, Math.min(WARM_SECONDS, seconds), HITS);
            ObjectNode from = Json.MAPPER.createObjectNode().put("from", System.currentTimeMillis());
            log.write(RATE, seconds, HITS);
            JsonNode answer = floor.ask(from);
            LongStream.Builder millis = LongStream.builder();
            answer.path("millis").forEach(one -> millis.add(one.asLong()));
            row(
                    "floor.append_to_end_of_batch",
                    "floor, 500 lines/s: append to end of batch",
                    Quantiles.ofMillis(millis.build().toArray()));
        }
        site.say("measured the floor");
    }

    /** Many lines a second. */
    void many(double seconds, AlertLog alerts, HotRun hot) throws IOException, InterruptedException {
        warm(seconds);
        try (Observer observer = new Observer()) {
            LiveLog.Written written = log.write(RATE, seconds, HITS);
            List<AlertLog.Seen> seen = alerts.await(written.hits().keySet(), PATIENCE);
            Quantiles stored = of(seen, one -> one.stored() - one.append());
            Quantiles whole = of(seen, one -> one.stored() - one.event());
            row("latency.append_to_hbase", "500 lines/s: append to HBase", stored);
            row("latency.log_to_hbase", "500 lines/s: log to HBase", whole);
            row(
                    "latency.log_to_alert",
                    "500 lines/s: log to alert read",
                    of(seen, one -> one.received() - one.event()));
            row("latency.seen_after_stored", "  seen in HBase after 'stored'", observer.behind(alerts));
            outcome.figure("latency.lines_per_second", written.rate())
                    .atMost("latency.append_to_hbase_p50", APPEND_TO_HBASE_P50, stored.p50())
                    .atMost("latency.append_to_hbase_p99", APPEND_TO_HBASE_P99, stored.p99())
                    .atMost("latency.log_to_hbase_p50", LOG_TO_HBASE_P50, whole.p50())
                    .atMost("latency.log_to_hbase_p99", LOG_TO_HBASE_P99, whole.p99());
            JsonNode beat = hot.requireHeartbeat();
            site.say(
                    "measured latency at %.0f lines/s (%d alerts); the heartbeat says batches of %d ms (p99 %d)",
                    written.rate(),
                    seen.size(),
                    beat.path("batch_ms").path("p50").asLong(),
                    beat.path("batch_ms").path("p99").asLong());
        }
    }

    private void warm(double seconds) throws IOException {
        log.write(RATE, Math.min(WARM_SECONDS, seconds), HITS);
    }

    /** One line a second, each a hit. */
    void slow(double seconds, AlertLog alerts) throws IOException, InterruptedException {
        LiveLog.Written written = log.write(1, seconds, 1);
        List<AlertLog.Seen> seen = alerts.await(written.hits().keySet(), PATIENCE);
        Quantiles whole = of(seen, one -> one.stored() - one.event());
        row("slow.append_to_hbase", "1 line/s: append to HBase", of(seen, one -> one.stored() - one.append()));
        row("slow.log_to_hbase", "1 line/s: log to HBase", whole);
        outcome.atMost("slow.log_to_hbase_p99", LOG_TO_HBASE_P99, whole.p99());
        site.say("measured latency at one line a second (%d alerts)", seen.size());
    }

    /** A new snapshot while lines come. */
    void takeUp(double seconds, Path feeds, AlertLog alerts, HotRun hot) throws IOException, InterruptedException {
        Path changed = site.work().resolve("feeds-changed");
        change(feeds, changed);
        long before = hot.requireHeartbeat().path("snapshot").asLong();
        warm(seconds);
        Map<String, Long> hits = new HashMap<>();
        LiveLog.Written usual = log.write(RATE, seconds, HITS);
        hits.putAll(usual.hits());
        CompletableFuture<JsonNode> refresh = CompletableFuture.supplyAsync(() -> {
            try {
                return site.job("refresh-indicators", "--set", "indicators.folder=" + changed);
            } catch (IOException e) {
                throw new BenchFailure("refresh-indicators: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BenchFailure("refresh-indicators was interrupted");
            }
        });
        Instant since = null;
        Instant refreshed = null;
        Instant until = Instant.now().plusSeconds(300);
        while (since == null || Instant.now().isBefore(since.plusSeconds(AFTER))) {
            hits.putAll(log.write(RATE, 1, HITS).hits());
            if (refreshed == null && refresh.isDone()) {
                get(refresh);
                refreshed = Instant.now();
            }
            JsonNode beat = hot.requireHeartbeat();
            if (beat.path("snapshot").asLong() != before) {
                since = Instant.parse(beat.path("snapshot_since").asText());
            }
            if (Instant.now().isAfter(until)) {
                throw new BenchFailure("the new snapshot was not taken up: " + beat.path("snapshot_refused"));
            }
        }
        List<AlertLog.Seen> seen = alerts.await(hits.keySet(), PATIENCE);
        Quantiles base = of(alerts.await(usual.hits().keySet(), PATIENCE), one -> one.stored() - one.append());
        long from = since.minusSeconds(BEFORE).toEpochMilli();
        long to = since.plusSeconds(AFTER).toEpochMilli();
        Quantiles around = of(
                seen.stream()
                        .filter(one -> one.append() >= from && one.append() < to)
                        .toList(),
                one -> one.stored() - one.append());
        row("takeup.usual", "before a new snapshot: append to HBase", base);
        row("takeup.around", String.format("%d s before to %d s after its take-up", BEFORE, AFTER), around);
        double delay = Math.max(0, around.max() - base.p99());
        outcome.atMost("takeup.longest_delay_seconds", TAKE_UP, delay);
        site.say(
                "a new snapshot was taken up %s after its refresh: the longest wait around it %.3f s, usual p99 %.3f s",
                refreshed == null
                        ? "while its refresh ended, or"
                        : String.format(Locale.ROOT, "%.1f s", HotSite.seconds(refreshed, since)),
                around.max(),
                base.p99());
    }

    private static JsonNode get(CompletableFuture<JsonNode> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchFailure failure
                    ? failure
                    : new BenchFailure(String.valueOf(e.getCause()));
        }
    }

    /** The same feeds with one new indicator for each hundred. */
    private void change(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        try (BufferedWriter out = Files.newBufferedWriter(to.resolve("blocklist.txt"), StandardOpenOption.APPEND)) {
            for (long i = 0; i < site.indicators() / 100; i++) {
                out.write("new-" + i + ".bench-feed.net\n");
            }
        }
    }

    /** Looks into HBase for the hit that was written last, again and again until it is there; then for the next one. */
    private final class Observer implements AutoCloseable {
        private static final long LOOK_MILLIS = 20;

        private final HBaseReader reader = new HBaseReader(site.trawl());
        private final Map<String, Long> seen = new ConcurrentHashMap<>();
        private final Thread thread = new Thread(this::look, "observer");
        private volatile @Nullable RuntimeException failure;
        private volatile boolean closed;

        Observer() {
            // Connecting takes its time.
            reader.detections(new HBaseReader.Query("nobody", null, null, null, 1));
            thread.setDaemon(true);
            thread.start();
        }

        private void look() {
            try {
                String last = log.newest();
                while (!closed) {
                    String client = log.newest();
                    if (client == null || client.equals(last)) {
                        Thread.sleep(LOOK_MILLIS);
                        continue;
                    }
                    last = client;
                    HBaseReader.Query query = new HBaseReader.Query(client, null, null, null, 1);
                    while (!closed && reader.detections(query).isEmpty()) {
                        Thread.sleep(LOOK_MILLIS);
                    }
                    if (!closed) {
                        seen.put(client, System.currentTimeMillis());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        /** How much later than the alert says the rows were seen. */
        Quantiles behind(AlertLog alerts) {
            RuntimeException failed = failure;
            if (failed != null) {
                throw failed;
            }
            List<Long> behind = new ArrayList<>();
            seen.forEach((client, at) -> {
                AlertLog.Seen alert = alerts.of(client);
                if (alert != null) {
                    behind.add(at - alert.stored());
                }
            });
            return Quantiles.ofMillis(behind.stream().mapToLong(Long::longValue).toArray());
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            thread.join(5_000);
        }
    }
}
