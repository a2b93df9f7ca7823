package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that carry several records, and generic formats that are told what the lines are like. */
class RecordsTest {
    private static final String ONE = "{\"time\":\"2024-06-12T10:11:12Z\",\"properties\":{\"clientIp\":\"192.0.2.7\","
            + "\"requestUri\":\"https://good.example/\"}}";
    private static final String EVIL = ONE.replace("good", "www.evil");
    private static final String LOG =
            "{\"records\":[" + ONE + "," + EVIL + ",{\"x\":1}]}\n" + EVIL + "\n{\"records\":[]}\n";

    @TempDir
    Path folder;

    private static Ran run(String log, String... words) {
        return Ran.of(log.getBytes(StandardCharsets.UTF_8), words);
    }

    private static List<String> places(Ran ran) {
        return ran.json().stream()
                .map(one -> one.path("line").asText() + ":" + one.path("record").asText("-"))
                .toList();
    }

    @Test
    void parsePrintsEachRecord() {
        Ran ran = run(LOG, "parse", "--format", "azure-front-door");
        assertThat(places(ran)).containsExactly("1:1", "1:2", "1:3", "2:-", "3:-");
        List<JsonNode> objects = ran.json();
        assertThat(objects.get(1).at("/event/url/domain").asText()).isEqualTo("www.evil.example");
        assertThat(objects.get(2).at("/invalid/reason").asText()).isEqualTo("syntax");
        assertThat(objects.get(4).at("/invalid/reason").asText()).isEqualTo("empty");
        assertThat(run(LOG, "parse", "--format", "azure-front-door", "--output", "table")
                        .out()
                        .lines()
                        .skip(1)
                        .map(row -> row.split(" ")[0]))
                .containsExactly("1:1", "1:2", "1:3", "2", "3");
    }

    @Test
    void matchFindsWhatARecordHas() throws IOException {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\n");
        String[] words = {"match", "--format", "squid,azure-front-door", "--indicators", feed.toString()};
        Ran ran = run(LOG, words);
        assertThat(places(ran)).containsExactly("1:2", "2:-");
        assertThat(ran.err()).contains("trawl match: 2 of 5 lines are invalid and were not matched");
        String[] table =
                Stream.concat(Stream.of(words), Stream.of("--output", "table")).toArray(String[]::new);
        assertThat(run(LOG, table).out().lines().skip(1).map(row -> row.split(" ")[0]))
                .containsExactly("1:2", "2");
    }

    @Test
    void aGenericFormatIsToldItsColumns() {
        Ran ran = run(
                "1718187072;192.0.2.1;http://www.evil.example/\n",
                "parse",
                "--format",
                "csv",
                "--with",
                "columns=timestamp, source_address, url_original",
                "--with=separator=semicolon");
        assertThat(ran.err()).isEmpty();
        JsonNode event = ran.json().get(0).path("event");
        assertThat(event.at("/source/ip").asText()).isEqualTo("192.0.2.1");
        assertThat(event.at("/url/domain").asText()).isEqualTo("www.evil.example");
        assertThat(event.path("@timestamp").asText()).isEqualTo("2024-06-12T10:11:12Z");
    }

    @Test
    void aMistakeIsOneLine() {
        refused("argument colums: unknown for csv; did you mean columns?", "csv", "colums=a");
        refused(
                "--with: --format auto takes no arguments; expected a generic format, for example --format csv",
                "auto",
                "a=b");
        refused(
                "argument columns: squid takes no arguments; expected one of csv, format-string, json, key-value, w3c",
                "squid",
                "columns=a");
        refused(
                "--with columns: expected an argument and its value, for example --with columns=timestamp,source_address",
                "csv",
                "columns");
    }

    private static void refused(String message, String format, String with) {
        Ran ran = run("x\n", "parse", "--format", format, "--with", with);
        assertThat(ran.err()).isEqualTo("trawl parse: " + message + "\n");
        assertThat(ran.status()).isEqualTo(2);
    }

    @Test
    void detectKnowsMessagesOfRecords() {
        Ran ran = run(
                (LOG.lines().findFirst().orElseThrow().replace(",{\"x\":1}", "") + "\n").repeat(30),
                "formats",
                "detect");
        assertThat(ran.out()).contains("azure-front-door");
        assertThat(run("x", "formats", "show", "azure-front-door").out())
                .contains("record 1 of 2:\n", "record 2 of 2:\n  refused: syntax\n");
    }
}
