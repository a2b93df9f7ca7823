package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.correlation.Shape.Limits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a window's items come to. Items come at one end and leave at the other, and no step looks at all of them: only a
 * percentile moves the numbers that are higher than the new one.
 */
interface Measure {
    void add(Item item);

    /** Takes away the first of those that are left. */
    void removeFirst(Item item);

    /** @param first the first of those that are left */
    boolean holds(Item first);

    /** Whether a window can begin with an item. */
    default boolean begins(Item item) {
        return true;
    }

    /** Whether an item is one of those that a group is made of. */
    default boolean isPart(Item item) {
        return true;
    }

    /** The items that hold together, where they are not all of the window. */
    default List<Item> chosen() {
        return List.of();
    }

    static Measure of(Node node) {
        Shape shape = node.correlation.shape();
        if (shape instanceof Shape.EventCount count) {
            return new Events(count.limits());
        }
        if (shape instanceof Shape.ValueCount count) {
            return new Different(count.limits());
        }
        if (shape instanceof Shape.Value value) {
            return value.aggregate() instanceof Shape.Aggregate.Percentile percentile
                    ? new Sorted(percentile.percent(), value.limits())
                    : new Total(value.aggregate() instanceof Shape.Aggregate.Average, value.limits());
        }
        if (shape instanceof Shape.RuleCount count) {
            return count.ordered()
                    ? new Sequence(node.correlation.rules().size(), count.limits())
                    : new Rules(node, null, count.limits());
        }
        if (shape instanceof Shape.Together together) {
            return together.ordered()
                    ? Sequence.ofTerms(node, together.expression())
                    : new Rules(node, together.expression(), Limits.atLeast(1));
        }
        return new Observing(node, ((Shape.Observed) shape).observation());
    }

    /** Counts. */
    final class Events implements Measure {
        private final Limits limits;
        private long count;

        Events(Limits limits) {
            this.limits = limits;
        }

        @Override
        public void add(Item item) {
            count++;
        }

        @Override
        public void removeFirst(Item item) {
            count--;
        }

        @Override
        public boolean holds(Item first) {
            return limits.holds(BigDecimal.valueOf(count));
        }
    }

    /** Counts different values. */
    final class Different implements Measure {
        private final Limits limits;
        private final Map<String, Integer> counts = new HashMap<>();

        Different(Limits limits) {
            this.limits = limits;
        }

        @Override
        public void add(Item item) {
            item.measured.forEach(value -> counts.merge(Node.folded(value), 1, Integer::sum));
        }

        @Override
        public void removeFirst(Item item) {
            item.measured.forEach(value ->
                    counts.computeIfPresent(Node.folded(value), (key, count) -> count == 1 ? null : count - 1));
        }

        @Override
        public boolean holds(Item first) {
            return limits.holds(BigDecimal.valueOf(counts.size()));
        }
    }

    /** Sums up. */
    final class Total implements Measure {
        private final boolean average;
        private final Limits limits;
        private BigDecimal sum = BigDecimal.ZERO;
        private long count;

        Total(boolean average, Limits limits) {
            this.average = average;
            this.limits = limits;
        }

        @Override
        public void add(Item item) {
            if (item.number != null) {
                sum = sum.add(item.number);
                count++;
            }
        }

        @Override
        public void removeFirst(Item item) {
            if (item.number != null) {
                sum = sum.subtract(item.number);
                count--;
            }
        }

        @Override
        public boolean holds(Item first) {
            return limits.holds(average ? sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL64) : sum);
        }
    }

    /** Keeps the numbers in order. */
    final class Sorted implements Measure {
        private final double percent;
        private final Limits limits;
        private final List<BigDecimal> numbers = new ArrayList<>();

        Sorted(double percent, Limits limits) {
            this.percent = percent;
            this.limits = limits;
        }

        @Override
        public void add(Item item) {
            if (item.number != null) {
                int at = Collections.binarySearch(numbers, item.number);
                numbers.add(at < 0 ? -at - 1 : at, item.number);
            }
        }

        @Override
        public void removeFirst(Item item) {
            if (item.number != null) {
                numbers.remove(Collections.binarySearch(numbers, item.number));
            }
        }

        @Override
        public boolean holds(Item first) {
            BigDecimal position = BigDecimal.valueOf(percent)
                    .multiply(BigDecimal.valueOf(numbers.size() - 1L))
                    .movePointLeft(2);
            int below = position.intValue();
            BigDecimal low = numbers.get(below);
            BigDecimal high = numbers.get(Math.min(below + 1, numbers.size() - 1));
            BigDecimal part = position.subtract(BigDecimal.valueOf(below));
            return limits.holds(low.add(high.subtract(low).multiply(part)));
        }
    }

    /** Knows which rules fired. */
    final class Rules implements Measure {
        private final @Nullable Expression expression;
        private final Limits limits;
        private final Map<String, Integer> places;
        private final int[] counts;
        private final boolean[] present;
        private int different;

        Rules(Node node, @Nullable Expression expression, Limits limits) {
            this.expression = expression;
            this.limits = limits;
            this.places = node.places;
            this.counts = new int[node.correlation.rules().size()];
            this.present = new boolean[counts.length];
            if (expression == null) {
                Arrays.fill(present, true);
            } else {
                for (Expression.Term term : expression.terms()) {
                    term.present().forEach(rule -> present[node.place(rule)] = true);
                }
            }
        }

        @Override
        public void add(Item item) {
            item.rules.stream().forEach(rule -> different += counts[rule]++ == 0 ? 1 : 0);
        }

        @Override
        public void removeFirst(Item item) {
            item.rules.stream().forEach(rule -> different -= --counts[rule] == 0 ? 1 : 0);
        }

        @Override
        public boolean holds(Item first) {
            return expression == null
                    ? limits.holds(BigDecimal.valueOf(different))
                    : expression.holds(rule -> counts[places.getOrDefault(rule, -1)] > 0);
        }

        @Override
        public boolean begins(Item item) {
            return isPart(item);
        }

        @Override
        public boolean isPart(Item item) {
            return item.rules.stream().anyMatch(rule -> present[rule]);
        }
    }
}
