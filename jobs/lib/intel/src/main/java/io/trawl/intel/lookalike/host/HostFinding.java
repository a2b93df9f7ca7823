package io.trawl.intel.lookalike.host;

/**
 * A host that is none.
 *
 * @param rule what is wrong with it
 * @param host as it was given; empty if there is none
 * @param reason one plain sentence
 */
public record HostFinding(HostRule rule, String host, String reason) {}
