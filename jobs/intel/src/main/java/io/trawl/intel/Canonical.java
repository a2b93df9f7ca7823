package io.trawl.intel;

import com.ibm.icu.text.IDNA;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Canonical forms: an indicator and a log field that mean the same thing become the same text. The same code serves
 * both sides. It never throws; what has no canonical form says why.
 *
 * <p>Sources of the rules: WHATWG URL (hosts, IPv4 in its odd forms, backslashes), UTS 46 (IDNA), RFC 5952 (IPv6), Safe
 * Browsing (percent-unescaping to a fixed point, dots, slashes and dot segments).
 */
public final class Canonical {
    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII);
    private static final String FORBIDDEN = " #/<>?@[\\]^|%:\"'`{}(),;";
    private static final int LONGEST_HOST = 255;
    private static final int LONGEST_URL = 1 << 20;

    private Canonical() {}

    /** What a text is. */
    public enum Kind {
        DOMAIN,
        IPV4,
        IPV6,
        CIDR,
        URL,
        NONE
    }

    /**
     * A canonical form, or why there is none.
     *
     * @param kind what it is; NONE where it has no canonical form
     * @param canonical the canonical form, null where there is none
     * @param reason why there is none; empty where there is one
     */
    public record Result(Kind kind, @Nullable String canonical, String reason) {
        static Result of(Kind kind, String canonical) {
            return new Result(kind, canonical, "");
        }

        static Result none(String reason) {
            return new Result(Kind.NONE, null, reason);
        }

        /** Whether it is an address. */
        public boolean isAddress() {
            return kind == Kind.IPV4 || kind == Kind.IPV6;
        }
    }

    /** A host: a domain name, or an address in any of its forms, with or without brackets. */
    public static Result host(String text) {
        String host = text;
        if (isPlain(host)) {
            return host.length() > LONGEST_HOST ? tooLong() : Result.of(Kind.DOMAIN, host);
        }
        if (host.indexOf('%') >= 0 && host.indexOf(':') < 0) {
            host = new String(unescape(host.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf(':') < 0) {
                return Result.none("no IPv6 address between the brackets");
            }
        }
        if (host.indexOf(':') >= 0) {
            byte[] address = Ip.parse6(host);
            return address == null ? Result.none("no IPv6 address") : address(address);
        }
        boolean ascii = host.chars().allMatch(c -> c < 0x80);
        if (!ascii) {
            StringBuilder converted = new StringBuilder();
            IDNA.Info info = new IDNA.Info();
            UTS46.nameToASCII(host, converted, info);
            // Lengths are judged below, and names with empty labels are mended.
            info.getErrors()
                    .removeIf(error -> error == IDNA.Error.EMPTY_LABEL
                            || error == IDNA.Error.LABEL_TOO_LONG
                            || error == IDNA.Error.DOMAIN_NAME_TOO_LONG
                            || error == IDNA.Error.LEADING_HYPHEN
                            || error == IDNA.Error.TRAILING_HYPHEN
                            || error == IDNA.Error.HYPHEN_3_4);
            if (!info.getErrors().isEmpty()) {
                return Result.none("not a valid internationalised name (UTS 46): " + info.getErrors());
            }
            host = converted.toString();
        }
        host = dots(host.toLowerCase(Locale.ROOT));
        if (host.isEmpty()) {
            return Result.none("empty");
        }
        if (host.length() > LONGEST_HOST) {
            return tooLong();
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c <= 0x20 || c >= 0x7F || FORBIDDEN.indexOf(c) >= 0) {
                return Result.none("a host cannot have "
                        + (c <= 0x20 || c >= 0x7F ? String.format("U+%04X", (int) c) : "'" + c + "'") + " in it");
            }
        }
        if (endsInNumber(host)) {
            byte[] address = Ip.parseLoose4(host);
            return address == null ? Result.none("ends in a number, but is no IPv4 address") : address(address);
        }
        return Result.of(Kind.DOMAIN, host);
    }

    private static Result tooLong() {
        return Result.none("longer than " + LONGEST_HOST + " characters");
    }

    /** Whether a host is canonical already: lower-case letters, digits, hyphens and underscores between single dots. */
    private static boolean isPlain(String host) {
        int length = host.length();
        boolean dot = true;
        boolean lettersInLast = false;
        for (int i = 0; i < length; i++) {
            char c = host.charAt(i);
            if (c >= 'a' && c <= 'z') {
                dot = false;
                lettersInLast = true;
            } else if (c >= '0' && c <= '9' || c == '-' || c == '_') {
                dot = false;
            } else if (c == '.') {
                if (dot) {
                    return false;
                }
                dot = true;
                lettersInLast = false;
            } else {
                return false;
            }
        }
        if (dot || !lettersInLast) {
            return false;
        }
        // 0x.. at the end may be a number in hex.
        int last = host.lastIndexOf('.') + 1;
        return !host.startsWith("0x", last);
    }

    /** Leading, trailing and repeated dots taken out (Safe Browsing). */
    private static String dots(String host) {
        StringBuilder text = new StringBuilder(host.length());
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c != '.' || text.length() > 0 && text.charAt(text.length() - 1) != '.') {
                text.append(c);
            }
        }
        int end = text.length();
        if (end > 0 && text.charAt(end - 1) == '.') {
            text.setLength(end - 1);
        }
        return text.toString();
    }

    /** WHATWG "ends in a number". */
    private static boolean endsInNumber(String host) {
        String last = host.substring(host.lastIndexOf('.') + 1);
        if (!last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        return last.startsWith("0x") && last.chars().skip(2).allMatch(c -> Character.digit(c, 16) >= 0);
    }

    private static Result address(byte[] bytes) {
        return Result.of(bytes.length == 4 ? Kind.IPV4 : Kind.IPV6, Ip.text(bytes));
    }

    /**
     * A range in CIDR notation. Bits behind the prefix are cleared; a range of one address is that address.
     */
    public static Result cidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Result.none("no /prefix");
        }
        Result network = host(text.substring(0, slash));
        String canonical = network.canonical();
        if (canonical == null || !network.isAddress()) {
            return Result.none("no address before the /");
        }
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Result.none("no number behind the /");
        }
        byte[] bytes = Ip.require(canonical);
        int bits = Integer.parseInt(digits);
        boolean mapped = bytes.length == 4 && text.indexOf(':') >= 0;
        if (mapped) {
            bits -= 96;
        }
        if (bits < 0 || bits > bytes.length * 8) {
            return Result.none("a prefix of " + digits + " bits");
        }
        if (bits == bytes.length * 8) {
            return network;
        }
        return Result.of(Kind.CIDR, Ip.text(Ip.masked(bytes, bits)) + "/" + bits);
    }

    /**
     * The parts of a canonical URL.
     *
     * @param scheme in lower case; empty where none was given
     * @param host canonical
     * @param hostKind DOMAIN, IPV4 or IPV6
     * @param port as :8080, empty where it is the scheme's own
     * @param rest path and query, beginning with /
     */
    public record Url(String scheme, String host, Kind hostKind, String port, String rest) {
        /** Without the scheme: what an indicator without a scheme is compared with. */
        public String withoutScheme() {
            return (hostKind == Kind.IPV6 ? "[" + host + "]" : host) + port + rest;
        }

        @Override
        public String toString() {
            return scheme.isEmpty() ? withoutScheme() : scheme + "://" + withoutScheme();
        }
    }

    /** A URL with scheme and host, or host and path without a scheme. */
    public static Result url(String text) {
        Url url = parseUrl(text);
        return url == null ? Result.none("no URL with a host in it") : Result.of(Kind.URL, url.toString());
    }

    /** The parts of a URL in canonical form, null where it has no host that can be canonical. */
    public static @Nullable Url parseUrl(String text) {
        if (text.length() > LONGEST_URL) {
            return null;
        }
        String url = stripped(text);
        int colon = url.indexOf(':');
        String scheme = "";
        if (colon > 0 && isScheme(url, colon) && url.regionMatches(colon + 1, "//", 0, 2)) {
            scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
            url = url.substring(colon + 3);
        }
        // A browser takes more slashes for two.
        int start = 0;
        while (!scheme.isEmpty() && start < url.length() && url.charAt(start) == '/') {
            start++;
        }
        int end = start;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(start, end);
        String rest = url.substring(end);
        authority = authority.substring(authority.lastIndexOf('@') + 1);
        String port = "";
        int portColon = authority.lastIndexOf(':');
        if (portColon >= 0
                && portColon > authority.lastIndexOf(']')
                && authority.indexOf(':') >= (authority.startsWith("[") ? 0 : portColon)) {
            String digits = authority.substring(portColon + 1);
            if (!digits.isEmpty()) {
                int number = port(digits);
                if (number < 0) {
                    return null;
                }
                port = number == defaultPort(scheme) ? "" : ":" + number;
            }
            authority = authority.substring(0, portColon);
        }
        Result host = host(authority);
        String canonicalHost = host.canonical();
        if (canonicalHost == null) {
            return null;
        }
        return new Url(scheme, canonicalHost, host.kind(), port, rest(rest));
    }

    /** Tabs and line ends taken out, control characters and spaces at the ends too; backslashes are slashes (WHATWG). */
    private static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) <= ' ') {
            from++;
        }
        while (to > from && text.charAt(to - 1) <= ' ') {
            to--;
        }
        boolean plain = true;
        for (int i = from; i < to && plain; i++) {
            char c = text.charAt(i);
            plain = c != '\t' && c != '\r' && c != '\n' && c != '\\';
        }
        String cut = text.substring(from, to);
        return plain ? cut : slashed(cut.replaceAll("[\t\r\n]", ""));
    }

    /** Backslashes before query and fragment are slashes; one that is percent-escaped is a character like any other. */
    private static String slashed(String url) {
        int end = 0;
        while (end < url.length() && url.charAt(end) != '?' && url.charAt(end) != '#') {
            end++;
        }
        return url.substring(0, end).replace('\\', '/') + url.substring(end);
    }

    private static boolean isScheme(String url, int end) {
        for (int i = 0; i < end; i++) {
            char c = url.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return true;
    }

    private static int port(String digits) {
        if (digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int number = Integer.parseInt(digits);
        return number > 65_535 ? -1 : number;
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            case "ftp" -> 21;
            default -> -1;
        };
    }

    /** Path and query: no fragment, unescaped to a fixed point and escaped once, dot segments and runs of slashes gone. */
    private static String rest(String text) {
        int fragment = text.indexOf('#');
        String rest = fragment < 0 ? text : text.substring(0, fragment);
        if (rest.isEmpty()) {
            return "/";
        }
        if (isPlainRest(rest)) {
            return rest;
        }
        byte[] bytes = unescape(rest.getBytes(StandardCharsets.UTF_8));
        int query = 0;
        while (query < bytes.length && bytes[query] != '?') {
            query++;
        }
        String path = path(new String(bytes, 0, query, StandardCharsets.ISO_8859_1));
        String tail = new String(bytes, query, bytes.length - query, StandardCharsets.ISO_8859_1);
        return escape(path) + escape(tail);
    }

    /** Whether path and query are canonical already. */
    private static boolean isPlainRest(String rest) {
        if (rest.charAt(0) != '/') {
            return false;
        }
        boolean inPath = true;
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '%' || c == '\\') {
                return false;
            }
            if (c == '?') {
                inPath = false;
            }
            if (inPath
                    && c == '/'
                    && i + 1 < rest.length()
                    && (rest.charAt(i + 1) == '/' || rest.charAt(i + 1) == '.')) {
                return false;
            }
        }
        return true;
    }

    private static String path(String path) {
        ArrayDeque<String> kept = new ArrayDeque<>();
        List<String> segments = new ArrayList<>(List.of(path.split("/", -1)));
        boolean folder = false;
        for (String segment : segments) {
            folder = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!folder) {
                kept.addLast(segment);
            }
        }
        String joined = "/" + String.join("/", kept);
        return folder && !kept.isEmpty() ? joined + "/" : joined;
    }

    /** Percent-unescapes until nothing is left to unescape. */
    private static byte[] unescape(byte[] bytes) {
        byte[] current = bytes;
        while (true) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(current.length);
            for (int i = 0; i < current.length; i++) {
                int high = current[i] == '%' && i + 2 < current.length ? Character.digit(current[i + 1], 16) : -1;
                int low = high < 0 ? -1 : Character.digit(current[i + 2], 16);
                if (low >= 0) {
                    out.write(high << 4 | low);
                    i += 2;
                } else {
                    out.write(current[i]);
                }
            }
            if (out.size() == current.length) {
                return current;
            }
            current = out.toByteArray();
        }
    }

    private static String escape(String latin) {
        StringBuilder text = new StringBuilder(latin.length() + 16);
        for (int i = 0; i < latin.length(); i++) {
            char c = latin.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#' || c == '%' || c == '\\') {
                text.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** The canonical value of an indicator as a person types it; the text itself where it is none. */
    public static String indicator(String typed) {
        Indicators.Read read = Indicators.read(typed);
        return read.value() == null ? typed.strip() : read.value();
    }
}
