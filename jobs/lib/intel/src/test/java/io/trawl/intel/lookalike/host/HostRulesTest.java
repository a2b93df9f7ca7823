package io.trawl.intel.lookalike.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostRulesTest {
    private static final HostRules RULES = HostRules.of(HostRules.INTERNAL);

    private static List<HostRule> rules(String hostOrUrl) {
        return RULES.judge(hostOrUrl).stream().map(HostFinding::rule).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.235, IP_V4",
        "http://192.0.2.235/, IP_V4",
        "http://192.0.2.235./, IP_V4",
        "3221226219, IP_DECIMAL",
        "http://3221226219/a, IP_DECIMAL",
        "http://0, IP_DECIMAL",
        "http://0300.02.02.0353/, IP_OCTAL",
        "http://0300.0.02.0353/, IP_OCTAL",
        "0177.0.0.1, IP_OCTAL",
        "0x7f.0.0.1, IP_HEX",
        "0x7f.1, IP_HEX",
        "0177.0.0.9, IP_MIXED",
        "127.0.0.1:8080, IP_V4",
        "[2001:db8::235]:8080, IP_V6",
        "127.0.0.1.., HOST_MALFORMED",
        "http://030000001353/, IP_OCTAL",
        "http://0xc00002eb, IP_HEX",
        "http://0XC0.0x0.0x02.0xEB/, IP_HEX",
        "http://0x/, IP_HEX",
        "http://0xc0.0.02.235/, IP_MIXED",
        "http://192.0x0.2.235/, IP_MIXED",
        "http://192.0.0x2eb/, IP_MIXED",
        "http://192.0.747/, IP_SHORT",
        "http://127.1/, IP_SHORT",
        "http://%31%39%32.0.2.235/, IP_ENCODED",
        "http://\uFF11\uFF19\uFF12.0.2.235/, IP_ENCODED",
        "http://192\u30020\u30022\u3002235/, IP_ENCODED",
        "http://[2001:db8::235]/, IP_V6",
        "2001:db8::235, IP_V6",
        "[::1], IP_V6",
        "http://[::ffff:192.0.2.235]/, IP_V6_MAPPED",
        "http://[::ffff:c000:2eb]:8080/, IP_V6_MAPPED",
        "http:///index.html, HOST_MISSING",
        "https://, HOST_MISSING",
        "http://?q=1, HOST_MISSING",
        "http://:80/, HOST_MISSING",
        "http://user@/, HOST_MISSING",
        "http://evil example/, HOST_MALFORMED",
        "http://256.256.256.256/, HOST_MALFORMED",
        "http://1.2.3.4.5/, HOST_MALFORMED",
        "http://[::g]/, HOST_MALFORMED",
        "http://a..example.com/, HOST_MALFORMED",
        "http://.example.com/, HOST_MALFORMED",
        "http://a<b.example.com/, HOST_MALFORMED",
        "http://example.com:99999/, HOST_MALFORMED",
        "example.com:99999, HOST_MALFORMED",
        "*.example.com, HOST_MALFORMED",
        "exam!ple.com, HOST_MALFORMED",
        "http:/example.com/, HOST_MISSING",
        "http:example.com, HOST_MISSING",
        "http://example.com@evil.example/, USERINFO",
        "http://192.0.2.235:pass@evil.example/, USERINFO",
        "http://www.example.com%2Flogin@evil.example/, USERINFO",
        "com, PUBLIC_SUFFIX",
        "ck, PUBLIC_SUFFIX",
        "http://github.io/, PRIVATE_SUFFIX",
        "http://example.com:http/, HOST_MALFORMED",
        "http://xn--a.example/, PUNYCODE",
        "http://www.xn--zzzz-.example/, PUNYCODE",
        "http://co.uk/, PUBLIC_SUFFIX",
        "intranet, DOTLESS",
        "http://intranet./x, DOTLESS",
        "http://example.com:443/, PORT_SCHEME",
        "https://example.com:80/, PORT_SCHEME",
        "http://example.com:22/, PORT_SCHEME",
    })
    void judges(String hostOrUrl, HostRule rule) {
        assertThat(rules(hostOrUrl)).containsExactly(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "www.example.co.uk",
                "http://example.com/",
                "http://example.com:80/",
                "https://example.com:443/",
                "http://example.com:8080/",
                "http://example.com:/",
                "http://user:192.0.2.1@example.com/",
                "http://b\u00FCcher.example/",
                "http://xn--bcher-kva.example/",
                "_dmarc.example.com",
                "localhost",
                "http://printer.local/",
                "example.com:443",
                "example.com/path:1",
                "//example.com/path",
                "http://anna:secret@example.com/",
                "http://anna.nosuchsuffix@example.com/",
                "file:///etc/passwd",
                "/path/only",
                "",
            })
    void leavesOthersAlone(String hostOrUrl) {
        assertThat(rules(hostOrUrl)).doesNotContain(HostRule.HOST_MISSING, HostRule.PUNYCODE, HostRule.DOTLESS);
        if (!hostOrUrl.startsWith("/")) {
            assertThat(rules(hostOrUrl)).isEmpty();
        }
    }

    @Test
    void namesLongerThanDnsAllows() {
        String label = "a".repeat(63);
        assertThat(rules(label + ".example")).isEmpty();
        assertThat(rules(label + "a.example")).containsExactly(HostRule.TOO_LONG);
        String name = (label + ".").repeat(3) + "a".repeat(61);
        assertThat(name).hasSize(253);
        assertThat(rules(name)).doesNotContain(HostRule.TOO_LONG);
        assertThat(rules(name + "a")).containsExactly(HostRule.TOO_LONG);
        assertThat(rules("a".repeat(1 << 20))).containsExactly(HostRule.TOO_LONG);
        assertThat(RULES.judge("a".repeat(1 << 20)).get(0).reason()).hasSizeLessThan(200);
    }

    @Test
    void internalNamesAreASetting() {
        HostRules rules = HostRules.of(List.of("intranet", ".corp"));
        assertThat(rules.judge("intranet")).isEmpty();
        assertThat(rules.judge("INTRANET")).isEmpty();
        assertThat(rules.judge("mail.corp")).isEmpty();
        assertThat(rules.judge("localhost")).hasSize(1);
    }

    @Test
    void anEventsPartsAreEnough() {
        assertThat(RULES.judge("example.com", null, "http", 443))
                .extracting(HostFinding::rule)
                .containsExactly(HostRule.PORT_SCHEME);
        assertThat(RULES.judge("example.com", null, null, 443)).isEmpty();
        assertThat(RULES.judge(null, "http:///a", null, -1))
                .extracting(HostFinding::rule)
                .containsExactly(HostRule.HOST_MISSING);
        assertThat(RULES.judge(null, null, null, -1)).isEmpty();
        // The URL has the host as it is written, the event may have another form of it.
        assertThat(RULES.judge("127.0.0.1", "http://0x7f000001/", "http", -1))
                .extracting(HostFinding::rule)
                .containsExactly(HostRule.IP_HEX);
    }

    @Test
    void saysWhy() {
        assertThat(RULES.judge("http://0x7f.1/").get(0).reason())
                .isEqualTo("0x7f.1 is the address 127.0.0.1 in a notation that hides it.");
    }
}
