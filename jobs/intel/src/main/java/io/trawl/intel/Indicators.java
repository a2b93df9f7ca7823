package io.trawl.intel;

import crawlercommons.domains.EffectiveTldFinder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a text is as an indicator: its type and canonical value, or why it is none. */
public final class Indicators {
    private Indicators() {}

    /**
     * @param type domain, ipv4, ipv6, cidr or url; empty where it is no indicator
     * @param value the canonical value; null where it is no indicator
     * @param reason why it is none; empty where it is one
     */
    public record Read(String type, @Nullable String value, String reason) {
        static Read none(String reason) {
            return new Read("", null, reason);
        }
    }

    /** Reads an indicator of any type, defanged or not. */
    public static Read read(String text) {
        String value = Refang.refang(text);
        if (value.isEmpty()) {
            return Read.none("empty");
        }
        if (value.indexOf("://") > 0) {
            return url(value);
        }
        int slash = value.indexOf('/');
        if (slash == 0) {
            return Read.none("type not supported: a path without a host");
        }
        if (slash > 0) {
            Canonical.Result range = Canonical.cidr(value);
            if (range.canonical() != null) {
                return range(range);
            }
            return url(value);
        }
        if (value.indexOf('@') > 0) {
            return Read.none("type not supported: an e-mail address");
        }
        Canonical.Result host = Canonical.host(value);
        if (host.canonical() == null) {
            return port(value) != null ? Read.none("type not supported: host and port") : Read.none(host.reason());
        }
        return host(host, value);
    }

    /** host:port, null where the text is no such thing. */
    private static @Nullable String port(String value) {
        int colon = value.lastIndexOf(':');
        if (colon <= 0 || !value.substring(colon + 1).matches("[0-9]{1,5}")) {
            return null;
        }
        return Canonical.host(value.substring(0, colon)).canonical();
    }

    private static Read host(Canonical.Result host, String as) {
        String canonical = Objects.requireNonNull(host.canonical());
        switch (host.kind()) {
            case IPV4:
                return new Read("ipv4", canonical, "");
            case IPV6:
                return new Read("ipv6", canonical, "");
            default:
                break;
        }
        if (canonical.indexOf('.') < 0) {
            if (canonical.matches("[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")) {
                return Read.none("type not supported: a file hash");
            }
            return Read.none("a single label is no domain: '" + as + "'");
        }
        if (isPublicSuffix(canonical)) {
            return Read.none(canonical + " is a public suffix: everybody's domains lie beneath it");
        }
        return new Read("domain", canonical, "");
    }

    private static Read range(Canonical.Result range) {
        String canonical = Objects.requireNonNull(range.canonical());
        if (range.kind() == Canonical.Kind.CIDR) {
            return canonical.endsWith("/0")
                    ? Read.none(canonical + " is every address there is")
                    : new Read("cidr", canonical, "");
        }
        return new Read(range.kind() == Canonical.Kind.IPV4 ? "ipv4" : "ipv6", canonical, "");
    }

    private static Read url(String value) {
        Canonical.Url url = Canonical.parseUrl(value);
        if (url == null) {
            return Read.none("no URL with a host in it");
        }
        if (url.scheme().isEmpty()
                && url.hostKind() == Canonical.Kind.DOMAIN
                && url.host().indexOf('.') < 0) {
            return Read.none("no URL: '" + url.host() + "' is no host");
        }
        return new Read("url", url.toString(), "");
    }

    /** Whether domains are registered right beneath it (Public Suffix List, ICANN and private parts). */
    static boolean isPublicSuffix(String domain) {
        EffectiveTldFinder.EffectiveTLD suffix = EffectiveTldFinder.getEffectiveTLD(domain);
        return suffix != null
                && suffix.getDomain().equals(domain)
                && EffectiveTldFinder.getAssignedDomain(domain, true) == null;
    }

    /** The id of an indicator: 32 hex digits of SHA-256 over type, canonical value and feed. */
    public static String id(String type, String value, String feed) {
        return digest(type, value, feed);
    }

    /** 32 hex digits of SHA-256 over parts that a zero byte keeps apart. */
    static String digest(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
