package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ParseTest {
    private static final String LINE =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com:80/a?b#c alice HIER_DIRECT/192.0.2.7 text/html";
    private static final int MANY = 20_000;

    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Ran parse(byte[] stdin) {
        return Ran.of(stdin, "parse", "--format", "squid");
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] both(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Lines whose size of answer is their number; every tenth is invalid. */
    private static byte[] many() {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= MANY; i++) {
            text.append(i % 10 == 0 ? "no line " + i : LINE.replace("1380", Integer.toString(i)))
                    .append(i % 3 == 0 ? "\r\n" : "\n");
        }
        return bytes(text.toString());
    }

    private static void isMany(Ran ran) {
        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        List<JsonNode> objects = ran.json();
        assertThat(objects).hasSize(MANY);
        for (int i = 1; i <= MANY; i++) {
            JsonNode object = objects.get(i - 1);
            assertThat(object.get("line").asInt()).isEqualTo(i);
            if (i % 10 == 0) {
                assertThat(object.at("/invalid/message").asText()).contains("expected");
            } else {
                assertThat(object.at("/event/http/response/bytes").asInt()).isEqualTo(i);
            }
        }
    }

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
                .isEqualTo("{\"line\":1,\"invalid\":{\"reason\":\"status\",\"field\":\"http.response.status_code\","
                        + "\"message\":\"'20x' is not a status code; expected three digits, for example 200\"}}\n");
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
    void everyFieldThatALineDecidesHasAName() {
        for (String field : ProxyEvent.getClassSchema().getFields().stream()
                .map(field -> field.name())
                .filter(name -> !List.of("event_id", "source", "window", "partition", "offset", "observer_hostname")
                        .contains(name))
                .toList()) {
            assertThat(Ecs.name(field)).as(field).isNotEqualTo(field);
        }
    }

    @Test
    void linesComeInTheirOrder() throws IOException {
        isMany(parse(many()));
        isMany(Ran.of(new byte[0], "parse", "--format", "squid", file("many.log", many())));
    }

    @Test
    void linesComeInTheirOrderHoweverTheyAreDelivered() {
        InputStream drops = new ByteArrayInputStream(many()) {
            private int next = 1;

            @Override
            public synchronized int read(byte[] into, int from, int length) {
                next = next * 31 % 8191;
                return super.read(into, from, Math.min(length, next));
            }

            @Override
            public synchronized int available() {
                return 0;
            }
        };
        isMany(Ran.of(drops, "parse", "--format", "squid"));
    }

    @Test
    void gzipAndZstdAreReadWhateverTheirNames() throws IOException {
        byte[] many = many();
        isMany(parse(gzip(many)));
        isMany(parse(Zstd.compress(many)));
        isMany(Ran.of(new byte[0], "parse", "--format", "squid", file("a.log", gzip(many))));
        isMany(Ran.of(new byte[0], "parse", "--format", "squid", file("b.gz", Zstd.compress(many))));
        isMany(Ran.of(new byte[0], "parse", "--format", "squid", file("c.zst", many)));
    }

    @Test
    void packedFilesThatWereJoinedAreReadWhole() throws IOException {
        byte[] many = many();
        byte[] head = Arrays.copyOf(many, 100_001);
        byte[] tail = Arrays.copyOfRange(many, 100_001, many.length);
        isMany(parse(both(gzip(head), gzip(tail))));
        isMany(parse(both(Zstd.compress(head), Zstd.compress(tail))));
        byte[] skipped = {0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 7};
        isMany(parse(both(skipped, Zstd.compress(many))));
        // A pipe that has nothing ready between the two.
        InputStream slow = new ByteArrayInputStream(both(gzip(head), gzip(tail))) {
            @Override
            public synchronized int available() {
                return 0;
            }
        };
        isMany(Ran.of(slow, "parse", "--format", "squid"));
    }

    @Test
    void aDamagedFileIsAnErrorBehindWhatWasReadOfIt() throws IOException {
        byte[] packed = gzip(many());
        Ran ran = parse(Arrays.copyOf(packed, packed.length / 2));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).startsWith("trawl parse: -: ").hasLineCount(1);
        List<JsonNode> objects = ran.json();
        assertThat(objects).hasSizeBetween(MANY / 10, MANY - 1);
        assertThat(objects.get(objects.size() - 1).get("line").asInt()).isEqualTo(objects.size());

        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream zstd = new ZstdOutputStream(whole)) {
            zstd.write(many());
        }
        assertThat(parse(Arrays.copyOf(whole.toByteArray(), whole.size() / 2)).status())
                .isEqualTo(2);
    }

    @Test
    void otherPackersAreRefused() {
        Ran ran = parse(new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 1, 2});
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err())
                .isEqualTo(
                        "trawl parse: -: is packed by xz, which Trawl does not read; expected text, gzip or zstd, for example from xz -dc\n");
    }

    @Test
    void anEmptyInputHasNothing() throws IOException {
        for (Ran ran : List.of(
                parse(new byte[0]),
                parse(gzip(new byte[0])),
                parse(Zstd.compress(new byte[0])),
                Ran.of(new byte[0], "parse", "--format", "squid", file("empty", new byte[0])))) {
            assertThat(ran).isEqualTo(new Ran(1, ran.bytes(), ""));
            assertThat(ran.bytes()).isEmpty();
        }
        assertThat(parse(bytes("\n")).json().get(0).at("/invalid/reason").asText())
                .isEqualTo("empty");
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
        assertThat(astral.at("/event/url/path").asText()).isEqualTo("/\u00E9\u20AC\uD83D\uDE00\u009B");
        assertThat(parse(bytes(LINE.replace("/a?b", "/\u009B?b"))).out()).contains("/\\u009b?b");
    }

    @Test
    void linesMayBeLong() {
        String path = "/" + "0123456789abcde\u00E9".repeat(1 << 16);
        byte[] text = bytes(LINE + "\n" + LINE.replace("/a?b", path + "?b") + "\n" + LINE + "\n");
        assertThat(text.length).isGreaterThan(1 << 20);
        List<JsonNode> objects = parse(text).json();
        assertThat(objects).extracting(object -> object.get("line").asInt()).containsExactly(1, 2, 3);
        assertThat(objects.get(1).at("/event/url/path").asText()).isEqualTo(path);
    }

    @Test
    void aLineThatIsTooLongIsReportedAndPassedOver() throws IOException {
        byte[] text = bytes(LINE + "\n" + "x".repeat(Batch.SIZE + 4321) + "\n" + LINE + "\n" + LINE + "\n"
                + "y".repeat(Batch.SIZE));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Streams streams = new Streams(new ByteArrayInputStream(text), out, System.err, false);
        LineWork lengths = new LineWork() {
            @Override
            public int line(Origin of, long number, byte[] line, Output output) {
                output.json()
                        .begin()
                        .member("line", number)
                        .member("length", line.length)
                        .end()
                        .newline();
                return 1;
            }

            @Override
            public int oversize(String file, long number, long bytes, Output output) {
                output.json()
                        .begin()
                        .member("line", number)
                        .member("oversize", bytes)
                        .end()
                        .newline();
                return 0;
            }
        };
        Progress progress = new Progress(System.err, false, "test", 0);
        int status = new Pipeline("test", lengths, null, progress, streams, Batch.SIZE)
                .run(Input.of(List.of()))
                .status();
        assertThat(status).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "{\"line\":1,\"length\":" + LINE.length() + "}",
                        "{\"line\":2,\"oversize\":" + (Batch.SIZE + 4321) + "}",
                        "{\"line\":3,\"length\":" + LINE.length() + "}",
                        "{\"line\":4,\"length\":" + LINE.length() + "}",
                        "{\"line\":5,\"oversize\":" + Batch.SIZE + "}");
    }

    @Test
    void severalFilesAreNamedAndNumberedEach() throws IOException {
        String one = file("one.log", bytes(LINE + "\nx\n"));
        String two = file("two.log", bytes(LINE));
        Ran ran = Ran.of(bytes(LINE + "\n"), "parse", "--format", "squid", one, "-", two);
        assertThat(ran.json())
                .extracting(object ->
                        object.get("file").asText() + ":" + object.get("line").asInt())
                .containsExactly(one + ":1", one + ":2", "-:1", two + ":1");
        assertThat(Ran.of(new byte[0], "parse", "--format", "squid", one).out()).doesNotContain("\"file\"");
    }

    @Test
    void patternsAreFollowedInOrder() throws IOException {
        Files.createDirectories(folder.resolve("b/sub.log"));
        Files.createDirectories(folder.resolve("a"));
        file("b/2.log", bytes(LINE));
        file("b/10.log", bytes(LINE));
        file("b/.hidden.log", bytes(LINE));
        file("a/1.log", bytes(LINE));
        file("a/1.txt", bytes(LINE));
        Ran ran = Ran.of(new byte[0], "parse", "--format", "squid", folder + "/*/*.log");
        assertThat(ran.json())
                .extracting(object -> object.get("file").asText())
                .containsExactly(folder + "/a/1.log", folder + "/b/10.log", folder + "/b/2.log");
        String odd = file("[1].log", bytes(LINE));
        assertThat(Ran.of(new byte[0], "parse", "--format", "squid", odd).status())
                .isZero();
    }

    @Test
    void aFileThatCannotBeReadIsSaidAndTheOthersAreRead() throws IOException {
        String good = file("good.log", bytes(LINE + "\n"));
        String missing = folder.resolve("miss\ning").toString();
        Ran ran = Ran.of(new byte[0], "parse", "--format", "squid", missing, folder.toString(), good);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err().lines())
                .containsExactly(
                        "trawl parse: " + folder + "/miss?ing: no such file",
                        "trawl parse: " + folder + ": is a folder; expected a file, or a pattern, for example '"
                                + folder + "/*'");
        assertThat(ran.json()).hasSize(1);
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
                                .endsWith("http://www.example.com:80/?[31m?b#c"),
                        row -> assertThat(row)
                                .startsWith("2     -")
                                .contains("invalid (timestamp): 'x' is not a timestamp"));
    }

    @Test
    @Timeout(20)
    void aClosedPipeEndsQuietly() throws IOException {
        // A reader that takes one answer and goes, while the input never ends.
        PipedInputStream stdin = new PipedInputStream(1 << 16);
        PipedOutputStream writer = new PipedOutputStream(stdin);
        writer.write(bytes(LINE + "\n"));
        writer.flush();
        OutputStream head = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Terminal.run(
                new String[] {"parse", "--format", "squid"}, new Streams(stdin, head, new PrintStream(err), false));
        assertThat(status).isZero();
        assertThat(err.size()).isZero();
    }

    @Test
    void anOutputThatIsFullIsAnError() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Terminal.run(
                new String[] {"parse", "--format", "squid"},
                new Streams(new ByteArrayInputStream(bytes(LINE)), full, new PrintStream(err), false));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("trawl parse: the output cannot be written: No space left on device\n");
    }

    @Test
    void progressIsShownOnATerminalOnlyAndTakenAway() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        AtomicLong nanos = new AtomicLong();
        Progress shown =
                new Progress(new PrintStream(err, true, StandardCharsets.UTF_8), true, "parse", 4 << 20, nanos::get);
        shown.read(1 << 20);
        shown.at(500, 5);
        assertThat(err.size()).as("what a quick command shows").isZero();
        nanos.set(1_000_000_000L);
        shown.at(1000, 10);
        shown.clear();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("\rtrawl parse: 25 % of 4 MB, 1,000 lines, 10 found, ")
                .endsWith(" \r")
                .doesNotContain("\n");
    }
}
