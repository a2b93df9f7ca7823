package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The columns of a W3C log are those of the last {@code #Fields} before a line. */
class W3cLogTest {
    private static final String HEADERS = """
            #Software: Our Own Server
            #Version: 1.0
            """;
    private static final String ONE = "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n";
    private static final String ONES = "2024-06-12 10:11:12 192.0.2.1 GET /a 200\n";
    private static final String OTHER = "#fields: date time sc-status cs-uri-stem c-ip\n";
    private static final String OTHERS = "2024-06-12 10:11:13 404 /b 192.0.2.2\n";

    @TempDir
    Path folder;

    private static Ran parse(String log, String... words) {
        String[] all = new String[words.length + 3];
        all[0] = "parse";
        all[1] = "--format";
        all[2] = "w3c";
        System.arraycopy(words, 0, all, 3, words.length);
        return Ran.of(log.getBytes(StandardCharsets.UTF_8), all);
    }

    private static String client(JsonNode one) {
        return one.at("/event/source/ip").asText() + one.at("/event/url/path").asText();
    }

    @Test
    void linesAreReadByTheHeaderBeforeThem() {
        Ran ran = parse(HEADERS + ONE + ONES + ONES + HEADERS + OTHER + OTHERS + ONE + ONES);
        assertThat(ran.json())
                .extracting(W3cLogTest::client)
                .containsExactly("192.0.2.1/a", "192.0.2.1/a", "192.0.2.2/b", "192.0.2.1/a");
        assertThat(ran.json()).extracting(one -> one.get("line").asInt()).containsExactly(4, 5, 9, 11);
        assertThat(ran.status()).isZero();
    }

    @Test
    void theHeaderCountsForAllBatchesUpToTheNextOne() {
        // Several batches of each.
        int many = (1 << 20) / ONES.length();
        Ran ran = parse(ONE + ONES.repeat(many) + OTHER + OTHERS.repeat(many));
        List<JsonNode> objects = ran.json();
        assertThat(objects).hasSize(2 * many);
        for (int i = 0; i < 2 * many; i++) {
            assertThat(client(objects.get(i))).isEqualTo(i < many ? "192.0.2.1/a" : "192.0.2.2/b");
        }
    }

    @Test
    void aHeaderCountsForItsOwnFileOnly() throws IOException {
        String one = Files.writeString(folder.resolve("one.log"), ONE + ONES).toString();
        String bare = Files.writeString(folder.resolve("bare.log"), ONES).toString();
        List<JsonNode> objects = parse("", one, bare).json();
        assertThat(client(objects.get(0))).isEqualTo("192.0.2.1/a");
        // The format's own columns are others.
        assertThat(objects.get(1).has("invalid")).isTrue();
    }

    @Test
    void aHeaderThatNamesNoColumnsMakesItsLinesInvalid() {
        List<JsonNode> objects = parse("#Fields:\n" + ONES + ONE + ONES).json();
        assertThat(objects.get(0).at("/invalid/message").asText()).startsWith("the line #Fields names no columns");
        assertThat(client(objects.get(1))).isEqualTo("192.0.2.1/a");
    }

    @Test
    void tabsInTheHeaderAreTabsInTheLines() {
        assertThat(parse(ONE.replace(" date", "\tdate").replaceAll("(?<!:) ", "\t") + ONES.replace(" ", "\t"))
                        .json())
                .extracting(W3cLogTest::client)
                .containsExactly("192.0.2.1/a");
    }

    @Test
    void matchDoesNotCallDirectivesInvalid() throws IOException {
        String feed =
                Files.writeString(folder.resolve("feed.txt"), "a.example\n").toString();
        Ran ran = Ran.of(
                (HEADERS + ONE + ONES + "x\n").getBytes(StandardCharsets.UTF_8),
                "match",
                "--format",
                "w3c",
                "--indicators",
                feed);
        assertThat(ran.err())
                .isEqualTo("trawl match: 1 of 5 lines are invalid and were not matched (trawl parse says why)\n");
    }

    @Test
    void otherFormatsHaveNoDirectives() {
        assertThat(Ran.of(ONE.getBytes(StandardCharsets.UTF_8), "parse", "--format", "squid")
                        .json())
                .hasSize(1)
                .allMatch(one -> one.has("invalid"));
    }

    @Test
    void aHeaderTellsTheFormat() {
        Ran ran = Ran.of((HEADERS + ONE + ONES.repeat(5)).getBytes(StandardCharsets.UTF_8), "formats", "detect");
        assertThat(ran.out()).startsWith("w3c: ");
        assertThat(ran.status()).isZero();
    }

    @Test
    void zeeksColumnsAreThoseOfItsHeader() throws IOException {
        String head = "#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tserver_name\tja3\n"
                + "#types\ttime\tstring\taddr\taddr\tstring\tstring\n";
        String line = "1718187072.3\tC1\t10.0.0.1\t192.0.2.1\ta.example\t0123456789abcdef0123456789abcdef\n";
        byte[] log = (head + line + "#close\t2024-06-12-11-00-00\n").getBytes(StandardCharsets.UTF_8);
        List<JsonNode> objects =
                Ran.of(log, "parse", "--format", "zeek-http-tsv,zeek-ssl-tsv").json();
        assertThat(objects).hasSize(1);
        assertThat(objects.get(0).at("/event/tls/client/ja3").asText()).isEqualTo("0123456789abcdef0123456789abcdef");

        Ran detected = Ran.of((head + line.repeat(30)).getBytes(StandardCharsets.UTF_8), "formats", "detect");
        assertThat(detected.out()).startsWith("zeek-ssl-tsv: ");
        assertThat(detected.status()).isZero();
    }
}
