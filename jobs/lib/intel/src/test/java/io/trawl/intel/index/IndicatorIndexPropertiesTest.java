package io.trawl.intel.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import io.trawl.intel.match.How;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** The index against the definition of what a match is, applied to each indicator in turn. */
class IndicatorIndexPropertiesTest {
    private static final Arbitrary<String> HOSTS = Arbitraries.of(
                    "a", "b", "evil", "ev", "co", "uk", "com", "github", "io")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(labels -> String.join(".", labels));
    private static final Arbitrary<String> V4 =
            Arbitraries.of(10, 11, 12).tuple4().map(t -> t.get1() + "." + t.get2() + "." + t.get3() + "." + t.get4());
    private static final Arbitrary<String> V6 = Arbitraries.of("0", "1", "2001", "ffff")
            .list()
            .ofSize(8)
            .map(groups -> String.valueOf(Canonical.ip(String.join(":", groups)).canonical()))
            .filter(address -> address.indexOf(':') >= 0);
    private static final Arbitrary<String> PATHS = Arbitraries.of("/", "/a", "/a/", "/a?b", "/A", "/?");
    private static final Arbitrary<String> PORTS = Arbitraries.of("", "", ":80", ":443", ":81");
    private static final Arbitrary<String> REQUESTS = Arbitraries.of(
            "/",
            "//",
            "/gate",
            "/gate//a",
            "/b/gate",
            "/b/gate/",
            "/gate?b",
            "/b/gate?b=1",
            "/gate?b=&c=",
            "/gate?b=1&c=2/gate",
            "/?bcd=1");
    private static final Arbitrary<String> BEGINNINGS =
            Arbitraries.of("/", "/b", "/b/", "/b/gate", "/b/gate?b=1", "/gat", "/gate/", "/gate?b=1", "/?", "/gate//");
    private static final Arbitrary<String> KNOWN_PATHS = Arbitraries.of(
            "/gate", "/gate/", "/b/gate", "/gate?b", "/gate?b=", "/gate?b=&c=", "/gate?b=1&c=2/gate", "/?bcd=");
    private static final Arbitrary<String> AGENTS = Arbitraries.of("evil", "Evil/1", "bot evil", "EVIL bot", "wget");
    private static final Arbitrary<String> EXPRESSIONS =
            Arbitraries.of("(?i)evil", "^evil", "evil/[0-9]|bot$", "wget|curl", "(?i)bad[-_]?bot", ".");
    private static final Arbitrary<String> HASHES = Combinators.combine(
                    Arbitraries.of("0", "1", "a"), Arbitraries.of(32, 40, 64))
            .as(String::repeat);
    private static final Arbitrary<String> MAILS =
            HOSTS.map(host -> "a@" + host).list().ofMinSize(1).ofMaxSize(3).map(mails -> String.join(",", mails));
    private static final Pattern WRITTEN_PORT = Pattern.compile("^[A-Za-z]+://[^/]*:([0-9]+)/");

    private static Arbitrary<String> anyHost() {
        return Arbitraries.oneOf(HOSTS, V4, V6.map(address -> "[" + address + "]"));
    }

    private static Arbitrary<String> urls(Arbitrary<String> paths, String... schemes) {
        return Combinators.combine(Arbitraries.of(schemes), anyHost(), PORTS, paths)
                .as((scheme, host, port, path) -> scheme + host + port + path);
    }

    @Provide
    Arbitrary<List<Indicator>> indicators() {
        Arbitrary<Indicator> domains = HOSTS.map(value -> Events.indicator("domain", value));
        Arbitrary<Indicator> addresses = Arbitraries.oneOf(
                V4.map(value -> Events.indicator("ipv4", value)), V6.map(value -> Events.indicator("ipv6", value)));
        Arbitrary<Indicator> ranges = Arbitraries.oneOf(
                        Combinators.combine(V4, Arbitraries.integers().between(0, 31))
                                .as((a, bits) -> a + "/" + bits),
                        Combinators.combine(V6, Arbitraries.integers().between(0, 127))
                                .as((a, bits) -> a + "/" + bits))
                .map(range -> Events.indicator(
                        "cidr", String.valueOf(Canonical.cidr(range).canonical())));
        Arbitrary<Indicator> urls = urls(PATHS, "http://", "https://", "", "ftp://")
                .map(url -> Events.indicator(
                        "url", String.valueOf(Canonical.url(url).canonical())));
        Arbitrary<Indicator> others = Arbitraries.oneOf(
                        Combinators.combine(anyHost(), Arbitraries.of(80, 81, 443))
                                .as((host, port) -> Indicators.read(host + ":" + port, Family.ANY)),
                        urls(BEGINNINGS, "http://", "https://", "").map(url -> Indicators.read(url, Family.URL_PREFIX)),
                        KNOWN_PATHS.map(path -> Indicators.read(path, Family.PATH)),
                        AGENTS.map(agent -> Indicators.read(agent, Family.USER_AGENT)),
                        EXPRESSIONS.map(text -> Indicators.read(text, Family.USER_AGENT_REGEX)),
                        HASHES.map(text -> Indicators.read(text, Family.HASH)),
                        HOSTS.map(text -> Indicators.read(text, Family.EMAIL_DOMAIN)))
                .filter(read -> read.value() != null)
                .map(read -> Events.indicator(read.type(), String.valueOf(read.value())));
        return Combinators.combine(
                        Arbitraries.oneOf(domains, addresses, ranges, urls, others),
                        Arbitraries.of("a", "b"),
                        Arbitraries.integers().between(-2, 2),
                        Arbitraries.integers().between(-2, 2))
                .as((indicator, feed, from, until) -> {
                    Indicator dated = Events.indicator(indicator.getType(), indicator.getValue(), feed);
                    dated.setValidFrom(from == -2 ? null : Events.AT.plusSeconds(from));
                    dated.setValidUntil(until == -2 ? null : Events.AT.plusSeconds(until));
                    return dated;
                })
                .list()
                .ofMaxSize(40)
                .uniqueElements(Indicator::getIndicatorId);
    }

    @Provide
    Arbitrary<ProxyEvent> events() {
        Arbitrary<ProxyEvent> requests = Arbitraries.oneOf(
                urls(REQUESTS, "http://", "https://", "HTTP://").map(IndicatorIndexPropertiesTest::get),
                urls(PATHS, "http://", "https://", "HTTP://").map(IndicatorIndexPropertiesTest::get),
                anyHost()
                        .map(host -> host.startsWith("[")
                                ? Events.connect(host.substring(1, host.length() - 1))
                                : Events.connect(host)),
                namesAlone());
        Arbitrary<String> referrers = urls(PATHS, "http://", "https://").injectNull(0.5);
        Arbitrary<String> addresses = Arbitraries.oneOf(V4, V6).injectNull(0.3);
        Arbitrary<Integer> ports = Arbitraries.of(80, 81, 443).injectNull(0.5);
        return Combinators.combine(
                        requests,
                        referrers,
                        addresses,
                        addresses,
                        ports,
                        AGENTS.injectNull(0.3),
                        Arbitraries.integers().between(-2, 2))
                .as((event, referrer, peer, client, port, agent, seconds) -> {
                    event.setDestinationPort(port);
                    event.setUserAgentOriginal(agent);
                    event.setHttpRequestReferrer(referrer);
                    event.setDestinationIp(peer);
                    event.setSourceIp(client);
                    event.setTimestamp(Events.AT.plusSeconds(seconds));
                    return event;
                })
                .flatMap(IndicatorIndexPropertiesTest::beyondWeb);
    }

    /** As logs of DNS and TLS give them: a name, which is url_domain, too, or another. */
    private static Arbitrary<ProxyEvent> namesAlone() {
        return Combinators.combine(
                        HOSTS.injectNull(0.3),
                        HOSTS.injectNull(0.5),
                        HOSTS.injectNull(0.5),
                        Arbitraries.integers().between(0, 2))
                .as((domain, question, server, same) -> {
                    ProxyEvent event = Events.event();
                    event.setUrlDomain(domain);
                    event.setDnsQuestionName(same == 1 ? domain : question);
                    event.setTlsClientServerName(same == 2 ? domain : server);
                    return event;
                });
    }

    private static Arbitrary<ProxyEvent> beyondWeb(ProxyEvent event) {
        Arbitrary<String> answers = Arbitraries.oneOf(HOSTS, V4, V6)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(all -> String.join(",", all));
        return Combinators.combine(
                        answers.injectNull(0.6),
                        HASHES.injectNull(0.7),
                        HASHES.injectNull(0.7),
                        MAILS.injectNull(0.7),
                        HOSTS.injectNull(0.8),
                        Arbitraries.integers().between(0, 2))
                .as((data, file, fingerprint, mails, server, which) -> {
                    event.setDnsAnswersData(data);
                    switch (which) {
                        case 0 -> event.setFileHashMd5(file);
                        case 1 -> event.setFileHashSha1(file);
                        default -> event.setFileHashSha256(file);
                    }
                    switch (which) {
                        case 0 -> event.setTlsClientJa3(fingerprint);
                        case 1 -> event.setTlsServerJa3s(fingerprint);
                        default -> event.setTlsServerHashSha1(fingerprint);
                    }
                    if (which == 0) {
                        event.setEmailToAddress(mails);
                    } else {
                        event.setEmailFromAddress(mails);
                    }
                    if (event.getTlsClientServerName() == null) {
                        event.setTlsClientServerName(server);
                    }
                    return event;
                });
    }

    /** As parsers give it: a port that is written has its field. */
    private static ProxyEvent get(String url) {
        ProxyEvent event = Events.get(url);
        Matcher written = WRITTEN_PORT.matcher(url);
        event.setUrlPort(written.find() ? Integer.valueOf(written.group(1)) : null);
        return event;
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void theIndexFindsWhatALinearScanFinds(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event, @ForAll boolean web) {
        List<String> found = new ArrayList<>();
        IndicatorIndex.of(indicators)
                .match(
                        event,
                        web,
                        match -> found.add(match.field() + " " + match.value() + " " + match.how() + " "
                                + match.indicator().getIndicatorId()));
        Set<String> expected = new TreeSet<>();
        for (Indicator indicator : indicators) {
            scan(indicator, event, web, expected);
        }

        assertThat(found).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(found)).isEqualTo(expected);
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void theSieveHoldsBackNoMatch(
            @ForAll("indicators") List<Indicator> indicators, @ForAll("events") ProxyEvent event, @ForAll boolean web) {
        IndicatorIndex index = IndicatorIndex.of(indicators);

        if (!passes(index.eventSieve(), event, web)) {
            assertThat(Events.matches(index, event, web)).isEmpty();
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void theSieveHoldsBackNearlyAllThatHasNothingToDoWithAnyIndicator(
            @ForAll("indicators") List<Indicator> indicators) {
        EventSieve sieve = IndicatorIndex.of(indicators.stream()
                        .filter(indicator -> !indicator.getType().equals("url-path"))
                        .toList())
                .eventSieve();

        long passed = IntStream.range(0, 1_000)
                .filter(i -> passes(sieve, Events.get("http://elsewhere" + i + ".test/a"), true))
                .count();
        assertThat(passed).isLessThan(100);
    }

    /** As {@link EventSieve} says that it is used. */
    private static boolean passes(EventSieve sieve, ProxyEvent event, boolean web) {
        String domain = event.getUrlDomain();
        String full = event.getUrlFull();
        byte[] host = domain == null ? new byte[0] : domain.getBytes(StandardCharsets.UTF_8);
        return sieve.anyUrl()
                || domain != null && sieve.domain(domain)
                || event.getDestinationIp() != null && sieve.address(event.getDestinationIp())
                || event.getHttpRequestReferrer() != null && sieve.referrer(event.getHttpRequestReferrer())
                || event.getUserAgentOriginal() != null && sieve.userAgent(event.getUserAgentOriginal())
                || web && event.getSourceIp() != null && sieve.address(event.getSourceIp())
                || sieve.beyondWeb().entrySet().stream().anyMatch(field -> {
                    Object value = event.get(
                            ProxyEvent.SCHEMA$.getField(field.getKey()).pos());
                    return value != null && field.getValue().test((String) value);
                })
                || full != null
                        && (domain == null
                                || !EventSieve.isPlainly(
                                        ByteBuffer.wrap(full.getBytes(StandardCharsets.UTF_8)), host, 0, host.length));
    }

    private static void scan(Indicator indicator, ProxyEvent event, boolean web, Set<String> found) {
        if (indicator.getValidFrom() != null && event.getTimestamp().isBefore(indicator.getValidFrom())
                || indicator.getValidUntil() != null && !event.getTimestamp().isBefore(indicator.getValidUntil())) {
            return;
        }
        int asked = event.getUrlPort() != null ? event.getUrlPort() : standardPort(event.getUrlFull());
        boolean alone = event.getHttpRequestMethod() == null;
        boolean again = event.getUrlDomain() != null
                && (event.getUrlDomain().equals(event.getDnsQuestionName())
                        || event.getUrlDomain().equals(event.getTlsClientServerName()));
        if (!alone || !again) {
            host("url.domain", event.getUrlDomain(), asked, indicator, found);
        }
        url("url.full", event.getUrlFull(), indicator, found);
        Integer peer = event.getDestinationPort();
        host("destination.ip", event.getDestinationIp(), peer == null ? asked : peer, indicator, found);
        if (event.getHttpRequestReferrer() != null) {
            Canonical.Url referrer = Objects.requireNonNull(Canonical.parseUrl(event.getHttpRequestReferrer()));
            int port = referrer.port().isEmpty()
                    ? standardPort(referrer.toString())
                    : Integer.parseInt(referrer.port().substring(1));
            host("http.request.referrer", referrer.host(), port, indicator, found);
            url("http.request.referrer", event.getHttpRequestReferrer(), indicator, found);
        }
        if (web) {
            host("source.ip", event.getSourceIp(), -1, indicator, found);
        }
        beyondWeb(indicator, event, peer == null ? asked : peer, found);
        path(event.getUrlFull(), indicator, found);
        String agent = event.getUserAgentOriginal();
        if (agent != null) {
            boolean exact = indicator.getType().equals("user-agent") && agent.equals(indicator.getValue());
            boolean pattern = indicator.getType().equals("user-agent-regex")
                    && Pattern.compile(indicator.getValue()).matcher(agent).find();
            if (exact || pattern) {
                found.add("user_agent.original " + agent + " " + (exact ? How.EXACT : How.PATTERN) + " "
                        + indicator.getIndicatorId());
            }
        }
    }

    private static void beyondWeb(Indicator indicator, ProxyEvent event, int port, Set<String> found) {
        host("dns.question.name", event.getDnsQuestionName(), -1, indicator, found);
        host("tls.client.server_name", event.getTlsClientServerName(), port, indicator, found);
        if (event.getDnsAnswersData() != null) {
            Set<String> of = new TreeSet<>();
            for (String answer : event.getDnsAnswersData().split(",")) {
                if (of.isEmpty() && (answer.contains(".") || answer.contains(":"))) {
                    host("dns.answers.data", answer, -1, indicator, of);
                }
            }
            found.addAll(of);
        }
        hash("tls.client.ja3", event.getTlsClientJa3(), indicator, found);
        hash("tls.server.ja3s", event.getTlsServerJa3s(), indicator, found);
        hash("tls.server.hash.sha1", event.getTlsServerHashSha1(), indicator, found);
        hash("file.hash.md5", event.getFileHashMd5(), indicator, found);
        hash("file.hash.sha1", event.getFileHashSha1(), indicator, found);
        hash("file.hash.sha256", event.getFileHashSha256(), indicator, found);
        mails("email.from.address", event.getEmailFromAddress(), indicator, found);
        mails("email.to.address", event.getEmailToAddress(), indicator, found);
    }

    private static void hash(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text != null
                && Set.of("md5", "sha1", "sha256").contains(indicator.getType())
                && text.equals(indicator.getValue())) {
            found.add(field + " " + text + " " + How.EXACT + " " + indicator.getIndicatorId());
        }
    }

    private static void mails(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text == null || !indicator.getType().equals("email-domain")) {
            return;
        }
        for (String mail : text.split(",")) {
            Canonical.Result host = Canonical.host(mail.substring(2));
            How how = domain(host, indicator.getValue());
            if (how != null) {
                found.add(field + " " + host.canonical() + " " + how + " " + indicator.getIndicatorId());
                return;
            }
        }
    }

    private static int standardPort(@Nullable String url) {
        return url == null ? -1 : url.regionMatches(true, 0, "https:", 0, 6) ? 443 : 80;
    }

    private static void host(String field, @Nullable String text, int port, Indicator indicator, Set<String> found) {
        if (text == null) {
            return;
        }
        Canonical.Result host = Canonical.host(text);
        String value = String.valueOf(host.canonical());
        How how = null;
        switch (indicator.getType()) {
            case "domain" -> how = domain(host, indicator.getValue());
            case "domain-port", "ip-port" -> {
                String known = indicator.getValue();
                int colon = known.lastIndexOf(':');
                how = Integer.parseInt(known.substring(colon + 1)) == port
                        ? domain(
                                host,
                                String.valueOf(Canonical.host(known.substring(0, colon))
                                        .canonical()))
                        : null;
            }
            case "ipv4", "ipv6" -> how = value.equals(indicator.getValue()) ? How.EXACT : null;
            case "cidr" -> how = host.isAddress() && holds(indicator.getValue(), value) ? How.CIDR : null;
            default -> {}
        }
        if (how != null) {
            found.add(field + " " + value + " " + how + " " + indicator.getIndicatorId());
        }
    }

    /** How a host matches a domain, or the address that it is; null where it does not. */
    private static @Nullable How domain(Canonical.Result host, String known) {
        String value = String.valueOf(host.canonical());
        boolean beneath = host.kind() == Canonical.Kind.DOMAIN
                && value.endsWith("." + known)
                && PublicSuffixes.bundled().section(known) == null;
        return value.equals(known) ? How.EXACT : beneath ? How.SUBDOMAIN : null;
    }

    /** A path matches what ends the path of a URL, its query as it is, without its values, up to its first value, or not at all. */
    private static void path(@Nullable String url, Indicator indicator, Set<String> found) {
        if (url == null || !indicator.getType().equals("url-path")) {
            return;
        }
        String rest = Objects.requireNonNull(Canonical.parseUrl(url)).rest();
        String path = rest.replaceAll("\\?.*", "");
        String known = indicator.getValue();
        boolean ends = Stream.of(
                        path,
                        rest,
                        rest.replaceAll("(?<=\\?.{0,99}=)[^&]*", ""),
                        rest.replaceAll("(\\?[^=]*=).*", "$1"))
                .anyMatch(text -> text.endsWith(known) && text.length() - known.length() < path.length());
        if (ends) {
            found.add("url.path " + rest + " " + How.PATTERN + " " + indicator.getIndicatorId());
        }
    }

    private static boolean holds(String range, String address) {
        int slash = range.indexOf('/');
        byte[] first = Ip.require(range.substring(0, slash));
        byte[] bytes = Ip.require(address);
        int shift = 8 * first.length - Integer.parseInt(range.substring(slash + 1));
        return first.length == bytes.length
                && new BigInteger(1, first).shiftRight(shift).equals(new BigInteger(1, bytes).shiftRight(shift));
    }

    private static void url(String field, @Nullable String text, Indicator indicator, Set<String> found) {
        if (text != null && indicator.getType().equals("url-prefix")) {
            prefix(field, Objects.requireNonNull(Canonical.parseUrl(text)), indicator, found);
        }
        if (text == null || !indicator.getType().equals("url")) {
            return;
        }
        String value = String.valueOf(Canonical.url(text).canonical());
        String scheme = value.substring(0, value.indexOf("://") + 3);
        boolean same = indicator.getValue().contains("://")
                ? indicator.getValue().equals(value)
                // Without a scheme: in the event's.
                : value.equals(Canonical.url(scheme + indicator.getValue()).canonical());
        if (same) {
            found.add(field + " " + value + " EXACT " + indicator.getIndicatorId());
        }
    }

    /** The host is the prefix's or beneath it, scheme and port are as in a URL, and the path goes on at an edge. */
    private static void prefix(String field, Canonical.Url url, Indicator indicator, Set<String> found) {
        boolean hasScheme = indicator.getValue().contains("://");
        Canonical.Url known = Objects.requireNonNull(
                Canonical.parseUrl(hasScheme ? indicator.getValue() : url.scheme() + "://" + indicator.getValue()));
        Canonical.Result host = Canonical.host(url.host());
        String rest = url.rest();
        String path = known.rest();
        boolean edge = rest.equals(path)
                || rest.startsWith(path)
                        && !path.contains("?")
                        && (path.endsWith("/") || "/?".indexOf(rest.charAt(path.length())) >= 0);
        if (domain(host, known.host()) != null
                && url.scheme().equals(known.scheme())
                && url.port().equals(known.port())
                && edge) {
            found.add(field + " " + url + " " + How.URL_PREFIX + " " + indicator.getIndicatorId());
        }
    }
}
