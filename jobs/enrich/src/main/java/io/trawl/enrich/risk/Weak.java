package io.trawl.enrich.risk;

import java.io.Serializable;
import java.time.Instant;

/**
 * What a rule found of a client in a window, and was weak alone.
 *
 * @param window its start
 * @param score the greatest of these findings
 * @param count how many there are
 */
public record Weak(Instant window, String client, String rule, String name, int score, long count)
        implements Serializable {}
