package io.trawl.intel.index;

import static io.trawl.intel.Events.AT;
import static io.trawl.intel.Events.connect;
import static io.trawl.intel.Events.event;
import static io.trawl.intel.Events.get;
import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndicatorIndexTest {
    private static IndicatorIndex index(String... typesAndValues) {
        List<Indicator> indicators = new ArrayList<>();
        for (int i = 0; i < typesAndValues.length; i += 2) {
            indicators.add(indicator(typesAndValues[i], typesAndValues[i + 1]));
        }
        return IndicatorIndex.of(indicators);
    }

    @Test
    void aDomainIsItselfAndWhatLiesBeneathIt() {
        IndicatorIndex index = index("domain", "evil.example");

        assertThat(matches(index, get("http://evil.example/")))
                .containsExactly("url.domain evil.example exact evil.example");
        assertThat(matches(index, get("http://a.b.evil.example/")))
                .containsExactly("url.domain a.b.evil.example subdomain evil.example");
        assertThat(matches(index, get("http://notevil.example/"))).isEmpty();
        assertThat(matches(index, get("http://evil.example.org/"))).isEmpty();
        assertThat(matches(index, get("http://example/"))).isEmpty();
        assertThat(matches(index, get("http://good.example/evil.example"))).isEmpty();
    }

    @Test
    void parentAndChildAreBothReported() {
        IndicatorIndex index = index("domain", "evil.example", "domain", "www.evil.example");

        assertThat(matches(index, get("http://www.evil.example/")))
                .containsExactlyInAnyOrder(
                        "url.domain www.evil.example exact www.evil.example",
                        "url.domain www.evil.example subdomain evil.example");
    }

    @Test
    void aPrivatePublicSuffixIsItsOwnHostOnly() {
        IndicatorIndex index = index("domain", "github.io", "domain", "evil.github.io");

        assertThat(matches(index, get("http://github.io/"))).containsExactly("url.domain github.io exact github.io");
        assertThat(matches(index, get("http://good.github.io/"))).isEmpty();
        assertThat(matches(index, get("http://a.evil.github.io/")))
                .containsExactly("url.domain a.evil.github.io subdomain evil.github.io");
    }

    @Test
    void aHostOfTheLogIsWhateverItsWriting() {
        IndicatorIndex index = index("domain", "xn--mnchen-3ya.example", "ipv4", "192.0.2.1");

        assertThat(matches(index, get("http://WWW.M%C3%9CNCHEN.example./")))
                .containsExactly("url.domain www.xn--mnchen-3ya.example subdomain xn--mnchen-3ya.example");
        assertThat(matches(index, get("http://0xC0000201/"))).containsExactly("url.domain 192.0.2.1 exact 192.0.2.1");
        assertThat(matches(index, get("http://[::ffff:192.0.2.1]/")))
                .containsExactly("url.domain 192.0.2.1 exact 192.0.2.1");
        assertThat(matches(index, get("http://user@192.0.2.1:8080/")))
                .containsExactly("url.domain 192.0.2.1 exact 192.0.2.1");
    }

    @Test
    void anAddressIsFoundInEveryFieldThatHoldsOne() {
        IndicatorIndex index = index("ipv4", "192.0.2.1", "ipv6", "2001:db8::1");
        ProxyEvent event = get("http://192.0.2.1/");
        event.setDestinationIp("192.0.2.1");
        event.setSourceIp("2001:db8::1");
        event.setHttpRequestReferrer("http://[2001:DB8::1]/");

        assertThat(matches(index, event))
                .containsExactlyInAnyOrder(
                        "url.domain 192.0.2.1 exact 192.0.2.1",
                        "destination.ip 192.0.2.1 exact 192.0.2.1",
                        "http.request.referrer 2001:db8::1 exact 2001:db8::1");
        assertThat(matches(index, event, true)).contains("source.ip 2001:db8::1 exact 2001:db8::1");
    }

    @Test
    void allRangesThatHoldAnAddressAreReported() {
        IndicatorIndex index = index(
                "cidr",
                "10.0.0.0/8",
                "cidr",
                "10.1.0.0/16",
                "cidr",
                "10.1.2.0/24",
                "cidr",
                "10.1.3.0/24",
                "cidr",
                "10.1.2.128/25",
                "ipv4",
                "10.1.2.3",
                "cidr",
                "2001:db8::/32",
                "cidr",
                "2001:db8:1::/48",
                "cidr",
                "11.0.0.0/8");

        assertThat(matches(index, get("http://10.1.2.3/")))
                .containsExactlyInAnyOrder(
                        "url.domain 10.1.2.3 exact 10.1.2.3",
                        "url.domain 10.1.2.3 cidr 10.0.0.0/8",
                        "url.domain 10.1.2.3 cidr 10.1.0.0/16",
                        "url.domain 10.1.2.3 cidr 10.1.2.0/24");
        assertThat(matches(index, get("http://10.255.255.255/")))
                .containsExactly("url.domain 10.255.255.255 cidr 10.0.0.0/8");
        assertThat(matches(index, get("http://12.0.0.0/"))).isEmpty();
        assertThat(matches(index, get("http://9.255.255.255/"))).isEmpty();
        assertThat(matches(index, get("http://[2001:db8:1::1]/")))
                .containsExactlyInAnyOrder(
                        "url.domain 2001:db8:1::1 cidr 2001:db8::/32", "url.domain 2001:db8:1::1 cidr 2001:db8:1::/48");
        assertThat(matches(index, get("http://[2001:db9::1]/"))).isEmpty();
    }

    @Test
    void rangesThatEqualEachOtherAreReportedOfEveryFeed() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("cidr", "128.0.0.0/1", "a"),
                indicator("cidr", "192.0.2.0/24", "a"),
                indicator("cidr", "192.0.2.0/24", "b"),
                indicator("cidr", "192.0.2.0/24", "b")));

        assertThat(matches(index, get("http://192.0.2.9/"))).hasSize(3);
    }

    @Test
    void aUrlIsThatVeryUrl() {
        IndicatorIndex index = index("url", "http://evil.example/a?b=c", "url", "http://evil.example/a");

        assertThat(matches(index, get("http://EVIL.example:80/%61?b=c#d")))
                .containsExactly("url.full http://evil.example/a?b=c exact http://evil.example/a?b=c");
        assertThat(matches(index, get("http://evil.example/a")))
                .containsExactly("url.full http://evil.example/a exact http://evil.example/a");
        for (String other : List.of(
                "https://evil.example/a",
                "http://evil.example:81/a",
                "http://evil.example/a/",
                "http://evil.example/a?",
                "http://evil.example/A",
                "http://www.evil.example/a",
                "http://evil.example/")) {
            assertThat(matches(index, get(other))).as(other).isEmpty();
        }
    }

    @Test
    void aUrlWithoutASchemeIsInEither() {
        IndicatorIndex index = index("url", "evil.example/a", "url", "evil.example:80/b", "url", "[2001:db8::1]/c");

        assertThat(matches(index, get("http://evil.example/a")))
                .containsExactly("url.full http://evil.example/a exact evil.example/a");
        assertThat(matches(index, get("https://evil.example/a"))).hasSize(1);
        assertThat(matches(index, get("http://evil.example:8080/a"))).isEmpty();
        assertThat(matches(index, get("http://evil.example/b"))).hasSize(1);
        assertThat(matches(index, get("https://evil.example:80/b"))).hasSize(1);
        assertThat(matches(index, get("https://evil.example/b"))).isEmpty();
        assertThat(matches(index, get("https://[2001:db8::1]/c"))).hasSize(1);
    }

    @Test
    void connectHasAHostAndNoUrl() {
        IndicatorIndex index =
                index("domain", "evil.example", "url", "https://evil.example/", "url", "evil.example:443/");

        assertThat(matches(index, connect("www.evil.example")))
                .containsExactly("url.domain www.evil.example subdomain evil.example");
        ProxyEvent odd = connect("evil.example");
        odd.setUrlPath("/");
        assertThat(matches(index, odd)).containsExactly("url.domain evil.example exact evil.example");
    }

    @Test
    void aVirtualHostHasItsUrlInEitherScheme() {
        IndicatorIndex index = index(
                "url",
                "http://evil.example/a?b",
                "url",
                "https://evil.example/a?b",
                "url",
                "evil.example/a?b",
                "url",
                "evil.example:443/a?b",
                "url",
                "http://evil.example:8080/a?b");
        ProxyEvent event = event();
        event.setHttpRequestMethod("GET");
        event.setUrlDomain("Evil.example");
        event.setUrlPath("/a");
        event.setUrlQuery("b");

        assertThat(matches(index, event))
                .containsExactlyInAnyOrder(
                        "url.full evil.example/a?b exact http://evil.example/a?b",
                        "url.full evil.example/a?b exact https://evil.example/a?b",
                        "url.full evil.example/a?b exact evil.example/a?b",
                        "url.full evil.example/a?b exact evil.example:443/a?b");
        event.setUrlPort(443);
        assertThat(matches(index, event))
                .containsExactlyInAnyOrder(
                        "url.full https://evil.example/a?b exact https://evil.example/a?b",
                        "url.full https://evil.example/a?b exact evil.example/a?b",
                        "url.full https://evil.example/a?b exact evil.example:443/a?b");
        event.setUrlPort(8080);
        assertThat(matches(index, event))
                .containsExactly("url.full evil.example:8080/a?b exact http://evil.example:8080/a?b");
    }

    @Test
    void aReferrerIsMatchedAsUrlAndByItsHost() {
        IndicatorIndex index = index("domain", "evil.example", "url", "http://www.evil.example/a");
        ProxyEvent event = get("http://good.example/");
        event.setHttpRequestReferrer("http://WWW.evil.example/a#x");

        assertThat(matches(index, event))
                .containsExactlyInAnyOrder(
                        "http.request.referrer www.evil.example subdomain evil.example",
                        "http.request.referrer http://www.evil.example/a exact http://www.evil.example/a");
        for (String none : List.of("-", "", "evil.example", "/a?u=http://evil.example/", "a?http://evil.example/")) {
            event.setHttpRequestReferrer(none);
            assertThat(matches(index, event)).as(none).isEmpty();
        }
    }

    @Test
    void theHostThatABrowserWouldAskForCountsBesideTheOneTheLogNames() {
        IndicatorIndex index = index("domain", "evil.example", "domain", "good.example");
        ProxyEvent event = get("http://evil.example\\@good.example/");

        assertThat(event.getUrlDomain()).isEqualTo("good.example");
        assertThat(matches(index, event))
                .containsExactlyInAnyOrder(
                        "url.domain evil.example exact evil.example", "url.domain good.example exact good.example");
        assertThat(matches(index, get("http:///www.evil.example/a")))
                .containsExactly("url.domain www.evil.example subdomain evil.example");
        ProxyEvent same = get("http://a.evil.example\\@b.evil.example/");
        assertThat(matches(index, same)).hasSize(1);
    }

    @Test
    void anIndicatorCountsFromItsFirstInstantToBeforeItsLast() {
        Indicator indicator = indicator("domain", "evil.example");
        indicator.setValidFrom(AT);
        indicator.setValidUntil(AT.plusSeconds(1));
        IndicatorIndex index = IndicatorIndex.of(List.of(indicator));
        ProxyEvent event = get("http://evil.example/");

        assertThat(matches(index, event)).hasSize(1);
        event.setTimestamp(AT.minusNanos(1000));
        assertThat(matches(index, event)).isEmpty();
        event.setTimestamp(AT.plusSeconds(1).minusNanos(1000));
        assertThat(matches(index, event)).hasSize(1);
        event.setTimestamp(AT.plusSeconds(1));
        assertThat(matches(index, event)).isEmpty();
    }

    @Test
    void theSameValueOfTwoFeedsIsTwoMatchesAndOfOneFeedOne() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("domain", "evil.example", "a"),
                indicator("domain", "evil.example", "b"),
                indicator("domain", "evil.example", "b")));

        assertThat(matches(index, get("http://evil.example/"))).hasSize(2);
    }

    @Test
    void everythingOfAnIndicatorComesBack() {
        Indicator whole = indicator("url", "http://evil.example/a", "füßli.csv");
        whole.setIndicatorId("an id of another origin");
        whole.setOriginal("hxxp://evil[.]example/a ü");
        whole.setLine(1_234_567);
        whole.setConfidence(100);
        whole.setValidFrom(AT);
        whole.setValidUntil(AT.plusSeconds(9));
        whole.setLabels(List.of("malware", "ü"));
        Indicator open = indicator("cidr", "2001:db8::/32");
        open.setValidUntil(AT);
        open.setConfidence(0);
        Indicator plain = indicator("domain", "evil.example");

        IndicatorIndex index = IndicatorIndex.builder()
                .add(whole)
                .add(open)
                .add(plain)
                .snapshotId(42)
                .build();

        List<Indicator> back = new ArrayList<>();
        index.forEach(back::add);
        assertThat(back).containsExactly(whole, open, plain);
        assertThat(index.size()).isEqualTo(3);
        assertThat(index.snapshotId()).isEqualTo(42);
    }

    @Test
    void moreSetsOfLabelsThanTheDictionaryHoldsComeBackToo() {
        List<Indicator> indicators = new ArrayList<>();
        for (int i = 0; i < 70_000; i++) {
            Indicator indicator = indicator("domain", "a" + i + ".example");
            indicator.setLabels(List.of("label" + i));
            indicators.add(indicator);
        }

        List<Indicator> back = new ArrayList<>();
        IndicatorIndex.of(indicators).forEach(back::add);

        assertThat(back).isEqualTo(indicators);
    }

    @Test
    void anEmptyIndexMatchesNothing() {
        IndicatorIndex index = index();

        assertThat(index.size()).isZero();
        assertThat(matches(index, get("http://evil.example/"))).isEmpty();
        assertThat(matches(index, get("http://10.0.0.1/"))).isEmpty();
        assertThat(matches(index, event())).isEmpty();
    }

    /** Feeds of the same name, as two folders have them. */
    @Test
    void theSameIndicatorIsMatchedOnceWhereverItStands() {
        List<Indicator> indicators = new ArrayList<>();
        for (String feed : List.of("x.txt", "y.txt", "x.txt")) {
            indicators.add(indicator("cidr", "192.0.2.0/24", feed));
            indicators.add(indicator("cidr", "2001:db8::/32", feed));
            indicators.add(indicator("ipv4", "192.0.2.7", feed));
            indicators.add(indicator("user-agent-regex", "^evil", feed));
        }
        ProxyEvent event = get("http://192.0.2.7/");
        event.setDestinationIp("2001:db8::1");
        event.setUserAgentOriginal("evil bot");

        assertThat(matches(IndicatorIndex.of(indicators), event))
                .containsExactlyInAnyOrder(
                        "url.domain 192.0.2.7 exact 192.0.2.7",
                        "url.domain 192.0.2.7 exact 192.0.2.7",
                        "url.domain 192.0.2.7 cidr 192.0.2.0/24",
                        "url.domain 192.0.2.7 cidr 192.0.2.0/24",
                        "destination.ip 2001:db8::1 cidr 2001:db8::/32",
                        "destination.ip 2001:db8::1 cidr 2001:db8::/32",
                        "user_agent.original evil bot pattern ^evil",
                        "user_agent.original evil bot pattern ^evil");
    }

    @Test
    void aPathOfHalfAMillionPartsIsNotCopiedForEach() {
        IndicatorIndex index = index("url-prefix", "evil.example/a", "url-prefix", "evil.example/b/");
        ProxyEvent event = get("http://evil.example/" + "a/".repeat(500_000));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        assertThat(matches(index, event)).hasSize(1);

        // A copy of the path up to each part is 250 GB.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200L << 20);
    }

    @Test
    void theBeginningOfAUrlMatchesAtEdgesOfThePathOnItsHostAndBeneathIt() {
        IndicatorIndex index = index(
                "url-prefix",
                "evil.example/panel",
                "url-prefix",
                "https://evil.example/a/",
                "url-prefix",
                "github.io/x");

        assertThat(matches(index, get("http://www.evil.example/panel/gate.php?id=1")))
                .containsExactly("url.full http://www.evil.example/panel/gate.php?id=1 url-prefix evil.example/panel");
        assertThat(matches(index, get("http://evil.example/panel"))).hasSize(1);
        assertThat(matches(index, get("http://evil.example/panel?id=1"))).hasSize(1);
        assertThat(matches(index, get("http://evil.example/panelists"))).isEmpty();
        assertThat(matches(index, get("http://notevil.example/panel"))).isEmpty();
        assertThat(matches(index, get("http://evil.example/x/panel"))).isEmpty();
        assertThat(matches(index, get("https://evil.example/a/b"))).hasSize(1);
        assertThat(matches(index, get("http://evil.example/a/b"))).isEmpty();
        assertThat(matches(index, get("https://github.io/x"))).hasSize(1);
        assertThat(matches(index, get("https://me.github.io/x")))
                .as("what lies beneath belongs to others")
                .isEmpty();
        ProxyEvent referred = get("http://good.example/");
        referred.setHttpRequestReferrer("http://evil.example/panel/");
        assertThat(matches(index, referred))
                .containsExactly("http.request.referrer http://evil.example/panel/ url-prefix evil.example/panel");
    }

    @Test
    void whatIsNotCanonicalIsRefused() {
        IndexBuilder builder = IndicatorIndex.builder();

        assertThatThrownBy(() -> builder.add(indicator("domain", "EVIL.example")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("indicator 'EVIL.example' is not the canonical form of a domain, which is evil.example");
        assertThatThrownBy(() -> builder.add(indicator("ipv4", "evil.example")))
                .hasMessage("indicator 'evil.example' is not the canonical form of a ipv4, which is evil.example");
        assertThatThrownBy(() -> builder.add(indicator("md5", "x")))
                .hasMessage("indicator 'x' is not the canonical form of a md5: a single label: 'x' is nobody's domain");
        assertThatThrownBy(() -> builder.add(indicator("mutex", "x")))
                .hasMessage(
                        "indicator type 'mutex'; expected one of domain, ipv4, ipv6, cidr, url, ip-port, domain-port, "
                                + "url-path, user-agent, user-agent-regex, email-domain, md5, sha1, sha256, url-prefix");
    }
}
