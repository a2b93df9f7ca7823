package io.trawl.cli.files;

import static io.trawl.cli.files.SquidLog.LINE;
import static io.trawl.cli.files.SquidLog.bytes;
import static io.trawl.cli.files.SquidLog.parse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What {@code trawl parse} prints of a line. */
class ParseTest {
    @Test
    void anEventHasTheNamesOfEcsNested() throws IOException {
        Ran ran = parse(bytes(LINE));
        assertThat(ran.status()).isZero();
        JsonNode expected = new ObjectMapper().readTree("""
                        {"line": 1, "event": {
                          "@timestamp": "2023-11-14T22:13:20.123Z",
                          "source": {"ip": "198.51.100.4", "user": {"name": "alice"}},
                          "destination": {"ip": "192.0.2.7", "port": 80, "domain": "www.example.com"},
                          "url": {"original": "http://www.example.com:80/a?b#c", "full": "http://www.example.com:80/a?b#c",
                            "scheme": "http", "domain": "www.example.com", "port": 80, "path": "/a", "query": "b"},
                          "http": {"request": {"method": "GET"},
                            "response": {"status_code": 200, "bytes": 1380, "mime_type": "text/html"}},
                          "event": {"action": "TCP_MISS", "duration": 62000000},
                          "proxy": {"hierarchy": "HIER_DIRECT"}}}
                        """);
        assertThat(ran.json()).containsExactly(expected);
    }

    @Test
    void whatAnEventHasNotIsLeftOut() {
        String cut = "1700000000 - - TCP_MISS/000 - - error:transaction-end-before-headers - HIER_NONE/- -";
        assertThat(parse(bytes(cut)).out())
                .isEqualTo("{\"line\":1,\"event\":{\"@timestamp\":\"2023-11-14T22:13:20Z\","
                        + "\"url\":{\"original\":\"error:transaction-end-before-headers\"},"
                        + "\"event\":{\"action\":\"TCP_MISS\"},\"proxy\":{\"hierarchy\":\"HIER_NONE\"}}}\n");
    }

    @Test
    void referrerAndUserAgentAreThere() {
        JsonNode event = Ran.of(
                        bytes(
                                "host.example - - [26/Dec/2016:16:16:28 +0200] \"GET / HTTP/1.1\" 200 45 \"http://r.example/\" \"a \\\"b\\\"\""),
                        "parse",
                        "--format=combined")
                .json()
                .get(0)
                .get("event");
        assertThat(event.get("@timestamp").asText()).isEqualTo("2016-12-26T14:16:28Z");
        assertThat(event.at("/http/request/referrer").asText()).isEqualTo("http://r.example/");
        assertThat(event.at("/user_agent/original").asText()).isEqualTo("a \"b\"");
        assertThat(event.at("/source/address").asText()).isEqualTo("host.example");
    }

    @Test
    void anInvalidLineSaysWhy() {
        Ran ran = parse(bytes(LINE.replace("/200", "/20x")));
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .isEqualTo("{\"line\":1,\"invalid\":{\"reason\":\"syntax\",\"field\":\"http.response.status_code\","
                        + "\"message\":\"no %>Hs at '/20x 1380 GET http://www.examp...'; expected %ts.%03tu %6tr %>a"
                        + " %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt\"}}\n");
    }

    @Test
    void whatDoesNotMeetTheSchemasExpectationsIsInvalid() {
        JsonNode invalid = parse(bytes(LINE.replace("1700000000", "9700000000")))
                .json()
                .get(0)
                .get("invalid");
        assertThat(invalid.get("reason").asText()).isEqualTo("expectation");
        assertThat(invalid.get("field").asText()).isEqualTo("@timestamp");
    }

    @Test
    void bytesThatAreNotUtf8GiveValidJson() {
        byte[] line = bytes(LINE);
        for (int b = 0; b < 256; b++) {
            if (b != '\n') {
                byte[] changed = line.clone();
                int path = LINE.indexOf("/a?b") + 1;
                changed[path] = (byte) b;
                changed[LINE.indexOf("alice")] = (byte) b;
                changed[LINE.indexOf("1380")] = (byte) (b % 2 == 0 ? '1' : b);
                assertThat(parse(changed).json()).hasSize(1);
            }
        }
        byte[] latin = LINE.replace("/a?b", "/\u00E9?b").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(parse(latin).json().get(0).at("/event/url/path").asText()).isEqualTo("/%E9");
        JsonNode astral = parse(bytes(LINE.replace("/a?b", "/\u00E9\u20AC\uD83D\uDE00\u009B?b")))
                .json()
                .get(0);
        assertThat(astral.at("/event/url/path").asText()).isEqualTo("/\u00E9\u20AC\uD83D\uDE00%C2%9B");
        assertThat(parse(bytes(LINE.replace("/a?b", "/\u009B?b"))).out()).contains("/%C2%9B?b");
    }

    @Test
    void aTableHasARowALine() {
        Ran ran = Ran.of(
                bytes(LINE.replace("/a?b", "/\u001B[31m?b") + "\nx"),
                "parse",
                "--output",
                "table",
                "--format",
                "squid");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines())
                .satisfiesExactly(
                        heading -> assertThat(heading).startsWith("LINE  TIME").endsWith("URL"),
                        row -> assertThat(row)
                                .startsWith("1     2023-11-14T22:13:20.123Z  198.51.100.4  alice  GET")
                                .endsWith("http://www.example.com:80/%1B[31m?b#c"),
                        row -> assertThat(row)
                                .startsWith("2     -")
                                .contains("invalid (syntax): no %ts.%03tu at 'x'; expected %ts.%03tu"));
    }
}
