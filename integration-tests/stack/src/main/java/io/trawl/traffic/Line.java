package io.trawl.traffic;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of a proxy's log, and the truth about it. Proxy and offset name it.
 *
 * @param proxy name of the proxy
 * @param number number of the line in its proxy's log, from 1
 * @param offset byte at which it starts in its proxy's log
 * @param time when it was written; the line itself has it in the precision of its format
 * @param bytes the line without its line end, which is one LF; not to be changed
 * @param malformed in which way it is invalid; null if it is valid
 * @param nearMiss in which way it resembles a hit; null if it does not
 * @param planted every match it must lead to; empty for nearly all lines
 */
public record Line(
        String proxy,
        long number,
        long offset,
        Instant time,
        byte[] bytes,
        @Nullable Malformed malformed,
        @Nullable NearMiss nearMiss,
        List<Planted> planted) {}
