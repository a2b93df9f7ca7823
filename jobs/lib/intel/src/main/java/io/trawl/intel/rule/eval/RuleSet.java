package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.Verdict.Reason;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rules that are judged together. Which events they are for is not asked: who has events of one source makes a set of the
 * rules for it. Immutable, and safe for use by several threads.
 */
public final class RuleSet {
    private final List<Rule> rules;
    private final Node[] nodes;
    private final ThreadLocal<Scratch> scratches;
    private final Compiler compiler;

    private RuleSet(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        this.compiler = new Compiler();
        this.nodes = new Node[rules.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(compiler, this.rules.get(i));
        }
        this.scratches = ThreadLocal.withInitial(() -> compiler.scratch(nodes.length));
    }

    /**
     * A set of rules.
     *
     * @throws IllegalArgumentException where one cannot be run: file, line and reason
     */
    public static RuleSet of(List<Rule> rules) {
        return new RuleSet(rules);
    }

    private static Node node(Compiler compiler, Rule rule) {
        try {
            return compiler.node(rule.condition());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    rule.place().file() + ":" + rule.place().line() + ": rule " + rule.id() + ": " + e.getMessage(), e);
        }
    }

    /** The rules in order. */
    public List<Rule> rules() {
        return rules;
    }

    /** Gives a verdict for each rule that an event meets, in the order of the rules. */
    public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
        Scratch scratch = scratches.get();
        if (scratch.isBusy()) {
            // Who is given a verdict judges another event.
            scratch = compiler.scratch(nodes.length);
        }
        scratch.begin(event);
        try {
            for (int i = 0; i < nodes.length; i++) {
                if (nodes[i].holds(scratch)) {
                    verdicts.accept(verdict(rules.get(i), nodes[i], scratch));
                }
            }
        } finally {
            scratch.end();
        }
    }

    private static Verdict verdict(Rule rule, Node node, Scratch scratch) {
        List<Reason> why = new ArrayList<>();
        node.why(scratch, "", why);
        if (why.isEmpty()) {
            node.first(scratch, "", why);
        }
        return new Verdict(rule, why);
    }

    /**
     * Says of each part of a rule whether it holds of an event.
     *
     * @throws IllegalArgumentException where the rule cannot be run: file, line and reason
     */
    public static Explanation explain(Rule rule, ProxyEvent event) {
        Compiler alone = new Compiler();
        Node node = node(alone, rule);
        Scratch scratch = alone.scratch(1);
        scratch.begin(event);
        return node.explain(scratch);
    }
}
