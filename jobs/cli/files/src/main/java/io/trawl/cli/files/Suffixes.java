package io.trawl.cli.files;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What follows from a host's public suffix: where it begins to belong to somebody, and under what it is looked up. */
final class Suffixes {
    private static final PublicSuffixes LIST = PublicSuffixes.bundled();

    private Suffixes() {}

    /** The registrable domain of a canonical domain; null if it has none. */
    static @Nullable String registrableDomain(String domain) {
        return LIST.registrableDomain(domain);
    }

    /**
     * The expressions under which an indicator of a URL or of its host is looked up: each host from the whole one down to
     * the registrable domain, with the whole path and query, with the path, and with each folder above it (Safe Browsing).
     */
    static List<String> expressions(Canonical.Url url) {
        List<String> hosts = new ArrayList<>();
        if (url.hostKind() == Canonical.Kind.DOMAIN) {
            String least = registrableDomain(url.host());
            String host = url.host();
            hosts.add(host);
            while (least != null && !host.equals(least)) {
                host = host.substring(host.indexOf('.') + 1);
                hosts.add(host);
            }
        } else {
            hosts.add(url.hostKind() == Canonical.Kind.IPV6 ? "[" + url.host() + "]" : url.host());
        }
        int query = url.rest().indexOf('?');
        String path = query < 0 ? url.rest() : url.rest().substring(0, query);
        Set<String> paths = new LinkedHashSet<>();
        paths.add(url.rest());
        paths.add(path);
        for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
            paths.add(path.substring(0, slash + 1));
        }
        List<String> expressions = new ArrayList<>();
        for (String host : hosts) {
            paths.forEach(at -> expressions.add(host + url.port() + at));
        }
        return expressions;
    }
}
