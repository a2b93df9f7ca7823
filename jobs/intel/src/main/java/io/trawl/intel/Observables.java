package io.trawl.intel;

import org.jspecify.annotations.Nullable;

/**
 * What of an event is worth remembering by itself: whom it contacted, that is the host that was asked for
 * ({@code url.domain}) and the peer's address ({@code destination.ip}), each once.
 */
public final class Observables {
    private static final String DOMAIN = "domain";

    private Observables() {}

    /**
     * An observable.
     *
     * @param type domain, ipv4 or ipv6
     * @param value canonical; a host without a canonical form as it is, in printable ASCII
     */
    public record Seen(String type, String value) {}

    /**
     * The observable of a host as a log has it, name or address. What has no canonical form is a domain, too, and lies
     * beneath its longest suffix that has one: its octets in lower case, {@code %} and all but printable ASCII as %XX.
     *
     * @return null where there is nothing
     */
    public static @Nullable Seen host(String host) {
        Canonical.Result result = Canonical.host(host);
        String value = result.canonical();
        if (value != null) {
            return new Seen(Indicators.type(result.kind()), value);
        }
        String text = OddHost.of(host).text();
        return text.isEmpty() ? null : new Seen(DOMAIN, text);
    }

    /** Whether an observable is a host without a canonical form. */
    public static boolean isOdd(String type, String value) {
        return type.equals(DOMAIN)
                && Canonical.plain(value, 0, value.length()) == null
                && Canonical.host(value).canonical() == null;
    }
}
