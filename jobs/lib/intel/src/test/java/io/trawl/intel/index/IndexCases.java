package io.trawl.intel.index;

import io.trawl.intel.Events;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;

/** Sets of indicators, and events that some of them match. Tests of properties of the index extend it. */
abstract class IndexCases {
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
                urls(REQUESTS, "http://", "https://", "HTTP://").map(IndexCases::get),
                urls(PATHS, "http://", "https://", "HTTP://").map(IndexCases::get),
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
                .flatMap(IndexCases::beyondWeb);
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
}
