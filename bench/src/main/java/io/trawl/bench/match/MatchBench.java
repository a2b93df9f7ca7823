package io.trawl.bench.match;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.bench.traffic.PeerTable;
import io.trawl.traffic.Format;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finding indicators in a log: the core by itself, the index file, and bin/trawl match and its peers. */
@Command(
        name = "match",
        header =
                "finding indicators in a log: one thread in memory, the index file, bin/trawl match; compared with peers",
        description = {
            "",
            "Makes a log and four sets of indicators, 10k, 100k, 1.2M and 10M, each contained in the next. Measures in "
                    + "turns, round after round:",
            "  in memory  one thread parses and matches the lines: Trawl as match does it (sift), Trawl as the jobs do it, "
                    + "one event per line (events), and a regular expression with a set of domains, as people write it in Java (regex)",
            "             and the same of a log in the combined format, compared with Squid's",
            "  index      the cost of building it in a heap of 512 MB, and the file's size",
            "  whole      bin/trawl match --index, DuckDB (two queries), Polars and rg -F -f as processes, 2 threads each",
            "",
            "CPU is user and system time. The first round in memory is not counted; a figure is the minimum of the others. "
                    + "Trawl must find exactly the lines in which the generator planted a hit, a peer exactly those of them "
                    + "that it can know; otherwise the bench ends without figures. First installs the peers into .trawl/bench/venv.",
            "",
            "Takes six minutes, 5 GB of memory and 3 GB of disk on 2 cores, with the defaults.",
            ""
        })
public final class MatchBench implements Bench {
    private static final Size SMALLEST = new Size(10_000);
    public static final Size SMALL = new Size(100_000);
    public static final Size LARGE = new Size(1_200_000);
    public static final Size LARGEST = new Size(10_000_000);
    private static final List<Size> SIZES = List.of(SMALLEST, SMALL, LARGE, LARGEST);
    /** Of the JVM that builds an index. */
    private static final String BUILD_HEAP = "512m";

    @Option(names = "--sift", description = "Only the sifting of both formats: no peers, no whole processes.")
    private boolean siftOnly;

    @Option(names = "--lines", paramLabel = "N", description = "Lines of the log (default: 2M).")
    private Size lines = new Size(2_000_000);

    @Option(
            names = "--indicators",
            paramLabel = "N",
            description = "Only sets of at most this many indicators, 10k or more (default: 10M).")
    private Size most = LARGEST;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds that are counted (default: 3).")
    private int rounds = 3;

    private final Outcome outcome = new Outcome("match");
    private List<Size> sizes = SIZES;
    private final Map<String, InMemory.Took> inMemory = new LinkedHashMap<>();

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds " + rounds + ": expected 1 or more");
        }
        sizes = SIZES.stream().filter(size -> size.value() <= most.value()).toList();
        if (sizes.isEmpty()) {
            throw new IllegalArgumentException("--indicators " + most.value() + ": expected 10k or more");
        }
        return Folder.use("match", false, (project, work) -> {
            if (siftOnly) {
                Size size = sizes.contains(LARGE) ? LARGE : sizes.get(sizes.size() - 1);
                build(size, work, progress);
                sayFormats(MatchLog.of(MatchLog.traffic(lines.value(), LARGEST.value())), index(work, size), progress);
                return outcome;
            }
            measure(Peers.install(project.home(), Folder.of(project), progress), work, progress);
            return outcome;
        });
    }

    private void measure(Peers peers, Path work, Consumer<String> progress) throws Exception {
        MatchLog log = MatchLog.of(MatchLog.traffic(lines.value(), LARGEST.value()));
        Path text = work.resolve("access.log");
        log.write(text);
        progress.accept(String.format(
                Locale.ROOT,
                "%s lines (%.0f MB) with %,d hit lines",
                lines,
                log.bytes().length / 1e6,
                log.hits().cardinality()));
        for (Size size : sizes) {
            build(size, work, progress);
        }
        for (Size size : sizes) {
            new InMemory(log, rounds)
                    .measure(index(work, size), table(work, size))
                    .forEach((name, took) -> inMemory.put(size.value() + "." + name, took));
            progress.accept("matched in memory with " + size);
        }
        sayInMemory();
        sayFormats(log, index(work, sizes.contains(LARGE) ? LARGE : sizes.get(sizes.size() - 1)), progress);
        new WholeProcess(peers, log, text, work, rounds, sizes, progress).measure(outcome);
    }

    public static Path index(Path work, Size size) {
        return work.resolve(size.value() + ".index");
    }

    public static Path table(Path work, Size size) {
        return work.resolve(size.value() + ".tsv");
    }

    /** Builds the index, and the table that peers read. */
    private void build(Size size, Path work, Consumer<String> progress) throws Exception {
        Path feeds = work.resolve("feeds");
        MatchLog.traffic(0, size.value()).writeFeeds(feeds);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + BUILD_HEAP,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IndexBuild.class.getName(),
                        feeds.toString(),
                        index(work, size).toString())
                .redirectError(work.resolve("build.log").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new BenchFailure("the index of " + size + " indicators cannot be built in a heap of " + BUILD_HEAP
                    + ": " + Files.readString(work.resolve("build.log")).strip().split("\n")[0]);
        }
        JsonNode built = Json.MAPPER.readTree(said);
        double count = built.path("indicators").asDouble();
        double bytes = built.path("bytes").asDouble() / count;
        double cpu = built.path("cpu_nanos").asDouble() / count;
        double wall = built.path("nanos").asDouble() / count;
        outcome.figure(size.value() + ".index_bytes_per_indicator", bytes)
                .figure(size.value() + ".build_cpu_ns_per_indicator", cpu)
                .figure(size.value() + ".build_wall_ns_per_indicator", wall);
        if (size.equals(LARGEST)) {
            outcome.atMost("index_bytes_per_indicator", 45, bytes).atMost("build_cpu_ns_per_indicator", 1000, cpu);
        }
        PeerTable.write(feeds, table(work, size));
        Folder.delete(feeds);
        progress.accept(String.format(
                Locale.ROOT,
                "index of %s: %.1f bytes an indicator, built in %.0f ns of CPU each (%.0f wall) with a heap of %s",
                size,
                bytes,
                cpu,
                wall,
                BUILD_HEAP));
    }

    private void sayInMemory() {
        StringBuilder table = new StringBuilder(
                String.format("%-28s %12s %12s%n", "one thread, in memory", "CPU ns/line", "wall ns/line"));
        inMemory.forEach((name, took) -> {
            outcome.figure(name + ".cpu_ns_per_line", took.cpu()).figure(name + ".wall_ns_per_line", took.wall());
            table.append(String.format(Locale.ROOT, "%-28s %12.0f %12.0f%n", name, took.cpu(), took.wall()));
        });
        outcome.say(table.toString());
        for (Size size : sizes) {
            outcome.ratio("events_to_regex_cpu_at_" + size.value(), cpu(size, "events") / cpu(size, "regex"));
        }
        if (sizes.contains(LARGE)) {
            outcome.atMost("sift_to_regex_cpu_at_" + LARGE.value(), 1 / 2.5, cpu(LARGE, "sift") / cpu(LARGE, "regex"));
        }
        if (sizes.contains(LARGEST)) {
            outcome.atMost("sift_cpu_10m_to_10k", 1.4, cpu(LARGEST, "sift") / cpu(SMALLEST, "sift"))
                    .ratio("events_cpu_10m_to_10k", cpu(LARGEST, "events") / cpu(SMALLEST, "events"));
        }
    }

    /** What it costs to pass over the lines of a web server's log, compared with Squid's. */
    private void sayFormats(MatchLog squid, Path index, Consumer<String> progress) throws IOException {
        Map<String, MatchLog> logs = new LinkedHashMap<>();
        logs.put("squid", squid);
        logs.put(
                "combined",
                MatchLog.of(Traffic.builder(1, lines.value() / 2)
                        .format(Format.COMBINED)
                        .indicators(LARGEST.value())
                        .build()));
        Map<String, Double> took = InMemory.sift(logs, index, rounds);
        StringBuilder table = new StringBuilder(String.format("%-28s %12s%n", "sift by format", "CPU ns/byte"));
        took.forEach((format, nanos) -> {
            outcome.figure("sift." + format + ".cpu_ns_per_byte", nanos);
            table.append(String.format(Locale.ROOT, "%-28s %12.2f%n", format, nanos));
        });
        outcome.say(table.toString())
                .atMost(
                        "sift_combined_to_squid_cpu_per_byte",
                        1.3,
                        Objects.requireNonNull(took.get("combined")) / Objects.requireNonNull(took.get("squid")));
        progress.accept("sifted squid and combined in turns");
    }

    private double cpu(Size size, String name) {
        return Objects.requireNonNull(inMemory.get(size.value() + "." + name)).cpu();
    }
}
