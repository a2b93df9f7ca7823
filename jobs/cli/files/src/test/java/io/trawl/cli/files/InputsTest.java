package io.trawl.cli.files;

import static io.trawl.cli.files.SquidLog.LINE;
import static io.trawl.cli.files.SquidLog.bytes;
import static io.trawl.cli.files.SquidLog.parse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, patterns and standard input, packed or not: every line of them is read once, in order. */
class InputsTest {
    private static final int MANY = 20_000;

    @TempDir
    Path folder;

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
    void linesMayBeLong() {
        String path = "/" + "0123456789abcde\u00E9".repeat(1 << 16);
        byte[] text = bytes(LINE + "\n" + LINE.replace("/a?b", path + "?b") + "\n" + LINE + "\n");
        assertThat(text.length).isGreaterThan(1 << 20);
        List<JsonNode> objects = parse(text).json();
        assertThat(objects).extracting(object -> object.get("line").asInt()).containsExactly(1, 2, 3);
        assertThat(objects.get(1).at("/event/url/path").asText()).isEqualTo(path);
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
}
