package io.trawl.intel.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedsTest {
    private final List<Indicator> indicators = new ArrayList<>();
    private final List<Feeds.Rejected> rejected = new ArrayList<>();

    private Feeds.Count read(String text) throws IOException {
        return read(text.getBytes(UTF_8), Feeds.Columns.GUESSED);
    }

    private Feeds.Count read(byte[] bytes, Feeds.Columns columns) throws IOException {
        return Feeds.read(new ByteArrayInputStream(bytes), "feed.txt", columns, indicators::add, rejected::add);
    }

    private List<String> values() {
        return indicators.stream()
                .map(indicator -> indicator.getLine() + " " + indicator.getType() + " " + indicator.getValue())
                .toList();
    }

    @Test
    void aPlainListHasOneIndicatorALine() throws IOException {
        Feeds.Count count = read("\uFEFF# a comment\r\n"
                + "\r\n"
                + "evil.example\r\n"
                + "  hxxp://Evil[.]example/a#b  # with a comment\r\n"
                + "192.0.2.1\t# and another\r"
                + "192.0.2.0/24\n"
                + "   # indented\n"
                + "EVIL.example.\n"
                + "evil.example:0\n"
                + "2001:db8::1");

        assertThat(values())
                .containsExactly(
                        "3 domain evil.example",
                        "4 url http://evil.example/a",
                        "5 ipv4 192.0.2.1",
                        "6 cidr 192.0.2.0/24",
                        "10 ipv6 2001:db8::1");
        assertThat(rejected).containsExactly(new Feeds.Rejected(9, "evil.example:0", "nothing listens at port 0"));
        assertThat(count).isEqualTo(new Feeds.Count(5, 1, 1, 3));
        assertThat(count.lines()).isEqualTo(10);
        Indicator url = indicators.get(1);
        assertThat(url.getOriginal()).isEqualTo("hxxp://Evil[.]example/a#b");
        assertThat(url.getFeed()).isEqualTo("feed.txt");
        assertThat(url.getIndicatorId()).isEqualTo(Indicators.id("url", "http://evil.example/a", "feed.txt"));
        assertThat(url.getLabels()).isEmpty();
    }

    @Test
    void aFileNamesItsFeed(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("blocklist.txt");
        Files.writeString(file, "evil.example\n");

        Feeds.read(file, indicators::add, rejected::add);

        assertThat(indicators).singleElement().returns("blocklist.txt", Indicator::getFeed);
    }

    @Test
    void aLineThatIsNoUtf8IsRejectedAndTheNextOneRead() throws IOException {
        byte[] bytes = "# caf\u00e9\nevil.example # caf\u00e9\ncaf\u00e9.example\ngood.example\n".getBytes(ISO_8859_1);

        Feeds.Count count = read(bytes, Feeds.Columns.GUESSED);

        assertThat(values()).containsExactly("2 domain evil.example", "4 domain good.example");
        assertThat(rejected)
                .containsExactly(new Feeds.Rejected(3, "caf\uFFFD.example", "not UTF-8: byte 0xE9 in column 4"));
        assertThat(count.others()).isEqualTo(1);
    }

    @Test
    void aLineBeyondAMebibyteIsRejectedAndTheNextOneRead() throws IOException {
        read("evil.example/" + "a".repeat(3 << 20) + "\ngood.example\n");

        assertThat(values()).containsExactly("2 domain good.example");
        assertThat(rejected).singleElement().satisfies(line -> {
            assertThat(line.reason()).isEqualTo("longer than 1048576 bytes: it has 3145741");
            assertThat(line.text()).hasSize(1000);
        });
    }

    @Test
    void namedColumnsAreReadByTheirNames() throws IOException {
        read("type,Value,confidence,valid_from,valid_until,first_seen,malware,tags\n"
                + "domain,evil.example,75,2026-11-01,2026-12-01 12:30:00,2026-10-01,Pikabot,\"c2, loader\"\n"
                + "ip,192.0.2.1,high,2026-11-01T00:00:00+01:00,,,,\n"
                + "URL,evil.example,,,1767225600,,,\n"
                + "IPv4-Addr,192.0.2.0/24,,2026-11-01 00:00:00 UTC,,,,\n");

        assertThat(values())
                .containsExactly(
                        "2 domain evil.example", "3 ipv4 192.0.2.1", "4 url evil.example/", "5 cidr 192.0.2.0/24");
        Indicator first = indicators.get(0);
        assertThat(first.getConfidence()).isEqualTo(75);
        assertThat(first.getValidFrom()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
        assertThat(first.getValidUntil()).isEqualTo(Instant.parse("2026-12-01T12:30:00Z"));
        assertThat(first.getLabels()).containsExactly("Pikabot", "c2", "loader");
        Indicator second = indicators.get(1);
        assertThat(second.getConfidence()).isEqualTo(85);
        assertThat(second.getValidFrom()).isEqualTo(Instant.parse("2026-10-31T23:00:00Z"));
        assertThat(second.getValidUntil()).isNull();
        assertThat(indicators.get(2).getValidUntil()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(indicators.get(3).getValidFrom()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
        assertThat(rejected).isEmpty();
    }

    @Test
    void whenAnIndicatorWasFirstSeenIsNoLowerBound() throws IOException {
        read("first_seen,domain\n2026-11-01,evil.example\n");

        assertThat(indicators).singleElement().returns(null, Indicator::getValidFrom);
    }

    @Test
    void theHeaderMayBeTheLastLineOfTheComment() throws IOException {
        Feeds.Count count = read("# abuse.ch, like\n# id,dateadded,url,threat\n#\n"
                + "\"1\",\"2026-11-01 00:00:00\",\"http://evil.example/a\",\"malware_download\"\n");

        assertThat(values()).containsExactly("4 url http://evil.example/a");
        assertThat(indicators.get(0).getLabels()).containsExactly("malware_download");
        assertThat(count.others()).isEqualTo(3);
    }

    @Test
    void aCommentThatOnlyLooksLikeAHeaderMakesNoCsv() throws IOException {
        read("# domain, url\nevil.example\nhttp://evil.example/a,b\n");

        assertThat(values()).containsExactly("2 domain evil.example", "3 url http://evil.example/a,b");
    }

    @Test
    void otherDelimitersAreSeenInTheHeader() throws IOException {
        read("domain;threat\nevil.example;\"a;b\"\n");
        read("threat\tip_address\nc2\t192.0.2.1\n");

        assertThat(values()).containsExactly("2 domain evil.example", "2 ipv4 192.0.2.1");
        assertThat(indicators.get(0).getLabels()).containsExactly("a", "b");
    }

    @Test
    void besideAUrlItsHostIsNoIndicator() throws IOException {
        read("ip,host,url\n192.0.2.1,good.example,http://good.example/evil\n192.0.2.2,,\n");

        assertThat(values()).containsExactly("2 url http://good.example/evil", "3 ipv4 192.0.2.2");
    }

    @Test
    void aHostWithAPathIsAUrl() throws IOException {
        read("\"host\",\"path\",\"message\"\n\"github.com\",\"/evil/a\",\"x\"\n\"evil.example\",\"\",\"x\"\n");

        assertThat(values()).containsExactly("2 url github.com/evil/a", "3 domain evil.example");
    }

    @Test
    void aFieldMayGoOnOverLines() throws IOException {
        Feeds.Count count = read("domain,tags\nevil.example,\"a\nb\n\nc\"\ngood.example,x\n");

        assertThat(values()).containsExactly("2 domain evil.example", "6 domain good.example");
        assertThat(indicators.get(0).getLabels()).containsExactly("a\nb\n\nc");
        assertThat(count).isEqualTo(new Feeds.Count(2, 0, 0, 4));
        assertThat(count.lines()).isEqualTo(6);
    }

    @Test
    void aQuoteThatDoesNotEndCostsItsLineOnly() throws IOException {
        Feeds.Count count = read("domain,tags\nevil.example,\"a\ngood.example,x\nother.example,y\n");

        assertThat(values()).containsExactly("3 domain good.example", "4 domain other.example");
        assertThat(rejected)
                .containsExactly(new Feeds.Rejected(
                        2, "evil.example,\"a", "not CSV: a quote that does not end, or text after one"));
        assertThat(count.lines()).isEqualTo(4);
    }

    @Test
    void aRowThatSaysNothingUsableIsRejected() throws IOException {
        read("value,type,confidence,valid_from,valid_until\n"
                + "evil.example,domain,101,,\n"
                + "evil.example,domain,,yesterday,\n"
                + "evil.example,domain,,2026-11-02,2026-11-01\n"
                + "evil.example,mutex,,,\n"
                + "192.0.2.1,url,,,,,\n"
                + ",domain,,,\n"
                + "evil.example,ip,,,\n"
                + "http://evil.example/,domain,,,\n"
                + "com,domain,,,\n");

        assertThat(indicators).isEmpty();
        assertThat(rejected.stream().map(Feeds.Rejected::reason))
                .containsExactly(
                        "confidence '101'; expected 0 to 100, or none, low, medium or high",
                        "time 'yesterday'; expected ISO-8601, for example 2026-11-24T10:00:00Z",
                        "valid from 2026-11-02T00:00:00Z until 2026-11-01T00:00:00Z: never",
                        "type not supported: mutex; expected one of domain, ip, cidr, url, url-prefix, ip:port, url-path, user-agent or sha256",
                        "7 columns; the header has 5",
                        "nothing in the column value",
                        "the type column says address, the value is of type domain",
                        "the type column says domain, the value is of type url",
                        "com is a public suffix: it would match everybody's domains");
        assertThat(rejected.stream().map(Feeds.Rejected::line)).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void columnsMayBeNamedByWhoKnowsBetter() throws IOException {
        Feeds.Columns columns = new Feeds.Columns("Bad Thing", "kind", "sure", "since", "till", List.of("note"));

        read(
                ("nr,Bad Thing,kind,sure,since,till,note,url\n"
                                + "1,evil.example,fqdn,9,2026-11-01,2026-11-02,x|y,http://good.example/\n")
                        .getBytes(UTF_8),
                columns);

        assertThat(values()).containsExactly("2 domain evil.example");
        Indicator indicator = indicators.get(0);
        assertThat(indicator.getConfidence()).isEqualTo(9);
        assertThat(indicator.getValidFrom()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
        assertThat(indicator.getValidUntil()).isEqualTo(Instant.parse("2026-11-02T00:00:00Z"));
        assertThat(indicator.getLabels()).containsExactly("x", "y");
    }

    @Test
    void aColumnThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> read(
                        "value,tags\na.example,b\n".getBytes(UTF_8),
                        new Feeds.Columns("value", "kind", null, null, null, List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no column 'kind'; expected one of the header's: value, tags");
        assertThatThrownBy(() -> read(
                        "value,tags\na.example,b\n".getBytes(UTF_8),
                        new Feeds.Columns("ioc", null, null, null, null, List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "no column 'ioc' in line 1; expected a header line that names it, for example ioc,type,confidence");
    }

    @Test
    void anEmptyFileHasNothing() throws IOException {
        assertThat(read("")).isEqualTo(new Feeds.Count(0, 0, 0, 0));
    }
}
