package io.trawl.intel.match;

/** Takes the matches of an event. */
@FunctionalInterface
public interface MatchSink {
    /** One match; an indicator comes at most once a field. */
    void match(Match match);
}
