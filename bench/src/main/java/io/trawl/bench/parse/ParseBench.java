package io.trawl.bench.parse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.trawl.bench.byhand.CombinedParser;
import io.trawl.bench.byhand.SquidParser;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Turns;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What it takes to parse a line. */
@Command(
        name = "parse",
        header = "nanoseconds to parse a line, by format",
        description = {
            "",
            "One thread parses lines in memory into a new event each; CPU time, warmed up, least of all rounds. No Spark, "
                    + "no servers. It measures:",
            "  by hand   generated lines of squid, combined and squid-combined: the compiled format beside the parser that was "
                    + "written by hand before, in turns",
            "  formats   every format with lines of a corpus, or else with its samples: nanoseconds a line and a byte; JSON beside "
                    + "Jackson's own walk over the tokens of the same lines",
            "  folder    a cold JVM opens a folder with one format, and with 200, and compiles the one that it needs",
            "",
            "Takes two minutes.",
            ""
        })
public final class ParseBench implements Bench {
    private static final int GENERATED = 50_000;
    private static final int GENERATED_ROUNDS = 25;
    private static final long GENERATED_WARM = 3_000_000_000L;
    private static final int LINES = 2_000;
    private static final int ROUNDS = 15;
    private static final long WARM = 250_000_000L;
    private static final int STARTS = 5;
    private static final int MANY = 200;

    /** What a compiled format may cost of the parser that was written by hand. */
    private static final double TO_BY_HAND = 1.1;
    /** What a byte of other grammars may cost of a byte of format strings. */
    private static final double TO_FORMAT_STRING = 1.5;
    /** What JSON may cost of Jackson's walk. */
    private static final double TO_WALK = 1.2;

    private static final Set<String> FORMAT_STRINGS = Set.of("apache", "nginx", "squid", "haproxy", "envoy");
    private static final Set<String> HELD = Set.of("delimited", "key-value", "w3c");
    private static final Set<String> PAIRS = Set.of("key-value", "ltsv", "structured-data");
    private static final JsonFactory JACKSON = new JsonFactory();

    @Option(
            names = "--corpora",
            paramLabel = "FOLDER",
            description = "Real lines, FOLDER/NAME/raw.log (default: the corpora of the tests, where they are there).")
    private @Nullable Path corpora;

    @Option(names = "--only", paramLabel = "FORMAT", description = "Of the formats only this one.")
    private @Nullable String only;

    /** What the lines of a format took, and Jackson's walk over them. */
    private record Took(double nanos, double bytes, double walk) {
        double perByte() {
            return nanos / bytes;
        }
    }

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        Outcome outcome = new Outcome("parse");
        if (only == null) {
            byHand(outcome, progress);
        }
        formats(outcome, progress);
        if (only == null) {
            Folder.use("parse", false, (project, work) -> {
                folder(work, outcome);
                return outcome;
            });
        }
        return outcome;
    }

    private static void byHand(Outcome outcome, Consumer<String> progress) {
        StringBuilder table = new StringBuilder(
                String.format("%-16s %10s %10s %10s %8s%n", "generated", "ns/line", "ns/byte", "by hand", "ratio"));
        Map<Format, Parser> peers = Map.of(
                Format.SQUID, new SquidParser(),
                Format.COMBINED, new CombinedParser(false),
                Format.SQUID_COMBINED, new CombinedParser(true));
        for (Format format : Format.values()) {
            List<byte[]> lines = new ArrayList<>(GENERATED);
            for (Line line : Traffic.builder(1, GENERATED).format(format).build()) {
                lines.add(line.bytes());
            }
            Parser compiled = Formats.shipped().declared(format.toString(), ZoneOffset.UTC);
            Parser peer = peers.get(format);
            if (peer == null) {
                throw new IllegalStateException(format + " has no peer");
            }
            Map<String, Long> nanos = new Turns()
                    .add("compiled", () -> parse(compiled, lines))
                    .add("by hand", () -> parse(peer, lines))
                    .nanos(GENERATED_WARM, GENERATED_ROUNDS);
            double line = nanos(nanos, "compiled") / GENERATED;
            double ratio = nanos(nanos, "compiled") / nanos(nanos, "by hand");
            outcome.figure(format + ".ns_per_line", line);
            if (format == Format.SQUID_COMBINED) {
                outcome.ratio(format + "_to_by_hand", ratio);
            } else {
                outcome.atMost(format + "_to_by_hand", TO_BY_HAND, ratio);
            }
            table.append(String.format(
                    Locale.ROOT,
                    "%-16s %10.0f %10.2f %10.0f %8.2f%n",
                    format,
                    line,
                    line / bytes(lines) * GENERATED,
                    nanos(nanos, "by hand") / GENERATED,
                    ratio));
            progress.accept("parsed generated " + format);
        }
        outcome.say(table.toString());
    }

    private static double nanos(Map<String, Long> all, String work) {
        return Objects.requireNonNull(all.get(work), work);
    }

    private static double bytes(List<byte[]> lines) {
        return lines.stream().mapToLong(line -> line.length + 1).sum();
    }

    private void formats(Outcome outcome, Consumer<String> progress) throws IOException {
        Path real = corpora != null
                ? corpora
                : Path.of(System.getProperty("trawl.home"), "..", "shared", "corpora", "formats");
        if (!Files.isDirectory(real)) {
            if (corpora != null) {
                throw new IllegalArgumentException(
                        "--corpora " + corpora + " is no folder; expected one with NAME/raw.log in it");
            }
            progress.accept("no corpora: the formats' samples are measured");
            real = null;
        }
        Map<String, List<Took>> kinds = new TreeMap<>();
        List<String> rows = new ArrayList<>();
        List<String> names = only == null ? Formats.shipped().names() : List.of(only);
        for (String name : names) {
            DeclaredFormat format = Formats.shipped().declared(name, ZoneOffset.UTC);
            List<byte[]> once = RealLines.of(format, real);
            if (once.isEmpty()) {
                continue;
            }
            List<byte[]> lines = new ArrayList<>(LINES);
            for (int i = 0; i < LINES; i++) {
                lines.add(once.get(i % once.size()).clone());
            }
            String kind = kind(format);
            Turns turns = new Turns().add("trawl", () -> parse(format, lines));
            if (kind.equals("json")) {
                turns.add("walk", () -> walk(lines));
            }
            Map<String, Long> nanos = turns.nanos(WARM, ROUNDS);
            Took took = new Took(nanos(nanos, "trawl"), bytes(lines), nanos.getOrDefault("walk", 0L));
            kinds.computeIfAbsent(kind, any -> new ArrayList<>()).add(took);
            outcome.figure("formats." + name + ".ns_per_line", took.nanos / LINES)
                    .figure("formats." + name + ".ns_per_byte", took.perByte());
            rows.add(String.format(
                    Locale.ROOT,
                    "%-28s %-14s %6d %8.0f %10.0f %10.2f %10s",
                    name,
                    kind,
                    once.size(),
                    took.bytes / LINES,
                    took.nanos / LINES,
                    took.perByte(),
                    took.walk == 0 ? "" : String.format(Locale.ROOT, "%.2f", took.nanos / took.walk)));
            progress.accept("parsed " + name);
        }
        say(kinds, rows, outcome);
    }

    private static void say(Map<String, List<Took>> kinds, List<String> rows, Outcome outcome) {
        rows.sort(Comparator.comparing((String row) -> row.substring(29, 43)).thenComparing(row -> row));
        outcome.say(String.format(
                        "%-28s %-14s %6s %8s %10s %10s %10s%n",
                        "format", "grammar", "lines", "bytes", "ns/line", "ns/byte", "to Jackson")
                + String.join("\n", rows)
                + "\n");
        Map<String, Double> perByte = new TreeMap<>();
        kinds.forEach((kind, took) -> perByte.put(kind, median(took, Took::perByte)));
        Double strings = perByte.get("format string");
        StringBuilder table = new StringBuilder(String.format("%-14s %20s%n", "grammar", "ns/byte (median)"));
        perByte.forEach((kind, nanos) -> {
            outcome.figure("grammar." + kind.replace(' ', '_') + ".ns_per_byte", nanos);
            table.append(String.format(Locale.ROOT, "%-14s %20.2f%n", kind, nanos));
            if (HELD.contains(kind) && strings != null) {
                outcome.atMost(kind + "_to_format_string_per_byte", TO_FORMAT_STRING, nanos / strings);
            }
        });
        List<Took> json = kinds.get("json");
        if (json != null) {
            outcome.atMost("json_to_jackson_walk", TO_WALK, median(json, took -> took.nanos / took.walk));
        }
        outcome.say(table.toString());
    }

    /** Of formats, since a few with many layouts cost many times what the others do. */
    private static double median(List<Took> took, ToDoubleFunction<Took> of) {
        double[] values = took.stream().mapToDouble(of).sorted().toArray();
        return values[values.length / 2];
    }

    /** The one kind of grammar that a format has; "several" where its lines are of more than one. */
    private static String kind(DeclaredFormat format) {
        Set<String> kinds = format.layouts().stream()
                .map(layout -> FORMAT_STRINGS.contains(layout.kind())
                        ? "format string"
                        : PAIRS.contains(layout.kind()) ? "key-value" : layout.kind())
                .collect(Collectors.toSet());
        return kinds.size() == 1 ? kinds.iterator().next() : "several";
    }

    private static long parse(Parser parser, List<byte[]> lines) {
        long parsed = 0;
        for (byte[] line : lines) {
            ProxyEvent event = new ProxyEvent();
            if (parser.parse(line, RealLines.ARRIVED, event) == null) {
                parsed += event.getTimestamp().toEpochMilli();
            }
        }
        return parsed;
    }

    /** All tokens of each line, from its first brace on. */
    private static long walk(List<byte[]> lines) {
        long tokens = 0;
        for (byte[] line : lines) {
            int from = 0;
            while (from < line.length && line[from] != '{') {
                from++;
            }
            try (JsonParser in = JACKSON.createParser(line, from, line.length - from)) {
                while (in.nextToken() != null) {
                    tokens++;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return tokens;
    }

    /** What a site's folder costs a process that starts. */
    private static void folder(Path work, Outcome outcome) throws IOException, InterruptedException {
        Path few = folder(work.resolve("one"), 1);
        Path many = folder(work.resolve("many"), MANY);
        double leastFew = Double.MAX_VALUE;
        double leastMany = Double.MAX_VALUE;
        for (int start = 0; start < STARTS; start++) {
            leastFew = Math.min(leastFew, start(few, work));
            leastMany = Math.min(leastMany, start(many, work));
        }
        outcome.figure("folder.1.cpu_seconds", leastFew)
                .figure("folder." + MANY + ".cpu_seconds", leastMany)
                .atMost("folder_of_" + MANY + "_start_seconds", 0.3, leastMany - leastFew)
                .say(String.format(
                        Locale.ROOT,
                        "a cold JVM compiles a site's format: %.3f s of CPU out of a folder with 1, %.3f s out of one with %d%n",
                        leastFew,
                        leastMany,
                        MANY));
    }

    private static Path folder(Path folder, int formats) throws IOException {
        Files.createDirectories(folder);
        String text = Formats.shipped().text("squid");
        for (int i = 0; i < formats; i++) {
            Files.writeString(folder.resolve("own-" + i + ".yaml"), text.replaceFirst("name: squid", "name: own-" + i));
        }
        return folder;
    }

    private static double start(Path folder, Path work) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FolderStart.class.getName(),
                        folder.toString(),
                        "own-0")
                .redirectError(work.resolve("start.log").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new BenchFailure("a folder of formats cannot be opened: "
                    + Files.readString(work.resolve("start.log")).strip().split("\n")[0]);
        }
        return Long.parseLong(said) / 1e9;
    }
}
