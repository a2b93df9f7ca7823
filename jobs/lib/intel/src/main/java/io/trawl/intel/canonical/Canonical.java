package io.trawl.intel.canonical;

import com.ibm.icu.text.IDNA;
import io.trawl.schema.word.IndicatorType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Canonical forms: an indicator and a log field that mean the same thing become the same text. The same code serves
 * both sides. It never throws; what has no canonical form says why. Canonical text is ASCII, and its own canonical form.
 *
 * <p>Sources of the rules: WHATWG URL (parts, hosts, IPv4 in its odd forms), UTS 46 (IDNA), RFC 5952 (IPv6), Safe
 * Browsing (percent-unescaping to a fixed point, dots, runs of slashes). docs/decisions/005 says what was decided where
 * they differ.
 */
public final class Canonical {
    private static final IDNA UTS46 =
            IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);
    /** What WHATWG's beStrict = false lets pass. */
    private static final Set<IDNA.Error> HARMLESS = EnumSet.of(
            IDNA.Error.EMPTY_LABEL,
            IDNA.Error.LABEL_TOO_LONG,
            IDNA.Error.DOMAIN_NAME_TOO_LONG,
            IDNA.Error.LEADING_HYPHEN,
            IDNA.Error.TRAILING_HYPHEN,
            IDNA.Error.HYPHEN_3_4);
    /** WHATWG's forbidden domain code points, besides controls and space. */
    private static final String FORBIDDEN = "#/:<>?@[\\]^|%";
    /** What DNS can name (RFC 1035, 2.3.4, in text). */
    private static final int LONGEST_HOST = 253;
    /** Other scripts make a name longer than it is; above this nobody reads it. */
    static final int LONGEST_TEXT = 4 * LONGEST_HOST;

    /** No label at all. */
    static final Result EMPTY = Result.none("empty");

    private static final Result TOO_LONG =
            Result.none("longer than a name in DNS can be (" + LONGEST_HOST + " characters)");

    private Canonical() {}

    /** What a text is. */
    public enum Kind {
        DOMAIN,
        IPV4,
        IPV6,
        CIDR,
        URL,
        NONE;

        /** Type of an indicator or observable that is a host of this kind. */
        public IndicatorType type() {
            return switch (this) {
                case IPV4 -> IndicatorType.IPV4;
                case IPV6 -> IndicatorType.IPV6;
                default -> IndicatorType.DOMAIN;
            };
        }
    }

    /**
     * A canonical form, or why there is none.
     *
     * @param kind what it is; NONE if it has no canonical form
     * @param canonical the canonical form, null if there is none
     * @param reason why there is none; empty if there is one
     */
    public record Result(Kind kind, @Nullable String canonical, String reason) {
        static Result of(Kind kind, String canonical) {
            return new Result(kind, canonical, "");
        }

        public static Result none(String reason) {
            return new Result(Kind.NONE, null, reason);
        }

        /** Whether it is an address. */
        public boolean isAddress() {
            return kind == Kind.IPV4 || kind == Kind.IPV6;
        }
    }

    /**
     * The parts of a canonical URL.
     *
     * @param scheme in lower case; empty if none was given
     * @param host canonical, without brackets
     * @param hostKind DOMAIN, IPV4 or IPV6
     * @param port as :8080; empty if none was given, or it is the scheme's own
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

    /**
     * A host: a domain name, or an address in any of its forms, with or without brackets.
     *
     * @return of kind DOMAIN, IPV4, IPV6 or NONE
     */
    public static Result host(String text) {
        Kind kind = plain(text, 0, text.length());
        return kind == null ? read(text) : Result.of(kind, text);
    }

    /**
     * An address in any of its forms.
     *
     * @return of kind IPV4, IPV6 or NONE
     */
    public static Result ip(String text) {
        Result host = host(text);
        return host.kind() == Kind.DOMAIN ? Result.none("a name, no address") : host;
    }

    /** DOMAIN or IPV4 where text[from, to) is canonical already, as nearly all hosts are; null if it takes a closer look. */
    public static @Nullable Kind plain(String text, int from, int to) {
        if (to - from > LONGEST_HOST) {
            return null;
        }
        boolean startOfLabel = true;
        boolean letterInLast = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z') {
                startOfLabel = false;
                letterInLast = true;
            } else if (c >= '0' && c <= '9' || c == '-' || c == '_') {
                startOfLabel = false;
            } else if (c == '.' && !startOfLabel) {
                startOfLabel = true;
                letterInLast = false;
            } else {
                return null;
            }
        }
        if (startOfLabel) {
            return null;
        }
        if (!letterInLast) {
            return Ip.canonical4(text, from, to) < 0 ? null : Kind.IPV4;
        }
        // A last label in 0x.. may be a number in hex.
        int last = Math.max(from, text.lastIndexOf('.', to - 1) + 1);
        return text.startsWith("0x", last) ? null : Kind.DOMAIN;
    }

    private static Result read(String text) {
        String host = withoutLineEnds(text);
        if (host.startsWith("[")) {
            byte[] address = host.endsWith("]") ? Ip.parse6(host.substring(1, host.length() - 1)) : null;
            return address == null ? Result.none("no IPv6 address between brackets") : address(address);
        }
        if (host.indexOf(':') >= 0) {
            byte[] address = Ip.parse6(host);
            return address == null ? Result.none("a ':' in it, but no IPv6 address") : address(address);
        }
        if (host.indexOf('%') >= 0) {
            Escapes.Bytes bytes = Escapes.unescaped(host, 0, host.length());
            try {
                host = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes.array(), 0, bytes.length()))
                        .toString();
            } catch (CharacterCodingException e) {
                return Result.none("its percent-escapes are not UTF-8");
            }
        }
        return name(host);
    }

    /** A host whose percent-escapes are undone: a name, or an IPv4 address. */
    static Result name(String text) {
        String host = text;
        if (host.length() > LONGEST_TEXT) {
            return TOO_LONG;
        }
        // An xn-- label stays as it is, valid or not: a resolver asks for those very bytes.
        if (!isAscii(host)) {
            StringBuilder ascii = new StringBuilder();
            IDNA.Info info = new IDNA.Info();
            UTS46.nameToASCII(host, ascii, info);
            Set<IDNA.Error> errors = info.getErrors();
            errors.removeAll(HARMLESS);
            if (!errors.isEmpty()) {
                return Result.none("not an internationalised name (UTS 46): " + errors);
            }
            host = ascii.toString();
        }
        String dotted = host.toLowerCase(Locale.ROOT);
        host = dots(dotted);
        if (host.isEmpty()) {
            return EMPTY;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c <= 0x20 || c >= 0x7F) {
                return Result.none(String.format("a host cannot have U+%04X in it", (int) c));
            }
            if (FORBIDDEN.indexOf(c) >= 0) {
                return Result.none("a host cannot have '" + c + "' in it");
            }
        }
        if (endsInNumber(host)) {
            // Dots too many are a slip in a name, but make no address (WHATWG).
            long address = dotted.startsWith(host) ? Ip.loose4(host) : -1;
            return address < 0
                    ? Result.none("ends in a number, but is not an IPv4 address")
                    : address(Ip.bytes(address));
        }
        return host.length() > LONGEST_HOST ? TOO_LONG : Result.of(Kind.DOMAIN, host);
    }

    private static Result address(byte[] bytes) {
        return Result.of(bytes.length == 4 ? Kind.IPV4 : Kind.IPV6, Ip.text(bytes));
    }

    /** Without tabs and line ends, and without controls and spaces at the ends (WHATWG, Safe Browsing). */
    static String cleaned(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) <= ' ') {
            from++;
        }
        while (to > from && text.charAt(to - 1) <= ' ') {
            to--;
        }
        return withoutLineEnds(text.substring(from, to));
    }

    static String withoutLineEnds(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isTabOrLineEnd(text.charAt(i))) {
                StringBuilder clean = new StringBuilder(text.length()).append(text, 0, i);
                for (int j = i; j < text.length(); j++) {
                    if (!isTabOrLineEnd(text.charAt(j))) {
                        clean.append(text.charAt(j));
                    }
                }
                return clean.toString();
            }
        }
        return text;
    }

    private static boolean isTabOrLineEnd(char c) {
        return c == '\t' || c == '\r' || c == '\n';
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Leading, trailing and repeated dots taken out (Safe Browsing). */
    private static String dots(String host) {
        if (!host.startsWith(".") && !host.endsWith(".") && !host.contains("..")) {
            return host;
        }
        StringBuilder text = new StringBuilder(host.length());
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c != '.' || text.length() > 0 && text.charAt(text.length() - 1) != '.') {
                text.append(c);
            }
        }
        int end = text.length();
        return end > 0 && text.charAt(end - 1) == '.' ? text.substring(0, end - 1) : text.toString();
    }

    /** WHATWG "ends in a number". */
    private static boolean endsInNumber(String host) {
        int at = host.lastIndexOf('.') + 1;
        boolean hex = host.startsWith("0x", at);
        for (int i = hex ? at + 2 : at; i < host.length(); i++) {
            int digit = Ip.digit(host.charAt(i));
            if (digit < 0 || digit > 9 && !hex) {
                return false;
            }
        }
        return true;
    }

    /**
     * A range in CIDR notation, the address in four decimal parts or as IPv6. Bits after the prefix are cleared; a range
     * of one address is that address.
     *
     * @return of kind CIDR, IPV4, IPV6 or NONE
     */
    public static Result cidr(String text) {
        String range = cleaned(text);
        int slash = range.indexOf('/');
        if (slash < 0) {
            return Result.none("no /prefix");
        }
        String address = range.substring(0, slash);
        // Routers read 10.1/16 as 10.1.0.0, the odd forms of hosts as 10.0.0.1: such text says neither.
        long v4 = Ip.canonical4(address, 0, address.length());
        byte[] bytes = v4 >= 0 ? Ip.bytes(v4) : address.indexOf(':') >= 0 ? bytes(host(address)) : null;
        if (bytes == null) {
            return Result.none("no address before the /; expected for example 192.0.2.0/24 or 2001:db8::/32");
        }
        int bits = decimal(range, slash + 1, range.length(), 128);
        if (bits >= 0 && v4 < 0 && bytes.length == 4) {
            byte[] whole = Ip.whole6(address.replace("[", "").replace("]", ""));
            if (bits > 96 || whole == null || !Ip.isNat64(whole)) {
                bits -= 96;
            } else if (bits == 96) {
                return Result.none(
                        "all of IPv4 as NAT64 (RFC 6052); expected a part of it, for example 64:ff9b::c000:200/120");
            } else {
                bytes = whole;
            }
        }
        if (bits < 0 || bits > 8 * bytes.length) {
            return Result.none("'" + range.substring(slash + 1) + "' is not a prefix of " + address);
        }
        return bits == 8 * bytes.length
                ? address(bytes)
                : Result.of(Kind.CIDR, Ip.text(Ip.masked(bytes, bits)) + "/" + bits);
    }

    private static byte @Nullable [] bytes(Result host) {
        return host.isAddress() ? Ip.require(Objects.requireNonNull(host.canonical())) : null;
    }

    /** A decimal number in text[from, to) of at most {@code most}; -1 if it is none. */
    public static int decimal(String text, int from, int to, int most) {
        int value = from < to ? 0 : -1;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
            if (value > most) {
                return -1;
            }
        }
        return value;
    }

    /**
     * A URL with scheme and host, or host and path without a scheme.
     *
     * @return of kind URL or NONE
     */
    public static Result url(String text) {
        UrlParser parser = new UrlParser();
        Url url = parser.parse(text);
        return url == null ? Result.none(parser.reason()) : Result.of(Kind.URL, url.toString());
    }

    /** The parts of a URL in canonical form, null if it has none; {@link #url} says why. */
    public static @Nullable Url parseUrl(String text) {
        return new UrlParser().parse(text);
    }

    /**
     * The longest suffix of whole labels of a host that has no canonical form which has one, as a domain: what answers for
     * the host in DNS, which carries any octet.
     *
     * @return in canonical form; null if there is none
     */
    public static @Nullable String suffix(String host) {
        OddHost odd = OddHost.of(host);
        return odd.hasSuffix() ? odd.text().substring(odd.suffix()) : null;
    }

    /** Undoes what analysts do to indicators so that nobody clicks on them. A plain value does not change. */
    public static String refang(String text) {
        return Refang.refang(text);
    }
}
