package io.trawl.intel;

import io.trawl.intel.feed.Indicators;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Events and indicators for tests. */
public final class Events {
    public static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

    private Events() {}

    /** An event without fields that are matched. */
    public static ProxyEvent event() {
        ProxyEvent event = new ProxyEvent();
        event.setEventId("00000000000000000000000000000001");
        event.setSource("proxy");
        event.setWindow(AT);
        event.setPartition(1);
        event.setOffset(7L);
        event.setTimestamp(AT);
        return event;
    }

    /** A request for a URL, its fields split as parsers do. */
    public static ProxyEvent get(String url) {
        ProxyEvent event = event();
        event.setHttpRequestMethod("GET");
        event.setUrlOriginal(url);
        event.setUrlFull(url);
        int from = url.indexOf("://") + 3;
        int to = from;
        while (to < url.length() && "/?#".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        String host = url.substring(url.lastIndexOf('@', to - 1) + 1, to);
        host = url.lastIndexOf('@', to - 1) < from ? url.substring(from, to) : host;
        host = host.startsWith("[") ? host.substring(1, host.indexOf(']')) : host.replaceFirst(":[0-9]*$", "");
        event.setUrlDomain(host.isEmpty() ? null : host);
        event.setUrlPath(url.substring(to));
        return event;
    }

    public static ProxyEvent connect(String host) {
        ProxyEvent event = event();
        event.setHttpRequestMethod("CONNECT");
        event.setUrlOriginal(host + ":443");
        event.setUrlDomain(host);
        event.setUrlPort(443);
        return event;
    }

    public static Indicator indicator(String type, String value) {
        return indicator(type, value, "feed.txt");
    }

    public static Indicator indicator(String type, String value, String feed) {
        Indicator indicator = new Indicator();
        indicator.setIndicatorId(Indicators.id(type, value, feed));
        indicator.setType(type);
        indicator.setValue(value);
        indicator.setOriginal(value);
        indicator.setFeed(feed);
        indicator.setLine(1);
        indicator.setLabels(List.of());
        return indicator;
    }

    /** The matches of an event, as "field value how indicator". */
    public static List<String> matches(IndicatorIndex index, ProxyEvent event) {
        return matches(index, event, false);
    }

    public static List<String> matches(IndicatorIndex index, ProxyEvent event, boolean webServer) {
        List<String> matches = new ArrayList<>();
        index.match(
                event,
                webServer,
                match -> matches.add(match.field() + " " + match.value() + " "
                        + match.how().code() + " " + match.indicator().getValue()));
        return matches;
    }
}
