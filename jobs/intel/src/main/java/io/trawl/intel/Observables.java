package io.trawl.intel;

import org.jspecify.annotations.Nullable;

/**
 * What of an event is worth remembering by itself: whom it contacted, that is the host that was asked for
 * ({@code url.domain}) and the peer's address ({@code destination.ip}), each once.
 */
public final class Observables {
    private Observables() {}

    /**
     * An observable.
     *
     * @param type domain, ipv4 or ipv6
     * @param value canonical
     */
    public record Seen(String type, String value) {}

    /** The observable of a host as a log has it, name or address; null where it has no canonical form. */
    public static @Nullable Seen host(String host) {
        Canonical.Result result = Canonical.host(host);
        String value = result.canonical();
        if (value == null) {
            return null;
        }
        return new Seen(Indicators.type(result.kind()), value);
    }
}
