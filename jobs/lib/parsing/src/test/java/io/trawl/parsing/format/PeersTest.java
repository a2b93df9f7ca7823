package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The compiled formats make of Squid's own lines the events that the parsers written by hand make. */
class PeersTest {
    private static final Path RECORDED =
            Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/io/trawl/parsing");

    private static String outcome(Parser parser, byte[] line) {
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(line, event);
        return failure == null
                ? DeclaredFormat.fields(event).toString()
                : failure.reason().code();
    }

    /** Lines with another outcome. */
    private static List<String> differences(String name, String file) throws IOException {
        Parser declared = DeclaredFormat.of(DeclaredFormatsTest.FORMATS.resolve(name + ".yaml"), ZoneOffset.UTC);
        Parser peer = Formats.shipped().parser(name, ZoneOffset.UTC);
        List<String> differences = new ArrayList<>();
        List<String> lines = Files.readAllLines(RECORDED.resolve(file), StandardCharsets.ISO_8859_1);
        assertThat(lines).hasSizeGreaterThan(100);
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
            String expected = outcome(peer, bytes);
            if (!outcome(declared, bytes).equals(expected)) {
                differences.add(line);
            }
        }
        return differences;
    }

    @Test
    void squidsNativeLinesAreTheSameEvents() throws IOException {
        assertThat(differences("squid", "squid-5.7-native.log")).isEmpty();
    }

    @Test
    void squidsCombinedLinesAreTheSameEvents() throws IOException {
        assertThat(differences("squid-combined", "squid-5.7-combined.log")).isEmpty();
    }
}
