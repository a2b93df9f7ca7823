package io.trawl.intel.lookalike.host;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The host of an absolute URL as it is written, before anything is made canonical.
 *
 * @param scheme in lower case
 * @param host without brackets and port; empty where there is none
 * @param bracketed whether it was in brackets
 * @param port as written; null where there is none
 */
record RawHost(
        String scheme,
        String host,
        boolean bracketed,
        @Nullable String port) {
    /** Nobody reads more of a URL to find where its host ends. */
    private static final int MOST = 1 << 13;

    /** Null where the text is not an absolute URL with an authority. */
    static @Nullable RawHost of(String url) {
        int colon = url.indexOf("://");
        if (colon <= 0 || !isScheme(url, colon)) {
            return null;
        }
        int from = colon + 3;
        int to = from;
        int last = Math.min(url.length(), from + MOST);
        while (to < last && "/?#\\".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        from = Math.max(from, url.lastIndexOf('@', to - 1) + 1);
        String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
        if (from < to && url.charAt(from) == '[') {
            int close = url.indexOf(']', from);
            if (close > 0 && close < to) {
                String port = close + 1 < to ? url.substring(close + 1, to) : "";
                return new RawHost(
                        scheme, url.substring(from + 1, close), true, port.startsWith(":") ? port.substring(1) : null);
            }
        }
        int port = url.lastIndexOf(':', to - 1);
        return port < from
                ? new RawHost(scheme, url.substring(from, to), false, null)
                : new RawHost(scheme, url.substring(from, port), false, url.substring(port + 1, to));
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
