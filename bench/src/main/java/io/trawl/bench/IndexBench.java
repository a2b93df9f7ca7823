package io.trawl.bench;

import io.trawl.intel.Feeds;
import io.trawl.intel.IndicatorIndex;
import io.trawl.parsing.Formats;
import io.trawl.parsing.Parser;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
        header = "nanoseconds to match an event with 10k, 100k and 1.2M indicators",
        description = {
            "",
            "One thread matches 200,000 parsed events with an index in memory; least of seven rounds after a warm-up. Also "
                    + "how large the index file is, and how long one takes to be written and read. No Spark, no servers. "
                    + "Takes a minute and 3 GB of heap.",
            ""
        })
final class IndexBench implements Bench {
    private static final int LINES = 200_000;
    private static final List<Size> SIZES = List.of(new Size(10_000), new Size(100_000), new Size(1_200_000));

    @Override
    public Outcome measure(Consumer<String> progress) throws IOException {
        Outcome outcome = new Outcome("index");
        List<ProxyEvent> events = events();
        StringBuilder table = new StringBuilder(String.format(
                "%-12s %10s %14s %14s %14s%n", "indicators", "ns/event", "file B/ind", "write ns/ind", "read ns/ind"));
        for (Size size : SIZES) {
            List<Indicator> indicators = indicators(size.value());
            long begun = System.nanoTime();
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            IndicatorIndex.write(indicators, file);
            double write = (double) (System.nanoTime() - begun) / indicators.size();
            begun = System.nanoTime();
            IndicatorIndex index = IndicatorIndex.read(new ByteArrayInputStream(file.toByteArray()));
            double read = (double) (System.nanoTime() - begun) / indicators.size();
            double match = (double) Loop.nanos(() -> match(index, events)) / events.size();
            double bytes = (double) file.size() / indicators.size();
            String name = String.valueOf(size.value());
            outcome.figure(name + ".match_ns_per_event", match)
                    .figure(name + ".file_bytes_per_indicator", bytes)
                    .figure(name + ".write_ns_per_indicator", write)
                    .figure(name + ".read_ns_per_indicator", read);
            table.append(
                    String.format(Locale.ROOT, "%-12s %10.0f %14.1f %14.0f %14.0f%n", size, match, bytes, write, read));
            progress.accept("matched with " + size);
        }
        return outcome.say(table.toString());
    }

    private static List<ProxyEvent> events() {
        Parser parser = Formats.parser("squid", ZoneOffset.UTC);
        List<ProxyEvent> events = new ArrayList<>(LINES);
        for (Line line : Traffic.builder(1, LINES).build()) {
            ProxyEvent event = new ProxyEvent();
            if (parser.parse(line.bytes(), event) == null) {
                events.add(event);
            }
        }
        return events;
    }

    private static List<Indicator> indicators(long size) throws IOException {
        Path folder = Files.createTempDirectory("trawl-index");
        List<Indicator> indicators = new ArrayList<>();
        try {
            Traffic.builder(1, 0).indicators(size).build().writeFeeds(folder);
            for (Path file : files(folder)) {
                try (InputStream in = Files.newInputStream(file)) {
                    Feeds.read(in, file.getFileName().toString(), indicators::add, rejected -> {
                        throw new BenchFailure("feed " + file + " line " + rejected.line() + ": " + rejected.reason());
                    });
                }
            }
        } finally {
            for (Path file : files(folder)) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
        return indicators;
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
