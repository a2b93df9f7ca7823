package io.trawl.bench.match;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people write in Java: an expression for the line, another for the URL's host, and a set of domains and addresses
 * that the host and every domain above it are looked up in. It knows no URLs, no ranges, no IPv6 in URLs, no referrers, not
 * the address that the proxy went to, and takes every text as it is.
 */
final class RegexPeer implements LineMatcher {
    private static final Pattern LINE = Pattern.compile("^(\\d+\\.\\d{3})\\s+(\\d+)\\s+(\\S+)\\s+([A-Z_]+)/(\\d{3})"
            + "\\s+(\\d+)\\s+([A-Z_]+)\\s+(\\S+)\\s+(\\S+)\\s+([A-Z_]+)/(\\S+)\\s+(\\S+).*$");
    private static final Pattern HOST = Pattern.compile("^(?:[a-z]+://)?([^/:?]+)");

    /** What the expression takes out of a line. */
    private record Request(
            double time,
            long elapsed,
            String client,
            String action,
            int status,
            long bytes,
            String method,
            String url,
            @Nullable String host,
            String user,
            String hierarchy,
            String peer,
            String type) {}

    private final Set<String> indicators;
    /** Kept, so that no field is left out by the compiler. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable Request last;

    /** @param indicators domains and IPv4 addresses in canonical form */
    RegexPeer(Set<String> indicators) {
        this.indicators = indicators;
    }

    @Override
    public boolean matches(byte[] log, int from, int to) {
        Request request = parse(new String(log, from, to - from, StandardCharsets.ISO_8859_1));
        last = request;
        if (request == null || request.host == null) {
            return false;
        }
        for (String domain = request.host; ; ) {
            if (indicators.contains(domain)) {
                return true;
            }
            int dot = domain.indexOf('.');
            if (dot < 0) {
                return false;
            }
            domain = domain.substring(dot + 1);
        }
    }

    private static @Nullable Request parse(String line) {
        Matcher fields = LINE.matcher(line);
        if (!fields.matches()) {
            return null;
        }
        String url = fields.group(8);
        Matcher host = HOST.matcher(url);
        return new Request(
                Double.parseDouble(fields.group(1)),
                Long.parseLong(fields.group(2)),
                fields.group(3),
                fields.group(4),
                Integer.parseInt(fields.group(5)),
                Long.parseLong(fields.group(6)),
                fields.group(7),
                url,
                host.find() ? host.group(1) : null,
                fields.group(9),
                fields.group(10),
                fields.group(11),
                fields.group(12));
    }
}
