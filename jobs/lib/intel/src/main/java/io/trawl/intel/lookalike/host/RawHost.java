package io.trawl.intel.lookalike.host;

import io.trawl.intel.canonical.UrlParser;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The host of a URL as it is written, before anything is made canonical.
 *
 * @param scheme in lower case; empty if there is none
 * @param user what is before an @, without a password; empty if there is none
 * @param host without brackets and port; empty if there is none
 * @param bracketed whether it was in brackets
 * @param port as written; null if there is none
 */
record RawHost(
        String scheme,
        String user,
        String host,
        boolean bracketed,
        @Nullable String port) {
    /** Nobody reads more of a URL to find where its host ends. */
    private static final int MOST = 1 << 13;

    /** Null where the text is not an absolute URL. */
    static @Nullable RawHost of(String url) {
        int colon = url.indexOf(':');
        if (colon > 0 && isScheme(url, colon)) {
            String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
            if (url.startsWith("//", colon + 1)) {
                return authority(scheme, url, colon + 3);
            }
            // What has to have a host, and has none: http:/path. But http:80 is a host and a port.
            boolean port = isNumber(url, colon + 1, url.length());
            return UrlParser.defaultPort(scheme) < 0 || port ? null : new RawHost(scheme, "", "", false, null);
        }
        return null;
    }

    /** A URL, absolute or without its scheme, or a host with a port or a path after it, or neither. */
    static RawHost ofHost(String text) {
        RawHost url = text.startsWith("//") ? authority("", text, 2) : of(text);
        if (url != null) {
            return url;
        }
        int to = 0;
        while (to < text.length() && "/?#".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        String host = to == 0 ? text : text.substring(0, to);
        int colon = host.lastIndexOf(':');
        boolean closed = host.startsWith("[") && host.indexOf(']') == colon - 1;
        boolean port = colon > 0 && (closed || host.indexOf(':') == colon) && isNumber(host, colon + 1, host.length());
        String name = port ? host.substring(0, colon) : host;
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        return new RawHost(
                "",
                "",
                bracketed ? name.substring(1, name.length() - 1) : name,
                bracketed,
                port ? host.substring(colon + 1) : null);
    }

    private static RawHost authority(String scheme, String url, int start) {
        int to = start;
        int last = Math.min(url.length(), start + MOST);
        while (to < last && "/?#\\".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        int from = Math.max(start, url.lastIndexOf('@', to - 1) + 1);
        String user = from == start ? "" : url.substring(start, from - 1);
        user = user.substring(0, user.indexOf(':') < 0 ? user.length() : user.indexOf(':'));
        if (from < to && url.charAt(from) == '[') {
            int close = url.indexOf(']', from);
            if (close > 0 && close < to) {
                String port = close + 1 < to ? url.substring(close + 1, to) : "";
                return new RawHost(
                        scheme,
                        user,
                        url.substring(from + 1, close),
                        true,
                        port.startsWith(":") ? port.substring(1) : null);
            }
        }
        int port = url.lastIndexOf(':', to - 1);
        return port < from
                ? new RawHost(scheme, user, url.substring(from, to), false, null)
                : new RawHost(scheme, user, url.substring(from, port), false, url.substring(port + 1, to));
    }

    private static boolean isNumber(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return from < to;
    }

    private static boolean isScheme(String url, int length) {
        for (int i = 0; i < length; i++) {
            char c = url.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return true;
    }
}
