package io.trawl.cli.files.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What {@code match} passes over is valid and has no detection: never is anything lost by not looking. */
class PassingTest {
    private static final LogReader SQUID = LogReader.of("squid");

    private static IndicatorIndex index(List<String> indicators) {
        IndexBuilder builder = IndicatorIndex.builder();
        try {
            Feeds.read(
                    new ByteArrayInputStream(String.join("\n", indicators).getBytes(StandardCharsets.UTF_8)),
                    "feed",
                    builder::add,
                    rejected -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return builder.build();
    }

    /** @return whether the line is passed over */
    private static boolean holds(IndicatorIndex index, boolean webServer, byte[] line) {
        Detector detector = Detector.of(index, webServer, List.of());
        int end = detector.passing(SQUID.plainLine()).end(line, 0, line.length);
        if (end < 0) {
            return false;
        }
        assertThat(end).isEqualTo(line.length);
        ProxyEvent event = SQUID.read(line).event();
        assertThat(event).as("an invalid line must be counted").isNotNull();
        List<String> found = new ArrayList<>();
        detector.detect(event, match -> found.add(match.field() + " " + match.indicator()));
        assertThat(found).isEmpty();
        return true;
    }

    private static byte[] line(String request, String peer) {
        return ("1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 " + request + " alice HIER_DIRECT/" + peer
                        + " text/html")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static final List<String> REQUESTS = List.of(
            "GET http://www.fine.example/a/b.html?q=1",
            "GET https://fine.example:8443/",
            "GET http://203.0.113.8/x",
            "CONNECT www.fine.example:443",
            "CONNECT 203.0.113.8:443");

    @Test
    void usualLinesArePassedOverWhereNoIndicatorMeetsThem() {
        IndicatorIndex others = index(List.of(
                "evil.example",
                "www.example.com",
                "192.0.2.0/24",
                "2001:db8::/32",
                "http://evil.example/x",
                "/gate.php"));
        for (String request : REQUESTS) {
            for (String peer : List.of("-", "203.0.113.9", "2001:db9::1", "peer.example")) {
                assertThat(holds(others, false, line(request, peer)))
                        .as(request + " " + peer)
                        .isTrue();
                assertThat(holds(others, true, line(request, peer))).isTrue();
            }
        }
    }

    @Test
    void everyKindOfIndicatorMakesOneLook() {
        record Case(String indicator, String request, String peer, boolean webServer) {}
        for (Case one : List.of(
                new Case("fine.example", "GET http://www.fine.example/", "-", false),
                new Case("fine.example", "CONNECT www.fine.example:443", "-", false),
                new Case("www.fine.example:444", "CONNECT www.fine.example:444", "-", false),
                new Case("http://www.fine.example/a?b", "GET http://www.fine.example/a?b", "-", false),
                new Case("fine.example/a/*", "GET http://www.fine.example/a/b", "-", false),
                new Case("203.0.113.0/24", "GET http://fine.example/", "203.0.113.9", false),
                new Case("203.0.113.0/24", "GET http://203.0.113.9:80/", "-", false),
                new Case("203.0.113.9", "CONNECT 203.0.113.9:443", "-", false),
                new Case("2001:db8::1", "GET http://fine.example/", "2001:DB8:0::1", false),
                new Case("2001:db8::/32", "GET http://fine.example/", "2001:db8::7", false),
                new Case("192.0.2.7", "GET http://fine.example/", "::ffff:192.0.2.7", false),
                new Case("/gate.php", "GET http://fine.example/x/gate.php?a=1", "-", false),
                new Case("/gate.php?a=", "GET http://fine.example/gate.php?a=1&b=2", "-", false),
                new Case("/gate.php?a=&b=", "GET http://fine.example/gate.php?a=1&b=2#c", "-", false),
                new Case("198.51.100.4", "GET http://fine.example/", "-", true))) {
            byte[] line = line(one.request, one.peer);
            IndicatorIndex index = index(List.of(one.indicator));
            List<Object> found = new ArrayList<>();
            Detector.of(index, one.webServer, List.of())
                    .detect(Objects.requireNonNull(SQUID.read(line).event()), found::add);
            assertThat(found).as(one.toString()).isNotEmpty();
            assertThat(holds(index, one.webServer, line)).as(one.toString()).isFalse();
            assertThat(holds(index(List.of("other.example")), one.webServer, line))
                    .as(one.toString())
                    .isTrue();
        }
    }

    private static final Arbitrary<String> LABELS =
            Arbitraries.of("a", "evil", "www", "EVIL", "xn--bcher-kva", "b\u00FCcher", "0x1", "7", "x_y", "-", "");
    private static final Arbitrary<String> HOSTS = Arbitraries.oneOf(
            Combinators.combine(
                            LABELS.list().ofMaxSize(2),
                            Arbitraries.of("example", "evil.example", "co.uk", "github.io", "7"))
                    .as((labels, end) -> String.join(".", labels) + (labels.isEmpty() ? "" : ".") + end),
            Arbitraries.of(
                    "192.0.2.7",
                    "192.0.2.9",
                    "192.0.2.07",
                    "3221225991",
                    "0xc0.0.2.7",
                    "[2001:db8::1]",
                    "2001:db8::1",
                    "evil.example.",
                    "evil..example",
                    "evil%2Eexample",
                    "[2001:DB8:0::1]",
                    "192.0.2.7."));
    private static final Arbitrary<String> PORTS = Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, Arbitraries.just("")),
            net.jqwik.api.Tuple.of(2, Arbitraries.of(":80", ":443", ":8080", ":", ":99999", ":x")));
    private static final Arbitrary<String> PATHS = Arbitraries.of(
            "",
            "/",
            "/a",
            "/a/../b",
            "/a//b",
            "/b",
            "/gate.php",
            "/x/gate.php",
            "/gate.php?id=1",
            "/x/gate.php?id=1&b=2",
            "/gate.php?id=&b=",
            "/gate.php?id=",
            "?q",
            "#f",
            "/a#f?x",
            "/%61",
            "/a\\b",
            "/gate.php?id=1=2&b#c",
            "/p.",
            "/.p");

    @Provide
    Arbitrary<List<String>> indicators() {
        Arbitrary<String> urls = Combinators.combine(
                        Arbitraries.of("", "http://", "https://", "ftp://"), HOSTS, PORTS, PATHS)
                .as((scheme, host, port, path) -> scheme + host + port + path);
        return Arbitraries.oneOf(
                        HOSTS,
                        Combinators.combine(HOSTS, PORTS).as((host, port) -> host + port),
                        urls,
                        urls.map(url -> url + "/*"),
                        PATHS.filter(path -> path.startsWith("/")),
                        Arbitraries.of("192.0.2.0/24", "192.0.2.8/31", "2001:db8::/32", "0.0.0.0/1", "2001:db8::/127"))
                .list()
                .ofMaxSize(6);
    }

    @Provide
    Arbitrary<byte[]> lines() {
        Arbitrary<String> requests = Combinators.combine(
                        Arbitraries.of(
                                "GET http://",
                                "GET https://",
                                "GET HTTP://",
                                "GET ftp://",
                                "GET http:///",
                                "GET http:",
                                "GET ",
                                "GET http://u@",
                                "CONNECT ",
                                "CONNECT ",
                                "connect ",
                                "CONNECT http://"),
                        HOSTS,
                        PORTS,
                        PATHS)
                .as((begin, host, port, path) -> begin + host + port + path);
        Arbitrary<String> peers = Arbitraries.of(
                "-",
                "192.0.2.7",
                "192.0.2.9",
                "203.0.113.1",
                "192.0.2.007",
                "2001:db8::1",
                "2001:DB8::1",
                "2001:db8:0:0::1",
                "::ffff:192.0.2.7",
                "fe80::1%eth0",
                "evil.example",
                "7",
                "1.2.3",
                "a:b");
        return Combinators.combine(
                        requests,
                        peers,
                        peers,
                        Arbitraries.integers().between(0, 150),
                        Arbitraries.of(
                                (byte) ' ',
                                (byte) '/',
                                (byte) '\r',
                                (byte) '\t',
                                (byte) 0,
                                (byte) 0xE9,
                                (byte) 'E',
                                (byte) '9',
                                (byte) '.',
                                (byte) '@',
                                (byte) '\\'),
                        Arbitraries.integers().between(0, 3))
                .as((request, peer, client, place, odd, change) -> {
                    byte[] line = new String(line(request, peer), StandardCharsets.UTF_8)
                            .replace("198.51.100.4", client)
                            .getBytes(StandardCharsets.UTF_8);
                    if (change == 0) {
                        line[place % line.length] = odd;
                    }
                    return line;
                });
    }

    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    void whatIsPassedOverIsValidAndMatchesNothing(
            @ForAll("indicators") List<String> indicators, @ForAll("lines") byte[] line, @ForAll boolean webServer) {
        holds(index(indicators), webServer, line);
    }
}
