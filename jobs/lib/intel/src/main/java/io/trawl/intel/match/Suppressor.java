package io.trawl.intel.match;

import org.jspecify.annotations.Nullable;

/** Decides whether a match is kept as suppressed: an allowlist. */
@FunctionalInterface
public interface Suppressor {
    /** Name of the list that suppresses the match; null if none does. */
    @Nullable
    String suppressedBy(Match match);
}
