package io.trawl.intel;

import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of an event are matched, and with what.
 *
 * <p>{@code url.full} as a URL; {@code url.domain} as domain or address; {@code destination.ip}, the peer the proxy
 * connected to; {@code http.request.referrer} as a URL and by its host; {@code source.ip} where the source is a web
 * server. All matches are reported: parent and child domain, domain and URL, address and range; an indicator once a
 * field.
 */
public final class Matcher {
    private final IndicatorIndex index;
    private final boolean webServer;

    public Matcher(IndicatorIndex index, boolean webServer) {
        this.index = index;
        this.webServer = webServer;
    }

    /** Gives every match of an event. */
    public void match(ProxyEvent event, Consumer<Match> matches) {
        Instant at = event.getTimestamp();
        String domain = event.getUrlDomain();
        String full = event.getUrlFull();
        if (full != null) {
            url("url.full", full, at, matches);
        } else if (domain != null && event.getUrlPath() != null && !"CONNECT".equals(event.getHttpRequestMethod())) {
            // A web server's log with a virtual host: the scheme is not known, so either will do.
            String rest =
                    event.getUrlQuery() == null ? event.getUrlPath() : event.getUrlPath() + "?" + event.getUrlQuery();
            url("url.full", "http://" + domain + rest, at, matches);
            url("url.full", "https://" + domain + rest, at, unless(matches));
        }
        if (domain != null) {
            host("url.domain", domain, at, matches);
        }
        address("destination.ip", event.getDestinationIp(), at, matches);
        String referrer = event.getHttpRequestReferrer();
        if (referrer != null) {
            Canonical.Url url = Canonical.parseUrl(referrer);
            if (url != null && !url.scheme().isEmpty()) {
                String value = url.toString();
                index.url(url, (indicator, how) -> add("http.request.referrer", value, how, indicator, at, matches));
                canonicalHost("http.request.referrer", url.host(), url.hostKind(), at, matches);
            }
        }
        if (webServer) {
            address("source.ip", event.getSourceIp(), at, matches);
        }
    }

    /** Passes only what needs its scheme: the rest was found with the other one already. */
    private static Consumer<Match> unless(Consumer<Match> matches) {
        return match -> {
            if (match.indicator().getValue().startsWith("https://")) {
                matches.accept(match);
            }
        };
    }

    private void url(String field, String text, Instant at, Consumer<Match> matches) {
        Canonical.Url url = Canonical.parseUrl(text);
        if (url != null) {
            String value = url.toString();
            index.url(url, (indicator, how) -> add(field, value, how, indicator, at, matches));
        }
    }

    private void host(String field, String text, Instant at, Consumer<Match> matches) {
        Canonical.Result host = Canonical.host(text);
        String canonical = host.canonical();
        if (canonical != null) {
            canonicalHost(field, canonical, host.kind(), at, matches);
        }
    }

    private void canonicalHost(String field, String host, Canonical.Kind kind, Instant at, Consumer<Match> matches) {
        if (kind == Canonical.Kind.DOMAIN) {
            index.domain(host, (indicator, how) -> add(field, host, how, indicator, at, matches));
        } else {
            index.address(host, (indicator, how) -> add(field, host, how, indicator, at, matches));
        }
    }

    private void address(String field, @Nullable String ip, Instant at, Consumer<Match> matches) {
        if (ip != null) {
            Canonical.Result host = Canonical.host(ip);
            String canonical = host.canonical();
            if (canonical != null && host.isAddress()) {
                index.address(canonical, (indicator, how) -> add(field, canonical, how, indicator, at, matches));
            }
        }
    }

    private static void add(
            String field, String value, How how, Indicator indicator, Instant at, Consumer<Match> matches) {
        Instant from = indicator.getValidFrom();
        Instant until = indicator.getValidUntil();
        if ((from == null || !at.isBefore(from)) && (until == null || at.isBefore(until))) {
            matches.accept(new Match(field, value, how, indicator));
        }
    }
}
