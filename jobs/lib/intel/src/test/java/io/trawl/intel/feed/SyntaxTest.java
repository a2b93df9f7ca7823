package io.trawl.intel.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntaxTest {
    private final List<String> reasons = new ArrayList<>();

    private List<String> read(String... lines) throws IOException {
        List<Indicator> indicators = new ArrayList<>();
        Feeds.read(
                new ByteArrayInputStream((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)),
                "feed",
                indicators::add,
                line -> reasons.add(line.line() + " " + line.reason()));
        return indicators.stream()
                .map(indicator -> indicator.getLine() + " " + indicator.getValue())
                .toList();
    }

    @Test
    void aHostsFileBlocksNamesNotTheMachineItself() throws IOException {
        assertThat(read(
                        "# a comment",
                        "127.0.0.1 localhost",
                        "::1 ip6-localhost ip6-loopback",
                        "fe80::1%lo0 localhost",
                        "0.0.0.0 evil.example www.evil.example # both",
                        "127.0.0.1\tbad.example",
                        "192.0.2.7 intranet.example",
                        ":: worse.example"))
                .containsExactly("5 evil.example", "5 www.evil.example", "6 bad.example", "8 worse.example");
        assertThat(reasons)
                .containsExactly(
                        "7 gives names the address 192.0.2.7; a blocked name has an address where nobody is, for example 0.0.0.0"
                                + " or 127.0.0.1");
    }

    @Test
    void adblockRulesThatBlockAHostOrAUrlAreRead() throws IOException {
        assertThat(read(
                        "[Adblock Plus 2.0]",
                        "! Title: evil",
                        "||evil.example^",
                        "||bad.example^$all",
                        "||github.com/evil/a.exe^$third-party,important",
                        "|https://worse.example/a$b",
                        "||192.0.2.1^",
                        "plain.example",
                        "@@||good.example^",
                        "good.example##.ad",
                        "||cdn.example^$domain=news.example",
                        "/ads[0-9]+/",
                        "||evil.*^",
                        "||evil.example^ad^"))
                .containsExactly(
                        "3 evil.example",
                        "4 bad.example",
                        "5 github.com/evil/a.exe",
                        "6 https://worse.example/a$b",
                        "7 192.0.2.1",
                        "8 plain.example");
        assertThat(reasons)
                .containsExactly(
                        "9 adblock: an exception",
                        "10 adblock: a rule on what a page shows",
                        "11 adblock: a rule with conditions: domain=news.example",
                        "12 adblock: a regular expression",
                        "13 adblock: a pattern; expected a host or a URL, for example ||evil.example^",
                        "14 adblock: a pattern; expected a host or a URL, for example ||evil.example^");
    }

    @Test
    void anAdblockRuleWithAPathIsTheBeginningOfAUrl() throws IOException {
        List<String> types = new ArrayList<>();
        Feeds.read(
                new ByteArrayInputStream(
                        "||evil.example/panel^\n||bad.example/a/*\n||worse.example/\n||evil.example^\n|http://evil.example/a\n"
                                .getBytes(StandardCharsets.UTF_8)),
                "feed",
                indicator -> types.add(indicator.getType() + " " + indicator.getValue()),
                line -> reasons.add(line.reason()));

        assertThat(types)
                .containsExactly(
                        "url-prefix evil.example/panel",
                        "url-prefix bad.example/a/",
                        "domain worse.example",
                        "domain evil.example",
                        "url http://evil.example/a");
        assertThat(reasons).isEmpty();
    }

    @Test
    void whatDnsmasqBlocksIsRead() throws IOException {
        assertThat(read(
                        "# names",
                        "address=/evil.example/0.0.0.0",
                        "address=/a.example/b.example/#",
                        "server=/bad.example/",
                        "local=/worse.example/",
                        "address=/intranet.example/192.0.2.1",
                        "server=/corp.example/192.0.2.53",
                        "cache-size=1000"))
                .containsExactly("2 evil.example", "3 a.example", "3 b.example", "4 bad.example", "5 worse.example");
        assertThat(reasons)
                .containsExactly(
                        "6 dnsmasq: asks or answers 192.0.2.1; a blocked name has an address where nobody is",
                        "7 dnsmasq: asks or answers 192.0.2.53; a blocked name has an address where nobody is",
                        "8 dnsmasq: no name that is blocked; expected for example address=/evil.example/0.0.0.0");
    }

    @Test
    void triggersOfAResponsePolicyZoneAreRead() throws IOException {
        assertThat(read(
                        "; a zone",
                        "$TTL 30",
                        "$ORIGIN rpz.local.",
                        "@ IN SOA localhost. root.localhost. (",
                        "  1 86400 ; serial, refresh",
                        "  3600 604800 30 )",
                        " NS localhost.",
                        "evil.example CNAME .",
                        "*.evil.example 60 IN CNAME .",
                        "bad.example.rpz.local. IN CNAME *.",
                        "good.example CNAME rpz-passthru.",
                        "sink.example A 127.0.0.1",
                        " AAAA ::1",
                        "24.0.2.0.192.rpz-ip CNAME .",
                        "32.zz.db8.2001.rpz-ip CNAME .",
                        "32.1.2.0.192.rpz-client-ip CNAME ."))
                .containsExactly(
                        "8 evil.example", "10 bad.example", "12 sink.example", "14 192.0.2.0/24", "15 2001:db8::/32");
        assertThat(reasons).containsExactly("11 rpz: an exception", "16 rpz: acts on rpz-client-ip, which no log has");
    }

    @Test
    void suricatasRulesOnAHostAUrlOrAddressesAreRead() throws IOException {
        String head = "alert http $HOME_NET any -> $EXTERNAL_NET any ";
        assertThat(read(
                        head
                                + "(msg:\"a; b\"; http.method; content:\"GET\"; http.host; content:\"evil.example\"; sid:1;)",
                        head + "(msg:\"x\"; http.uri; content:\"/a?b\"; http.host; content:\"bad|2e|example\"; sid:2;)",
                        head + "(content:\"/gate\"; http_uri; content:\"snort.example\"; http_host; sid:3;)",
                        "alert dns any any -> any any (dns.query; dotprefix; content:\".worse.example\"; endswith; sid:4;)",
                        "alert ip [192.0.2.1,198.51.100.0/24,!192.0.2.9] any -> $HOME_NET any (msg:\"m\"; sid:5;)",
                        "#alert tls any any -> any any (tls.sni; content:\"off.example\"; sid:6;)",
                        head + "(http.host; content:\"a.example\"; http.user_agent; content:\"bot\"; sid:7;)",
                        head + "(http.host; content:\"a.example\"; pcre:\"/x/U\"; sid:8;)",
                        "alert tcp any any -> any any (flags:S; sid:9;)"))
                .containsExactly(
                        "1 evil.example",
                        "2 bad.example/a?b",
                        "3 snort.example/gate",
                        "4 worse.example",
                        "5 192.0.2.1",
                        "5 198.51.100.0/24");
        assertThat(reasons)
                .containsExactly(
                        "7 suricata: a rule on more than a host and a URL",
                        "8 suricata: a rule on more than a host and a URL",
                        "9 suricata: a rule without a host, a URL or an address");
    }

    @Test
    void aListMayMixThem() throws IOException {
        assertThat(read("evil.example", "||bad.example^", "0.0.0.0 worse.example", "192.0.2.1 # c2"))
                .containsExactly("1 evil.example", "2 bad.example", "3 worse.example", "4 192.0.2.1");
    }
}
