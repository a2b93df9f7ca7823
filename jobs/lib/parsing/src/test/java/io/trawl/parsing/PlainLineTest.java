package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.Formats;
import io.trawl.parsing.internal.Text;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.Expectations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A line that is read as a plain one is valid, and its columns are where the parser has them from. */
class PlainLineTest {
    private static final String LINE =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com:80/a?b#c alice HIER_DIRECT/192.0.2.7 text/html";
    private static final Expectations EXPECTATIONS = Expectations.of(ProxyEvent.getClassSchema());

    /** @return whether it is plain */
    private static boolean holds(byte[] line) {
        PlainLine plain = Formats.shipped().parser("squid", ZoneOffset.UTC).plainLine();
        byte[] among = new byte[line.length + 6];
        java.util.Arrays.fill(among, (byte) '7');
        System.arraycopy(line, 0, among, 3, line.length);
        assertThat(plain).isNotNull();
        among[3 + line.length] = '\n';
        int end = plain.read(among, 3, among.length);
        byte[] alone = java.util.Arrays.copyOfRange(among, 3, 3 + line.length);
        assertThat(plain.read(alone, 0, alone.length)).isEqualTo(end < 0 ? -1 : line.length);
        if (end < 0) {
            return false;
        }
        assertThat(end).isEqualTo(3 + line.length);
        plain.read(among, 3, among.length);
        Parsed parsed = Parsed.line("squid", line);
        assertThat(parsed.failure()).isNull();
        ProxyEvent event = parsed.event();
        event.setEventId("");
        event.setSource("");
        event.setWindow(Instant.EPOCH);
        assertThat(EXPECTATIONS.check(event)).isNull();
        Parts parts = plain.parts();
        boolean connect = "CONNECT".equals(event.getHttpRequestMethod());
        for (int i = 0; i < parts.count(); i++) {
            String text = Text.plain(among, parts.from(i), parts.to(i));
            switch (parts.kind(i)) {
                case URL, PATH, CONNECT -> {
                    assertThat(text).isEqualTo(event.getUrlOriginal());
                    assertThat(parts.kind(i) == Parts.Kind.CONNECT).isEqualTo(connect);
                }
                case PEER ->
                    assertThat(isOf(event.getDestinationAddress(), text)).isTrue();
                case CLIENT -> assertThat(isOf(event.getSourceAddress(), text)).isTrue();
                default -> throw new AssertionError(parts.kind(i));
            }
        }
        return true;
    }

    /** One with a control character is none, and what is behind a colon is a port. */
    private static boolean isOf(@Nullable String address, String text) {
        return address == null || text.equals(address) || text.startsWith(address + ":");
    }

    private static boolean holds(String line) {
        return holds(line.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatSquidWritesIsPlain() throws IOException {
        List<String> lines = Files.readAllLines(
                Path.of(System.getProperty("trawl.home"))
                        .resolve("jobs/lib/parsing/src/test/resources/io/trawl/parsing/squid-5.7-native.log"),
                StandardCharsets.ISO_8859_1);
        long plain = lines.stream()
                .filter(line -> holds(line.getBytes(StandardCharsets.ISO_8859_1)))
                .count();
        assertThat(lines).hasSize(161);
        assertThat(plain).isGreaterThan(100);
        assertThat(holds(LINE)).isTrue();
        assertThat(holds(LINE + "\r")).isTrue();
        assertThat(holds(LINE.replace("GET", "CONNECT"))).isTrue();
        assertThat(holds(LINE.replace("198.51.100.4", "198.51.100.4\u007F"))).isTrue();
        assertThat(holds(LINE.replace("MISS/200", "NONE/000")
                        .replace("1380", "-")
                        .replace("192.0.2.7", "-")))
                .isTrue();
    }

    @Test
    void whatALibraryReadsOrAHeaderNamesHasNoPlainLines() {
        assertThat(Formats.shipped().parser("caddy-json", ZoneOffset.UTC).plainLine())
                .isNull();
        assertThat(Formats.shipped().parser("w3c", ZoneOffset.UTC).plainLine()).isNull();
    }

    /** Each is a line that the parser refuses, or that the schema does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1700000000.123",
                "4102444800.000     62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ - HIER_DIRECT/192.0.2.7 text/html",
                "1700000000.123     62 198.51.100.4 TCP_MISS/099 1380 GET http://a.example/ - HIER_DIRECT/192.0.2.7 text/html",
                "1700000000.123     62 198.51.100.4 TCP_MISS 1380 GET http://a.example/ - HIER_DIRECT/192.0.2.7 text/html",
                "1700000000.123     62 198.51.100.4 TCP_MISS/200 13x0 GET http://a.example/ - HIER_DIRECT/192.0.2.7 text/html",
                "1700000000.123     6y 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ - HIER_DIRECT/192.0.2.7 text/html",
                "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ - hier/192.0.2.7 text/html",
            })
    void whatIsInvalidIsNotPlain(String line) {
        assertThat(holds(line)).isFalse();
    }

    @Test
    void aLineThatSquidCutIsLeftToTheParser() {
        String line = LINE.replace("a?b#c", "a".repeat(9000));
        line = line.substring(0, 8191) + "\0" + line.substring(8192);
        assertThat(holds(line)).isFalse();
    }

    @Property(tries = 5000)
    void aLineThatIsPlainIsValidWhateverIsChanged(@ForAll("changed") byte[] line) {
        holds(line);
    }

    @Provide
    Arbitrary<byte[]> changed() {
        Arbitrary<Byte> odd = Arbitraries.of(
                (byte) ' ',
                (byte) '/',
                (byte) '-',
                (byte) '.',
                (byte) '0',
                (byte) '9',
                (byte) '"',
                (byte) '[',
                (byte) '\t',
                (byte) '\r',
                (byte) 0,
                (byte) 0x7F,
                (byte) 0xE9,
                (byte) 'A',
                (byte) 'z',
                (byte) ':');
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 2 * LINE.length());
        return Combinators.combine(
                        places, odd, places, odd, Arbitraries.integers().between(0, 5))
                .as((one, byOne, two, byTwo, how) -> {
                    byte[] line = LINE.getBytes(StandardCharsets.UTF_8);
                    line[one % line.length] = byOne;
                    if (how == 1) {
                        line[two % line.length] = byTwo;
                    } else if (how == 2) {
                        // Doubled from a place on.
                        int at = two % line.length;
                        byte[] longer = new byte[line.length + 1];
                        System.arraycopy(line, 0, longer, 0, at + 1);
                        System.arraycopy(line, at, longer, at + 1, line.length - at);
                        return longer;
                    } else if (how == 3) {
                        return java.util.Arrays.copyOf(line, two % line.length);
                    }
                    return line;
                });
    }
}
