package io.trawl.intel.rule.correlation.observation;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
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

    /** A pattern of more is one of so many. */
    int LARGEST = 1 << 20;

    /** How many events it takes at most. */
    default int size() {
        long size = 1;
        if (this instanceof And and) {
            size = (long) and.left.size() + and.right.size();
        } else if (this instanceof Or or) {
            size = Math.max(or.left.size(), or.right.size());
        } else if (this instanceof FollowedBy followed) {
            size = (long) followed.first.size() + followed.then.size();
        } else if (this instanceof Repeats repeats) {
            size = (long) repeats.of.size() * repeats.times;
        } else if (this instanceof Within within) {
            size = within.of.size();
        } else if (this instanceof Between between) {
            size = between.of.size();
        }
        return (int) Math.min(size, LARGEST);
    }

    /** The rules that it asks for. */
    default Set<String> rules() {
        Set<String> rules = new HashSet<>();
        if (this instanceof One one) {
            rules.add(one.rule);
        } else if (this instanceof And and) {
            rules.addAll(and.left.rules());
            rules.addAll(and.right.rules());
        } else if (this instanceof Or or) {
            rules.addAll(or.left.rules());
            rules.addAll(or.right.rules());
        } else if (this instanceof FollowedBy followed) {
            rules.addAll(followed.first.rules());
            rules.addAll(followed.then.rules());
        } else if (this instanceof Repeats repeats) {
            rules.addAll(repeats.of.rules());
        } else if (this instanceof Within within) {
            rules.addAll(within.of.rules());
        } else if (this instanceof Between between) {
            rules.addAll(between.of.rules());
        }
        return rules;
    }
}
