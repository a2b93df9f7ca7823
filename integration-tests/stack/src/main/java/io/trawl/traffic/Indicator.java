package io.trawl.traffic;

/**
 * An indicator of a feed.
 *
 * @param type domain, ipv4, ipv6, cidr or url
 * @param value its canonical value
 * @param expired whether it was valid only before any line was written
 */
record Indicator(String type, String value, boolean expired) {
    static Indicator of(String type, String value) {
        return new Indicator(type, value, false);
    }
}
