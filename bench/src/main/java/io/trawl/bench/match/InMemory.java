package io.trawl.bench.match;

import io.trawl.bench.frame.BenchFailure;
import io.trawl.intel.index.IndicatorIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** One thread and a log in memory: Trawl and its peer, in turns, round after round. */
final class InMemory {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Nanoseconds a line: the least of all rounds. */
    record Took(double wall, double cpu) {}

    private final MatchLog log;
    private final int rounds;

    /** @param rounds that are counted; one more goes before them */
    InMemory(MatchLog log, int rounds) {
        this.log = log;
        this.rounds = rounds;
    }

    /** @return "sift", "events" and "regex" to what each took, in this order */
    Map<String, Took> measure(Path index, Path table) throws IOException {
        Map<String, LineMatcher> matchers = new LinkedHashMap<>();
        IndicatorIndex opened = IndicatorIndex.open(index);
        matchers.put("sift", new SiftMatcher(opened, "squid"));
        matchers.put("events", new EventMatcher(opened, "squid"));
        matchers.put("regex", new RegexPeer(plain(table)));
        Map<String, Took> took = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Map.Entry<String, LineMatcher> matcher : matchers.entrySet()) {
                long wall = System.nanoTime();
                long cpu = THREADS.getCurrentThreadCpuTime();
                BitSet found = log.found(matcher.getValue());
                Took one = new Took(
                        (double) (System.nanoTime() - wall) / log.lines(),
                        (double) (THREADS.getCurrentThreadCpuTime() - cpu) / log.lines());
                check(matcher.getKey(), found, matcher.getKey().equals("regex") ? log.plainHits() : log.hits());
                if (round > 0) {
                    took.merge(
                            matcher.getKey(),
                            one,
                            (a, b) -> new Took(Math.min(a.wall, b.wall), Math.min(a.cpu, b.cpu)));
                }
            }
        }
        return took;
    }

    /**
     * What sifting costs in another format: both logs in turns.
     *
     * @return nanoseconds of CPU a byte, by format
     */
    static Map<String, Double> sift(Map<String, MatchLog> logs, Path index, int rounds) throws IOException {
        Map<String, LineMatcher> matchers = new LinkedHashMap<>();
        IndicatorIndex opened = IndicatorIndex.open(index);
        logs.keySet().forEach(format -> matchers.put(format, new SiftMatcher(opened, format)));
        Map<String, Double> took = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Map.Entry<String, MatchLog> entry : logs.entrySet()) {
                MatchLog log = entry.getValue();
                long cpu = THREADS.getCurrentThreadCpuTime();
                BitSet found = log.found(Objects.requireNonNull(matchers.get(entry.getKey())));
                double nanos = THREADS.getCurrentThreadCpuTime() - cpu;
                check(log, "sift of " + entry.getKey(), found, log.hits());
                if (round > 0) {
                    took.merge(entry.getKey(), nanos / log.bytes().length, Math::min);
                }
            }
        }
        return took;
    }

    private void check(String name, BitSet found, BitSet expected) {
        check(log, name, found, expected);
    }

    private static void check(MatchLog log, String name, BitSet found, BitSet expected) {
        if (found.equals(expected)) {
            return;
        }
        BitSet wrong = (BitSet) found.clone();
        wrong.xor(expected);
        BitSet first = new BitSet();
        first.set(wrong.nextSetBit(0));
        throw new BenchFailure(name + " found " + found.cardinality() + " lines, expected " + expected.cardinality()
                + "; the first of " + wrong.cardinality() + " that are wrong is " + log.text(first));
    }

    /** Domains and IPv4 addresses. */
    private static Set<String> plain(Path table) throws IOException {
        Set<String> plain = new HashSet<>();
        try (var lines = Files.lines(table)) {
            lines.filter(line -> line.startsWith("domain\t") || line.startsWith("ip\t"))
                    .forEach(line -> plain.add(line.substring(line.indexOf('\t') + 1)));
        }
        return plain;
    }
}
