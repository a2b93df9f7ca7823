package io.trawl.intel.index;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.UrlParser;
import io.trawl.intel.match.How;
import io.trawl.intel.match.MatchSink;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/** The beginnings of URLs in an index: of a URL, each host from its own up, with each part of its path, is looked up. */
final class UrlPrefixes {
    private final IndexFile index;
    private final IndexSlots slots;
    private final ByteBuffer file;

    UrlPrefixes(IndexFile index, IndexSlots slots, ByteBuffer file) {
        this.index = index;
        this.slots = slots;
        this.file = file;
    }

    /**
     * Gives every prefix of a URL.
     *
     * @param hostFrom where the first host begins that counts
     */
    void of(Canonical.Url url, int hostFrom, How how, String field, Instant at, MatchSink sink) {
        String host = url.host();
        boolean address = url.hostKind() == Canonical.Kind.IPV4 || url.hostKind() == Canonical.Kind.IPV6;
        int from = hostFrom;
        do {
            long hash = IndexFormat.host(index.start(), host, from, host.length());
            if (slots.mayHavePrefix(hash)) {
                onHost(hash, url, from, how, field, at, sink);
            }
            from = address ? 0 : host.indexOf('.', from) + 1;
        } while (from > 0);
    }

    private void onHost(
            long hostHash, Canonical.Url url, int hostFrom, How how, String field, Instant at, MatchSink sink) {
        String rest = url.rest();
        int query = rest.indexOf('?');
        int pathEnd = query < 0 ? rest.length() : query;
        long state = IndexFormat.prefixStart(hostHash);
        for (int i = 0; i < rest.length(); i++) {
            boolean edge =
                    i > 0 && i <= pathEnd && (i == pathEnd || rest.charAt(i) == '/' || rest.charAt(i - 1) == '/');
            if (edge) {
                prefix(IndexFormat.mix(state), url, hostFrom, i, how, field, at, sink);
            }
            state = IndexFormat.step(state, rest.charAt(i));
        }
        prefix(IndexFormat.mix(state), url, hostFrom, rest.length(), how, field, at, sink);
    }

    private void prefix(
            long hash, Canonical.Url url, int hostFrom, int restTo, How how, String field, Instant at, MatchSink sink) {
        for (int slot = slots.first(hash); slot >= 0; slot = slots.next(slot, hash)) {
            IndexRecord record = new IndexRecord(file).at(slots.record(slot));
            boolean fits = record.type() == IndexFormat.URL_PREFIX
                    && (hostFrom == 0 && how == How.URL_PREFIX || !record.has(IndexFormat.HOST_ONLY))
                    // Copied here alone: a path of a megabyte may have half a million parts.
                    && begins(url, hostFrom, url.rest().substring(0, restTo), record.value());
            if (fits) {
                index.give(slots.record(slot), url.toString(), field, how, at, sink);
            }
        }
    }

    /** Whether a prefix is this part of a URL, in the URL's scheme or without one, at its port. */
    private static boolean begins(Canonical.Url url, int hostFrom, String rest, String known) {
        String host = url.host().substring(hostFrom);
        String authority = url.hostKind() == Canonical.Kind.IPV6 ? "[" + host + "]" : host;
        if (known.equals(authority + url.port() + rest)) {
            return true;
        }
        for (String scheme : url.scheme().isEmpty() ? List.of("http", "https") : List.of(url.scheme())) {
            int standard = url.port().isEmpty() ? UrlParser.defaultPort(scheme) : -1;
            if (known.equals(scheme + "://" + authority + url.port() + rest)
                    || standard > 0 && known.equals(authority + ":" + standard + rest)) {
                return true;
            }
        }
        return false;
    }
}
