package io.trawl.intel.rule;

/**
 * A range of IPv4 or IPv6 addresses.
 *
 * @param high the upper 64 bits of the first address as IPv6; IPv4 is mapped, {@code ::ffff:0:0/96}
 * @param low its lower 64 bits
 * @param prefix length of the prefix in bits of IPv6, 0 to 128: of an IPv4 range 96 more than it is written with
 */
public record Range(long high, long low, int prefix) {
    // read(String), holds(address), holds(Range): of whoever implements the core
}
