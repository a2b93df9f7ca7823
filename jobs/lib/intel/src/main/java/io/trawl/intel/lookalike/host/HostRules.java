package io.trawl.intel.lookalike.host;

import com.ibm.icu.text.IDNA;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.canonical.UrlParser;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges the host of an event: whether it is a name that DNS can have, and somebody's. What is an address is said by the URL
 * Standard's host parser (url.spec.whatwg.org), so a browser goes where the rule says. Immutable.
 */
public final class HostRules {
    /** Names that many sites have inside: of these nobody asks for a dot. */
    public static final List<String> INTERNAL = List.of("localhost", ".local", ".internal", ".lan", ".home.arpa");

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_UNICODE);
    private static final Set<IDNA.Error> UNDECODED = EnumSet.of(
            IDNA.Error.PUNYCODE,
            IDNA.Error.INVALID_ACE_LABEL,
            IDNA.Error.DISALLOWED,
            IDNA.Error.LEADING_COMBINING_MARK,
            IDNA.Error.LABEL_HAS_DOT);
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_SHOWN = 80;
    private static final int MOST_PORT = 65_535;
    /** Ports of protocols that no web server has by chance. */
    private static final Map<Integer, String> PORTS = Map.ofEntries(
            Map.entry(21, "ftp"),
            Map.entry(22, "ssh"),
            Map.entry(23, "telnet"),
            Map.entry(25, "smtp"),
            Map.entry(53, "dns"),
            Map.entry(80, "http"),
            Map.entry(110, "pop3"),
            Map.entry(143, "imap"),
            Map.entry(389, "ldap"),
            Map.entry(443, "https"),
            Map.entry(445, "smb"),
            Map.entry(465, "smtps"),
            Map.entry(587, "submission"),
            Map.entry(636, "ldaps"),
            Map.entry(993, "imaps"),
            Map.entry(995, "pop3s"),
            Map.entry(3389, "rdp"));

    private final List<String> internal;
    private final PublicSuffixes suffixes = PublicSuffixes.bundled();

    private HostRules(List<String> internal) {
        this.internal =
                internal.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /**
     * Rules of a site.
     *
     * @param internal names that the site has inside: one without a dot before it is a whole name, as intranet; one with a dot
     *     is a suffix, as .corp
     */
    public static HostRules of(List<String> internal) {
        return new HostRules(internal);
    }

    /** Judges a host, with or without a port, or a URL. */
    public List<HostFinding> judge(String hostOrUrl) {
        return hostOrUrl.isEmpty() ? List.of() : judge(RawHost.ofHost(hostOrUrl));
    }

    /** The host of what {@link #judge(String)} takes, as it is written, without brackets; empty if there is none. */
    public static String host(String hostOrUrl) {
        return RawHost.ofHost(hostOrUrl).host();
    }

    /**
     * Judges what an event has of a host.
     *
     * @param host null if it has none
     * @param url as the log has it; null if it has none
     * @param scheme null if it has none
     * @param port -1 if it has none
     * @return what is wrong with it, the gravest first; empty for nearly all
     */
    public List<HostFinding> judge(@Nullable String host, @Nullable String url, @Nullable String scheme, int port) {
        // A URL's host is judged as it is written: the event's may be canonical.
        RawHost raw = url == null ? null : RawHost.of(url);
        if (raw == null) {
            return host == null || host.isEmpty()
                    ? List.of()
                    : judge(
                            withoutBrackets(host),
                            host.startsWith("["),
                            scheme,
                            port < 0 ? null : Integer.toString(port));
        }
        return judge(raw);
    }

    private List<HostFinding> judge(RawHost raw) {
        if (raw.host().isEmpty() && !raw.bracketed()) {
            return UrlParser.defaultPort(raw.scheme()) < 0
                    ? List.of()
                    : List.of(new HostFinding(
                            HostRule.HOST_MISSING,
                            "",
                            "The URL is absolute, but it has no host after " + raw.scheme() + ":."));
        }
        List<HostFinding> findings = judge(raw.host(), raw.bracketed(), raw.scheme(), raw.port());
        if (!isHost(raw.user())) {
            return findings;
        }
        List<HostFinding> all = new ArrayList<>(findings);
        all.add(new HostFinding(
                HostRule.USERINFO,
                raw.host(),
                "The URL goes to " + shown(raw.host()) + "; what looks like a host before the @ is a user name: "
                        + shown(raw.user()) + "."));
        return all;
    }

    /** Whether a user name is one that people take for a host: a name under a suffix that there is, or an address. */
    private boolean isHost(String user) {
        int end = user.indexOf('%');
        Canonical.Result read = Canonical.host(end < 0 ? user : user.substring(0, end));
        String name = read.canonical();
        return name != null
                && name.indexOf('.') > 0
                && (read.isAddress() || suffixes.isListed(name.substring(name.lastIndexOf('.') + 1)));
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private List<HostFinding> judge(String host, boolean bracketed, @Nullable String scheme, @Nullable String port) {
        if (port == null && !bracketed && isPlain(host)) {
            return List.of();
        }
        List<HostFinding> findings = new ArrayList<>(1);
        Canonical.Result read = Canonical.host(bracketed ? "[" + host + "]" : host);
        if (isTooLong(host, read)) {
            findings.add(
                    finding(HostRule.TOO_LONG, host, "is longer than DNS allows: 63 characters a label, 253 a name"));
        } else if (read.canonical() == null) {
            findings.add(finding(HostRule.HOST_MALFORMED, host, "cannot be a host: " + read.reason()));
        } else if (read.isAddress() && hasEmptyLabel(host)) {
            findings.add(finding(HostRule.HOST_MALFORMED, host, "cannot be a host: a label of it is empty"));
        } else if (read.isAddress()) {
            findings.add(address(host, read));
        } else {
            name(host, read.canonical(), findings);
        }
        if (port != null && !port.isEmpty()) {
            port(host, scheme, port, findings);
        }
        return findings;
    }

    /** Whether a host is a usual name: of letters, digits, hyphens, with a registrable domain; nearly all are. */
    private boolean isPlain(String host) {
        if (Canonical.plain(host, 0, host.length()) != Canonical.Kind.DOMAIN || host.contains("xn--")) {
            return false;
        }
        int label = 0;
        for (int i = 0; i < host.length(); i++) {
            label = host.charAt(i) == '.' ? 0 : label + 1;
            if (label > LONGEST_LABEL) {
                return false;
            }
        }
        return suffixes.section(host) == null && host.indexOf('.') >= 0;
    }

    private static boolean isTooLong(String host, Canonical.Result read) {
        if (read.isAddress()) {
            return false;
        }
        String name = read.canonical() == null ? host : read.canonical();
        int end = name.endsWith(".") ? name.length() - 1 : name.length();
        if (end > LONGEST_NAME) {
            return true;
        }
        int label = 0;
        for (int i = 0; i < end; i++) {
            label = name.charAt(i) == '.' ? 0 : label + 1;
            if (label > LONGEST_LABEL && read.canonical() != null) {
                return true;
            }
        }
        return false;
    }

    private static HostFinding address(String host, Canonical.Result read) {
        String is = "is the address " + read.canonical();
        if (host.indexOf(':') >= 0) {
            return read.kind() == Canonical.Kind.IPV4
                    ? finding(HostRule.IP_V6_MAPPED, host, is + ", an IPv4 address within IPv6, and not a name")
                    : finding(HostRule.IP_V6, host, is + " and not a name");
        }
        HostRule rule = Notation.of(host);
        return rule == HostRule.IP_V4
                ? finding(rule, host, is + " and not a name")
                : finding(rule, host, is + " in a notation that hides it");
    }

    private void name(String host, String canonical, List<HostFinding> findings) {
        char odd = odd(canonical);
        if (hasEmptyLabel(host)) {
            findings.add(finding(HostRule.HOST_MALFORMED, host, "cannot be a host: a label of it is empty"));
        } else if (odd != 0) {
            findings.add(finding(HostRule.HOST_MALFORMED, host, "cannot be a host: no name has '" + odd + "' in it"));
        }
        String undecoded = undecoded(canonical);
        if (undecoded != null) {
            findings.add(
                    finding(HostRule.PUNYCODE, host, "has a label in punycode that does not decode: " + undecoded));
        }
        if (isInternal(canonical)) {
            return;
        }
        PublicSuffixes.Section section = suffixes.section(canonical);
        // The list's last rule makes a suffix of any name without a dot: that is not what is meant.
        if (canonical.indexOf('.') < 0 && !suffixes.isListed(canonical)) {
            findings.add(
                    finding(HostRule.DOTLESS, host, "is a name without a dot, and none of the site's internal ones"));
        } else if (section == PublicSuffixes.Section.ICANN) {
            findings.add(finding(HostRule.PUBLIC_SUFFIX, host, "is a public suffix, which nobody can have as a host"));
        } else if (section == PublicSuffixes.Section.PRIVATE) {
            findings.add(
                    finding(HostRule.PRIVATE_SUFFIX, host, "is a suffix under which its owner lets others have names"));
        }
    }

    private static boolean hasEmptyLabel(String host) {
        return host.contains("..") || host.startsWith(".");
    }

    /** A character that browsers let pass and that no name has (RFC 952, and the underscore of RFC 2782); 0 if there is none. */
    private static char odd(String canonical) {
        for (int i = 0; i < canonical.length(); i++) {
            char c = canonical.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_')) {
                return c;
            }
        }
        return 0;
    }

    private static @Nullable String undecoded(String canonical) {
        if (!canonical.contains("xn--")) {
            return null;
        }
        for (String label : canonical.split("\\.", -1)) {
            if (label.startsWith("xn--")) {
                IDNA.Info info = new IDNA.Info();
                StringBuilder decoded = new StringBuilder();
                UTS46.labelToUnicode(label, decoded, info);
                if (info.getErrors().stream().anyMatch(UNDECODED::contains)) {
                    return label;
                }
            }
        }
        return null;
    }

    private boolean isInternal(String name) {
        for (String each : internal) {
            if (each.startsWith(".") ? name.endsWith(each) || name.equals(each.substring(1)) : name.equals(each)) {
                return true;
            }
        }
        return false;
    }

    private static void port(String host, @Nullable String scheme, String text, List<HostFinding> findings) {
        int port = text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(text) : -1;
        if (port < 0 || port > MOST_PORT) {
            findings.add(finding(HostRule.HOST_MALFORMED, host, "has a port that is none: '" + shown(text) + "'"));
            return;
        }
        String owner = PORTS.get(port);
        if (scheme == null
                || owner == null
                || UrlParser.defaultPort(scheme) < 0
                || UrlParser.defaultPort(scheme) == port) {
            return;
        }
        findings.add(finding(
                HostRule.PORT_SCHEME,
                host,
                "is asked by " + scheme + " at port " + port + ", which is that of " + owner));
    }

    private static HostFinding finding(HostRule rule, String host, String is) {
        return new HostFinding(rule, host, (host.isEmpty() ? "The host" : shown(host)) + " " + is + ".");
    }

    /** A text that may be long, shortened. */
    private static String shown(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }
}
