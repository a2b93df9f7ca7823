package io.trawl.bench.byhand;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The compiled formats make of a line the event that the parsers written by hand made. */
class PeersTest {
    private static final Path RECORDED =
            Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/io/trawl/parsing");

    private static Parser peer(String name) {
        return name.equals("squid") ? new SquidParser() : new CombinedParser(name.equals("squid-combined"));
    }

    private static String outcome(Parser parser, byte[] line) {
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(line, event);
        return failure == null ? DeclaredFormat.fields(event).toString() : "invalid";
    }

    /** Lines with another outcome; a control character is an escape in a compiled format, on purpose. */
    private static List<String> differences(String name, Iterable<byte[]> lines) {
        Parser compiled = Formats.shipped().parser(name, ZoneOffset.UTC);
        Parser peer = peer(name);
        List<String> differences = new ArrayList<>();
        for (byte[] line : lines) {
            String expected = outcome(peer, line).replace("\t", "%09").replace("\u001B", "%1B");
            String came = outcome(compiled, line);
            if (!came.equals(expected)) {
                differences.add(new String(line, StandardCharsets.ISO_8859_1) + "\n  " + expected + "\n  " + came);
            }
        }
        return differences;
    }

    private static List<byte[]> recorded(String file) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (String line : Files.readAllLines(RECORDED.resolve(file), StandardCharsets.ISO_8859_1)) {
            lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        assertThat(lines).hasSizeGreaterThan(100);
        return lines;
    }

    @Test
    void squidsNativeLinesAreTheSameEvents() throws IOException {
        assertThat(differences("squid", recorded("squid-5.7-native.log"))).isEmpty();
    }

    @Test
    void squidsCombinedLinesAreTheSameEvents() throws IOException {
        assertThat(differences("squid-combined", recorded("squid-5.7-combined.log")))
                .isEmpty();
    }

    /** Lines of combined with something behind what a layout has, whole or cut. */
    @Test
    void linesWithSomethingBehindThemAreTheSameEvents() {
        String line = "203.0.113.1 - - [26/Dec/2016:16:16:28 +0200] \"GET / HTTP/1.1\" 200 45 ";
        List<byte[]> lines = bytes(
                line,
                "\"http://evil.example/\" \"Mozilla \"x\" y\"",
                "\"http://evil.example/\" \"UA\"\t123",
                "\"http://evil.example/\"x\" \"UA\"",
                "\"http://evil.example/\" \"UA\" \"-\" 12",
                "\"http://evil.example/\"",
                "12 13");
        assertThat(differences("combined", lines)).isEmpty();
    }

    @Test
    void linesOfSquidWithSomethingBehindThemAreTheSameEvents() {
        String line = "203.0.113.190 - - [26/Dec/2016:16:16:28 +0200] \"GET http://a.example/ HTTP/1.1\" 200 571 ";
        List<byte[]> lines = bytes(
                line,
                "\"-\" \"UA\" TCP_MISS:HIER_DIRECT 12",
                "TCP_MISS:HIER_DIRECT 12",
                "",
                "\"http://r.example/\"",
                "\"-\" \"x\" TCP_MISS:HIER_DIRECT\" TCP_DENIED:HIER_NONE",
                "12 13");
        assertThat(differences("squid-combined", lines)).isEmpty();
    }

    private static List<byte[]> bytes(String line, String... tails) {
        return Stream.of(tails)
                .map(tail -> (line + tail).getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Lines of all kinds that the generator makes, hits, near misses and malformed ones among them. */
    @ParameterizedTest
    @EnumSource(Format.class)
    void generatedLinesAreTheSameEvents(Format format) {
        List<byte[]> lines = new ArrayList<>();
        for (Line line : Traffic.builder(1, 20_000)
                .format(format)
                .malformed(200)
                .nearMisses(50)
                .hits(50)
                .build()) {
            lines.add(line.bytes());
        }
        assertThat(differences(format.toString(), lines)).isEmpty();
    }
}
