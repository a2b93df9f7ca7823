package io.trawl.intel.canonical;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one URL into its canonical parts, or says why it has none. */
public final class UrlParser {
    private static final int LONGEST_URL = 1 << 20;

    private String reason = "";
    private String url = "";
    private String scheme = "";
    private boolean special;
    /** The authority is url[from, to). */
    private int from;

    private int to;

    /** Why the last URL has no canonical form. */
    public String reason() {
        return reason;
    }

    private Canonical.@Nullable Url none(String why) {
        reason = why;
        return null;
    }

    public Canonical.@Nullable Url parse(String text) {
        if (!split(text)) {
            return null;
        }
        int hostEnd = hostEnd(url, from, to);
        String port = "";
        if (hostEnd < to && url.charAt(hostEnd) != ':') {
            return none("'" + url.substring(hostEnd, to) + "' after the host");
        }
        if (hostEnd + 1 < to) {
            int number = Canonical.decimal(url, hostEnd + 1, to, 65_535);
            if (number < 0) {
                return none("'" + url.substring(hostEnd + 1, to) + "' is not a port");
            }
            port = number == defaultPort(scheme) ? "" : ":" + number;
        }
        if (hostEnd == from) {
            return none("no host");
        }
        Canonical.Result host = Canonical.host(url.substring(from, hostEnd));
        if (host.canonical() == null) {
            return none(host.reason());
        }
        return new Canonical.Url(
                scheme, Objects.requireNonNull(host.canonical()), host.kind(), port, rest(url, to, special));
    }

    /**
     * A URL whose host has no canonical form: the host is {@link OddHost#text}, of kind NONE. Text after the host that is not
     * a port is part of the host.
     *
     * @return null if there is no host at all
     */
    public Canonical.@Nullable Url parseOdd(String text) {
        if (!split(text)) {
            return null;
        }
        int colon = url.lastIndexOf(':', to - 1);
        int number = colon < from ? -1 : Canonical.decimal(url, colon + 1, to, 65_535);
        int hostEnd = number >= 0 || colon == to - 1 ? Math.max(from, colon) : to;
        if (hostEnd == from) {
            return none("no host");
        }
        OddHost host = OddHost.of(url.substring(from, hostEnd));
        String port = number < 0 || number == defaultPort(scheme) ? "" : ":" + number;
        return new Canonical.Url(scheme, host.text(), Canonical.Kind.NONE, port, rest(url, to, special));
    }

    /** Finds scheme and authority, without a user name; false if there is a reason why there are none. */
    private boolean split(String text) {
        if (text.length() > LONGEST_URL) {
            reason = "longer than " + LONGEST_URL + " characters";
            return false;
        }
        url = Canonical.cleaned(text);
        int colon = schemeEnd(url);
        scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        special = scheme.isEmpty() || isSpecial(scheme);
        from = colon + 1;
        if (special) {
            // A browser takes any number of slashes for two, and backslashes for slashes.
            while (from < url.length() && isSlash(url.charAt(from))) {
                from++;
            }
            if (scheme.isEmpty() && from != 0 && from != 2) {
                reason = "a path without a host";
                return false;
            }
        } else {
            from += 2;
        }
        to = from;
        while (to < url.length() && "/?#".indexOf(url.charAt(to)) < 0 && !(special && url.charAt(to) == '\\')) {
            to++;
        }
        int at = url.lastIndexOf('@', to - 1);
        if (at >= from) {
            if (scheme.isEmpty()) {
                reason = "an '@' in it, but no scheme";
                return false;
            }
            from = at + 1;
        }
        return true;
    }

    /** Where the scheme ends, at its colon; -1 if the text begins with a host. */
    private static int schemeEnd(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (c == ':' && i > 0) {
                if (url.startsWith("//", i + 1)) {
                    return i;
                }
                // http:evil.example and http:\\evil.example are URLs (WHATWG); http:81 is a host with a port.
                return isSpecial(url.substring(0, i).toLowerCase(Locale.ROOT)) && !isPort(url, i + 1) ? i : -1;
            }
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isPort(String url, int from) {
        int i = from;
        while (i < url.length() && url.charAt(i) >= '0' && url.charAt(i) <= '9') {
            i++;
        }
        return i > from && (i == url.length() || "/?#\\".indexOf(url.charAt(i)) >= 0);
    }

    private static boolean isSlash(char c) {
        return c == '/' || c == '\\';
    }

    private static boolean isSpecial(String scheme) {
        return defaultPort(scheme) > 0;
    }

    /** Port of a scheme, -1 for schemes that WHATWG does not call special. */
    public static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            case "ftp" -> 21;
            default -> -1;
        };
    }

    /** Where the host ends in the authority url[from, to): at the colon of its port, or at the end. */
    private static int hostEnd(String url, int from, int to) {
        if (from < to && url.charAt(from) == '[') {
            int close = url.indexOf(']', from);
            return close < 0 || close >= to ? to : close + 1;
        }
        int colon = url.lastIndexOf(':', to - 1);
        if (colon < from) {
            return to;
        }
        boolean bare = url.indexOf(':', from) < colon;
        // An IPv6 address that somebody did not put into brackets.
        return bare && Ip.parse6(url.substring(from, to)) != null ? to : colon;
    }

    /** Path and query of url[from, ..): no fragment, one form of escapes, no dot segments, no runs of slashes. */
    private static String rest(String url, int from, boolean special) {
        int end = url.indexOf('#', from);
        end = end < 0 ? url.length() : end;
        if (from == end) {
            return "/";
        }
        int query = url.indexOf('?', from);
        query = query < 0 || query > end ? end : query;
        boolean plainPath = isPlainPath(url, from, query);
        boolean plainQuery = isPlainQuery(url, query, end);
        if (plainPath && plainQuery) {
            return url.substring(from, end);
        }
        StringBuilder rest = new StringBuilder(end - from + 16);
        if (plainPath) {
            rest.append(url, from, query);
        } else {
            String path = url.substring(from, query);
            path(special ? path.replace('\\', '/') : path, rest);
        }
        if (plainQuery) {
            rest.append(url, query, end);
        } else {
            Escapes.Bytes bytes = Escapes.unescaped(url, query, end);
            Escapes.escape(bytes.array(), 0, bytes.length(), "\\", rest);
        }
        return rest.toString();
    }

    private static boolean isPlainPath(String url, int from, int to) {
        if (from == to || url.charAt(from) != '/') {
            return false;
        }
        boolean slash = false;
        for (int i = from; i < to; i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '%' || c == '\\' || slash && (c == '/' || c == '.')) {
                return false;
            }
            slash = c == '/';
        }
        return true;
    }

    private static boolean isPlainQuery(String url, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '%' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Unescapes, resolves dot segments as WHATWG does, then joins runs of slashes (Safe Browsing), and escapes. */
    private static void path(String path, StringBuilder into) {
        Escapes.Bytes bytes = Escapes.unescaped(path, 0, path.length());
        byte[] in = bytes.array();
        int length = bytes.length();
        byte[] out = new byte[length + 2];
        int kept = 0;
        for (int from = length > 0 && in[0] == '/' ? 1 : 0; from <= length; ) {
            int to = from;
            while (to < length && in[to] != '/') {
                to++;
            }
            boolean last = to == length;
            boolean up = to - from == 2 && in[from] == '.' && in[from + 1] == '.';
            boolean here = to - from == 1 && in[from] == '.';
            if (up) {
                while (kept > 0 && out[--kept] != '/') {}
            }
            if (!up && !here) {
                out[kept++] = '/';
                System.arraycopy(in, from, out, kept, to - from);
                kept += to - from;
            } else if (last) {
                out[kept++] = '/';
            }
            from = to + 1;
        }
        int joined = 0;
        for (int i = 0; i < kept; i++) {
            if (out[i] != '/' || joined == 0 || out[joined - 1] != '/') {
                out[joined++] = out[i];
            }
        }
        // ? and \ were escaped: as they are they would mean something else.
        Escapes.escape(out, 0, joined, "?\\", into);
    }
}
