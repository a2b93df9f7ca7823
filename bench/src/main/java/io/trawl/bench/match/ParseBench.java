package io.trawl.bench.match;

import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.Loop;
import io.trawl.bench.frame.Outcome;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Command;

/** What it takes to parse a line. */
@Command(
        name = "parse",
        header = "nanoseconds to parse a line, by format",
        description = {
            "",
            "One thread parses 200,000 generated lines in memory, each into a new event; minimum of seven rounds after a "
                    + "warm-up. No Spark, no servers. Takes half a minute.",
            ""
        })
public final class ParseBench implements Bench {
    private static final int LINES = 200_000;

    @Override
    public Outcome measure(Consumer<String> progress) {
        Outcome outcome = new Outcome("parse");
        StringBuilder table = new StringBuilder(String.format("%-16s %10s %10s%n", "", "ns/line", "MB/s"));
        for (Format format : Format.values()) {
            List<byte[]> lines = new ArrayList<>(LINES);
            long bytes = 0;
            for (Line line : Traffic.builder(1, LINES).format(format).build()) {
                lines.add(line.bytes());
                bytes += line.bytes().length + 1;
            }
            Parser parser = Formats.shipped().parser(format.toString(), ZoneOffset.UTC);
            long nanos = Loop.nanos(() -> parse(parser, lines));
            outcome.figure(format + ".ns_per_line", (double) nanos / LINES);
            table.append(String.format(
                    Locale.ROOT, "%-16s %10.0f %10.0f%n", format, (double) nanos / LINES, bytes * 1e3 / nanos));
            progress.accept("parsed " + format);
        }
        return outcome.say(table.toString());
    }

    private static long parse(Parser parser, List<byte[]> lines) {
        long parsed = 0;
        for (byte[] line : lines) {
            ProxyEvent event = new ProxyEvent();
            if (parser.parse(line, event) == null) {
                parsed += event.getTimestamp().toEpochMilli();
            }
        }
        return parsed;
    }
}
