package io.trawl.intel.canonical;

import static io.trawl.intel.Events.connect;
import static io.trawl.intel.Events.event;
import static io.trawl.intel.Events.get;
import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.feed.Indicators;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.ProxyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that no standard takes for one. */
class OddHostTest {
    private static final IndicatorIndex EVIL = IndicatorIndex.of(List.of(indicator("domain", "evil.example")));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "a|b.evil.example, a|b.evil.example, evil.example",
                "a^b.evil.example, a^b.evil.example, evil.example",
                "a<b.evil.example, a<b.evil.example, evil.example",
                "A|B.EVIL.example, a|b.evil.example, evil.example",
                "a%7Cb.evil.example, a|b.evil.example, evil.example",
                "a%257Cb.evil.example, a|b.evil.example, evil.example",
                "%ff.evil.example, %FF.evil.example, evil.example",
                "%00.evil.example, %00.evil.example, evil.example",
                "a b.evil.example, a%20b.evil.example, evil.example",
                "%zz.evil.example, %25zz.evil.example, evil.example",
                "a:b.evil.example, a%3Ab.evil.example, evil.example",
                "a%2Fb.evil.example, a%2Fb.evil.example, evil.example",
                "xn--ü.evil.example, xn--%C3%BC.evil.example, evil.example",
                "ü.xn--999999999.evil.example, %C3%BC.xn--999999999.evil.example, xn--999999999.evil.example",
                "\u200D.evil.example, %E2%80%8D.evil.example, evil.example",
                "|.Bücher.example, |.xn--bcher-kva.example, xn--bcher-kva.example",
                "|\u3002evil.example, |.evil.example, evil.example",
                "a|b..evil.example., a|b.evil.example, evil.example",
                "..a|b.evil.example, a|b.evil.example, evil.example",
                "|.www.evil.example, |.www.evil.example, www.evil.example",
                "www.|.evil.example, www.|.evil.example, evil.example",
                "|.evil.\u00AD, |.evil, evil",
                "[::1].evil.example, %5B%3A%3A1%5D.evil.example, evil.example",
                "evil.exa|mple, evil.exa|mple, ``",
                "a|b, a|b, ``",
                "., ., ``",
                "..1.2.3.4, ..1.2.3.4, ``",
                "1..2.3.4, 1..2.3.4, ``",
                "a.1.2.3.4, a.1.2.3.4, ``",
                "a|b.1.2.3.4, a|b.1.2.3.4, ``",
                "::1|, %3A%3A1|, ``",
            })
    void isItsOctetsEscapedBeforeTheLongestSuffixThatIsAHost(String host, String text, String suffix) {
        OddHost odd = OddHost.of(host);

        assertThat(Canonical.host(host).canonical()).isNull();
        assertThat(odd.text()).isEqualTo(text);
        assertThat(odd.text().substring(odd.suffix())).isEqualTo(suffix);
        assertThat(Canonical.suffix(host)).isEqualTo(suffix.isEmpty() ? null : suffix);
    }

    @Test
    void anXnLabelThatDoesNotDecodeIsALabel() {
        assertThat(matches(EVIL, connect("xn--999999999.evil.example")))
                .containsExactly("url.domain xn--999999999.evil.example subdomain evil.example");
    }

    @Test
    void anXnLabelThatDoesNotDecodeIsALabelBesideOtherScripts() {
        IndicatorIndex index = IndicatorIndex.of(List.of(indicator("domain", "xn--999999999.xn--bcher-kva.example")));

        assertThat(Canonical.host("xn--999999999.bücher.example").canonical()).isNull();
        assertThat(matches(index, connect("xn--999999999.bücher.example")))
                .containsExactly(
                        "url.domain xn--999999999.xn--bcher-kva.example domain-suffix xn--999999999.xn--bcher-kva.example");
    }

    @Test
    void escapesHideNoHostHoweverDeep() {
        String host = "%" + "25".repeat(1_000) + "65vil.example";

        assertThat(matches(EVIL, connect(host))).containsExactly("url.domain evil.example exact evil.example");
    }

    @Test
    void aNameLongerThanDnsHasHasTheLabelsThatFit() {
        String label = "a".repeat(60) + ".";
        String host = label.repeat(5) + "evil.example";

        assertThat(OddHost.of(host)).isEqualTo(new OddHost(host, 2 * label.length()));
        assertThat(matches(EVIL, connect(host))).containsExactly("url.domain " + host + " domain-suffix evil.example");
    }

    @Test
    void anEndlessLabelIsCut() {
        OddHost odd = OddHost.of("\u0001".repeat(1 << 20) + ".evil.example");

        assertThat(odd.text()).isEqualTo("evil.example").hasSizeLessThan(16_000);
        assertThat(OddHost.of("\u0001".repeat(1 << 20)).text()).hasSizeLessThan(16_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a|b.evil.example",
                "a^b.evil.example",
                "a<b.evil.example",
                "%ff.evil.example",
                "%FF%FE.evil.example",
                "a b.evil.example",
                "xn--ü.evil.example",
                "\u200D.evil.example",
                "a:b.evil.example",
                "A|B.EVIL.EXAMPLE.",
                "[a].evil.example",
            })
    void oneOddByteHidesNoHost(String host) {
        String text = OddHost.of(host).text();
        for (ProxyEvent event : List.of(
                host.startsWith("[") ? get("http://" + host + "/a") : connect(host),
                get("http://" + host + "/a?b"),
                get("http://" + host + ":8080/a"),
                get("https://user:word@" + host + "/a"))) {
            assertThat(matches(EVIL, event))
                    .as(event.getUrlOriginal())
                    .containsExactly("url.domain " + text + " domain-suffix evil.example");
            assertThat(event.getUrlDomain() == null
                            || EVIL.eventSieve().domain(event.getUrlDomain())
                            || event.getUrlFull() != null)
                    .isTrue();
        }
        ProxyEvent referred = event();
        referred.setHttpRequestReferrer("https://" + host + ":8443/a");
        assertThat(matches(EVIL, referred))
                .containsExactly("http.request.referrer " + text + " domain-suffix evil.example");
        assertThat(EVIL.eventSieve().referrer("https://" + host + ":8443/a")).isTrue();
        ProxyEvent virtualHost = event();
        virtualHost.setUrlDomain(host);
        virtualHost.setUrlPath("/a");
        assertThat(matches(EVIL, virtualHost)).containsExactly("url.domain " + text + " domain-suffix evil.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a|bevil.example",
                "a.evil|.example",
                "evil.exam|ple",
                "evil.example.a|b",
                "a|b.example",
                "a|b.evil.example.org",
            })
    void onlyWholeLabelsBehindTheOddOneCount(String host) {
        assertThat(matches(EVIL, get("http://" + host + "/"))).isEmpty();
        assertThat(matches(EVIL, connect(host))).isEmpty();
    }

    @Test
    void aPublicSuffixIsMatchedByItsOwnHostOnly() {
        IndicatorIndex index =
                IndicatorIndex.of(List.of(indicator("domain", "github.io"), indicator("domain", "evil.github.io")));

        assertThat(matches(index, connect("a|b.github.io"))).isEmpty();
        assertThat(matches(index, connect("a|b.evil.github.io")))
                .containsExactly("url.domain a|b.evil.github.io domain-suffix evil.github.io");
    }

    @Test
    void portsBeginningsAndPathsOfUrlsCountBeneathTheSuffix() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("domain-port", "evil.example:8080"),
                indicator("url-prefix", "evil.example/panel"),
                indicator("url-path", "/gate.php"),
                indicator("url", "http://evil.example/panel/x")));

        assertThat(matches(index, get("http://a|b.evil.example/panel/x")))
                .containsExactly("url.full http://a|b.evil.example/panel/x domain-suffix evil.example/panel");
        assertThat(matches(index, port(get("http://a|b.evil.example:8080/gate.php"), 8080)))
                .containsExactlyInAnyOrder(
                        "url.domain a|b.evil.example domain-suffix evil.example:8080",
                        "url.path /gate.php pattern /gate.php");
        ProxyEvent virtualHost = event();
        virtualHost.setUrlDomain("a/b.evil.example");
        virtualHost.setUrlPath("/panel");
        assertThat(matches(index, virtualHost))
                .containsExactly("url.full a%2Fb.evil.example/panel domain-suffix evil.example/panel");
    }

    private static ProxyEvent port(ProxyEvent event, int port) {
        event.setUrlPort(port);
        return event;
    }

    @Test
    void whatABrowserAndAProxyReadDifferentlyCountsAsBoth() {
        IndicatorIndex index =
                IndicatorIndex.of(List.of(indicator("domain", "evil.example"), indicator("domain", "good.example")));

        assertThat(matches(index, get("http://good.example\\.evil.example/")))
                .containsExactly(
                        "url.domain good.example exact good.example",
                        "url.domain good.example%5C.evil.example domain-suffix evil.example");
    }

    @Test
    void anIndicatorHasACanonicalFormOrIsNone() {
        for (String text : List.of("a|b.evil.example", "%ff.evil.example", "a b.evil.example")) {
            Indicators.Read read = Indicators.read(text);

            assertThat(read.value()).as(text).isNull();
            assertThat(read.reason()).isNotEmpty();
        }
    }
}
