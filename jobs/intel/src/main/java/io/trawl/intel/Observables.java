package io.trawl.intel;

import io.trawl.record.ProxyEvent;

/** What of an event is worth remembering by itself: whom it contacted. */
public final class Observables {
    private Observables() {}

    /** Takes observables. */
    @FunctionalInterface
    public interface Sink {
        /** @param type domain, ipv4 or ipv6; @param value canonical */
        void observable(String type, String value);
    }

    /** Gives the host that was asked for and the peer's address, each once. */
    public static void of(ProxyEvent event, Sink sink) {
        String asked = null;
        if (event.getUrlDomain() != null) {
            Canonical.Result host = Canonical.host(event.getUrlDomain());
            asked = host.canonical();
            if (asked != null) {
                sink.observable(type(host.kind()), asked);
            }
        }
        if (event.getDestinationIp() != null) {
            Canonical.Result peer = Canonical.host(event.getDestinationIp());
            if (peer.canonical() != null
                    && peer.isAddress()
                    && !peer.canonical().equals(asked)) {
                sink.observable(type(peer.kind()), peer.canonical());
            }
        }
    }

    private static String type(Canonical.Kind kind) {
        return switch (kind) {
            case IPV4 -> "ipv4";
            case IPV6 -> "ipv6";
            default -> "domain";
        };
    }
}
