package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import io.trawl.intel.index.EventSieve;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.index.LineSieve;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Hosts with any octets in them: by definition, label by label, and what sieves do with them. */
class OddHostPropertiesTest {
    private static final Arbitrary<String> NAMES = Arbitraries.of("a", "evil", "co", "uk", "com", "github", "io")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(labels -> String.join(".", labels));
    private static final Arbitrary<String> PIECES = Arbitraries.of(
            "a",
            "evil",
            "com",
            "|",
            "^",
            "<",
            "%ff",
            "%7C",
            "%2e",
            "%",
            "25",
            "41",
            ".",
            ".",
            ".",
            "ü",
            "%C3",
            "%BC",
            "\u200D",
            "\u200B",
            "\u05D0",
            "\u3002",
            "\u00AD",
            "\u0308",
            "xn--",
            "999999999",
            " ",
            "\u0001",
            "1",
            "0x",
            "_",
            "-",
            "*",
            "\uD800",
            "%00",
            "A");
    private static final Arbitrary<String> PATHS = Arbitraries.of("", "/", "/gate", "/b/gate?c=1", "/panel/x");

    @Provide
    Arbitrary<String> hosts() {
        Arbitrary<String> pieces = PIECES.list().ofMaxSize(6).map(list -> String.join("", list));
        return Combinators.combine(pieces, Arbitraries.of("", "."), NAMES, Arbitraries.of("", "", ".", "|", ".1"))
                .as((head, dot, name, tail) -> head + dot + name + tail);
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void theSuffixIsTheLongestThatHasACanonicalForm(@ForAll("hosts") String host) {
        if (Canonical.host(host).canonical() != null) {
            return;
        }
        String first = longest(host.replace('\u3002', '.').replace("%2e", "."));
        OddHost odd = OddHost.of(host);

        // Beside another script what does not decode, or reads the other way, is no label; beside its ASCII form it is.
        assertThat(odd.hasSuffix() ? odd.text().substring(odd.suffix()) : null)
                .isEqualTo(first == null ? null : longest(odd.text()));
        assertThat(first == null || odd.text().endsWith(first)).isTrue();
    }

    private static @Nullable String longest(String host) {
        String longest = null;
        for (int from = 0; from < host.length() && longest == null; from++) {
            boolean label = from == 0 || host.charAt(from - 1) == '.';
            Canonical.Result rest = Canonical.host(host.substring(from));
            longest = label && rest.kind() == Canonical.Kind.DOMAIN ? rest.canonical() : null;
        }
        return longest;
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void theTextIsPrintableAndItsOwnTextAndNoOtherHost(@ForAll("hosts") String host) {
        if (Canonical.host(host).canonical() != null) {
            return;
        }
        OddHost odd = OddHost.of(host);

        assertThat(odd.text()).matches("[!-~]*").doesNotContainPattern("[/?#:@\\[\\]\\\\]");
        assertThat(OddHost.of(odd.text())).isEqualTo(odd);
        assertThat(Canonical.host(odd.text()).canonical()).isEqualTo(odd.suffix() == 0 ? odd.text() : null);
    }

    @Provide
    Arbitrary<List<Indicator>> indicators() {
        return Arbitraries.oneOf(
                        NAMES.map(name -> Events.indicator("domain", name)),
                        NAMES.map(name -> Indicators.read(name + ":8080"))
                                .filter(read -> read.value() != null)
                                .map(OddHostPropertiesTest::indicator),
                        NAMES.map(name -> Indicators.read(name + "/panel", Family.URL_PREFIX))
                                .filter(read -> read.value() != null)
                                .map(OddHostPropertiesTest::indicator),
                        NAMES.map(name -> Events.indicator("url", "http://" + name + "/gate")),
                        Arbitraries.of(Events.indicator("url-path", "/gate"), Events.indicator("ipv4", "0.0.0.1")))
                .list()
                .ofMaxSize(6)
                .uniqueElements(Indicator::getIndicatorId);
    }

    private static Indicator indicator(Indicators.Read read) {
        return Events.indicator(read.type(), Objects.requireNonNullElse(read.value(), ""));
    }

    @Provide
    Arbitrary<ProxyEvent> events() {
        Arbitrary<String> ports = Arbitraries.of("", "", ":8080");
        Arbitrary<ProxyEvent> gets = Combinators.combine(hosts(), ports, PATHS)
                .as((host, port, path) -> Events.get("http://" + host + port + path));
        Arbitrary<ProxyEvent> others = Arbitraries.oneOf(hosts().map(Events::connect), hosts().map(host -> {
            ProxyEvent event = Events.event();
            event.setUrlDomain(host);
            event.setUrlPath("/panel/x");
            return event;
        }));
        Arbitrary<String> referrers = Combinators.combine(hosts(), ports, PATHS)
                .as((host, port, path) -> "https://" + host + port + path)
                .injectNull(0.5);
        return Combinators.combine(Arbitraries.oneOf(gets, others), referrers).as((event, referrer) -> {
            event.setHttpRequestReferrer(referrer);
            return event;
        });
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void everyDomainThatTheHostLiesBeneathIsFound(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event) {
        List<String> found = new ArrayList<>();
        IndicatorIndex.of(indicators).match(event, false, match -> {
            if (match.indicator().getType().equals("domain")) {
                found.add(match.field() + " " + match.how() + " "
                        + match.indicator().getValue());
            }
        });
        TreeSet<String> expected = new TreeSet<>();
        String referrer = event.getHttpRequestReferrer();
        for (Indicator indicator : indicators) {
            if (indicator.getType().equals("domain")) {
                expect("url.domain", event.getUrlDomain(), indicator.getValue(), expected);
                String host = referrer == null
                        ? null
                        : referrer.replaceFirst("https://", "").replaceFirst("(:8080)?(/.*)?$", "");
                expect("http.request.referrer", host, indicator.getValue(), expected);
            }
        }

        assertThat(found).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(found)).isEqualTo(expected);
    }

    private static void expect(String field, @Nullable String host, String known, TreeSet<String> into) {
        if (host == null || host.isEmpty()) {
            return;
        }
        String canonical = Canonical.host(host).canonical();
        String suffix = canonical == null ? Canonical.suffix(host) : canonical;
        if (suffix == null) {
            return;
        }
        boolean same = suffix.equals(known);
        boolean isOthers = PublicSuffixes.bundled().section(known) != null;
        if (same && canonical != null) {
            into.add(field + " EXACT " + known);
        } else if ((same || suffix.endsWith("." + known)) && !isOthers) {
            into.add(field + (canonical == null ? " DOMAIN_SUFFIX " : " SUBDOMAIN ") + known);
        }
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void neitherSieveHoldsBackAMatch(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event) {
        IndicatorIndex index = IndicatorIndex.of(indicators);
        EventSieve sieve = index.eventSieve();
        String full = event.getUrlFull();
        String domain = event.getUrlDomain();
        String referrer = event.getHttpRequestReferrer();
        byte[] host = domain == null ? new byte[0] : domain.getBytes(StandardCharsets.UTF_8);
        boolean passes = sieve.anyUrl()
                || domain != null && sieve.domain(domain)
                || referrer != null && sieve.referrer(referrer)
                || full != null
                        && (domain == null
                                || !EventSieve.isPlainly(
                                        ByteBuffer.wrap(full.getBytes(StandardCharsets.UTF_8)), host, 0, host.length));
        if (!passes) {
            assertThat(Events.matches(index, event)).isEmpty();
        }
        // Of a line the sieve sees the target; a plain line has no referrer.
        event.setHttpRequestReferrer(null);
        byte[] target = Objects.requireNonNullElse(event.getUrlOriginal(), "").getBytes(StandardCharsets.UTF_8);
        boolean connect = "CONNECT".equals(event.getHttpRequestMethod());
        LineSieve lines = index.lineSieve();
        boolean may =
                connect ? lines.mayMatchConnect(target, 0, target.length) : lines.mayMatchUrl(target, 0, target.length);
        if (!may) {
            assertThat(Events.matches(index, event)).isEmpty();
        }
    }
}
