package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.ServerOptions;
import io.trawl.bench.frame.Side;
import io.trawl.bench.frame.Size;
import io.trawl.bench.match.IndexBench;
import io.trawl.bench.traffic.Envelopes;
import io.trawl.bench.traffic.GeneratedLog;
import io.trawl.bench.traffic.LiveLog;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The hot path, from the proxies' logs to alerts. */
@Command(
        name = "hot",
        header = "the hot path: how soon a line is an alert, how many lines per second, new indicators, a backlog",
        description = {
            "",
            "Starts Flume, Kafka, HDFS, HBase and Spark of its own (in .trawl/bench, ports shifted by 6500), loads the "
                    + "indicators by refresh-indicators, and submits hot-detect in cluster mode. Its parts (--parts selects some):",
            "  floor      a stream that only reads its messages, at 500 lines/s: append time to end of batch",
            "  latency    500 lines/s through the proxies' logs, one in ten a hit: append and log to HBase, log to alert;",
            "             an observer that does not depend on the job looks into HBase",
            "  slow       one line per second for one and a half times --seconds",
            "  takeup     a new snapshot with one new indicator per hundred, at 500 lines/s",
            "  rate       the highest rate that the job holds, with messages sent directly to the topic; then the four batch jobs",
            "  backlog    lines that came while the job did not run",
            "  dataframe  a micro-batch in memory: as records, and as DataFrames",
            "  soak       half the highest rate for a long time: does heap, lag, or the number of open files grow?",
            "",
            "Takes 20 minutes and 15 GB of disk on 2 cores, with the defaults; --soak takes 33 minutes more.",
            ""
        })
public final class HotBench implements Bench {
    private static final List<String> PARTS =
            List.of("floor", "latency", "slow", "takeup", "rate", "backlog", "dataframe", "soak");
    private static final Set<String> AGENTS = Set.of("floor", "latency", "slow", "takeup");
    /** A shift with which no port is one of a default stack, of one shifted by thousands, or of bench path. */
    private static final int PORT_SHIFT = 6500;
    /** Different lines; more of them are these again, each at another place in its file. */
    private static final int DIFFERENT = 300_000;

    private static final double STEP_SECONDS = 20;
    private static final int[] BATCHES = {500, 20_000};

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "Some of the parts, comma-separated (default: all but soak).")
    private List<String> parts = PARTS.subList(0, PARTS.size() - 1);

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "How long latency is measured; before that the job warms up for the same time, at most 30 s (default: 60).")
    private double seconds = 60;

    @Option(
            names = "--hold",
            paramLabel = "TIME",
            description = "How long the highest rate must be held (default: PT5M).")
    private Duration hold = Duration.ofMinutes(5);

    @Option(
            names = "--soak",
            arity = "0..1",
            fallbackValue = "PT30M",
            paramLabel = "TIME",
            description = "Also the part soak, for this time (without a time: PT30M).")
    private @Nullable Duration soak;

    @Option(names = "--lines", paramLabel = "N", description = "Lines of the batch path's window (default: 2M).")
    private Size lines = new Size(2_000_000);

    @Mixin
    private ServerOptions servers = new ServerOptions(1_200_000);

    @Option(names = "--backlog", paramLabel = "N", description = "Lines of the backlog (default: 5M).")
    private Size backlog = new Size(5_000_000);

    @Option(names = "--batch", paramLabel = "TIME", description = "Length of a micro-batch (default: PT0.5S).")
    private Duration batch = Duration.ofMillis(500);

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "One setting of the hot job, for example spark.conf.spark.streaming.backpressure.enabled=false.")
    private List<String> settings = new ArrayList<>();

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        Set<String> chosen = new LinkedHashSet<>(parts);
        if (soak != null) {
            chosen.add("soak");
        }
        for (String part : chosen) {
            if (!PARTS.contains(part)) {
                throw new IllegalArgumentException("--parts " + part + ": expected some of " + String.join(",", PARTS));
            }
        }
        if (!(seconds >= 1)) {
            throw new IllegalArgumentException("--seconds " + seconds + ": expected 1 or more");
        }
        return servers.use("hot", (project, work) -> measure(project, work, chosen, progress));
    }

    private Outcome measure(Options project, Path work, Set<String> chosen, Consumer<String> progress)
            throws Exception {
        Instant begun = Instant.now();
        Options options = project.stateDir(work.resolve("stack"))
                .portShift(PORT_SHIFT)
                .without("airflow")
                .stack("spark.driver.flags", HotSite.FLAGS)
                .stack("spark.executor.flags", HotSite.FLAGS)
                .setting("hot.batch", batch.toString())
                .setting("window.margin", "PT1S")
                .setting("indicators.cache", work.resolve("cache").toString());
        for (String source : List.of(HotRate.RATE, HotRate.BATCH, HotRate.BACKLOG)) {
            options = options.setting("source." + source + ".topic", HotRate.topic(source))
                    .setting("source." + source + ".format", "squid")
                    .setting("source." + source + ".window", "PT1M");
        }
        try (LocalStack stack = LocalStack.start(options)) {
            Outcome outcome = new Outcome("hot");
            HotSite site = new HotSite(
                    stack,
                    project.home(),
                    work,
                    settings,
                    batch,
                    servers.indicators().value(),
                    progress);
            Path feeds = work.resolve("feeds");
            GeneratedLog log = new GeneratedLog(1, servers.indicators().value());
            log.writeFeeds(feeds);
            site.job("refresh-indicators", "--set", "indicators.folder=" + feeds);
            site.say(
                    "servers are up, %s indicators are loaded (%.0f s)",
                    servers.indicators(), HotSite.seconds(begun, Instant.now()));
            if (chosen.stream().anyMatch(AGENTS::contains)) {
                latency(site, feeds, chosen, outcome);
            }
            if (chosen.contains("rate") || chosen.contains("backlog") || chosen.contains("soak")) {
                rate(site, chosen, outcome);
            }
            if (chosen.contains("dataframe")) {
                forms(site, feeds, outcome);
            }
            return outcome;
        }
    }

    private void latency(HotSite site, Path feeds, Set<String> chosen, Outcome outcome)
            throws IOException, InterruptedException {
        List<Path> logs =
                site.stack().proxies().stream().map(site.stack()::proxyLog).toList();
        try (LiveLog log = new LiveLog(logs, servers.indicators().value())) {
            HotLatency latency = new HotLatency(site, outcome, log);
            if (chosen.contains("floor")) {
                latency.floor(seconds);
            }
            if (chosen.stream().anyMatch(part -> AGENTS.contains(part) && !part.equals("floor"))) {
                try (HotRun hot = site.hot(HotLatency.SOURCE);
                        AlertLog alerts =
                                new AlertLog(hot, site.bootstrap(), site.trawl().text("hot.topic"))) {
                    if (chosen.contains("latency")) {
                        latency.many(seconds, alerts, hot);
                    }
                    if (chosen.contains("slow")) {
                        latency.slow(1.5 * seconds, alerts);
                    }
                    if (chosen.contains("takeup")) {
                        latency.takeUp(seconds / 2, feeds, alerts, hot);
                    }
                }
            }
            latency.end();
        }
    }

    private void rate(HotSite site, Set<String> chosen, Outcome outcome) throws IOException, InterruptedException {
        Envelopes envelopes = new Envelopes(
                (int) Math.min(DIFFERENT, lines.value()), servers.indicators().value());
        HotRate rate = new HotRate(site, outcome, envelopes);
        double step = Math.min(STEP_SECONDS, seconds);
        if (chosen.contains("rate")) {
            rate.rate(lines.value(), step, hold);
        }
        if (chosen.contains("soak")) {
            rate.soak(lines.value(), step, soak == null ? Duration.ofMinutes(30) : soak);
        }
        if (chosen.contains("backlog")) {
            rate.backlog(backlog.value());
        }
    }

    private void forms(HotSite site, Path feeds, Outcome outcome) throws IOException {
        Path index = site.work().resolve("forms.index");
        IndexBench.build(feeds, index);
        StringBuilder table = new StringBuilder(String.format(
                "%-40s %12s %12s %12s%n", "a micro-batch in memory, local[2]", "wall ms", "CPU ms", "of records"));
        try (Side side = site.spark("forms", MicroBatchForms.class, "2g")) {
            for (int size : BATCHES) {
                int batches = Math.max(5, (int) (seconds * 5_000 / (size + 1_000)));
                JsonNode answer = side.ask(Json.MAPPER
                        .createObjectNode()
                        .put("conf", site.stack().conf().toString())
                        .put("source", HotRate.RATE)
                        .put("index", index.toUri().toString())
                        .put("lines", size)
                        .put("indicators", servers.indicators().value())
                        .put("warm", batches)
                        .put("batches", batches));
                double records = answer.path("records").path("cpu").asDouble();
                for (String form : List.of("records", "events", "events_and_detections")) {
                    double wall = answer.path(form).path("wall").asDouble();
                    double cpu = answer.path(form).path("cpu").asDouble();
                    outcome.figure("dataframe." + size + "." + form + ".wall_ms", wall * 1e3)
                            .figure("dataframe." + size + "." + form + ".cpu_ms", cpu * 1e3)
                            .ratio("dataframe." + size + "." + form + "_to_records_cpu", cpu / records);
                    table.append(String.format(
                            Locale.ROOT,
                            "%-40s %12.1f %12.1f %12.2f%n",
                            String.format(Locale.ROOT, "%,d lines: %s", size, form.replace('_', ' ')),
                            wall * 1e3,
                            cpu * 1e3,
                            cpu / records));
                }
                site.say("measured %,d batches of %,d lines in three forms", batches, size);
            }
        }
        outcome.say(table.toString());
    }
}
