package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code index build}, and {@code match} with what it made. */
class IndexCommandTest {
    private static final byte[] LOG = """
            1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://www.evil.example/a alice HIER_DIRECT/192.0.2.7 text/html
            1700000001.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://good.example/ - HIER_DIRECT/203.0.113.9 text/html
            """.getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private String one;
    private String two;
    private String index;

    @BeforeEach
    void feeds() throws IOException {
        one = Files.writeString(folder.resolve("one.txt"), "evil.example\nco.uk\n192.0.2.0/24\n")
                .toString();
        two = Files.writeString(folder.resolve("two.csv"), "ioc,family\nevil.example,loader\n203.0.113.9,bot\n")
                .toString();
        index = folder.resolve("feeds.index").toString();
    }

    private static Ran run(byte[] stdin, String... words) {
        return Ran.of(stdin, words);
    }

    @Test
    void anIndexFindsWhatItsFeedsFind() {
        Ran built = run(new byte[0], "index", "build", "--indicators", one, two, "--output", index);
        assertThat(built.bytes()).isEmpty();
        assertThat(built.err().lines())
                .containsExactly(
                        "trawl index build: " + one + ": 1 lines are not indicators (trawl indicators says why), 2 are",
                        "trawl index build: " + two + ": 0 lines are not indicators (trawl indicators says why), 2 are",
                        "trawl index build: " + index + ": 4 indicators, "
                                + Path.of(index).toFile().length() + " bytes");
        assertThat(built.status()).isZero();

        Ran mapped = run(LOG, "match", "--format", "squid", "--index", index);
        Ran read = run(LOG, "match", "--format", "squid", "--indicators", one, two, "--");
        assertThat(mapped.status()).isZero();
        assertThat(mapped.err()).isEmpty();
        assertThat(mapped.out().lines())
                .hasSize(4)
                .containsExactlyElementsOf(read.out().lines().toList());
    }

    @Test
    void theOldIndexStaysWhereAFeedCannotBeRead() throws IOException {
        run(new byte[0], "index", "build", "--output", index, "--indicators", one);
        byte[] old = Files.readAllBytes(Path.of(index));
        Ran failed = run(new byte[0], "index", "build", "--output", index, "--indicators", two, folder + "/none", "--");
        assertThat(failed.status()).isEqualTo(2);
        assertThat(failed.err()).endsWith("trawl index: " + folder + "/none: no such file\n");
        Ran nothing = run(
                "co.uk\n".getBytes(StandardCharsets.UTF_8), "index", "build", "--output", index, "--indicators", "-");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).endsWith("trawl index build: no indicators, so " + index + " is not written\n");
        assertThat(Files.readAllBytes(Path.of(index))).isEqualTo(old);

        Ran other = run(new byte[0], "index", "build", "--output", index, "--indicators", two);
        assertThat(other.status()).isZero();
        assertThat(Files.readAllBytes(Path.of(index))).isNotEqualTo(old);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).containsExactlyInAnyOrder(one, two, index);
        }
    }

    @Test
    void formatAndColumnsAreThoseOfTheFeeds() throws IOException {
        String odd = Files.writeString(folder.resolve("odd.csv"), "bad,kind\nevil.example,domain\n")
                .toString();
        assertThat(run(
                                new byte[0],
                                "index",
                                "build",
                                "--output",
                                index,
                                "--indicators",
                                odd,
                                "--columns",
                                "value=bad,type=kind")
                        .status())
                .isZero();
        assertThat(run(LOG, "match", "--format", "squid", "--index", index).out())
                .hasLineCount(1);
        String hosts = Files.writeString(folder.resolve("hosts"), "0.0.0.0 evil.example\n")
                .toString();
        assertThat(run(new byte[0], "index", "build", "--output", index, "--indicators", hosts, "--format", "hosts")
                        .err())
                .contains("0 lines are not indicators");
    }

    @Test
    void aDamagedIndexIsOneLine() throws IOException {
        run(new byte[0], "index", "build", "--output", index, "--indicators", one);
        byte[] whole = Files.readAllBytes(Path.of(index));
        Files.write(Path.of(index), java.util.Arrays.copyOf(whole, whole.length - 9));
        assertRefused(
                index + ": the index was cut short: it has " + (whole.length - 9) + " of " + whole.length + " bytes");
        whole[whole.length / 2] ^= 1;
        Files.write(Path.of(index), whole);
        assertRefused(index + ": the index was changed: it does not have its checksum");
        Files.delete(Path.of(index));
        assertRefused(index + ": no such file");
        Files.createDirectory(Path.of(index));
        assertRefused(index + ": is a folder; expected a file that trawl index build wrote");
        Files.delete(Path.of(index));
        Files.copy(Path.of(one), Path.of(index));
        assertRefused(
                index + ": no index of indicators; expected a file that trawl index build or refresh-indicators wrote");
    }

    private void assertRefused(String message) {
        Ran ran = run(LOG, "match", "--format", "squid", "--index", index);
        assertThat(ran.err()).isEqualTo("trawl match: " + message + "\n");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.bytes()).isEmpty();
    }

    @Test
    void anIndexThatCannotBeWrittenIsOneLine() {
        Ran ran = run(new byte[0], "index", "build", "--output", folder + "/none/a.index", "--indicators", one);
        assertThat(ran.err()).endsWith("\ntrawl index: " + folder + "/none/a.index: no such folder\n");
        assertThat(ran.status()).isEqualTo(2);
    }

    /** An index of version 3 has the hashes of its feeds, and does not find them. */
    @Test
    void anOldIndexSaysWhatItDoesNotFind() throws IOException {
        run(new byte[0], "index", "build", "--output", index, "--indicators", one);
        Ran whole = run(LOG, "match", "--format", "squid", "--index", index);
        assertThat(whole.err()).doesNotContain("older version");

        ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(Path.of(index))).order(ByteOrder.LITTLE_ENDIAN);
        // Where the header has its version and its checksum, and the file its own.
        old.putInt(8, 3);
        for (int sum : new int[] {124, old.limit() - 8}) {
            CRC32C crc = new CRC32C();
            crc.update(old.array(), 0, sum);
            old.putInt(sum, (int) crc.getValue());
        }
        Files.write(Path.of(index), old.array());

        Ran ran = run(LOG, "match", "--format", "squid", "--index", index);
        assertThat(ran.out()).isEqualTo(whole.out());
        assertThat(ran.status()).isEqualTo(whole.status());
        assertThat(ran.err())
                .startsWith(
                        "trawl match: " + index + ": is of an older version, which finds no hashes and no domains of"
                                + " mail addresses; build it again with trawl index build\n");
    }
}
