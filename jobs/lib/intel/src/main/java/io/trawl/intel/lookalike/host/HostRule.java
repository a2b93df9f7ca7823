package io.trawl.intel.lookalike.host;

import io.trawl.intel.rule.Level;
import java.util.Locale;

/** What may be wrong with a host. */
public enum HostRule {
    IP_DECIMAL("An IPv4 address as one decimal number", "http://3221226219/", Level.HIGH),
    IP_OCTAL("An IPv4 address in octal", "http://0300.0.02.0353/", Level.HIGH),
    IP_HEX("An IPv4 address in hexadecimal", "http://0xc00002eb/", Level.HIGH),
    IP_MIXED("An IPv4 address in several notations", "http://0xc0.0.02.235/", Level.HIGH),
    IP_SHORT("An IPv4 address of fewer than four numbers", "http://192.0.747/", Level.HIGH),
    IP_ENCODED("An IPv4 address in escapes or in characters beyond ASCII", "http://%3192.0.2.235/", Level.HIGH),
    IP_V6_MAPPED("An IPv4 address within an IPv6 address", "http://[::ffff:192.0.2.235]/", Level.MEDIUM),
    IP_V6("An IPv6 address", "http://[2001:db8::235]/", Level.LOW),
    IP_V4("An IPv4 address", "http://192.0.2.235/", Level.LOW),
    HOST_MISSING("An absolute URL without a host", "http:///index.html", Level.MEDIUM),
    HOST_MALFORMED("A host that cannot be one", "http://evil example/", Level.MEDIUM),
    TOO_LONG("A name longer than DNS allows", "a label of more than 63 characters, or 253 in all", Level.MEDIUM),
    PUNYCODE("Punycode that does not decode", "http://xn--a.example/", Level.MEDIUM),
    PUBLIC_SUFFIX("A public suffix itself", "http://co.uk/", Level.MEDIUM),
    USERINFO("A user name that looks like a host", "http://example.com@evil.example/", Level.MEDIUM),
    PRIVATE_SUFFIX("A private public suffix itself", "http://github.io/", Level.LOW),
    DOTLESS("A name without a dot", "http://intranet/", Level.LOW),
    PORT_SCHEME("A port that is another protocol's", "http://example.com:443/", Level.LOW);

    private final String title;
    private final String example;
    private final Level level;

    HostRule(String title, String example, Level level) {
        this.title = title;
        this.example = example;
        this.level = level;
    }

    /** As a detection has it: host-ip-octal. */
    public String id() {
        String id = name().toLowerCase(Locale.ROOT).replace('_', '-');
        return id.startsWith("host-") ? id : "host-" + id;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** A URL that it is for. */
    public String example() {
        return example;
    }

    /** How grave it is if a site says nothing else. */
    public Level level() {
        return level;
    }
}
