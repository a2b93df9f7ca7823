package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Rule;
import java.time.Duration;
import java.util.List;

/**
 * What several events decide together. Each part of it is met by events of its own; START and STOP are in the conditions of
 * the rules.
 *
 * @param whole the pattern's id, name, level, score, tags, references and place; its condition holds of an event that meets a
 *     part
 * @param rules what one event decides, in the order of the pattern
 * @param tree how they belong together
 */
public record SeveralEvents(Rule whole, List<Rule> rules, Node tree) {
    public SeveralEvents {
        rules = List.copyOf(rules);
    }

    /** A part. */
    public sealed interface Node {}

    /** An event that meets a rule, by its place in {@link #rules}. */
    public record Event(int rule) implements Node {}

    /** Each of them, in any order. */
    public record All(List<Node> of) implements Node {
        public All {
            of = List.copyOf(of);
        }
    }

    /** One of them. */
    public record Any(List<Node> of) implements Node {
        public Any {
            of = List.copyOf(of);
        }
    }

    /** Each of them; the first event of one is not before the last event of the one before it. */
    public record Ordered(List<Node> of) implements Node {
        public Ordered {
            of = List.copyOf(of);
        }
    }

    /** That many times, each by events of its own. */
    public record Times(Node of, int count) implements Node {}

    /** All of its events in a time span: the last is at most so much after the first. */
    public record Within(Node of, Duration span) implements Node {}
}
