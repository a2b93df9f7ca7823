package io.trawl.traffic;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Writes a log, its feeds and the truth about it to a folder. */
public final class TrafficMain {
    private static final String USAGE = """
            Usage: TrafficMain --out DIR [--lines N] [--seed S] [--format squid|combined|squid-combined]
                   [--proxies K] [--indicators N] [--hits PER_MILLE] [--near-misses PER_MILLE]
                   [--malformed PER_MILLE] [--start INSTANT] [--rate LINES_PER_SECOND]
            Writes DIR/NAME/access.log for each proxy, DIR/feeds/blocklist.txt, DIR/feeds/threats.csv and
            DIR/truth.ndjson. The same arguments give the same bytes. Defaults: 200000 lines, seed 1, squid, 2 proxies,
            10000 indicators, 1, 1 and 5 of each thousand, from 2026-11-24T10:00:00Z on at 1000 a second.""";

    private TrafficMain() {}

    public static void main(String[] args) throws IOException {
        if (List.of(args).contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        Path out;
        Traffic traffic;
        try {
            Map<String, String> options = options(args);
            String folder = options.remove("out");
            if (folder == null) {
                throw new IllegalArgumentException(
                        "--out is missing; expected a folder, for example --out /tmp/traffic");
            }
            out = Path.of(folder);
            traffic = traffic(options);
        } catch (IllegalArgumentException e) {
            System.err.println("traffic: " + e.getMessage());
            System.exit(2);
            return;
        }
        long began = System.nanoTime();
        System.out.println(write(traffic, out) + String.format(" in %.1f s", (System.nanoTime() - began) / 1e9));
    }

    /** @return one line that says what was written */
    static String write(Traffic traffic, Path out) throws IOException {
        traffic.writeFeeds(out.resolve("feeds"));
        Map<String, OutputStream> logs = new HashMap<>();
        long lines = 0;
        long malformed = 0;
        long planted = 0;
        try (TruthFile truth = new TruthFile(out.resolve("truth.ndjson"))) {
            for (String proxy : traffic.proxies()) {
                Path folder = Files.createDirectories(out.resolve(proxy));
                logs.put(proxy, new BufferedOutputStream(Files.newOutputStream(folder.resolve("access.log")), 1 << 20));
            }
            for (Iterator<Line> all = traffic.iterator(); all.hasNext(); ) {
                Line line = all.next();
                OutputStream log = logs.get(line.proxy());
                if (log == null) {
                    throw new IllegalStateException("a line of " + line.proxy() + ", which is not a proxy here");
                }
                log.write(line.bytes());
                log.write('\n');
                truth.add(line);
                lines++;
                malformed += line.malformed() == null ? 0 : 1;
                planted += line.planted().size();
            }
        } finally {
            for (OutputStream log : logs.values()) {
                log.close();
            }
        }
        return lines + " lines of " + logs.size() + " proxies, " + malformed + " of them malformed, " + planted
                + " matches planted";
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException("'" + args[i] + "' is not an option with a value; see --help");
            }
            options.put(args[i].substring(2), args[i + 1]);
        }
        return options;
    }

    private static Traffic traffic(Map<String, String> options) {
        Traffic.Builder builder = Traffic.builder(number(options, "seed", 1), number(options, "lines", 200_000));
        builder.format(Format.of(options.getOrDefault("format", "squid")));
        builder.hits((int) number(options, "hits", 1));
        builder.nearMisses((int) number(options, "near-misses", 1));
        builder.malformed((int) number(options, "malformed", 5));
        builder.indicators(number(options, "indicators", 10_000));
        long proxies = number(options, "proxies", 2);
        builder.proxies(IntStream.rangeClosed(1, (int) proxies)
                .mapToObj(i -> "proxy" + i)
                .toList());
        builder.rate(number(options, "rate", 1000));
        String start = options.getOrDefault("start", "2026-11-24T10:00:00Z");
        try {
            builder.start(Instant.parse(start));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "start is '" + start + "'; expected a moment in UTC, for example 2026-11-24T10:00:00Z", e);
        }
        for (String name : options.keySet()) {
            if (!List.of(
                            "format",
                            "hits",
                            "near-misses",
                            "malformed",
                            "indicators",
                            "proxies",
                            "rate",
                            "start",
                            "seed",
                            "lines")
                    .contains(name)) {
                throw new IllegalArgumentException("--" + name + " is not an option; see --help");
            }
        }
        return builder.build();
    }

    private static long number(Map<String, String> options, String name, long otherwise) {
        String text = options.get(name);
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " is '" + text + "'; expected a whole number", e);
        }
    }
}
