package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others' corpora through the command: as many events, and as many invalid lines, as the parsers' tests hold. */
class CorporaTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private static Path corpus(String name) {
        Path file = Path.of(System.getProperty("trawl.corpora", "no system property trawl.corpora"), name);
        if (!Files.exists(file)) {
            throw new AssertionError(
                    "the test needs " + file + "; set the system property trawl.corpora to the folder of the corpora");
        }
        return file;
    }

    private static Ran parse(String format, List<String> files) {
        List<String> words = new ArrayList<>(List.of("parse", "--format", format));
        words.addAll(files);
        return Ran.of(new byte[0], words.toArray(String[]::new));
    }

    private static long events(Ran ran) {
        return ran.json().stream().filter(object -> object.has("event")).count();
    }

    private static List<String> apache(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(corpus("web/apache"))) {
            return files.filter(file -> file.getFileName().toString().matches(prefix + ".*\\.log"))
                    .sorted()
                    .map(Path::toString)
                    .toList();
        }
    }

    @Test
    void metronsSquidLinesAreEvents() {
        Ran ran = parse("squid", List.of(corpus("proxy/squid/metron-squid.raw").toString()));
        assertThat(ran.status()).isZero();
        assertThat(events(ran)).isEqualTo(2);
        assertThat(ran.json()).hasSize(2);
    }

    @Test
    void datadogsSquidLinesAreReadByTheFormatThatTheyAreIn() throws IOException {
        JsonNode all =
                JSON.readTree(corpus("proxy/squid/datadog-squid-tests.json").toFile());
        List<String> samples = new ArrayList<>();
        all.forEach(one -> samples.add(one.get("sample").asText()));
        assertThat(samples).hasSize(21).noneMatch(sample -> sample.contains("\n"));
        String log = Files.write(folder.resolve("log"), samples, StandardCharsets.UTF_8)
                .toString();

        List<JsonNode> squid = parse("squid", List.of(log)).json();
        List<JsonNode> combined = parse("squid-combined", List.of(log)).json();
        for (int line = 1; line <= 21; line++) {
            boolean isSquid = line <= 10 || line >= 16 && line <= 18;
            assertThat(squid.get(line - 1).has("event")).as("squid " + line).isEqualTo(isSquid);
            boolean isCombined = line >= 11 && line <= 15;
            assertThat(combined.get(line - 1).has("event"))
                    .as("combined " + line)
                    .isEqualTo(isCombined);
            JsonNode expected = all.get(line - 1).get("expect");
            if (expected.has("epoch_ms")) {
                assertThat(Instant.parse(squid.get(line - 1)
                                        .at("/event/@timestamp")
                                        .asText())
                                .toEpochMilli())
                        .isEqualTo(expected.get("epoch_ms").asLong());
            }
        }
    }

    @Test
    void apachesAccessLogsAreEventsWithTheirTimesAndErrorLogsAreNot() throws IOException {
        List<String> access = apache("access-");
        Ran ran = parse("combined", access);
        assertThat(ran.status()).isZero();
        assertThat(ran.json()).hasSize(25);
        assertThat(events(ran)).isEqualTo(25);
        List<Instant> expected = new ArrayList<>();
        for (String file : access) {
            for (JsonNode one : JSON.readTree(Path.of(file + "-expected.json").toFile())) {
                expected.add(Instant.parse(one.get("@timestamp").asText()));
            }
        }
        assertThat(ran.json())
                .extracting(
                        object -> Instant.parse(object.at("/event/@timestamp").asText()))
                .isEqualTo(expected);

        for (String format : List.of("squid", "combined", "squid-combined")) {
            Ran errors = parse(format, apache("error-"));
            assertThat(errors.status()).isEqualTo(1);
            assertThat(errors.json())
                    .hasSize(13)
                    .allSatisfy(object ->
                            assertThat(object.at("/invalid/reason").asText()).isIn("timestamp", "syntax"));
        }
    }

    @Test
    void squidsRecordedLinesAreEvents() {
        Path recorded =
                Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/io/trawl/parsing");
        assertThat(events(parse("squid", List.of(recorded + "/squid-5.7-native.log"))))
                .isEqualTo(161);
        assertThat(events(parse("squid-combined", List.of(recorded + "/squid-5.7-combined.log"))))
                .isEqualTo(297);
    }
}
