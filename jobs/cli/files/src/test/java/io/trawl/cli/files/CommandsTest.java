package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code canonical}, {@code indicators} and {@code match}. */
class CommandsTest {
    private static final String LOG = """
            1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://www.evil.example/a alice HIER_DIRECT/192.0.2.7 text/html
            no line
            1700000001.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://good.example/ - HIER_DIRECT/203.0.113.9 text/html
            1700000002.123 62 198.51.100.4 TCP_TUNNEL/200 1380 CONNECT good.example:443 - HIER_DIRECT/192.0.2.9 -
            """;

    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }

    @Test
    void valuesHaveTheirCanonicalForms() {
        Ran ran = Ran.of(
                new byte[0],
                "canonical",
                "hxxps://WWW[.]Evil.example:443/a/../%62",
                "B\u00FCcher.example",
                "0x7f.1",
                "2001:DB8::0:1",
                "192.0.2.77/24",
                "co.uk",
                "a b");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "{\"input\":\"hxxps://WWW[.]Evil.example:443/a/../%62\",\"type\":\"url\",\"canonical\":\"https://www.evil.example/b\",\"host\":\"www.evil.example\",\"registrable_domain\":\"evil.example\",\"expressions\":[\"www.evil.example/b\",\"www.evil.example/\",\"evil.example/b\",\"evil.example/\"]}",
                        "{\"input\":\"B\u00FCcher.example\",\"type\":\"domain\",\"canonical\":\"xn--bcher-kva.example\",\"host\":\"xn--bcher-kva.example\",\"registrable_domain\":\"xn--bcher-kva.example\",\"expressions\":[\"xn--bcher-kva.example/\"]}",
                        "{\"input\":\"0x7f.1\",\"type\":\"ipv4\",\"canonical\":\"127.0.0.1\",\"host\":\"127.0.0.1\",\"expressions\":[\"127.0.0.1/\"]}",
                        "{\"input\":\"2001:DB8::0:1\",\"type\":\"ipv6\",\"canonical\":\"2001:db8::1\",\"host\":\"2001:db8::1\",\"expressions\":[\"[2001:db8::1]/\"]}",
                        "{\"input\":\"192.0.2.77/24\",\"type\":\"cidr\",\"canonical\":\"192.0.2.0/24\"}",
                        "{\"input\":\"co.uk\",\"type\":\"domain\",\"canonical\":\"co.uk\",\"host\":\"co.uk\",\"expressions\":[\"co.uk/\"]}",
                        "{\"input\":\"a b\",\"error\":\"more than one word; expected one indicator, and ' #' before a comment\"}");
    }

    @Test
    void valuesOfEveryTypeSayTheirs() {
        Ran ran = Ran.of(
                new byte[0],
                "canonical",
                "WWW.Evil.example:443",
                "[2001:DB8::1]:8080",
                "/a/../gate.php",
                "@Evil.example",
                "D41D8CD98F00B204E9800998ECF8427E");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "{\"input\":\"WWW.Evil.example:443\",\"type\":\"domain-port\",\"canonical\":\"www.evil.example:443\",\"host\":\"www.evil.example\",\"registrable_domain\":\"evil.example\",\"expressions\":[\"www.evil.example:443/\",\"evil.example:443/\"]}",
                        "{\"input\":\"[2001:DB8::1]:8080\",\"type\":\"ip-port\",\"canonical\":\"[2001:db8::1]:8080\",\"host\":\"2001:db8::1\",\"expressions\":[\"[2001:db8::1]:8080/\"]}",
                        "{\"input\":\"/a/../gate.php\",\"type\":\"url-path\",\"canonical\":\"/gate.php\"}",
                        "{\"input\":\"@Evil.example\",\"type\":\"email-domain\",\"canonical\":\"evil.example\",\"host\":\"evil.example\",\"registrable_domain\":\"evil.example\"}",
                        "{\"input\":\"D41D8CD98F00B204E9800998ECF8427E\",\"type\":\"md5\",\"canonical\":\"d41d8cd98f00b204e9800998ecf8427e\"}");
    }

    private String allowlist() throws IOException {
        return file(
                "list.json",
                bytes(
                        "{\"name\":\"Our own\",\"type\":\"hostname\",\"list\":[\"www.evil.example\",\"nobody.example\"]}"));
    }

    @Test
    void whatAnAllowlistCoversIsKeptAsSuppressed() throws IOException {
        String feed = file("feed.txt", bytes("evil.example\n192.0.2.7\nwww.evil.example\n"));
        for (String lists : List.of(allowlist(), folder.toString())) {
            Ran ran = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", lists);
            assertThat(ran.status()).isZero();
            assertThat(ran.json())
                    .extracting(one -> one.at("/indicator/value").asText() + " " + one.get("suppressed"))
                    .containsExactlyInAnyOrder(
                            "evil.example \"Our own\"", "www.evil.example \"Our own\"", "192.0.2.7 null");
        }
        assertThat(Ran.of(
                                bytes(LOG),
                                "match",
                                "--output",
                                "table",
                                "--format",
                                "squid",
                                "--indicators",
                                feed,
                                "--allowlist",
                                allowlist())
                        .out())
                .contains("www.evil.example (suppressed by Our own)\n");
    }

    @Test
    void indicatorsOnAnAllowlistNameIt() throws IOException {
        byte[] feed = bytes("evil.example\nwww.evil.example\n");
        Ran ran = Ran.of(feed, "indicators", "--allowlist", allowlist(), "--", "-");
        assertThat(ran.json())
                .extracting(one -> one.get("value").asText() + " " + one.get("allowlisted"))
                .containsExactly("evil.example null", "www.evil.example \"Our own\"");
        assertThat(Ran.of(feed, "indicators", "--output", "table", "--allowlist", allowlist(), "--", "-")
                        .out()
                        .lines())
                .satisfiesExactly(
                        heading -> assertThat(heading).containsPattern("ALLOWLIST +LABELS"),
                        row -> assertThat(row).doesNotContain("Our own"),
                        row -> assertThat(row).contains("Our own"));
    }

    @Test
    void anAllowlistThatIsNoneIsOneLine() throws IOException {
        String feed = file("feed.txt", bytes("evil.example\n"));
        Ran noJson = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", feed);
        assertThat(noJson.err())
                .startsWith("trawl match: " + feed + ": not JSON in line 1; expected ")
                .hasLineCount(1);
        Ran none = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", folder + "/x");
        assertThat(none.err()).isEqualTo("trawl match: " + folder + "/x: no such file or folder\n");
        Ran empty = Ran.of(
                bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", folder.toString());
        assertThat(empty.err())
                .isEqualTo("trawl match: " + folder
                        + ": no allowlist in it; expected list.json files in its folders, or JSON files in it\n");
        String other = file("other.json", bytes("{\"name\":\"x\"}"));
        Ran noList = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", other);
        assertThat(noList.err())
                .isEqualTo("trawl match: " + other
                        + ": not an allowlist; expected JSON with name, type and list, like MISP's warning lists\n");
        for (Ran ran : List.of(noJson, none, empty, noList)) {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.bytes()).isEmpty();
        }
        String odd = file(
                "odd.json", bytes("{\"name\":\"Odd\",\"type\":\"cidr\",\"list\":[\"nonsense\",\"198.51.100.0/24\"]}"));
        Ran unusable = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed, "--allowlist", odd);
        assertThat(unusable.status()).isZero();
        assertThat(unusable.err())
                .contains("1 of 2 entries of the allowlists cannot be used, for example Odd: nonsense: ");
    }

    @Test
    void valuesOfStandardInputAreItsLines() {
        byte[] lines = "evil.example\r\n\n\u00E9.example\n1.2.3.4".getBytes(StandardCharsets.ISO_8859_1);
        for (Ran ran : List.of(Ran.of(lines, "canonical"), Ran.of(lines, "canonical", "-"))) {
            assertThat(ran.status()).isZero();
            assertThat(ran.json()).hasSize(4);
            assertThat(ran.json().get(0).get("canonical").asText()).isEqualTo("evil.example");
            assertThat(ran.json().get(1).get("error").asText()).isEqualTo("empty");
            assertThat(ran.json().get(2).get("error").asText()).isEqualTo("not UTF-8");
            assertThat(ran.json().get(3).get("type").asText()).isEqualTo("ipv4");
        }
        assertThat(Ran.of(new byte[0], "canonical", "a b").status()).isEqualTo(1);
        assertThat(Ran.of(new byte[0], "canonical").status()).isEqualTo(1);
    }

    @Test
    void saysWhatAHostIsTakenFor() throws IOException {
        String brands = file("brands.txt", bytes("paypal.com partners=paypal-friends.example\n"));
        Ran ran = Ran.of(
                bytes(
                        "paypa1.example\r\n\nwww.paypal.com\nhttp://0x7f000001/\npaypal-friends.example\nevil\u001b[31m\n"),
                "lookalike",
                "--brands",
                brands);
        assertThat(ran.status()).isZero();
        assertThat(ran.json()).hasSize(5);
        assertThat(ran.json().get(0).at("/finding/kind").asText()).isEqualTo("lookalike");
        assertThat(ran.json().get(0).at("/finding/technique").asText()).isEqualTo("homoglyph");
        assertThat(ran.json().get(0).at("/finding/brand").asText()).isEqualTo("paypal.com");
        assertThat(ran.json().get(0).at("/finding/parts/homoglyph").asInt()).isPositive();
        assertThat(ran.json().get(1).get("finding").isNull()).isTrue();
        assertThat(ran.json().get(2).at("/finding/rule").asText()).isEqualTo("host-ip-hex");
        assertThat(ran.json().get(3).get("finding").isNull()).isTrue();
        assertThat(ran.json().get(4).at("/finding/rule").asText()).isEqualTo("host-malformed");
        assertThat(ran.out()).doesNotContain("\u001b");
        String popular = file("popular.csv", bytes("1,paypal.com\n2,google.com\n3,gooogle.com\n"));
        assertThat(Ran.of(new byte[0], "lookalike", "--popular", popular, "--top", "2", "payypal.com")
                        .status())
                .isZero();
        assertThat(Ran.of(new byte[0], "lookalike", "--popular", popular, "--top", "2", "gooogle.com")
                        .status())
                .isEqualTo(1);
        Ran variants = Ran.of(new byte[0], "lookalike", "--variants", "paypal.com");
        assertThat(variants.json()).hasSizeGreaterThan(200);
        assertThat(variants.out()).contains("{\"host\":\"papal.com\",\"technique\":\"omission\"");
        // Without brands only hosts that are none, and names that mix scripts, are found.
        assertThat(Ran.of(new byte[0], "lookalike", "payypal.com").status()).isEqualTo(1);
        assertThat(Ran.of(new byte[0], "lookalike", "127.1").out()).contains("host-ip-short");
        assertThat(Ran.of(
                                new byte[0],
                                "lookalike",
                                "--brands",
                                file("own.txt", bytes("paypal.com")),
                                "payypal.com:8443")
                        .out())
                .contains("repetition");
    }

    @Test
    void everyLineOfAFeedIsAnIndicatorOrIsRejected() throws IOException {
        String csv = file(
                "feed.csv",
                Zstd.compress(
                        bytes(
                                "indicator,valid_from,valid_until,confidence,labels\nevil[.]example,2026-01-01,2026-02-01T00:00:00Z,80,b|a\nco.uk,,,,\n")));
        Ran ran = Ran.of(new byte[0], "indicators", csv);
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "{\"type\":\"domain\",\"value\":\"evil.example\",\"source\":\"feed.csv\",\"line\":2,\"valid_from\":\"2026-01-01T00:00:00Z\",\"valid_until\":\"2026-02-01T00:00:00Z\",\"confidence\":80,\"labels\":[\"a\",\"b\"]}",
                        "{\"rejected\":{\"line\":3,\"text\":\"co.uk,,,,\",\"reason\":\"co.uk is a public suffix: it would match everybody's domains\"}}");

        Ran none = Ran.of(bytes("co.uk\n"), "indicators", "-");
        assertThat(none.status()).isEqualTo(1);
        Ran both = Ran.of(bytes("co.uk\n"), "indicators", "-", csv, folder + "/missing");
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.json()).hasSize(3);
        assertThat(both.json().get(0).at("/rejected/source").asText()).isEqualTo("-");
        assertThat(Ran.of(new byte[0], "indicators", "--output", "table", csv)
                        .out()
                        .lines())
                .satisfiesExactly(
                        heading -> assertThat(heading).startsWith("TYPE"),
                        row -> assertThat(row).startsWith("domain").endsWith("a,b"),
                        row -> assertThat(row).startsWith("rejected").contains("public suffix"));
    }

    @Test
    void severalFeedsAreReadAtOnceAndComeInTheirOrder() throws IOException {
        List<String> words = new java.util.ArrayList<>(List.of("indicators"));
        List<String> expected = new java.util.ArrayList<>();
        for (int feed = 0; feed < 6; feed++) {
            if (feed == 3) {
                words.add(folder + "/missing");
            }
            StringBuilder lines = new StringBuilder();
            // More than is read ahead of a feed that has to wait.
            for (int i = 0; i < (feed == 0 ? 3 : 9000); i++) {
                lines.append("h").append(i).append(".f").append(feed).append(".example\n");
                expected.add("h" + i + ".f" + feed + ".example");
            }
            words.add(file("f" + feed + ".txt", bytes(lines.toString())));
        }
        Ran ran = Ran.of(new byte[0], words.toArray(String[]::new));
        assertThat(ran.json()).extracting(one -> one.get("value").asText()).isEqualTo(expected);
        assertThat(ran.err()).isEqualTo("trawl indicators: " + folder + "/missing: no such file\n");
        assertThat(ran.status()).isEqualTo(2);
    }

    @Test
    void formatAndColumnsOfFeedsAreTaken() throws IOException {
        String hosts = file("hosts", bytes("0.0.0.0 evil.example\n"));
        assertThat(Ran.of(new byte[0], "indicators", "--format", "hosts", hosts).json())
                .extracting(one -> one.get("value").asText())
                .containsExactly("evil.example");
        assertThat(Ran.of(new byte[0], "indicators", "--format", "plain", hosts).json())
                .allMatch(one -> one.has("rejected"));
        String agents = file("agents", bytes("EvilBot/1.0\n"));
        assertThat(Ran.of(new byte[0], "indicators", "--format", "user-agents", agents)
                        .json())
                .extracting(one -> one.get("type").asText())
                .containsExactly("user-agent");
        String csv = file("odd.csv", bytes("bad;kind;score;why\nevil.example;domain;70;bot\n"));
        JsonNode row = Ran.of(
                        new byte[0], "indicators", "--columns", "value=bad,type=kind,confidence=score,labels=why", csv)
                .json()
                .get(0);
        assertThat(row.get("value").asText()).isEqualTo("evil.example");
        assertThat(row.get("confidence").asInt()).isEqualTo(70);
        assertThat(row.at("/labels/0").asText()).isEqualTo("bot");

        Ran none = Ran.of(new byte[0], "indicators", "--columns", "value=ioc", csv);
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err())
                .isEqualTo(
                        "trawl indicators: " + csv
                                + ": no column 'ioc' in line 1; expected a header line that names it, for example ioc,type,confidence\n");
        Ran type = Ran.of(new byte[0], "indicators", "--columns", "value=bad,type=sort", csv);
        assertThat(type.status()).isEqualTo(2);
        assertThat(type.err())
                .isEqualTo("trawl indicators: " + csv
                        + ": no column 'sort'; expected one of the header's: bad, kind, score, why\n");
    }

    @Test
    void detectionsNameLineIndicatorAndField() throws IOException {
        String feed = file("feed.txt", bytes("# mine\nevil.example\n192.0.2.0/24\nhxxp://www.evil.example/a\n"));
        Ran ran = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", feed);
        assertThat(ran.status()).isZero();
        assertThat(ran.err())
                .isEqualTo("trawl match: 1 of 4 lines are invalid and were not matched (trawl parse says why)\n");
        assertThat(ran.json())
                .extracting(one -> one.get("line").asInt() + " " + one.at("/indicator/line") + " "
                        + one.at("/indicator/type").asText() + " "
                        + one.at("/matched/field").asText() + " "
                        + one.at("/matched/how").asText())
                .containsExactlyInAnyOrder(
                        "1 2 domain url.domain subdomain",
                        "1 3 cidr destination.ip cidr",
                        "1 4 url url.full exact",
                        "4 3 cidr destination.ip cidr");
        JsonNode last = ran.json().get(ran.json().size() - 1);
        JsonNode expected = new ObjectMapper().readTree("""
                        {"line": 4,
                         "indicator": {"type": "cidr", "value": "192.0.2.0/24", "source": "feed.txt", "line": 3},
                         "matched": {"field": "destination.ip", "value": "192.0.2.9", "how": "cidr"},
                         "suppressed": null,
                         "event": {"@timestamp": "2023-11-14T22:13:22.123Z",
                           "source": {"ip": "198.51.100.4"},
                           "destination": {"ip": "192.0.2.9", "port": 443, "domain": "good.example"},
                           "url": {"original": "good.example:443", "domain": "good.example", "port": 443},
                           "http": {"request": {"method": "CONNECT"}, "response": {"status_code": 200, "bytes": 1380}},
                           "event": {"action": "TCP_TUNNEL", "duration": 62000000},
                           "proxy": {"hierarchy": "HIER_DIRECT"}}}
                        """);
        assertThat(last.at("/indicator/id").asText()).matches("[0-9a-f]{32}");
        ((com.fasterxml.jackson.databind.node.ObjectNode) last.get("indicator")).remove("id");
        assertThat(last).isEqualTo(expected);
    }

    @Test
    void severalFeedsAndLogs() throws IOException {
        String one = file("one.txt", bytes("evil.example\nco.uk\n"));
        String two = file("two.txt", bytes("203.0.113.9\n"));
        String log = file("access.log", bytes(LOG));
        Ran ran = Ran.of(bytes(LOG), "match", "--format", "squid", "--indicators", one, two, "--", log, "-");
        assertThat(ran.status()).isZero();
        assertThat(ran.json())
                .extracting(found -> found.get("file").asText() + ":" + found.get("line") + " "
                        + found.at("/indicator/source").asText())
                .containsExactly(log + ":1 one.txt", log + ":3 two.txt", "-:1 one.txt", "-:3 two.txt");
        assertThat(ran.err()).contains("one.txt: 1 lines are not indicators").contains("2 of 8 lines are invalid");
        Ran table = Ran.of(bytes(LOG), "match", "--output", "table", "--format", "squid", "--indicators", two);
        assertThat(table.out()).startsWith("LINE").contains("203.0.113.9").hasLineCount(2);
    }

    @Test
    void nothingFoundIsOne() throws IOException {
        String feed = file("feed.txt", bytes("other.example\n"));
        String log = LOG.replace("no line\n", "");
        Ran ran = Ran.of(bytes(log), "match", "--format", "squid", "--indicators", feed);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.bytes()).isEmpty();
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void aWebServersClientsAreMatchedToo() throws IOException {
        String feed = file("feed.txt", bytes("198.51.100.4\n"));
        String line = "198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] \"GET / HTTP/1.1\" 200 45";
        assertThat(Ran.of(bytes(line), "match", "--format", "combined", "--indicators", feed)
                        .json())
                .extracting(found -> found.at("/matched/field").asText())
                .containsExactly("source.ip");
        assertThat(Ran.of(bytes(line), "match", "--format", "squid-combined", "--indicators", feed)
                        .status())
                .isEqualTo(1);
    }
}
