package io.trawl.traffic;

/**
 * A match that a line must lead to, and the only ones: what is not planted is no match.
 *
 * @param proxy name of the proxy
 * @param number number of the line in its proxy's log, from 1
 * @param offset byte at which the line starts in its proxy's log
 * @param type type of the indicator: domain, ipv4, ipv6, cidr or url
 * @param indicator canonical value of the indicator
 * @param field the field that matches, in ECS's dotted name
 * @param how exact, subdomain or cidr
 */
public record Planted(
        String proxy, long number, long offset, String type, String indicator, String field, String how) {}
