package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.correlation.Shape.Limits;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Rules that fired one after the other. For each number of steps and each rule it knows the latest place in which a
 * sequence of so many steps that ends with this rule can begin; one that begins before the window is none.
 */
final class Sequence implements Measure {
    private final int size;
    private final Limits limits;
    /** By steps, less one, and rule: the place of the first item, -1 for none. */
    private final long[][] starts;

    private final List<Way> ways;
    private final int[] counts;
    /** Whether only a sequence of all rules is enough, so that a window begins with the first one. */
    private final boolean wantsAll;

    /** A term of an expression: these rules in this order, and none of the others. */
    private static final class Way {
        private final int[] rules;
        private final int[] absent;
        private final long[] starts;

        Way(int[] rules, int[] absent) {
            this.rules = rules;
            this.absent = absent;
            this.starts = new long[rules.length];
            Arrays.fill(starts, -1);
        }

        void add(Item item) {
            for (int i = rules.length - 1; i >= 0; i--) {
                if (item.rules.get(rules[i])) {
                    starts[i] = i == 0 ? item.place : starts[i - 1];
                }
            }
        }
    }

    private Sequence(int size, Limits limits, List<Way> ways) {
        this.size = size;
        this.limits = limits;
        this.ways = ways;
        this.counts = new int[size];
        this.starts = new long[ways.isEmpty() ? size : 0][size];
        for (long[] row : starts) {
            Arrays.fill(row, -1);
        }
        this.wantsAll = ways.isEmpty() && limits.isRising() && !limits.holds(BigDecimal.valueOf(size - 1L));
    }

    Sequence(int size, Limits limits) {
        this(size, limits, List.of());
    }

    static Sequence ofTerms(Node node, Expression expression) {
        List<Way> ways = new ArrayList<>();
        for (Expression.Term term : expression.terms()) {
            ways.add(new Way(places(node, term.present()), places(node, term.absent())));
        }
        return new Sequence(node.correlation.rules().size(), Limits.atLeast(1), ways);
    }

    private static int[] places(Node node, Set<String> rules) {
        return rules.stream().mapToInt(node::place).sorted().toArray();
    }

    @Override
    public void add(Item item) {
        item.rules.stream().forEach(rule -> counts[rule]++);
        ways.forEach(way -> way.add(item));
        for (int rule = size - 1; rule >= 0 && starts.length > 0; rule--) {
            if (!item.rules.get(rule)) {
                continue;
            }
            for (int steps = size - 1; steps > 0; steps--) {
                for (int before = 0; before < rule; before++) {
                    starts[steps][rule] = Math.max(starts[steps][rule], starts[steps - 1][before]);
                }
            }
            starts[0][rule] = item.place;
        }
    }

    @Override
    public void removeFirst(Item item) {
        item.rules.stream().forEach(rule -> counts[rule]--);
    }

    @Override
    public boolean holds(Item first) {
        for (Way way : ways) {
            if (way.rules.length > 0
                    && way.starts[way.rules.length - 1] >= first.place
                    && Arrays.stream(way.absent).allMatch(rule -> counts[rule] == 0)) {
                return true;
            }
        }
        if (!ways.isEmpty()) {
            return false;
        }
        int longest = 0;
        for (int steps = 0; steps < size; steps++) {
            if (Arrays.stream(starts[steps]).anyMatch(start -> start >= first.place)) {
                longest = steps + 1;
            }
        }
        return limits.holds(BigDecimal.valueOf(longest));
    }

    @Override
    public boolean begins(Item item) {
        return wantsAll ? item.rules.get(0) : isPart(item);
    }

    @Override
    public boolean isPart(Item item) {
        return ways.isEmpty()
                || ways.stream().anyMatch(way -> Arrays.stream(way.rules).anyMatch(item.rules::get));
    }
}
