package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Jvm;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.traffic.Envelopes;
import io.trawl.bench.traffic.Positions;
import io.trawl.bench.traffic.Pump;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * How many lines the hot path takes: the rate it holds, for long, and after it was away; and of the batch path.
 *
 * <p>Longer than other classes, since its three measurements drive the same line of servers, and share its state.
 */
final class HotRate {
    /** Sources of trawl.conf, and their topics. */
    static final String RATE = "rate";

    static final String BATCH = "batch";
    static final String BACKLOG = "backlog";

    private static final List<String> JOBS = List.of("ingest", "validate", "enrich", "load");
    private static final double STEP = 1.2;
    /** A rate is held when no more than so many seconds of it wait at the end, and no more than before. */
    private static final double LAG_SECONDS = 2;

    private static final double GROWTH_SECONDS = 0.5;
    private static final double HOPELESS_SECONDS = 20;
    private static final double SETTLE_SECONDS = 3;
    private static final long LOOK_MILLIS = 500;
    private static final Duration DRAIN = Duration.ofMinutes(10);

    /** The batch path's rate may be so many times the hot path's. */
    private static final double BATCH_TO_HOT = 2;

    /** The hot path's rate may be so many times the batch path's, in a window of LARGE lines or more. */
    private static final double HOT_TO_BATCH = 2;

    private static final long LARGE = 20_000_000;

    private static final double HEAP_GROWTH = 1.2;
    private static final double HEAP_SLACK_MB = 20;
    private static final int FILES_GROWTH = 20;

    private final HotSite site;
    private final Outcome outcome;
    private final Envelopes envelopes;
    private double held;

    HotRate(HotSite site, Outcome outcome, Envelopes envelopes) {
        this.site = site;
        this.outcome = outcome;
        this.envelopes = envelopes;
    }

    static String topic(String source) {
        return "bench-" + source;
    }

    /**
     * What a rate did.
     *
     * @param rate lines a second that the broker took
     * @param lag lines that waited, at the most
     * @param held whether it can go on like this
     */
    private record Step(double rate, double lag, boolean held) {}

    /** A job, what is sent to it, and how far it is. */
    private final class Line implements AutoCloseable {
        final HotRun hot;
        final Pump pump;
        final Positions positions;

        Line(String source) throws IOException, InterruptedException {
            keepLittle(topic(source));
            hot = site.hot(source);
            pump = new Pump(envelopes, site.bootstrap(), topic(source));
            positions = new Positions(site.bootstrap(), source, topic(source));
        }

        /** Waits until nothing waits; gives seconds. */
        double drain() throws IOException, InterruptedException {
            Instant begun = Instant.now();
            while (positions.lag() > 0) {
                hot.requireAlive();
                if (Instant.now().isAfter(begun.plus(DRAIN))) {
                    throw new BenchFailure("after " + DRAIN + " " + positions.lag() + " lines wait still");
                }
                Thread.sleep(100);
            }
            return HotSite.seconds(begun, Instant.now());
        }

        /** Lines a second that it takes when there are always some. */
        double flatOut(long lines) throws IOException, InterruptedException {
            long done = positions.done();
            Instant begun = Instant.now();
            pump.send(lines);
            long left = positions.lag();
            double draining = drain();
            // While they were sent, sending took its share of the machine.
            return left > lines / 10
                    ? left / draining
                    : (positions.done() - done) / HotSite.seconds(begun, Instant.now());
        }

        Step at(double rate, double seconds) throws IOException, InterruptedException {
            pump.rate(rate);
            Thread.sleep((long) (SETTLE_SECONDS * 1e3));
            List<Long> lags = new ArrayList<>();
            long taken = pump.taken();
            long begun = System.nanoTime();
            long waiting = 0;
            // Far behind it is not held, however long it goes on.
            while (System.nanoTime() - begun < seconds * 1e9 && waiting < HOPELESS_SECONDS * rate) {
                Thread.sleep(LOOK_MILLIS);
                hot.requireAlive();
                waiting = positions.lag();
                lags.add(waiting);
            }
            double real = (pump.taken() - taken) / ((System.nanoTime() - begun) / 1e9);
            pump.rate(0);
            int third = Math.max(1, lags.size() / 3);
            double first = mean(lags.subList(0, third));
            double last = mean(lags.subList(lags.size() - third, lags.size()));
            boolean keptUp = real > 0.95 * rate && last <= LAG_SECONDS * rate && last <= first + GROWTH_SECONDS * rate;
            Step step = new Step(
                    real, lags.stream().mapToLong(Long::longValue).max().orElse(0), keptUp);
            site.say(
                    "%,.0f lines/s for %.0f s: %s, %,.0f waited at the beginning, %,.0f at the end",
                    real, (System.nanoTime() - begun) / 1e9, keptUp ? "held" : "not held", first, last);
            drain();
            return step;
        }

        @Override
        public void close() throws InterruptedException {
            try {
                pump.close();
            } finally {
                positions.close();
                hot.close();
            }
        }
    }

    /** What was read long ago goes: the disk need not hold all that is sent for half an hour. */
    private void keepLittle(String topic) throws InterruptedException {
        List<AlterConfigOp> changes = List.of(
                new AlterConfigOp(
                        new ConfigEntry("retention.bytes", Long.toString(1L << 30)), AlterConfigOp.OpType.SET),
                new AlterConfigOp(
                        new ConfigEntry("segment.bytes", Integer.toString(1 << 27)), AlterConfigOp.OpType.SET));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", site.bootstrap()))) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new BenchFailure("topic " + topic + " cannot be set up: " + e.getCause());
        }
    }

    private static double mean(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).average().orElse(0);
    }

    /** The highest rate that is held, for a long time, and the batch path's on the same lines. */
    void rate(long lines, double stepSeconds, Duration hold) throws IOException, InterruptedException {
        Step best;
        double cpu;
        try (Line line = new Line(RATE)) {
            double rate = search(line, lines, stepSeconds);
            Jvm driver = line.hot.driver();
            Jvm executor = line.hot.executor();
            int tries = 0;
            double before;
            do {
                before = driver.cpu() + executor.cpu();
                best = line.at(rate, hold.toMillis() / 1e3);
                rate *= 0.9;
            } while (!best.held() && ++tries < 4);
            if (!best.held()) {
                throw new BenchFailure("no rate was held for " + hold);
            }
            cpu = (driver.cpu() + executor.cpu() - before)
                    / (best.rate() * (hold.toMillis() / 1e3 + SETTLE_SECONDS))
                    * 1e6;
            JsonNode beat = line.hot.requireHeartbeat();
            outcome.figure("rate.held_lines_per_second", best.rate())
                    .figure("rate.held_seconds", hold.toMillis() / 1e3)
                    .figure("rate.most_waiting_lines", best.lag())
                    .figure("rate.cpu_micros_per_line", cpu)
                    .figure(
                            "rate.batch_p50_ms",
                            beat.path("batch_ms").path("p50").asDouble())
                    .figure(
                            "rate.append_to_hbase_p99_ms",
                            beat.path("append_to_hbase_ms").path("p99").asDouble())
                    .figure("rate.driver_peak_megabytes", driver.peak())
                    .figure("rate.executor_peak_megabytes", executor.peak());
        }
        held = best.rate();
        Batch batch = batch(lines);
        double work = lines / batch.work();
        double whole = lines / batch.total();
        outcome.figure("rate.batch_lines_per_second", whole)
                .figure("rate.batch_work_lines_per_second", work)
                .atMost("rate.batch_to_hot", BATCH_TO_HOT, whole / held)
                .ratio("rate.batch_work_to_hot", work / held);
        if (lines >= LARGE) {
            outcome.atMost("rate.hot_to_batch", HOT_TO_BATCH, held / whole);
        }
        outcome.say(String.format(
                Locale.ROOT, """
                highest rate held for %s       %,10.0f lines/s  (%.1f µs CPU a line in driver and executor)
                batch path, %,d lines: whole jobs %,9.0f lines/s  (%s)
                                    their work    %,9.0f lines/s  (Spark's start left out)
                hot / batch: %.2f of the whole jobs' rate, %.2f of their work's
                """, hold, held, cpu, lines, whole, batch.text(), work, held / whole, held / work));
    }

    private double search(Line line, long lines, double stepSeconds) throws IOException, InterruptedException {
        // The first time is the compiler's.
        line.flatOut(lines);
        double flatOut = line.flatOut(lines);
        outcome.figure("rate.flat_out_lines_per_second", flatOut);
        site.say("flat out it takes %,.0f lines/s", flatOut);
        double rate = flatOut * 0.7;
        line.pump.begin(0);
        boolean up = line.at(rate, stepSeconds).held();
        while (true) {
            double next = up ? rate * STEP : rate / STEP;
            if (next < 100) {
                throw new BenchFailure("not even 100 lines/s are held");
            }
            boolean held = line.at(next, stepSeconds).held();
            if (up && !held) {
                return rate;
            }
            rate = next;
            if (!up && held) {
                return rate;
            }
        }
    }

    /** Seconds of the four jobs. */
    private record Batch(double work, double total, Map<String, Double> jobs) {
        String text() {
            StringBuilder text = new StringBuilder();
            jobs.forEach((job, seconds) -> text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "%s %.1f s", job, seconds)));
            return text.toString();
        }
    }

    /** The four jobs on a window with so many lines, each a driver of its own in cluster mode, like the hot job. */
    private Batch batch(long lines) throws IOException, InterruptedException {
        // All of them in one window of a minute, where they come in so short a time.
        Instant now = Instant.now();
        Instant start = now.truncatedTo(ChronoUnit.MINUTES);
        if (HotSite.seconds(start, now) > 10) {
            start = start.plusSeconds(60);
            Thread.sleep(Duration.between(now, start).toMillis());
        }
        try (Pump pump = new Pump(envelopes, site.bootstrap(), topic(BATCH))) {
            pump.send(lines);
        }
        Instant end =
                Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        Thread.sleep(Duration.between(Instant.now(), end.plusSeconds(2)).toMillis());
        double work = 0;
        double total = 0;
        Map<String, Double> jobs = new LinkedHashMap<>();
        for (String job : JOBS) {
            JsonNode report = site.job(job, "--source", BATCH, "--window", start + "/" + end);
            if (job.equals("ingest") && report.path("counts").path("raw").asLong() != lines) {
                throw new BenchFailure(
                        "ingest has " + report.path("counts").path("raw").asLong() + " lines where " + lines
                                + " were sent: its time says nothing");
            }
            work += report.path("seconds").path("work").asDouble();
            total += report.path("seconds").path("total").asDouble();
            jobs.put(job, report.path("seconds").path("total").asDouble());
            site.say("%s took %.1f s", job, report.path("seconds").path("total").asDouble());
        }
        return new Batch(work, total, jobs);
    }

    /** Half the highest rate for a long time: whether anything grows. */
    void soak(long lines, double stepSeconds, Duration time) throws IOException, InterruptedException {
        try (Line line = new Line(RATE)) {
            if (held == 0) {
                held = search(line, lines, stepSeconds);
            } else {
                line.flatOut(lines);
                line.pump.begin(0);
            }
            double rate = held / 2;
            double seconds = time.toMillis() / 1e3;
            // Buffers and tables have their size after a tenth of it.
            line.at(rate, seconds / 10);
            List<Jvm> jvms = List.of(line.hot.driver(), line.hot.executor());
            List<Jvm.Holds> before = new ArrayList<>();
            for (Jvm jvm : jvms) {
                before.add(jvm.holds());
            }
            Step step = line.at(rate, seconds);
            if (!step.held()) {
                throw new BenchFailure("half the highest rate was not held for " + time);
            }
            StringBuilder table = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%,.0f lines/s for %s, %,.0f lines waited at the most%n%-10s %22s %14s %14s %16s%n",
                    step.rate(),
                    time,
                    step.lag(),
                    "",
                    "heap after GC, MB",
                    "files",
                    "sockets",
                    "resident, MB"));
            outcome.figure("soak.lines_per_second", step.rate())
                    .figure("soak.seconds", seconds)
                    .figure("soak.most_waiting_lines", step.lag());
            for (int i = 0; i < jvms.size(); i++) {
                Jvm.Holds from = before.get(i);
                Jvm.Holds to = jvms.get(i).holds();
                String name = "soak." + jvms.get(i).name();
                outcome.figure(name + ".heap_before_megabytes", from.heap())
                        .figure(name + ".heap_after_megabytes", to.heap())
                        .figure(name + ".resident_after_megabytes", to.resident())
                        .atMost(name + ".heap_growth", HEAP_GROWTH, to.heap() / (from.heap() + HEAP_SLACK_MB))
                        .atMost(name + ".files_growth", FILES_GROWTH, to.files() - from.files())
                        .atMost(name + ".sockets_growth", FILES_GROWTH, to.sockets() - from.sockets());
                table.append(String.format(
                        Locale.ROOT,
                        "%-10s %10.1f -> %8.1f %6d -> %4d %6d -> %4d %7.0f -> %5.0f%n",
                        jvms.get(i).name(),
                        from.heap(),
                        to.heap(),
                        from.files(),
                        to.files(),
                        from.sockets(),
                        to.sockets(),
                        from.resident(),
                        to.resident()));
            }
            outcome.say(table.toString());
        }
    }

    /** What came while the job was away. */
    void backlog(long lines) throws IOException, InterruptedException {
        // It has been there once, so that it has a place to go on from.
        site.hot(BACKLOG).close();
        Instant sending = Instant.now();
        try (Pump pump = new Pump(envelopes, site.bootstrap(), topic(BACKLOG))) {
            pump.send(lines);
        }
        site.say("%,d lines wait (sent in %.0f s)", lines, HotSite.seconds(sending, Instant.now()));
        try (Positions positions = new Positions(site.bootstrap(), BACKLOG, topic(BACKLOG))) {
            long from = positions.done();
            if (positions.lag() != lines) {
                throw new BenchFailure(positions.lag() + " lines wait where " + lines + " were sent");
            }
            try (HotRun hot = site.hot(BACKLOG)) {
                Instant first = null;
                double most = 0;
                double told = 0;
                double estimate = 0;
                long done = from;
                while (done - from < lines) {
                    Thread.sleep(200);
                    hot.requireAlive();
                    // Asking for it also holds that no partition goes back.
                    done = positions.done();
                    if (first == null && done > from) {
                        first = Instant.now();
                    }
                    JsonNode beat = hot.heartbeat();
                    if (beat != null) {
                        told = Math.max(told, beat.path("lag_lines").asDouble());
                        estimate = Math.max(
                                estimate, beat.path("caught_up_in_seconds").asDouble(0));
                    }
                }
                Instant end = Instant.now();
                Jvm driver = hot.driver();
                Jvm executor = hot.executor();
                double whole = HotSite.seconds(hot.submitted(), end);
                double catching = HotSite.seconds(first == null ? hot.submitted() : first, end);
                most = driver.peak();
                double cpu = (driver.cpu() + executor.cpu()) / lines * 1e6;
                double executorPeak = executor.peak();
                Jvm.Holds holds = driver.holds();
                outcome.figure("backlog.lines", lines)
                        .figure("backlog.seconds_from_submission", whole)
                        .figure("backlog.seconds_from_first_batch", catching)
                        .figure("backlog.lines_per_second", lines / catching)
                        .figure("backlog.cpu_micros_per_line", cpu)
                        .figure("backlog.told_lag_lines", told)
                        .figure("backlog.told_seconds_to_go", estimate)
                        .figure("backlog.driver_peak_megabytes", most)
                        .figure("backlog.driver_heap_after_gc_megabytes", holds.heap())
                        .figure("backlog.executor_peak_megabytes", executorPeak);
                outcome.say(String.format(
                        Locale.ROOT,
                        """
                        backlog of %,d lines: caught up %.0f s after submission, %.0f s after the first batch, %,.0f lines/s
                        (%.1f µs CPU a line, start-up in it); the heartbeat told of %,.0f lines and of %.0f s to go at the most
                        driver: %.0f MB resident at the most, %.0f MB of heap after it; executor %.0f MB
                        """,
                        lines,
                        whole,
                        catching,
                        lines / catching,
                        cpu,
                        told,
                        estimate,
                        most,
                        holds.heap(),
                        executorPeak));
            }
        }
    }
}
