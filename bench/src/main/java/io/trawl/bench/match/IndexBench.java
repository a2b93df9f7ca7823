package io.trawl.bench.match;

import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Loop;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** What it takes to match an event with the indicators. */
@Command(
        name = "index",
        header = "nanoseconds to match an event with 10k, 100k, 1.2M and 10M indicators",
        description = {
            "",
            "One thread matches 200,000 parsed events with a mapped index file; minimum of seven rounds after a warm-up. Also "
                    + "measures the size of the file, and how long it takes to build it from indicators in memory, and to open "
                    + "it. No Spark, no servers. Takes three minutes and 4 GB of disk.",
            ""
        })
public final class IndexBench implements Bench {
    private static final int LINES = 200_000;
    private static final long WARM = 200_000;
    private static final List<Size> SIZES =
            List.of(new Size(10_000), new Size(100_000), new Size(1_200_000), new Size(10_000_000));

    @Override
    public Outcome measure(Consumer<String> progress) throws IOException {
        Outcome outcome = new Outcome("index");
        List<ProxyEvent> events = events();
        StringBuilder table = new StringBuilder(String.format(
                "%-12s %10s %14s %14s %14s %10s%n",
                "indicators", "ns/event", "file B/ind", "build ns/ind", "open ns/ind", "matches"));
        double first = 0;
        double last = 0;
        Path folder = Files.createTempDirectory("trawl-index");
        try {
            Path file = folder.resolve("index");
            // Whoever is measured first would pay for the compiler.
            build(WARM, folder.resolve("feeds"), file);
            IndicatorIndex warm = IndicatorIndex.open(file);
            Loop.nanos(() -> match(warm, events));
            for (Size size : SIZES) {
                Built built = build(size.value(), folder.resolve("feeds"), file);
                double bytes = (double) Files.size(file) / built.indicators();
                long begun = System.nanoTime();
                IndicatorIndex index = IndicatorIndex.open(file);
                double open = (double) (System.nanoTime() - begun) / built.indicators();
                last = (double) Loop.nanos(() -> match(index, events)) / events.size();
                first = first == 0 ? last : first;
                String name = String.valueOf(size.value());
                outcome.figure(name + ".match_ns_per_event", last)
                        .figure(name + ".build_ns_per_indicator", built.nanos())
                        .figure(name + ".open_ns_per_indicator", open)
                        .figure(name + ".matches", match(index, events))
                        .figure(name + ".file_bytes_per_indicator", bytes);
                table.append(String.format(
                        Locale.ROOT,
                        "%-12s %10.0f %14.1f %14.0f %14.1f %,10d%n",
                        size,
                        last,
                        bytes,
                        built.nanos(),
                        open,
                        match(index, events)));
                progress.accept("matched with " + size);
                if (size == SIZES.get(SIZES.size() - 1)) {
                    outcome.atMost("file_bytes_per_indicator", 45, bytes)
                            .atMost("build_ns_per_indicator", 1000, built.nanos());
                }
            }
        } finally {
            Folder.delete(folder);
        }
        outcome.ratio("match_10m_to_10k", last / first);
        table.append(
                String.format(Locale.ROOT, "%nMatching alone with 10M is %.2f of what it is with 10k%n", last / first));
        return outcome.say(table.toString());
    }

    /** An index file that was built: of how many indicators, and nanoseconds each, reading the feeds left out. */
    public record Built(long indicators, double nanos) {}

    private static Built build(long size, Path feeds, Path index) throws IOException {
        Traffic.builder(1, 0).indicators(size).build().writeFeeds(feeds);
        return build(feeds, index);
    }

    /** Builds an index file of what is in a folder of feeds, which is deleted. */
    public static Built build(Path feeds, Path index) throws IOException {
        IndexBuilder builder = IndicatorIndex.builder();
        long[] nanos = new long[1];
        for (Path file : files(feeds)) {
            try (InputStream in = Files.newInputStream(file)) {
                Feeds.read(
                        in,
                        file.getFileName().toString(),
                        indicator -> {
                            long begun = System.nanoTime();
                            builder.add(indicator);
                            nanos[0] += System.nanoTime() - begun;
                        },
                        rejected -> {
                            throw new BenchFailure(
                                    "feed " + file + " line " + rejected.line() + ": " + rejected.reason());
                        });
            }
        }
        Folder.delete(feeds);
        long begun = System.nanoTime();
        builder.write(index);
        nanos[0] += System.nanoTime() - begun;
        return new Built(builder.size(), (double) nanos[0] / builder.size());
    }

    private static List<ProxyEvent> events() {
        Parser parser = Formats.shipped().parser("squid", ZoneOffset.UTC);
        List<ProxyEvent> events = new ArrayList<>(LINES);
        for (Line line : Traffic.builder(1, LINES).build()) {
            ProxyEvent event = new ProxyEvent();
            if (parser.parse(line.bytes(), event) == null) {
                events.add(event);
            }
        }
        return events;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static long match(IndicatorIndex index, List<ProxyEvent> events) {
        long[] matches = new long[1];
        for (ProxyEvent event : events) {
            index.match(event, false, match -> matches[0]++);
        }
        return matches[0];
    }
}
