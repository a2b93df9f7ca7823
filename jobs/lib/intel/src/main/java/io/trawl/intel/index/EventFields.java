package io.trawl.intel.index;

import io.trawl.intel.canonical.Answers;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.Mails;
import io.trawl.intel.canonical.OddHost;
import io.trawl.intel.canonical.UrlParser;
import io.trawl.intel.match.MatchSink;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which fields of an event are looked up, and as what. */
final class EventFields {
    private static final String URL_FULL = "url.full";
    private static final String URL_DOMAIN = "url.domain";
    private static final String DESTINATION_IP = "destination.ip";
    private static final String REFERRER = "http.request.referrer";
    private static final String SOURCE_IP = "source.ip";
    private static final String URL_PATH = "url.path";
    private static final String USER_AGENT = "user_agent.original";
    private static final String QUESTION = "dns.question.name";
    private static final String ANSWERS = "dns.answers.data";
    private static final String SERVER_NAME = "tls.client.server_name";
    private static final String JA3 = "tls.client.ja3";
    private static final String JA3S = "tls.server.ja3s";
    private static final String CERTIFICATE = "tls.server.hash.sha1";
    private static final String MD5 = "file.hash.md5";
    private static final String SHA1 = "file.hash.sha1";
    private static final String SHA256 = "file.hash.sha256";
    private static final String SENDER = "email.from.address";
    private static final String RECIPIENT = "email.to.address";

    private EventFields() {}

    static void match(IndexFile index, ProxyEvent event, boolean webServer, MatchSink sink) {
        Instant at = event.getTimestamp();
        String domain = event.getUrlDomain();
        String full = event.getUrlFull();
        int port = port(event.getUrlPort(), full);
        Canonical.Kind kind = domain == null ? null : Canonical.plain(domain, 0, domain.length());
        if (full != null) {
            if (kind != null && hasHost(full, domain)) {
                long hash = index.host(kind, domain, 0, domain.length(), port, URL_DOMAIN, at, sink);
                if (index.hasUrls(hash) || index.hasPrefixes(kind, domain, 0, domain.length())) {
                    url(index, Canonical.parseUrl(full), URL_FULL, at, sink);
                }
            } else {
                oddUrl(index, full, domain, port, at, sink);
            }
        } else if (domain != null && !isCopy(event, domain)) {
            withoutUrl(index, event, domain, port, at, sink);
        }
        Integer peer = event.getDestinationPort();
        int contacted = peer == null ? port : peer;
        address(index, event.getDestinationIp(), contacted, DESTINATION_IP, at, sink);
        String referrer = event.getHttpRequestReferrer();
        if (referrer != null) {
            referrer(index, referrer, at, sink);
        }
        if (index.hasPaths()) {
            path(index, event, at, sink);
        }
        String agent = event.getUserAgentOriginal();
        if (agent != null) {
            index.userAgent(agent, USER_AGENT, at, sink);
        }
        if (webServer) {
            address(index, event.getSourceIp(), -1, SOURCE_IP, at, sink);
        }
        beyondWeb(index, event, contacted, at, sink);
    }

    /** What logs of DNS, TLS, mail and files have; nearly no line of a proxy has any of it. */
    private static void beyondWeb(IndexFile index, ProxyEvent event, int port, Instant at, MatchSink sink) {
        String question = event.getDnsQuestionName();
        if (question != null) {
            // The port is that of the server that was asked.
            name(index, question, -1, QUESTION, at, sink);
        }
        String answers = event.getDnsAnswersData();
        if (answers != null) {
            MatchSink once = once(sink);
            Answers.hosts(answers, answer -> name(index, answer, -1, ANSWERS, at, once));
        }
        String server = event.getTlsClientServerName();
        if (server != null) {
            name(index, server, port, SERVER_NAME, at, sink);
        }
        hash(index, event.getTlsClientJa3(), JA3, at, sink);
        hash(index, event.getTlsServerJa3s(), JA3S, at, sink);
        hash(index, event.getTlsServerHashSha1(), CERTIFICATE, at, sink);
        hash(index, event.getFileHashMd5(), MD5, at, sink);
        hash(index, event.getFileHashSha1(), SHA1, at, sink);
        hash(index, event.getFileHashSha256(), SHA256, at, sink);
        mails(index, event.getEmailFromAddress(), SENDER, at, sink);
        mails(index, event.getEmailToAddress(), RECIPIENT, at, sink);
    }

    /** Whether url.domain only says again what was asked for in DNS or TLS: no URL was. It is matched once, as that. */
    private static boolean isCopy(ProxyEvent event, String domain) {
        return (domain.equals(event.getDnsQuestionName()) || domain.equals(event.getTlsClientServerName()))
                && event.getHttpRequestMethod() == null
                && event.getUrlPort() == null
                && event.getUrlPath() == null;
    }

    /** A host without a URL, name or address. */
    private static void name(IndexFile index, String text, int port, String field, Instant at, MatchSink sink) {
        Canonical.Kind kind = Canonical.plain(text, 0, text.length());
        if (kind != null) {
            index.host(kind, text, 0, text.length(), port, field, at, sink);
            return;
        }
        Canonical.Result host = Canonical.host(text);
        String canonical = host.canonical();
        if (canonical != null) {
            index.host(host.kind(), canonical, 0, canonical.length(), port, field, at, sink);
        } else {
            index.suffix(OddHost.of(text), port, field, at, sink);
        }
    }

    private static void hash(IndexFile index, @Nullable String text, String field, Instant at, MatchSink sink) {
        if (text != null) {
            index.hash(text.toLowerCase(Locale.ROOT), field, at, sink);
        }
    }

    private static void mails(IndexFile index, @Nullable String text, String field, Instant at, MatchSink sink) {
        if (text != null) {
            MatchSink once = once(sink);
            Mails.domains(text, domain -> index.mail(domain, field, at, once));
        }
    }

    /** The port of a URL, its scheme's where none is written; -1 if it is not known. */
    private static int port(@Nullable Integer written, @Nullable String url) {
        if (written != null) {
            return written;
        }
        if (url != null && url.startsWith("http")) {
            // Nearly all: no text is made to see it.
            if (url.startsWith("://", 4)) {
                return 80;
            }
            if (url.startsWith("s://", 4)) {
                return 443;
            }
        }
        int colon = url == null ? -1 : url.indexOf("://");
        return url == null || colon < 0
                ? -1
                : UrlParser.defaultPort(url.substring(0, colon).toLowerCase(Locale.ROOT));
    }

    /** What a request asked for on its host, as it is on any. */
    private static void path(IndexFile index, ProxyEvent event, Instant at, MatchSink sink) {
        String full = event.getUrlFull();
        String path = event.getUrlPath();
        String query = event.getUrlQuery() == null ? "" : "?" + event.getUrlQuery();
        String text = full != null ? full : path != null && path.startsWith("/") ? "http://a" + path + query : null;
        if (text == null || "CONNECT".equals(event.getHttpRequestMethod())) {
            return;
        }
        Canonical.Url url = Canonical.parseUrl(text);
        url = url == null ? new UrlParser().parseOdd(text) : url;
        if (url != null) {
            index.path(url.rest(), URL_PATH, at, sink);
        }
    }

    /** Whether a URL plainly has this host: scheme://host, and then its path. */
    private static boolean hasHost(String url, String host) {
        int from = authority(url);
        int to = from + host.length();
        return from > 0 && url.startsWith(host, from) && (to == url.length() || endsAuthority(url.charAt(to)));
    }

    private static boolean endsAuthority(char c) {
        return c == '/' || c == '?' || c == '#';
    }

    /** Where the authority begins in scheme://authority; -1 if the text does not begin so. */
    private static int authority(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == ':') {
                return i > 0 && url.startsWith("//", i + 1) ? i + 3 : -1;
            }
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }

    /** A URL whose host is not plainly the one that the parser took: both count, each indicator once a field. */
    private static void oddUrl(
            IndexFile index, String full, @Nullable String domain, int port, Instant at, MatchSink sink) {
        Canonical.Url url = Canonical.parseUrl(full);
        Canonical.Result host = domain == null ? Canonical.Result.none("") : Canonical.host(domain);
        String canonical = host.canonical();
        if (url != null && (domain == null || url.host().equals(canonical))) {
            index.host(url.hostKind(), url.host(), 0, url.host().length(), port, URL_DOMAIN, at, sink);
            url(index, url, URL_FULL, at, sink);
            return;
        }
        MatchSink once = once(sink);
        if (url != null) {
            index.host(url.hostKind(), url.host(), 0, url.host().length(), port, URL_DOMAIN, at, once);
        }
        if (canonical != null) {
            index.host(host.kind(), canonical, 0, canonical.length(), port, URL_DOMAIN, at, once);
        } else if (domain != null) {
            index.suffix(OddHost.of(domain), port, URL_DOMAIN, at, once);
        }
        if (url != null) {
            url(index, url, URL_FULL, at, sink);
        } else {
            odd(index, new UrlParser().parseOdd(full), port, URL_DOMAIN, once, URL_FULL, at, sink);
        }
    }

    /** A URL whose host has no canonical form, by the suffix of its host. */
    private static void odd(
            IndexFile index,
            Canonical.@Nullable Url url,
            int port,
            String hostField,
            MatchSink hosts,
            String field,
            Instant at,
            MatchSink sink) {
        if (url != null) {
            OddHost host = OddHost.of(url.host());
            index.suffix(host, port, hostField, at, hosts);
            index.prefixes(url, host, field, at, sink);
        }
    }

    private static MatchSink once(MatchSink sink) {
        Set<String> seen = new HashSet<>();
        return match -> {
            if (seen.add(match.indicator().getIndicatorId())) {
                sink.match(match);
            }
        };
    }

    /** CONNECT, which has no URL, or a web server's log with its virtual host, which has one without a scheme. */
    private static void withoutUrl(
            IndexFile index, ProxyEvent event, String domain, int asked, Instant at, MatchSink sink) {
        Canonical.Result result = Canonical.host(domain);
        String host = result.canonical();
        if (host == null) {
            OddHost odd = OddHost.of(domain);
            index.suffix(odd, asked, URL_DOMAIN, at, sink);
            Canonical.Url url = hasPath(event) ? virtual(event, "a") : null;
            if (url != null) {
                index.prefixes(
                        new Canonical.Url(url.scheme(), odd.text(), Canonical.Kind.NONE, url.port(), url.rest()),
                        odd,
                        URL_FULL,
                        at,
                        sink);
            }
            return;
        }
        long hash = index.host(result.kind(), host, 0, host.length(), asked, URL_DOMAIN, at, sink);
        if (hasPath(event) && (index.hasUrls(hash) || index.hasPrefixes(result.kind(), host, 0, host.length()))) {
            String authority = result.kind() == Canonical.Kind.IPV6 ? "[" + host + "]" : host;
            url(index, virtual(event, authority), URL_FULL, at, sink);
        }
    }

    private static boolean hasPath(ProxyEvent event) {
        String path = event.getUrlPath();
        return path != null && path.startsWith("/") && !"CONNECT".equals(event.getHttpRequestMethod());
    }

    /** The URL of a request for a path of a virtual host. */
    private static Canonical.@Nullable Url virtual(ProxyEvent event, String host) {
        Integer port = event.getUrlPort();
        String scheme = port == null ? "" : port == 443 ? "https:" : port == 80 ? "http:" : "";
        String query = event.getUrlQuery() == null ? "" : "?" + event.getUrlQuery();
        return Canonical.parseUrl(scheme + "//" + host + (port == null ? "" : ":" + port) + event.getUrlPath() + query);
    }

    /** Looks up a URL as it is, without its scheme, and by what it begins with; one without a scheme in both that the web has. */
    private static void url(IndexFile index, Canonical.@Nullable Url url, String field, Instant at, MatchSink sink) {
        if (url == null) {
            return;
        }
        String host = url.host();
        String authority = url.hostKind() == Canonical.Kind.IPV6 ? "[" + host + "]" : host;
        index.prefixes(url, field, at, sink);
        long hash = index.hash(host);
        if (!index.hasUrls(hash)) {
            return;
        }
        String value = url.toString();
        String port = url.port();
        index.url(hash, "", authority, port, url.rest(), value, field, at, sink);
        for (String scheme : url.scheme().isEmpty() ? new String[] {"http", "https"} : new String[] {url.scheme()}) {
            index.url(hash, scheme, authority, port, url.rest(), value, field, at, sink);
            int standard = UrlParser.defaultPort(scheme);
            if (port.isEmpty() && standard > 0) {
                // evil.example:80/x without a scheme is http://evil.example/x, too.
                index.url(hash, "", authority, ":" + standard, url.rest(), value, field, at, sink);
            }
        }
    }

    private static void referrer(IndexFile index, String referrer, Instant at, MatchSink sink) {
        int from = authority(referrer);
        int to = Math.max(0, from);
        while (to < referrer.length() && !endsAuthority(referrer.charAt(to))) {
            to++;
        }
        Canonical.Kind kind = from < 0 ? null : Canonical.plain(referrer, from, to);
        if (kind != null) {
            long hash = index.host(kind, referrer, from, to, port(null, referrer), REFERRER, at, sink);
            if (index.hasUrls(hash) || index.hasPrefixes(kind, referrer, from, to)) {
                url(index, Canonical.parseUrl(referrer), REFERRER, at, sink);
            }
            return;
        }
        Canonical.Url url = Canonical.parseUrl(referrer);
        if (url != null && !url.scheme().isEmpty()) {
            index.host(url.hostKind(), url.host(), 0, url.host().length(), port(url), REFERRER, at, sink);
            url(index, url, REFERRER, at, sink);
        }
        Canonical.Url odd = url == null ? new UrlParser().parseOdd(referrer) : null;
        if (odd != null && !odd.scheme().isEmpty()) {
            odd(index, odd, port(odd), REFERRER, sink, REFERRER, at, sink);
        }
    }

    private static int port(Canonical.Url url) {
        return url.port().isEmpty()
                ? UrlParser.defaultPort(url.scheme())
                : Canonical.decimal(url.port(), 1, url.port().length(), 65_535);
    }

    /** Whether {@link #match} may find something by a referrer, whatever else the event has. */
    static boolean mayMatchReferrer(IndexFile index, String referrer) {
        int from = authority(referrer);
        int to = Math.max(0, from);
        while (to < referrer.length() && "/?#".indexOf(referrer.charAt(to)) < 0) {
            to++;
        }
        Canonical.Kind kind = from < 0 ? null : Canonical.plain(referrer, from, to);
        if (kind != null) {
            return index.mayMatch(kind, referrer, from, to);
        }
        Canonical.Url url = Canonical.parseUrl(referrer);
        if (url != null) {
            return index.mayMatch(url.hostKind(), url.host(), 0, url.host().length());
        }
        Canonical.Url odd = new UrlParser().parseOdd(referrer);
        if (odd == null) {
            return false;
        }
        OddHost host = OddHost.of(odd.host());
        String text = host.text();
        return host.hasSuffix() && index.mayMatch(Canonical.Kind.DOMAIN, text, host.suffix(), text.length());
    }

    private static void address(
            IndexFile index, @Nullable String text, int port, String field, Instant at, MatchSink sink) {
        if (text == null) {
            return;
        }
        if (Ip.canonical4(text, 0, text.length()) >= 0) {
            index.host(Canonical.Kind.IPV4, text, 0, text.length(), port, field, at, sink);
            return;
        }
        Canonical.Result host = Canonical.host(text);
        if (host.isAddress()) {
            String canonical = Objects.requireNonNull(host.canonical());
            index.host(host.kind(), canonical, 0, canonical.length(), port, field, at, sink);
        }
    }
}
