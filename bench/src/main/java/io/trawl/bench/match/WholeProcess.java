package io.trawl.bench.match;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Program;
import io.trawl.bench.frame.Size;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** bin/trawl match and its peers: whole processes, in turns, round after round. */
final class WholeProcess {
    private static final String TRAWL = "trawl";
    private static final String RIPGREP = "rg -F -f";
    /** Lines of a log that is done as soon as something has started. */
    private static final int FEW = 2000;

    private static final double MEGA = 1e6;

    private final Peers peers;
    private final MatchLog log;
    private final Path text;
    private final Path work;
    private final int rounds;
    private final List<Size> sizes;
    private final Consumer<String> progress;
    private final StringBuilder table = new StringBuilder(
            String.format("%-28s %10s %10s %10s %10s%n", "whole process", "wall s", "CPU s", "peak MB", "lines"));

    WholeProcess(
            Peers peers, MatchLog log, Path text, Path work, int rounds, List<Size> sizes, Consumer<String> progress) {
        this.peers = peers;
        this.log = log;
        this.text = text;
        this.work = work;
        this.rounds = rounds;
        this.sizes = sizes;
        this.progress = progress;
    }

    void measure(Outcome outcome) throws IOException, InterruptedException {
        Set<String> all = log.text(log.hits());
        Set<String> plain = log.text(log.plainHits());
        for (Size size : sizes) {
            Path out = work.resolve("found");
            Path indicators = MatchBench.table(work, size);
            Map<String, Program> programs = new LinkedHashMap<>();
            programs.put(TRAWL, peers.trawl(MatchBench.index(work, size), text));
            for (String how : new String[] {"split", "suffix"}) {
                programs.put("duckdb " + how, peers.duckdb(how, indicators, text, out));
            }
            programs.put("polars", peers.polars(indicators, text, out));
            // A million patterns would take it ten gigabytes.
            if (size.value() <= MatchBench.SMALL.value()) {
                programs.put(RIPGREP, peers.ripgrep(patterns(indicators), text));
            }
            Map<String, Program.Took> least = new LinkedHashMap<>();
            Map<String, Integer> found = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<String, Program> program : programs.entrySet()) {
                    String name = program.getKey();
                    Path answer = work.resolve("answer");
                    Program.Took took = program.getValue().run(peers.python(), peers.script("measure.py"), answer);
                    least.merge(name, took, Program.Took::least);
                    Set<String> lines =
                            name.equals(TRAWL) ? log.text(numbers(answer)) : lines(name.equals(RIPGREP) ? answer : out);
                    found.put(name, lines.size());
                    // Whatever has an indicator somewhere in it: that is no expectation.
                    if (!name.equals(RIPGREP)) {
                        check(name, lines, name.equals(TRAWL) ? all : plain);
                    }
                }
            }
            say(size, least, found, outcome);
            progress.accept("measured whole processes with " + size);
        }
        first(outcome);
        outcome.say(table.toString());
    }

    private void say(Size size, Map<String, Program.Took> least, Map<String, Integer> found, Outcome outcome) {
        least.forEach((name, took) -> {
            String prefix = size.value() + "." + name.replace(" -F -f", "").replace(' ', '_');
            outcome.figure(prefix + ".wall_seconds", took.wall())
                    .figure(prefix + ".cpu_seconds", took.cpu())
                    .figure(prefix + ".peak_megabytes", took.peak() / MEGA)
                    .figure(prefix + ".hit_lines", Objects.requireNonNull(found.get(name)));
            table.append(String.format(
                    Locale.ROOT,
                    "%-28s %10.2f %10.2f %10.0f %,10d%n",
                    size + " " + name,
                    took.wall(),
                    took.cpu(),
                    took.peak() / MEGA,
                    Objects.requireNonNull(found.get(name))));
        });
        Program.Took trawl = took(least, TRAWL);
        Program.Took best = took(least, "duckdb split").least(took(least, "duckdb suffix"));
        if (size.equals(MatchBench.SMALL) || size.equals(MatchBench.LARGE)) {
            outcome.atMost("trawl_to_duckdb_wall_at_" + size.value(), 1 / 2.5, trawl.wall() / best.wall())
                    .ratio("trawl_to_duckdb_cpu_at_" + size.value(), trawl.cpu() / best.cpu());
        }
        if (size.equals(MatchBench.SMALL)) {
            Program.Took ripgrep = took(least, RIPGREP);
            outcome.atMost("trawl_to_ripgrep_wall_at_" + size.value(), 1 / 8.0, trawl.wall() / ripgrep.wall())
                    .ratio("trawl_to_ripgrep_cpu_at_" + size.value(), trawl.cpu() / ripgrep.cpu());
        }
        if (size.equals(MatchBench.LARGEST)) {
            outcome.atMost("trawl_peak_megabytes_at_" + size.value(), 300, trawl.peak() / MEGA);
        }
    }

    private static Program.Took took(Map<String, Program.Took> least, String name) {
        return Objects.requireNonNull(least.get(name), name);
    }

    /** How long it takes until the first detection of a small log is printed. */
    private void first(Outcome outcome) throws IOException, InterruptedException {
        Path few = work.resolve("few.log");
        Set<String> hits = log.text(log.hits());
        try (BufferedWriter out = Files.newBufferedWriter(few, StandardCharsets.ISO_8859_1);
                Stream<String> lines = Files.lines(text, StandardCharsets.ISO_8859_1)) {
            out.write(hits.iterator().next() + "\n");
            for (String line : (Iterable<String>) lines.limit(FEW)::iterator) {
                out.write(line + "\n");
            }
        }
        for (Size size : sizes) {
            Program program = peers.trawl(MatchBench.index(work, size), few);
            Program.Took least = null;
            for (int round = 0; round < rounds; round++) {
                Program.Took took = program.run(peers.python(), peers.script("measure.py"), work.resolve("answer"));
                least = least == null ? took : took.least(least);
            }
            double seconds = least == null ? 0 : least.first();
            outcome.figure(size.value() + ".first_detection_seconds", seconds);
            table.append(String.format(Locale.ROOT, "%-28s %10.2f%n", size + " first detection", seconds));
            if (size.equals(MatchBench.LARGEST)) {
                outcome.atMost("first_detection_seconds_at_" + size.value(), 0.5, seconds);
            }
        }
    }

    /** Numbers of the lines that bin/trawl match names. */
    private static BitSet numbers(Path answer) throws IOException {
        BitSet numbers = new BitSet();
        try (MappingIterator<JsonNode> detections =
                Json.MAPPER.readerFor(JsonNode.class).readValues(answer.toFile())) {
            while (detections.hasNext()) {
                numbers.set(detections.next().path("line").asInt() - 1);
            }
        }
        return numbers;
    }

    private static Set<String> lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return new TreeSet<>(lines.toList());
        }
    }

    private Path patterns(Path indicators) throws IOException {
        Path patterns = work.resolve("patterns");
        try (BufferedWriter out = Files.newBufferedWriter(patterns);
                Stream<String> lines = Files.lines(indicators)) {
            for (String line : (Iterable<String>) lines::iterator) {
                out.write(line.substring(line.indexOf('\t') + 1) + "\n");
            }
        }
        return patterns;
    }

    private static void check(String name, Set<String> found, Set<String> expected) {
        if (!found.equals(expected)) {
            Set<String> missed = new TreeSet<>(expected);
            missed.removeAll(found);
            Set<String> added = new TreeSet<>(found);
            added.removeAll(expected);
            throw new BenchFailure(name + " found " + found.size() + " lines, expected " + expected.size()
                    + "; missed as " + missed.stream().findFirst().orElse("none") + "; wrong as "
                    + added.stream().findFirst().orElse("none"));
        }
    }
}
