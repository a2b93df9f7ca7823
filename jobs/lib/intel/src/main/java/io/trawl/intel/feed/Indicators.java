package io.trawl.intel.feed;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.canonical.Refang;
import io.trawl.intel.canonical.UrlParser;
import io.trawl.schema.word.IndicatorType;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a text is as an indicator: its type and canonical value, or why it is none. */
public final class Indicators {
    private static final int LONGEST_LABEL = 63;
    private static final int SHORTEST_PATH = 5;
    private static final int LONGEST_AGENT = 2000;

    private Indicators() {}

    /**
     * What a text was read as.
     *
     * @param kind null if it is not an indicator
     * @param value the canonical value; null if it is not an indicator
     * @param reason why it is none; empty if it is one
     */
    public record Read(
            @Nullable IndicatorType kind, @Nullable String value, String reason) {
        static Read of(IndicatorType kind, String value) {
            return new Read(kind, value, "");
        }

        static Read none(String reason) {
            return new Read(null, null, reason);
        }

        static Read unsupported(String type) {
            return none("type not supported: " + type);
        }

        /** The type as records have it; empty if it is not an indicator. */
        public String type() {
            return kind == null ? "" : kind.text();
        }
    }

    /** Reads an indicator of any type, defanged or not. */
    public static Read read(String text) {
        return read(text, Family.ANY);
    }

    /** Reads an indicator of the family that the feed says it is. */
    public static Read read(String text, @Nullable Family family) {
        if (family == Family.USER_AGENT || family == Family.USER_AGENT_REGEX) {
            return userAgent(text.strip(), family);
        }
        String value = Refang.refang(text);
        if (value.isEmpty()) {
            return Read.none("empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            // Names of files in a path may have spaces.
            boolean inPath = c == ' ' && value.charAt(0) == '/';
            if (!inPath && (c <= ' ' || Character.isSpaceChar(c))) {
                return Read.none(
                        c == 0
                                ? "a NUL in it"
                                : "more than one word; expected one indicator, and ' #' before a comment");
            }
        }
        if (family == Family.EMAIL_DOMAIN) {
            return emailDomain(value.startsWith("@") ? value.substring(1) : value);
        }
        boolean prefix = family == Family.URL_PREFIX
                || value.endsWith("/*") && !value.startsWith("/") && (family == Family.URL || family == Family.ANY);
        if (prefix) {
            return prefix(value.endsWith("/*") ? value.substring(0, value.length() - 1) : value);
        }
        Read read = family == Family.URL ? url(value) : classified(value);
        IndicatorType kind = read.kind();
        if (kind == null || family == Family.ANY) {
            return read;
        }
        boolean fits =
                switch (kind) {
                    case DOMAIN, DOMAIN_PORT -> family == Family.DOMAIN;
                    case URL -> family == Family.URL;
                    case URL_PATH -> family == Family.PATH;
                    case MD5, SHA1, SHA256 -> family == Family.HASH;
                    default -> family == Family.ADDRESS || family == Family.DOMAIN;
                };
        return fits
                ? read
                : Read.none("the type column says "
                        + (family == null ? "" : family.name().toLowerCase(Locale.ROOT)) + ", the value is of type "
                        + read.type());
    }

    private static Read classified(String value) {
        int slash = value.indexOf('/');
        // Before a scheme is looked for: a path's query may have a URL in it.
        if (slash == 0 && (!value.startsWith("//") || value.startsWith("/", 2))) {
            return path(value);
        }
        if (value.indexOf("://") > 0) {
            return url(value);
        }
        if (value.startsWith("||") || value.startsWith("@@")) {
            return Read.unsupported("adblock rule");
        }
        if (slash >= 0) {
            return isRange(value, slash) ? range(value) : url(value);
        }
        if (value.startsWith("@")) {
            return emailDomain(value.substring(1));
        }
        if (value.indexOf('@') >= 0) {
            return Read.unsupported("e-mail address");
        }
        if (value.indexOf('?') > 0) {
            return url(value);
        }
        String hash = hash(value);
        if (hash != null) {
            IndicatorType kind = IndicatorType.of(hash);
            return kind == null ? Read.unsupported(hash) : Read.of(kind, value.toLowerCase(Locale.ROOT));
        }
        // *.evil.example is evil.example with what is below it.
        String name = value.startsWith("*.") ? value.substring(2) : value;
        Canonical.Result host = Canonical.host(name);
        if (host.canonical() == null) {
            Read port = port(name);
            return port != null ? port : isPattern(name) ? Read.unsupported("pattern") : Read.none(host.reason());
        }
        return host(host, name);
    }

    /** Whether it has characters of wildcards and regular expressions that no host has. */
    private static boolean isPattern(String host) {
        for (int i = 0; i < host.length(); i++) {
            if ("*^${}|\\".indexOf(host.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is an address before the slash and a number after it. */
    private static boolean isRange(String value, int slash) {
        String before = value.substring(0, slash);
        return Canonical.decimal(value, slash + 1, value.length(), 999) >= 0
                && (Ip.canonical4(before, 0, slash) >= 0
                        || before.indexOf(':') >= 0 && Canonical.host(before).isAddress());
    }

    private static @Nullable String hash(String value) {
        String name =
                switch (value.length()) {
                    case 32 -> "md5";
                    case 40 -> "sha1";
                    case 64 -> "sha256";
                    case 128 -> "sha512";
                    default -> null;
                };
        for (int i = 0; i < value.length() && name != null; i++) {
            if (Ip.digit(value.charAt(i)) < 0) {
                name = null;
            }
        }
        return name;
    }

    /** An address or a domain with a port; null if the text is no such thing. */
    private static @Nullable Read port(String value) {
        int colon = value.lastIndexOf(':');
        int port = colon <= 0 ? -1 : Canonical.decimal(value, colon + 1, value.length(), 99_999_999);
        if (port < 0) {
            return null;
        }
        String name = value.substring(0, colon);
        Canonical.Result host = Canonical.host(name);
        if (host.canonical() == null) {
            return null;
        }
        if (port == 0 || port > 65_535) {
            return Read.none("nothing listens at port " + port);
        }
        Read read = host(host, name);
        if (read.value() == null) {
            return read;
        }
        String authority = host.kind() == Canonical.Kind.IPV6 ? "[" + read.value() + "]" : read.value();
        return Read.of(host.isAddress() ? IndicatorType.IP_PORT : IndicatorType.DOMAIN_PORT, authority + ":" + port);
    }

    /** A path on any host, as the end of one: /gate.php. */
    private static Read path(String value) {
        Canonical.Url url = Canonical.parseUrl("http://a" + value);
        int length = url == null ? 0 : url.rest().length();
        if (url == null || length < SHORTEST_PATH && !url.rest().matches("/[A-Za-z0-9]{2,}")) {
            return Read.none("a path that every site has, or none; expected for example /gate.php");
        }
        return Read.of(IndicatorType.URL_PATH, url.rest());
    }

    private static Read emailDomain(String name) {
        Canonical.Result host = Canonical.host(name);
        if (host.canonical() == null || host.isAddress()) {
            return Read.none("not the domain of an e-mail address; expected for example @evil.example");
        }
        Read read = host(host, name);
        return read.value() == null ? read : Read.of(IndicatorType.EMAIL_DOMAIN, read.value());
    }

    private static Read userAgent(String text, Family family) {
        if (text.isEmpty() || text.length() > LONGEST_AGENT) {
            return Read.none(text.isEmpty() ? "empty" : "a user agent of more than " + LONGEST_AGENT + " characters");
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) >= 0x7F) {
                return Read.none(String.format("a user agent cannot have U+%04X in it", (int) text.charAt(i)));
            }
        }
        if (family == Family.USER_AGENT) {
            return Read.of(IndicatorType.USER_AGENT, text);
        }
        try {
            if (Pattern.compile(text).matcher("").find()) {
                return Read.none("matches every user agent");
            }
            return Read.of(IndicatorType.USER_AGENT_REGEX, text);
        } catch (PatternSyntaxException e) {
            return Read.none("not a regular expression of RE2: " + e.getMessage());
        }
    }

    private static Read host(Canonical.Result host, String text) {
        String value = Objects.requireNonNull(host.canonical());
        if (host.isAddress()) {
            boolean number = text.indexOf('.') < 0 && text.indexOf(':') < 0 && !text.startsWith("0x");
            // An address below 1.0.0.0 is a number that somebody counted with.
            if (number && value.startsWith("0.")) {
                return Read.none("a number; as an address it would be " + value);
            }
            return Read.of(host.kind().type(), value);
        }
        if (isPattern(value)) {
            return Read.unsupported("pattern");
        }
        String wrong = wrongDomain(value);
        if (wrong != null) {
            return Read.none(wrong);
        }
        PublicSuffixes.Section section = PublicSuffixes.bundled().section(value);
        if (section == PublicSuffixes.Section.ICANN) {
            return Read.none(
                    value.indexOf('.') < 0 && !PublicSuffixes.bundled().isListed(value)
                            ? "a single label: '" + value + "' is nobody's domain"
                            : value + " is a public suffix: it would match everybody's domains");
        }
        return Read.of(IndicatorType.DOMAIN, value);
    }

    /** Why a canonical host cannot be a name in DNS; null if it can. */
    private static @Nullable String wrongDomain(String host) {
        int label = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            label = c == '.' ? 0 : label + 1;
            if (label > LONGEST_LABEL) {
                return "a label of more than " + LONGEST_LABEL + " characters";
            }
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')) {
                return c == ',' || c == ';' || c == '|'
                        ? "a '" + c + "' in it; columns need a header line that names them"
                        : "a domain cannot have '" + c + "' in it";
            }
        }
        return null;
    }

    /** The canonical value of an indicator as a person types it; the text itself if it is not an indicator. */
    public static String canonical(String typed) {
        Read read = read(typed);
        return read.value() == null ? typed.strip() : read.value();
    }

    private static Read range(String value) {
        Canonical.Result range = Canonical.cidr(value);
        String canonical = range.canonical();
        if (canonical == null) {
            return Read.none(range.reason());
        }
        if (range.isAddress()) {
            return Read.of(range.kind().type(), canonical);
        }
        return canonical.endsWith("/0")
                ? Read.none(canonical + " is every address there is")
                : Read.of(IndicatorType.CIDR, canonical);
    }

    private static Read url(String value) {
        UrlParser parser = new UrlParser();
        Canonical.Url url = parser.parse(value);
        if (url == null) {
            return Read.none("not a URL: " + parser.reason());
        }
        if (url.hostKind() != Canonical.Kind.DOMAIN) {
            if (url.scheme().isEmpty()
                    && Canonical.decimal(url.rest(), 1, url.rest().length(), 999) >= 0) {
                return Read.none("a range or a URL? expected for example 192.0.2.0/24 or http://192.0.2.1/24");
            }
        } else {
            if (isPattern(url.host())) {
                return Read.unsupported("pattern");
            }
            String wrong = wrongDomain(url.host());
            if (wrong != null) {
                return Read.none("not a URL: " + wrong);
            }
            if (url.scheme().isEmpty() && url.host().indexOf('.') < 0) {
                return Read.none(
                        "not a URL: '" + url.host() + "' is not a host; expected for example evil.example/path");
            }
        }
        return Read.of(IndicatorType.URL, url.toString());
    }

    /**
     * A URL with what follows it: evil.example/panel/ on that host and those below it. With nothing but a host it is
     * that host: who lists all of its URLs means its tunnels, too.
     */
    private static Read prefix(String value) {
        Read read = url(value.startsWith("*.") ? value.substring(2) : value);
        Canonical.Url url = read.value() == null ? null : Canonical.parseUrl(read.value());
        if (url == null) {
            return read;
        }
        if (url.scheme().isEmpty() && url.rest().equals("/")) {
            return classified(
                    (url.hostKind() == Canonical.Kind.IPV6 ? "[" + url.host() + "]" : url.host()) + url.port());
        }
        return url.hostKind() == Canonical.Kind.DOMAIN
                        && PublicSuffixes.bundled().section(url.host()) == PublicSuffixes.Section.ICANN
                ? Read.none(url.host() + " is a public suffix: it would match everybody's domains")
                : Read.of(IndicatorType.URL_PREFIX, url.toString());
    }

    /** The id of an indicator: 32 hex digits, the first of SHA-256 over type, canonical value and feed. */
    public static String id(String type, String value, String feed) {
        return Ids.of(type, value, feed);
    }
}
