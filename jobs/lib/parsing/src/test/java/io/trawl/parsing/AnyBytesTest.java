package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.PlainText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever the bytes are, a line becomes an event with a time and plain texts, or a failure that says why. */
class AnyBytesTest {
    private static final List<String> GOOD = List.of(
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com:80/a?b#c alice HIER_DIRECT/192.0.2.7 text/html",
            "1700000000.123      0 2001:db8::1 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -",
            "1700000000.123    400 fe80::1%eth0 TCP_TUNNEL/200 15851 CONNECT [2001:db8::1]:443 a\\\\b%20 HIER_DIRECT/2001:db8::1 -",
            "198.51.100.4 - alice [26/Dec/2016:16:16:28 +0200] \"GET /a\\\"b\\x41 HTTP/1.1\" 200 45 \"http://r.example/\" \"agent\"",
            "www.example.com:80 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] \"-\" 408 - \"-\" \"-\"",
            "[26/Dec/2016:16:16:28 +0200] 198.51.100.4 TLSv1.2 CIPHER \"GET / HTTP/1.1\" 45",
            "198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] \"GET http://h.example/a\"b HTTP/1.1\" 200 45 \"r\"s\" \"u\"v\" TCP_MISS:HIER_DIRECT");

    private static void holds(byte[] line) {
        byte[] before = line.clone();
        for (String format : Parsed.FIRST) {
            Parsed parsed = Parsed.line(format, line);
            assertThat(line).isEqualTo(before);
            if (parsed.failure() != null) {
                assertThat(parsed.failure().message()).isNotBlank().hasSizeLessThan(250);
                continue;
            }
            ProxyEvent event = parsed.event();
            DeclaredFormat.fields(event)
                    .forEach((field, text) ->
                            assertThat(PlainText.isPlain(text)).as(field).isTrue());
            assertThat(event.getTimestamp()).isBetween(Instant.parse("-0001-01-01T00:00:00Z"), Instant.MAX);
            assertThat(event.getUrlPort())
                    .satisfiesAnyOf(
                            port -> assertThat(port).isNull(),
                            port -> assertThat(port).isBetween(0, 65_535));
            assertThat(event.getUrlDomain()).isNotEqualTo("").isEqualTo(event.getDestinationDomain());
            if (event.getUrlFull() != null) {
                assertThat(event.getUrlFull()).isEqualTo(event.getUrlOriginal());
            }
        }
    }

    @Property(tries = 3000)
    void anyBytesAreReadOrRefused(@ForAll byte[] line) {
        holds(line);
    }

    @Property(tries = 3000)
    void anyTextOfTheFormatsOwnCharactersIsReadOrRefused(@ForAll("likely") String line) {
        holds(line.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 5000)
    void aGoodLineWithSomethingChangedIsReadOrRefused(@ForAll("mutated") byte[] line) {
        holds(line);
    }

    @Provide
    Arbitrary<String> likely() {
        return Arbitraries.strings()
                .withChars(" \t\r\"\\[]:/-.%@?#+x019aZ\u00E9\u0085\u202E\u2028\u007F\0")
                .ofMaxLength(60)
                .flatMap(text -> Arbitraries.of(
                                "", "1700000000.1 1 - A/200 1 GET ", "- - - [26/Dec/2016:16:16:28 +0200] \"")
                        .map(start -> start + text));
    }

    @Provide
    Arbitrary<byte[]> mutated() {
        Arbitrary<Integer> at = Arbitraries.integers().between(0, 200);
        Arbitrary<Tuple.Tuple3<Integer, Integer, Byte>> change = Combinators.combine(
                        at, Arbitraries.integers().between(0, 3), Arbitraries.bytes())
                .as(Tuple::of);
        return Combinators.combine(
                        Arbitraries.of(GOOD), change.list().ofMinSize(1).ofMaxSize(6))
                .as((good, changes) -> {
                    StringBuilder line = new StringBuilder(good);
                    for (Tuple.Tuple3<Integer, Integer, Byte> one : changes) {
                        int where = line.length() == 0 ? 0 : one.get1() % line.length();
                        char with = (char) (one.get3() & 0xFF);
                        switch (one.get2()) {
                            case 0 -> line.insert(where, with);
                            case 1 -> line.setLength(where);
                            case 2 -> line.insert(where, good, 0, Math.min(good.length(), one.get1()));
                            default -> {
                                if (line.length() > 0) {
                                    line.setCharAt(where, with);
                                }
                            }
                        }
                    }
                    return line.toString().getBytes(StandardCharsets.ISO_8859_1);
                });
    }
}
