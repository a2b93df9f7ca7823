package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Rule;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * The same without a tree, as correlations of other languages are: rules that all have to be met.
     *
     * @param rules by their places in {@link SeveralEvents#rules}
     * @param ordered whether the events come in the order of the rules
     * @param count how many events each rule takes
     * @param span in what time; null where any will do
     */
    public record Flat(
            List<Integer> rules,
            boolean ordered,
            int count,
            @Nullable Duration span) {
        public Flat {
            rules = List.copyOf(rules);
        }
    }

    /** The same without a tree; null where that cannot say it. */
    public @Nullable Flat flat() {
        Duration span = null;
        Node at = tree;
        while (true) {
            if (at instanceof Within within) {
                // Of several the shortest counts: all are about the same events.
                span = span == null || within.span.compareTo(span) < 0 ? within.span : span;
                at = within.of;
            } else if (at instanceof Times times && times.of instanceof Event event) {
                return new Flat(List.of(event.rule), false, times.count, span);
            } else if (at instanceof All all) {
                return flat(all.of, false, span);
            } else if (at instanceof Ordered ordered) {
                return flat(ordered.of, true, span);
            } else {
                return null;
            }
        }
    }

    private static @Nullable Flat flat(List<Node> of, boolean ordered, @Nullable Duration span) {
        return of.stream().allMatch(Event.class::isInstance)
                ? new Flat(of.stream().map(node -> ((Event) node).rule).toList(), ordered, 1, span)
                : null;
    }
}
