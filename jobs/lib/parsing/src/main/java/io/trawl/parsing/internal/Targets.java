package io.trawl.parsing.internal;

import io.trawl.record.ProxyEvent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Splits a request target into the URL fields of an event, tolerantly: a log has what clients sent, not what is valid. */
public final class Targets {
    private Targets() {}

    /**
     * Sets url_* and destination_domain and _port.
     *
     * @param method the request's method, null if it is unknown
     * @param target the target as logged
     */
    public static void split(@Nullable String method, String target, ProxyEvent into) {
        into.setUrlOriginal(target);
        if (webUrl(method, target, into) || "CONNECT".equals(method) && hostAndPort(target, into)) {
            return;
        }
        // Cisco's appliance writes TCP_CONNECT for a connection that it intercepts.
        boolean connect = "CONNECT".equals(method) || "TCP_CONNECT".equals(method);
        // Some write a whole URL even there: CONNECT https://host.example/, or Cisco's tunnel://host.example:443/.
        if (connect && schemeEnd(target) == 0) {
            int slash = target.indexOf('/');
            authority(slash < 0 ? target : target.substring(0, slash), true, into);
            return;
        }
        int scheme = schemeEnd(target);
        if (scheme > 0) {
            int start = scheme + 3;
            int end = start;
            while (end < target.length() && !endsAuthority(target.charAt(end))) {
                end++;
            }
            into.setUrlScheme(scheme(target, scheme));
            into.setUrlFull(target);
            authority(target.substring(start, end), false, into);
            path(target, end, into);
        } else if (target.startsWith("/")) {
            path(target, 0, into);
        }
    }

    /**
     * The same in one pass, for a target as nearly all are: http or https, a host without a user, and a port if there is one.
     * False where it is another one, and nothing has been set.
     */
    private static boolean webUrl(@Nullable String method, String target, ProxyEvent into) {
        int length = target.length();
        boolean secure = length > 4 && target.charAt(4) == 's';
        if (!target.startsWith(secure ? "https://" : "http://")
                || "CONNECT".equals(method)
                || "TCP_CONNECT".equals(method)) {
            return false;
        }
        int start = secure ? 8 : 7;
        int colon = -1;
        int end = start;
        for (; end < length; end++) {
            char c = target.charAt(end);
            if (c == ':' && colon < 0) {
                colon = end;
            } else if (c == '@' || c == '[' || c == ':') {
                return false;
            } else if (endsAuthority(c)) {
                break;
            }
        }
        into.setUrlScheme(secure ? "https" : "http");
        into.setUrlFull(target);
        int hostEnd = colon < 0 ? end : colon;
        if (hostEnd > start) {
            String host = target.substring(start, hostEnd);
            into.setUrlDomain(host);
            into.setDestinationDomain(host);
            int port = colon < 0 ? -1 : port(target, colon + 1, end);
            if (port >= 0) {
                into.setUrlPort(port);
                into.setDestinationPort(port);
            }
        }
        path(target, end, into);
        return true;
    }

    /** The target of CONNECT as nearly all are: a host without a user, and a port. False where it is another one. */
    private static boolean hostAndPort(String target, ProxyEvent into) {
        int colon = target.length();
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '@' || c == '[') {
                return false;
            }
            colon = c == ':' ? i : colon;
        }
        if (colon > 0) {
            String host = target.substring(0, colon);
            into.setUrlDomain(host);
            into.setDestinationDomain(host);
            int port = colon == target.length() ? -1 : port(target, colon + 1, target.length());
            if (port >= 0) {
                into.setUrlPort(port);
                into.setDestinationPort(port);
            }
        }
        return true;
    }

    private static String scheme(String target, int end) {
        // Nearly all are one of these: no text is made of them.
        if (end == 4 && target.startsWith("http")) {
            return "http";
        }
        if (end == 5 && target.startsWith("https")) {
            return "https";
        }
        return target.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /** Where the scheme of scheme:// ends, 0 if there is none (RFC 3986, 3.1). */
    private static int schemeEnd(String target) {
        int i = 0;
        while (i < target.length()) {
            char c = target.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            boolean other = c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.';
            if (c == ':') {
                return i > 0 && target.startsWith("://", i) ? i : 0;
            }
            if (!letter && !(other && i > 0)) {
                return 0;
            }
            i++;
        }
        return 0;
    }

    /** @param connect whether it is a target of CONNECT, which always has a port */
    private static void authority(String authority, boolean connect, ProxyEvent into) {
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        String port = "";
        if (host.startsWith("[")) {
            int close = host.indexOf(']');
            if (close > 0) {
                port = host.startsWith(":", close + 1) ? host.substring(close + 2) : "";
                host = host.substring(1, close);
            }
        } else {
            int colon = host.lastIndexOf(':');
            // More than one colon without brackets is an IPv6 address that some client did not bracket.
            if (colon >= 0 && (connect || host.indexOf(':') == colon)) {
                port = host.substring(colon + 1);
                host = host.substring(0, colon);
            }
        }
        if (host.isEmpty()) {
            return;
        }
        into.setUrlDomain(host);
        into.setDestinationDomain(host);
        int number = port(port, 0, port.length());
        if (number >= 0) {
            into.setUrlPort(number);
            into.setDestinationPort(number);
        }
    }

    /** A port in at most five digits; -1 if the text is none. */
    private static int port(String text, int from, int to) {
        if (to == from || to - from > 5) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number <= 65_535 ? number : -1;
    }

    private static boolean endsAuthority(char c) {
        return c == '/' || c == '?' || c == '#';
    }

    /** Path and query of a target, from a place on: a fragment is neither's. */
    private static void path(String target, int from, ProxyEvent into) {
        int fragment = target.indexOf('#', from);
        int end = fragment < 0 ? target.length() : fragment;
        int query = target.indexOf('?', from);
        if (query < 0 || query > end) {
            into.setUrlPath(target.substring(from, end));
        } else {
            into.setUrlPath(target.substring(from, query));
            into.setUrlQuery(target.substring(query + 1, end));
        }
    }
}
