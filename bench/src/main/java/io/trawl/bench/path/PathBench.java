package io.trawl.bench.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.ServerOptions;
import io.trawl.bench.frame.Side;
import io.trawl.bench.frame.Size;
import io.trawl.bench.traffic.GeneratedLog;
import io.trawl.bench.traffic.PeerTable;
import io.trawl.bench.traffic.Written;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.spark.launcher.JavaModuleOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The batch path compared with its floor and its peer.
 *
 * <p>Longer than other classes, since its rounds take turns with those of the floor and the peer, and what they measure
 * has to be in one place.
 */
@Command(
        name = "path",
        header = "the batch path from Kafka to detections: each job's time, compared with a floor and a peer",
        description = {
            "",
            "Starts Kafka, HDFS and HBase of its own (in .trawl/bench, ports shifted by 5500) and sends a generated log to them. "
                    + "With this log it measures the following in turns, round after round:",
            "  floor  Spark reads the messages from Kafka and writes them unchanged to Parquet with zstd",
            "  jobs   ingest, validate, enrich and load: a first sweep into an empty lake",
            "  peer   the join that people write in PySpark (bench/peers/pyspark_join.py), on the log as a text file",
            "",
            "CPU is user and system time of the Spark process (local[2]), without the servers. On both sides Spark's start and "
                    + "the first round are not counted; a figure is the minimum of the other rounds. Both sides must find "
                    + "exactly the lines in which the generator planted a hit; otherwise the bench ends without figures.",
            "",
            "Then enrich alone sweeps the same events with 10k and with 10M indicators, in turns, with an index that the "
                    + "machine has fetched already.",
            "",
            "With --format, the four jobs sweep a log of that format and one of Squid's, in turns, and nothing else is "
                    + "measured: their CPU per byte of the log is compared.",
            "",
            "Takes six minutes and 8 GB of disk on 2 cores, with the defaults.",
            ""
        })
public final class PathBench implements Bench {
    private static final String SOURCE = "bench";
    private static final String TOPIC = "bench-path";
    private static final List<String> JOBS = List.of("ingest", "validate", "enrich", "load");
    /** A shift with which no port is one of a default stack, or of one shifted by 1000 or 2000. */
    private static final int PORT_SHIFT = 5500;

    private static final String HEAP = "6g";
    /** The collector that costs batch work least, for both sides. */
    private static final String COLLECTOR = "-XX:+UseParallelGC";

    /** What the four jobs may cost of the peer's CPU time. */
    private static final double JOBS_TO_PEER = 0.25;
    /** What ingest may cost of the floor's CPU time. */
    private static final double INGEST_TO_FLOOR = 1.2;
    /** What enrich may cost of the floor's CPU time. */
    private static final double ENRICH_TO_FLOOR = 1.5;
    /** What enrich may cost with the most indicators of what it costs with the fewest. */
    private static final double MOST_TO_FEWEST = 1.2;

    private static final String FEWEST = "10k";
    private static final String MOST = "10M";

    @Option(names = "--lines", paramLabel = "N", description = "Lines of the log (default: 2M).")
    private Size lines = new Size(2_000_000);

    @Mixin
    private ServerOptions servers = new ServerOptions(1_200_000);

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds; the first one is not counted (default: 4).")
    private int rounds = 4;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "Another format, combined or ecs-json: only the jobs are measured, with this one and with squid in turns.")
    private @Nullable String format;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "Also record the jobs' JVM with Java Flight Recorder (jfr print, JDK Mission Control).")
    private @Nullable Path profile;

    /** Seconds that one thing took in one round. */
    private record Took(double wall, double cpu) {
        static Took of(JsonNode answer) {
            return new Took(answer.path("wall").asDouble(), answer.path("cpu").asDouble());
        }

        Took plus(Took other) {
            return new Took(wall + other.wall, cpu + other.cpu);
        }

        /** The least of each. */
        Took least(Took other) {
            return new Took(Math.min(wall, other.wall), Math.min(cpu, other.cpu));
        }
    }

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (rounds < 2) {
            throw new IllegalArgumentException(
                    "--rounds " + rounds + ": expected 2 or more, since the first is not counted");
        }
        Written other = format == null ? Written.SQUID : Written.of(format);
        if (other != Written.SQUID) {
            return servers.use("path", (project, work) -> {
                BesideSquid beside = new BesideSquid(
                        other, lines.value(), servers.indicators().value(), rounds);
                return beside.measure(
                        project.portShift(PORT_SHIFT), work, temporary -> jobsSide(work, temporary), progress);
            });
        }
        return servers.use("path", (project, work) -> measure(project, work, progress));
    }

    private Outcome measure(Options project, Path work, Consumer<String> progress) throws Exception {
        Path data = Files.createDirectories(work.resolve("data"));
        Instant begun = Instant.now();
        Options options = project.stateDir(work.resolve("stack"))
                .portShift(PORT_SHIFT)
                .without("airflow", "flume", "spark")
                .setting("source." + SOURCE + ".topic", TOPIC)
                .setting("source." + SOURCE + ".format", "squid")
                .setting("source." + SOURCE + ".window", "P1D");
        try (LocalStack stack = LocalStack.start(options)) {
            progress.accept("Kafka, HDFS and HBase are up" + since(begun));
            Instant sending = Instant.now();
            GeneratedLog log =
                    new GeneratedLog(lines.value(), servers.indicators().value());
            log.writeFeeds(data.resolve("feeds"));
            Path table = data.resolve("indicators.tsv");
            PeerTable.write(data.resolve("feeds"), table);
            Path text = data.resolve("access.log");
            GeneratedLog.Truth truth = log.write(text, "127.0.0.1:" + stack.port("kafka"), TOPIC);
            progress.accept(String.format(
                    Locale.ROOT,
                    "%s lines (%.0f MB) with %,d hit lines, and %s indicators are there%s",
                    lines,
                    truth.bytes() / 1e6,
                    truth.hits().size(),
                    servers.indicators(),
                    since(sending)));
            Path temporary = Files.createDirectories(work.resolve("tmp"));
            try (Side jobs = jobsSide(work, temporary);
                    Side peer = peerSide(project, work, temporary, text, table)) {
                jobs.answer();
                double peerStart = peer.answer().path("cpu").asDouble();
                Rounds all = new Rounds(stack, truth, data, progress);
                for (int round = 1; round <= rounds; round++) {
                    all.run(round, jobs, peer);
                }
                return all.outcome(peerStart);
            }
        }
    }

    private static String since(Instant begun) {
        return String.format(
                Locale.ROOT, " (%.1f s)", Duration.between(begun, Instant.now()).toMillis() / 1e3);
    }

    private Side jobsSide(Path work, Path temporary) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.add("-Xmx" + HEAP);
        command.add(COLLECTOR);
        if (profile != null) {
            // Without them a sample stands at the nearest call, which may be one that is never made.
            command.addAll(List.of(
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:+DebugNonSafepoints",
                    "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + profile.toAbsolutePath()));
        }
        sparkSettings(temporary).forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-Dlog4j2.configurationFile=classpath:io/trawl/bench/log4j2.properties");
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), JobsSide.class.getName()));
        return new Side(
                "the jobs' process", command, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), work, work.resolve("jobs.log"));
    }

    private Side peerSide(Options project, Path work, Path temporary, Path text, Path table) throws IOException {
        Map<String, String> settings = sparkSettings(temporary);
        settings.put("spark.driver.memory", HEAP);
        settings.put("spark.driver.extraJavaOptions", COLLECTOR);
        StringBuilder arguments = new StringBuilder();
        settings.forEach((key, value) -> arguments
                .append("--conf ")
                .append(key)
                .append('=')
                .append(value)
                .append(' '));
        return new Side(
                "the peer's process",
                List.of(
                        project.home().resolve(".trawl/venv/bin/python").toString(),
                        project.home().resolve("bench/peers/pyspark_join.py").toString(),
                        text.toString(),
                        table.toString(),
                        Files.createDirectories(work.resolve("peer"))
                                .resolve("enriched")
                                .toString()),
                Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "PYSPARK_SUBMIT_ARGS",
                        arguments + "pyspark-shell"),
                work,
                work.resolve("peer.log"));
    }

    private static Map<String, String> sparkSettings(Path temporary) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("spark.master", "local[2]");
        settings.put("spark.ui.enabled", "false");
        settings.put("spark.ui.showConsoleProgress", "false");
        settings.put("spark.driver.host", "127.0.0.1");
        settings.put("spark.driver.bindAddress", "127.0.0.1");
        settings.put("spark.local.dir", temporary.toString());
        return settings;
    }

    /** All rounds, and what they took. */
    private final class Rounds {
        private final LocalStack stack;
        private final GeneratedLog.Truth truth;
        private final Path feeds;
        private final PinnedIndex fewest;
        private final PinnedIndex most;
        private final Consumer<String> progress;
        private final String window;
        private final String hdfs;
        private final Map<String, Took> least = new LinkedHashMap<>();
        private final Map<String, Double> peaks = new LinkedHashMap<>();
        private double startCpu;
        private double startWall;

        Rounds(LocalStack stack, GeneratedLog.Truth truth, Path data, Consumer<String> progress) throws IOException {
            this.stack = stack;
            this.truth = truth;
            this.feeds = data.resolve("feeds");
            this.progress = progress;
            this.hdfs = "hdfs://127.0.0.1:" + stack.port("namenode") + "/bench";
            Instant day = truth.first().truncatedTo(ChronoUnit.DAYS);
            if (!day.equals(truth.last().truncatedTo(ChronoUnit.DAYS))) {
                throw new BenchFailure(
                        "midnight (UTC) came while the log was sent, so it is in two windows: run it again");
            }
            this.window = day + "/" + day.plus(1, ChronoUnit.DAYS);
            Instant building = Instant.now();
            this.fewest = pinned(FEWEST, data, day);
            this.most = pinned(MOST, data, day);
            progress.accept("indexes of " + FEWEST + " and " + MOST + " indicators are built" + since(building));
        }

        private PinnedIndex pinned(String size, Path data, Instant day) throws IOException {
            return PinnedIndex.make(
                    size,
                    new GeneratedLog(lines.value(), Size.of(size).value()),
                    data.resolve("pinned-" + size),
                    SOURCE,
                    day);
        }

        void run(int round, Side jobs, Side peer) throws IOException {
            Map<String, Took> took = new LinkedHashMap<>();
            // A lake of its own: each round is the first sweep of its window, and loads its index file anew.
            String place = hdfs + "/" + round;
            took.put("refresh", Took.of(ask(jobs, "refresh-indicators", place)));
            took.put("floor", floor(jobs, place));
            Took four = new Took(0, 0);
            for (String name : JOBS) {
                JsonNode answer = ask(jobs, name, place);
                check(name, answer);
                Took one = Took.of(answer);
                took.put(name, one);
                four = four.plus(one);
                startCpu = answer.path("start_cpu").asDouble();
                startWall = answer.path("start_wall").asDouble();
                peaks.put("jobs", answer.path("peak").asDouble());
            }
            took.put("jobs", four);
            for (PinnedIndex index : round % 2 == 0 ? List.of(fewest, most) : List.of(most, fewest)) {
                JsonNode answer = ask(jobs, "enrich", place, "state.dir=" + index.state());
                check("enrich", answer);
                took.put(enrichWith(index), Took.of(answer));
            }
            JsonNode answer = peer.ask(Json.MAPPER.createObjectNode().put("round", round));
            compare("the peer", new TreeSet<>(truth.hits()), strings(answer.path("hits")));
            peaks.put("peer", answer.path("peak").asDouble());
            took.put("peer", Took.of(answer));
            progress.accept(String.format(
                    Locale.ROOT,
                    "round %d%s: CPU %s",
                    round,
                    round == 1 ? " (not counted)" : "",
                    String.join(
                            ", ",
                            took.entrySet().stream()
                                    .map(entry -> String.format(
                                            Locale.ROOT,
                                            "%s %.1f s",
                                            entry.getKey(),
                                            entry.getValue().cpu()))
                                    .toList())));
            if (round > 1) {
                took.forEach((name, one) -> least.merge(name, one, Took::least));
            }
        }

        private static String enrichWith(PinnedIndex index) {
            return "enrich_" + index.size();
        }

        private JsonNode ask(Side jobs, String name, String place, String... settings) throws IOException {
            ObjectNode question = Json.MAPPER.createObjectNode().put("do", name);
            List<String> arguments =
                    new ArrayList<>(List.of("--conf", stack.conf().toString()));
            if (JOBS.contains(name)) {
                arguments.addAll(List.of("--source", SOURCE, "--window", window));
            }
            Map.of(
                            "lake.warehouse", place + "/lake",
                            "lake.catalog.uri",
                                    "jdbc:sqlite:"
                                            + feeds.resolveSibling(
                                                    "catalog-" + place.replaceAll("[^A-Za-z0-9]+", "-") + ".db"),
                            "state.dir", place + "/state",
                            "reports.dir", place + "/reports",
                            "indicators.folder", feeds.toString())
                    .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
            for (String setting : settings) {
                arguments.addAll(List.of("--set", setting));
            }
            arguments.forEach(question.withArray("arguments")::add);
            return jobs.ask(question);
        }

        private Took floor(Side jobs, String place) throws IOException {
            ObjectNode question = Json.MAPPER.createObjectNode().put("do", "floor");
            question.put("conf", stack.conf().toString()).put("topic", TOPIC).put("out", place + "/floor");
            ObjectNode ends = question.putObject("ends");
            truth.ends().forEach((partition, end) -> ends.put(partition.toString(), end));
            JsonNode answer = jobs.ask(question);
            require("the floor", "lines", truth.lines(), answer.path("lines").asLong());
            return Took.of(answer);
        }

        /** Holds a job's counts against the truth. */
        private void check(String job, JsonNode answer) {
            JsonNode counts = answer.path("counts");
            switch (job) {
                case "ingest" ->
                    require(job, "lines", truth.lines(), counts.path("raw").asLong());
                case "validate" -> {
                    require(
                            job,
                            "invalid lines",
                            truth.malformed(),
                            counts.path("invalid").asLong());
                    require(
                            job,
                            "valid lines",
                            truth.lines() - truth.malformed(),
                            counts.path("valid").asLong());
                }
                case "enrich" -> {
                    compare(job, new TreeSet<>(truth.places()), strings(answer.path("hits")));
                    require(
                            job,
                            "detections",
                            truth.planted(),
                            counts.path("detections").asLong());
                }
                case "load" ->
                    require(
                            job,
                            "detections",
                            truth.planted(),
                            counts.path("detections").asLong());
                default -> throw new IllegalArgumentException(job);
            }
        }

        private static void require(String who, String what, long expected, long found) {
            if (expected != found) {
                throw new BenchFailure(who + " has " + found + " " + what + " where the generator made " + expected
                        + ": its time says nothing");
            }
        }

        private static void compare(String who, Set<String> planted, Set<String> found) {
            if (!planted.equals(found)) {
                Set<String> missed = new TreeSet<>(planted);
                missed.removeAll(found);
                Set<String> more = new TreeSet<>(found);
                more.removeAll(planted);
                throw new BenchFailure(who + " found " + found.size() + " lines with a hit where " + planted.size()
                        + " were planted (missed " + missed.size() + first(missed) + ", " + more.size()
                        + " too many" + first(more) + "): its time says nothing");
            }
        }

        private static String first(Set<String> lines) {
            return lines.isEmpty() ? "" : ", for example " + lines.iterator().next();
        }

        private static Set<String> strings(JsonNode array) {
            Set<String> strings = new HashSet<>();
            array.forEach(item -> strings.add(item.asText()));
            return strings;
        }

        Outcome outcome(double peerStart) {
            Outcome outcome = new Outcome("path");
            outcome.figure("lines", (double) truth.lines()).figure("megabytes", truth.bytes() / 1e6);
            outcome.figure("indicators", (double) servers.indicators().value())
                    .figure("hit_lines", truth.hits().size());
            outcome.figure("cores", Runtime.getRuntime().availableProcessors());
            StringBuilder table = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%,d lines (%.0f MB), %s indicators, %,d lines with a hit, found by both sides; least of %d rounds after the first%n%n",
                    truth.lines(),
                    truth.bytes() / 1e6,
                    servers.indicators(),
                    truth.hits().size(),
                    rounds - 1));
            table.append(String.format(Locale.ROOT, "%-22s %8s %8s %12s%n", "", "CPU s", "wall s", "CPU us/line"));
            least.forEach((name, took) -> {
                outcome.figure(name + ".cpu_seconds", took.cpu()).figure(name + ".wall_seconds", took.wall());
                String label =
                        switch (name) {
                            case "refresh" -> "(refresh-indicators)";
                            case "jobs" -> "the four jobs";
                            case "enrich_10k", "enrich_10M" -> "(enrich with " + name.substring(7) + ")";
                            case "ingest", "validate", "enrich", "load" -> "  " + name;
                            default -> name;
                        };
                table.append(String.format(
                        Locale.ROOT,
                        "%-22s %8.1f %8.1f %12.2f%n",
                        label,
                        took.cpu(),
                        took.wall(),
                        took.cpu() * 1e6 / truth.lines()));
            });
            Took floor = least("floor");
            Took jobs = least("jobs");
            Took peer = least("peer");
            outcome.figure("start.jobs.cpu_seconds", startCpu).figure("start.jobs.wall_seconds", startWall);
            outcome.figure("start.peer.cpu_seconds", peerStart);
            peaks.forEach((name, peak) -> outcome.figure(name + ".peak_megabytes", peak));
            outcome.ratio("jobs_to_floor_cpu", jobs.cpu() / floor.cpu());
            outcome.ratio("jobs_to_floor_wall", jobs.wall() / floor.wall());
            outcome.ratio("jobs_to_peer_wall", jobs.wall() / peer.wall());
            outcome.atMost("jobs_to_peer_cpu", JOBS_TO_PEER, jobs.cpu() / peer.cpu());
            outcome.atMost(
                    "ingest_to_floor_cpu", INGEST_TO_FLOOR, least("ingest").cpu() / floor.cpu());
            outcome.atMost(
                    "enrich_to_floor_cpu", ENRICH_TO_FLOOR, least("enrich").cpu() / floor.cpu());
            outcome.atMost(
                    "enrich_10m_to_10k_cpu",
                    MOST_TO_FEWEST,
                    least(enrichWith(most)).cpu() / least(enrichWith(fewest)).cpu());
            outcome.ratio("peer_to_jobs_cpu", peer.cpu() / jobs.cpu());
            table.append(String.format(
                    Locale.ROOT,
                    """

                    Left out: Spark's start (jobs %.1f s CPU, each, in a warm JVM; peer %.1f s CPU), the index's making.
                    Peak memory: jobs %.0f MB, peer %.0f MB (heap %s each).

                    jobs / floor  %.2f of its CPU, %.2f of its wall time
                    jobs / peer   %.2f of its CPU, %.2f of its wall time: %s
                    """,
                    startCpu,
                    peerStart,
                    peaks.getOrDefault("jobs", 0.0),
                    peaks.getOrDefault("peer", 0.0),
                    HEAP,
                    jobs.cpu() / floor.cpu(),
                    jobs.wall() / floor.wall(),
                    jobs.cpu() / peer.cpu(),
                    jobs.wall() / peer.wall(),
                    jobs.cpu() <= peer.cpu()
                            ? String.format(Locale.ROOT, "%.2f times less CPU", peer.cpu() / jobs.cpu())
                            : String.format(Locale.ROOT, "%.2f times more CPU", jobs.cpu() / peer.cpu())));
            return outcome.say(table.toString());
        }

        private Took least(String name) {
            Took took = least.get(name);
            if (took == null) {
                throw new IllegalStateException(name + " has not been measured");
            }
            return took;
        }
    }
}
