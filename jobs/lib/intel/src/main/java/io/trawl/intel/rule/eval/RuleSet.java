package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.Verdict.Reason;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Rules that are judged together. Which events they are for is not asked: who has events of one source makes a set of the
 * rules for it. Immutable, and safe for use by several threads.
 */
public final class RuleSet implements Judge {
    private final List<Rule> rules;
    private final Node[] nodes;
    /** The rules that may hold of an event without any text that is looked for, a bit each. */
    private final long[] always;

    private final Scan scan;
    private final Sieve sieve;
    private final ThreadLocal<Scratch> scratches;
    private final Compiler compiler;

    private RuleSet(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        this.compiler = new Compiler();
        this.nodes = new Node[rules.size()];
        this.always = new long[(rules.size() + Long.SIZE - 1) / Long.SIZE];
        Map<Field, Map<Cover.Text, TreeSet<Integer>>> texts = new LinkedHashMap<>();
        List<Cover.Atom> others = new ArrayList<>();
        boolean any = false;
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = node(compiler, this.rules.get(i));
            Cover cover = Cover.of(this.rules.get(i).condition());
            any |= cover == null;
            if (cover == null || !cover.isOfTexts()) {
                always[i >>> 6] |= 1L << i;
            }
            for (Cover.Atom atom : cover == null ? List.<Cover.Atom>of() : cover.atoms()) {
                if (atom.text() == null) {
                    others.add(atom);
                } else {
                    texts.computeIfAbsent(atom.field(), field -> new LinkedHashMap<>())
                            .computeIfAbsent(atom.text(), text -> new TreeSet<>())
                            .add(i);
                }
            }
        }
        this.scan = new Scan(texts, compiler);
        this.sieve = RuleSieve.of(any, texts, others);
        this.scratches = ThreadLocal.withInitial(this::scratch);
    }

    private Scratch scratch() {
        return compiler.scratch(nodes.length, scan);
    }

    /**
     * A set of rules.
     *
     * @throws IllegalArgumentException if one cannot be run: file, line and reason
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

    @Override
    public void judge(ProxyEvent event, Consumer<? super Verdict> verdicts) {
        Scratch scratch = scratches.get();
        if (scratch.isBusy()) {
            // Who is given a verdict judges another event.
            scratch = scratch();
        }
        scratch.begin(event, always);
        try {
            scratch.scan();
            for (int word = 0; word < scratch.candidates.length; word++) {
                for (long bits = scratch.candidates[word]; bits != 0; bits &= bits - 1) {
                    int rule = (word << 6) + Long.numberOfTrailingZeros(bits);
                    if (nodes[rule].holds(scratch)) {
                        verdicts.accept(verdict(rules.get(rule), nodes[rule], scratch));
                    }
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

    @Override
    public Set<String> columns() {
        return Fields.columnsOf(rules);
    }

    @Override
    public Sieve sieve() {
        return sieve;
    }

    /**
     * Says of each part of a rule whether it holds of an event.
     *
     * @throws IllegalArgumentException if the rule cannot be run: file, line and reason
     */
    public static Explanation explain(Rule rule, ProxyEvent event) {
        Compiler alone = Compiler.forOneEvent();
        Node node = node(alone, rule);
        Scratch scratch = alone.scratch(1, null);
        scratch.begin(event, new long[1]);
        return node.explain(scratch);
    }
}
