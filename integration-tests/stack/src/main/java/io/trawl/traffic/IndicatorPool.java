package io.trawl.traffic;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The indicators that lines can hit: the first ten thousand of any size, so that the hits of a log do not depend on the
 * size. It also knows, by plain comparison, what a request must match: the truth that faster ways are held against.
 */
final class IndicatorPool {
    static final int LARGEST = 10_000;
    static final int SMALLEST = 200;

    final List<String> domains = new ArrayList<>();
    /** Domains beneath a domain that is an indicator too. */
    final List<String> children = new ArrayList<>();

    /** Domains whose parent is none. */
    final List<String> deep = new ArrayList<>();

    final List<String> expired = new ArrayList<>();
    final List<String> v4 = new ArrayList<>();
    /** Single addresses within a range that is an indicator too. */
    final List<String> v4InRange = new ArrayList<>();

    final List<String> v6 = new ArrayList<>();
    final List<Range> ranges = new ArrayList<>();
    final List<Range> v6Ranges = new ArrayList<>();
    final List<String> urls = new ArrayList<>();
    final List<String> urlsWithoutScheme = new ArrayList<>();
    /** URLs on hosts that are indicators too. */
    final List<String> urlsOnDomains = new ArrayList<>();

    private final Set<String> liveDomains = new HashSet<>();
    private final Set<String> addresses = new HashSet<>();
    private final Set<String> liveUrls = new HashSet<>();
    private final List<Indicator> all = new ArrayList<>();

    /** @param size how many; no less than {@link #SMALLEST}, and what is above {@link #LARGEST} is left out */
    IndicatorPool(long seed, long size) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x1D1CA7025L);
        int count = (int) Math.min(size, LARGEST);
        Set<String> used = new HashSet<>();
        for (int i = 0; i < count * 4 / 100; i++) {
            long address;
            do {
                address = (101L + random.nextInt(19)) << 24 | random.nextInt(1 << 24) & ~1L;
            } while (!used.add(Addresses.v4(address)));
            address(v4, "ipv4", Addresses.v4(address));
        }
        for (int i = 0; i < count / 100; i++) {
            address(v6, "ipv6", Addresses.v6(0x1001 + i, 1 + random.nextInt(0xFFFF), 1 + random.nextInt(0xFFFF)));
        }
        int networks = count * 15 / 1000;
        for (int i = 0; i < networks; i++) {
            int prefix = 20 + random.nextInt(9);
            // In the middle of its /16, so that the addresses beside it are of no other range.
            Range range = Range.v4(150L << 24 | (long) i << 16 | 0x8000, prefix);
            range(ranges, range);
            if (i % 4 == 0) {
                address(v4InRange, "ipv4", range.at(random.nextLong(range.size()) & ~1L));
            } else if (i % 4 == 1) {
                // The range within comes right behind the one around it.
                range(ranges, Range.v4(range.first().longValueExact(), prefix + 1 + random.nextInt(2)));
            }
        }
        for (int i = 0; i < count / 200; i++) {
            range(v6Ranges, new Range(Addresses.number("2001:db8:" + Integer.toHexString(0x2001 + i) + "::"), 48, 128));
        }
        int pages = count * 3 / 100;
        for (int i = 0; i < pages; i++) {
            String host = unused(used, random);
            String page = host + "/" + Names.word(random, 2) + "/" + Names.word(random, 1) + random.nextInt(100)
                    + (i % 2 == 0 ? ".php?id=" + random.nextInt(100_000) : ".exe");
            if (i % 3 == 1) {
                url(urlsWithoutScheme, page);
            } else {
                String url = (i % 3 == 0 ? "http://" : "https://") + page;
                boolean onDomain = i % 6 == 2;
                url(onDomain ? urlsOnDomains : urls, url);
                if (onDomain) {
                    domain(domains, host);
                }
            }
        }
        for (int i = 0; i < count / 100; i++) {
            String domain = unused(used, random);
            expired.add(domain);
            all.add(new Indicator("domain", domain, true));
        }
        while (all.size() < count) {
            String domain = unused(used, random);
            int kind = all.size() % 20;
            if (kind == 0) {
                domain(deep, Names.word(random, 1) + "." + domain);
            } else {
                domain(domains, domain);
            }
            if (kind == 1 && all.size() < count) {
                domain(children, Names.word(random, 1) + "." + domain);
            }
        }
    }

    private static String unused(Set<String> used, SplittableRandom random) {
        String domain;
        do {
            domain = Names.harmful(random);
        } while (!used.add(domain));
        return domain;
    }

    private void domain(List<String> kind, String domain) {
        kind.add(domain);
        liveDomains.add(domain);
        all.add(Indicator.of("domain", domain));
    }

    private void address(List<String> kind, String type, String address) {
        if (addresses.add(address)) {
            kind.add(address);
            all.add(Indicator.of(type, address));
        }
    }

    private void range(List<Range> kind, Range range) {
        kind.add(range);
        all.add(Indicator.of("cidr", range.toString()));
    }

    private void url(List<String> kind, String url) {
        kind.add(url);
        liveUrls.add(url);
        all.add(Indicator.of("url", url));
    }

    List<Indicator> all() {
        return all;
    }

    /** Gives indicators, each once: those of the pool, then others that no line can hit, up to a number of them. */
    void stream(long seed, long size, Consumer<Indicator> to) {
        all.forEach(to);
        SplittableRandom random = new SplittableRandom(seed ^ 0x5EEDF0E5L);
        for (long i = all.size(); i < size; i++) {
            int kind = (int) (i % 50);
            if (kind < 3) {
                // An odd factor gives each number of 28 bits once.
                to.accept(Indicator.of("ipv4", Addresses.v4(208L << 24 | i * 2_654_435_761L & 0xFFFFFFFL)));
            } else if (kind == 3) {
                to.accept(Indicator.of("url", "http://" + Names.numbered(random, i) + "/" + Names.word(random, 2)));
            } else {
                String domain = Names.numbered(random, i);
                to.accept(Indicator.of("domain", kind % 3 == 0 ? Names.word(random, 2) + "." + domain : domain));
            }
        }
    }

    /**
     * What a request must match, each indicator once a field. A linear comparison, for the few lines it is asked for.
     *
     * @param url null if the log has none, as for CONNECT
     */
    List<Planted> matches(
            String proxy,
            long number,
            long offset,
            @Nullable String url,
            String host,
            @Nullable String peer,
            @Nullable String referrer) {
        Map<String, Planted> found = new LinkedHashMap<>();
        Found add = (type, value, field, how) ->
                found.putIfAbsent(field + " " + value, new Planted(proxy, number, offset, type, value, field, how));
        if (url != null) {
            url(url, "url.full", add);
        }
        host(host, "url.domain", add);
        if (peer != null) {
            host(peer, "destination.ip", add);
        }
        if (referrer != null) {
            url(referrer, "http.request.referrer", add);
            host(hostOf(referrer), "http.request.referrer", add);
        }
        return List.copyOf(found.values());
    }

    private interface Found {
        void add(String type, String value, String field, String how);
    }

    private void url(String url, String field, Found found) {
        String withoutScheme = url.substring(url.indexOf("://") + 3);
        for (String text : List.of(url, withoutScheme)) {
            if (liveUrls.contains(text)) {
                found.add("url", text, field, "exact");
            }
        }
    }

    private void host(String host, String field, Found found) {
        boolean address = host.indexOf(':') >= 0 || Character.isDigit(host.charAt(host.length() - 1));
        if (!address) {
            for (int at = 0; at >= 0; at = host.indexOf('.', at) + 1) {
                String domain = host.substring(at);
                if (liveDomains.contains(domain)) {
                    found.add("domain", domain, field, at == 0 ? "exact" : "subdomain");
                }
                if (host.indexOf('.', at) < 0) {
                    break;
                }
            }
            return;
        }
        if (addresses.contains(host)) {
            found.add(host.indexOf(':') >= 0 ? "ipv6" : "ipv4", host, field, "exact");
        }
        boolean v6Address = host.indexOf(':') >= 0;
        BigInteger number = Addresses.number(host);
        for (Range range : v6Address ? v6Ranges : ranges) {
            if (range.contains(number, v6Address ? 128 : 32)) {
                found.add("cidr", range.toString(), field, "cidr");
            }
        }
    }

    static String hostOf(String url) {
        int start = url.indexOf("://") + 3;
        int end = url.indexOf('/', start);
        String host = end < 0 ? url.substring(start) : url.substring(start, end);
        return host.startsWith("[") ? host.substring(1, host.indexOf(']')) : host.replaceFirst(":[0-9]+$", "");
    }
}
