package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Verdict.Reason;
import io.trawl.intel.rule.eval.Explanation.Kind;
import java.util.Comparator;
import java.util.List;

/** A part of a condition, ready to be asked often. Immutable. */
interface Node extends Question {
    /** Adds each test that made it hold, in the rule's order; what holds since something does not adds none. */
    void why(Scratch event, String selection, List<Reason> reasons);

    /** Adds the first test of it, whatever it gave: what there is to say of a rule that holds since something does not. */
    void first(Scratch event, String selection, List<Reason> reasons);

    Explanation explain(Scratch event);

    private static List<Explanation> explain(List<Node> of, Scratch event) {
        return of.stream().map(node -> node.explain(event)).toList();
    }

    private static Question[] byCost(List<? extends Question> of) {
        return of.stream().sorted(Comparator.comparingInt(Question::cost)).toArray(Question[]::new);
    }

    private static int sum(List<? extends Question> of) {
        return of.stream().mapToInt(Question::cost).reduce(0, (one, other) -> Math.min(one + other, 1_000_000));
    }

    private static void first(List<Node> of, Scratch event, String selection, List<Reason> reasons) {
        if (!of.isEmpty()) {
            of.get(0).first(event, selection, reasons);
        }
    }

    /** All of some. */
    final class All implements Node {
        private final List<Node> of;
        private final Question[] byCost;
        private final int cost;

        All(List<Node> of) {
            this.of = of;
            this.byCost = Node.byCost(of);
            this.cost = sum(of);
        }

        @Override
        public boolean holds(Scratch event) {
            for (Question node : byCost) {
                if (!node.holds(event)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int cost() {
            return cost;
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            of.forEach(node -> node.why(event, selection, reasons));
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            Node.first(of, event, selection, reasons);
        }

        @Override
        public Explanation explain(Scratch event) {
            return Explanation.of(Kind.ALL, holds(event), "", Node.explain(of, event));
        }
    }

    /** One of some. */
    final class Any implements Node {
        private final List<Node> of;
        private final Question[] byCost;
        private final int cost;

        /** @param asked what is asked in their place: the same, in another way */
        Any(List<Node> of, List<? extends Question> asked) {
            this.of = of;
            this.byCost = Node.byCost(asked);
            this.cost = sum(asked);
        }

        @Override
        public boolean holds(Scratch event) {
            for (Question node : byCost) {
                if (node.holds(event)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public int cost() {
            return cost;
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            for (Node node : of) {
                if (node.holds(event)) {
                    node.why(event, selection, reasons);
                }
            }
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            Node.first(of, event, selection, reasons);
        }

        @Override
        public Explanation explain(Scratch event) {
            return Explanation.of(Kind.ANY, holds(event), "", Node.explain(of, event));
        }
    }

    /** Not another. */
    record Not(Node of) implements Node {
        @Override
        public boolean holds(Scratch event) {
            return !of.holds(event);
        }

        @Override
        public int cost() {
            return of.cost();
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            if (of instanceof Not twice) {
                twice.of.why(event, selection, reasons);
            }
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            of.first(event, selection, reasons);
        }

        @Override
        public Explanation explain(Scratch event) {
            return Explanation.of(Kind.NOT, holds(event), "", List.of(of.explain(event)));
        }
    }

    /** A part with a name. */
    record Named(String name, Node of) implements Node {
        @Override
        public boolean holds(Scratch event) {
            return of.holds(event);
        }

        @Override
        public int cost() {
            return of.cost();
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            of.why(event, name, reasons);
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            of.first(event, name, reasons);
        }

        @Override
        public Explanation explain(Scratch event) {
            return Explanation.of(Kind.NAMED, holds(event), name, List.of(of.explain(event)));
        }
    }
}
