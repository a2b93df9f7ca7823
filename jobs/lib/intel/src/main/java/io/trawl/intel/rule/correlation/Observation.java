package io.trawl.intel.rule.correlation;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of observations, as STIX 2.1 has it: which events there must be, and how they follow each other. Two parts of
 * a pattern are never met by the same event.
 */
public sealed interface Observation {
    /** An event of a rule. */
    record One(String rule) implements Observation {}

    /** Both, in whatever order. */
    record And(Observation left, Observation right) implements Observation {}

    /** One of both. */
    record Or(Observation left, Observation right) implements Observation {}

    /** The first, and then the second; events of the same time are in either order. */
    record FollowedBy(Observation first, Observation then) implements Observation {}

    /**
     * So many times.
     *
     * @param times 1 or more
     */
    record Repeats(Observation of, int times) implements Observation {}

    /** Its first and its last event are at most so much apart. */
    record Within(Observation of, Duration time) implements Observation {}

    /**
     * All its events are in a time.
     *
     * @param start not before this; null without a beginning
     * @param stop before this; null without an end
     */
    record Between(
            Observation of,
            @Nullable Instant start,
            @Nullable Instant stop) implements Observation {}
}
