package io.trawl.intel.rule.correlation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The correlations of a set of rules: each knows the rules that it refers to. Immutable. */
public final class Correlations {
    /** No correlations. */
    public static final Correlations NONE = new Correlations(List.of());

    /** Each after those that it refers to. */
    final List<Node> nodes;
    /** By rule or correlation, the correlations that refer to it. */
    final Map<String, List<Node>> users = new HashMap<>();

    private final Map<String, Set<String>> fields = new HashMap<>();
    private final Set<String> silent = new HashSet<>();

    /**
     * A correlation that cannot be run.
     *
     * @param correlation as it was read
     */
    public record Refused(Correlation correlation, String reason) {}

    private Correlations(List<Correlation> sorted) {
        List<Node> all = new ArrayList<>();
        Map<String, Node> byId = new HashMap<>();
        for (Correlation correlation : sorted) {
            Node node = new Node(correlation, all.size());
            all.add(node);
            byId.put(correlation.id(), node);
            for (String rule : node.places.keySet()) {
                users.computeIfAbsent(rule, key -> new ArrayList<>()).add(node);
                if (!correlation.generate()) {
                    silent.add(rule);
                }
            }
        }
        this.nodes = List.copyOf(all);
        for (int i = all.size() - 1; i >= 0; i--) {
            Node node = all.get(i);
            for (String rule : node.places.keySet()) {
                Node inner = byId.get(rule);
                for (String field : node.fields()) {
                    String there = node.correlation.field(field, rule);
                    if (inner == null) {
                        fields.computeIfAbsent(rule, key -> new TreeSet<>()).add(there);
                    } else if (!inner.correlation.groupBy().contains(there) && !inner.wanted.contains(there)) {
                        inner.wanted.add(there);
                    }
                }
            }
        }
    }

    /**
     * Finds what correlations refer to.
     *
     * @param read as they were read, their rules by the names or ids that they were written with
     * @param rules gives a rule's id for its name or id; null if there is no such rule
     * @param refused takes those that refer to something that is not there, or to themselves
     */
    public static Correlations of(
            List<Correlation> read, UnaryOperator<@Nullable String> rules, Consumer<Refused> refused) {
        Map<String, Correlation> byReference = new HashMap<>();
        Map<String, Correlation> byId = new LinkedHashMap<>();
        for (Correlation one : read) {
            Correlation other = byId.get(one.id());
            if (other == null && rules.apply(one.id()) != null) {
                refused.accept(new Refused(one, "a rule has the same id " + one.id() + "; expected another one"));
            } else if (other != null) {
                refused.accept(new Refused(
                        one,
                        "the correlation at " + other.place().file() + ":"
                                + other.place().line() + " has the same id " + one.id() + "; expected another one"));
            } else if (!one.reference().isEmpty()
                    && (byReference.containsKey(one.reference()) || rules.apply(one.reference()) != null)) {
                refused.accept(new Refused(
                        one, "the name " + one.reference() + " is another rule's, too; expected another one"));
            } else {
                byId.put(one.id(), one);
                byReference.put(one.id(), one);
                if (!one.reference().isEmpty()) {
                    byReference.put(one.reference(), one);
                }
            }
        }
        Sorting sorting = new Sorting(byReference, rules, refused);
        byId.values().forEach(one -> sorting.visit(one, 0));
        return new Correlations(sorting.sorted);
    }

    /** Puts correlations in an order in which each comes after those that it refers to. */
    private static final class Sorting {
        private static final int DEEPEST = 100;
        private final Map<String, Correlation> byReference;
        private final UnaryOperator<@Nullable String> rules;
        private final Consumer<Refused> refused;
        private final List<Correlation> sorted = new ArrayList<>();
        /** By id: what became of it; false while it is looked at, and where it was refused. */
        private final Map<String, Boolean> done = new HashMap<>();

        private final Set<String> open = new HashSet<>();

        Sorting(
                Map<String, Correlation> byReference,
                UnaryOperator<@Nullable String> rules,
                Consumer<Refused> refused) {
            this.byReference = byReference;
            this.rules = rules;
            this.refused = refused;
        }

        boolean visit(Correlation one, int depth) {
            Boolean known = done.get(one.id());
            if (known != null) {
                return known;
            }
            String reason =
                    depth > DEEPEST ? "more than " + DEEPEST + " correlations refer to each other in a row" : null;
            open.add(one.id());
            Map<String, String> ids = new LinkedHashMap<>();
            for (String reference : one.rules()) {
                Correlation inner = byReference.get(reference);
                String id = inner != null ? inner.id() : rules.apply(reference);
                if (reason != null) {
                    break;
                }
                if (id == null) {
                    reason = "there is no rule " + reference
                            + "; expected the id or the name of a rule that is read with it and not refused";
                } else if (inner != null && open.contains(id)) {
                    reason = "it refers to itself by " + reference + "; expected no circle";
                } else if (inner != null && !visit(inner, depth + 1)) {
                    reason = "the correlation " + reference + " that it refers to was refused";
                } else if (ids.containsValue(id)) {
                    reason = "the rule " + reference + " is there twice; expected it once";
                } else {
                    ids.put(reference, id);
                }
            }
            open.remove(one.id());
            if (reason == null) {
                reason = unknownAlias(one, ids);
            }
            done.put(one.id(), reason == null);
            if (reason == null) {
                sorted.add(resolved(one, ids));
            } else {
                refused.accept(new Refused(one, reason));
            }
            return reason == null;
        }

        private @Nullable String unknownAlias(Correlation one, Map<String, String> ids) {
            for (Map.Entry<String, Map<String, String>> alias : one.aliases().entrySet()) {
                for (String rule : alias.getValue().keySet()) {
                    if (!ids.containsValue(id(rule, ids))) {
                        return "the alias " + alias.getKey() + " names " + rule
                                + ", which is not among its rules; expected one of " + String.join(", ", one.rules());
                    }
                }
            }
            return null;
        }

        private String id(String reference, Map<String, String> ids) {
            String id = ids.get(reference);
            if (id != null) {
                return id;
            }
            Correlation inner = byReference.get(reference);
            String other = inner != null ? inner.id() : rules.apply(reference);
            return other == null ? reference : other;
        }

        private Correlation resolved(Correlation one, Map<String, String> ids) {
            Map<String, Map<String, String>> aliases = new HashMap<>();
            one.aliases().forEach((alias, fields) -> {
                Map<String, String> byRule = new HashMap<>();
                fields.forEach((rule, field) -> byRule.put(id(rule, ids), field));
                aliases.put(alias, Map.copyOf(byRule));
            });
            Shape shape = one.shape();
            if (shape instanceof Shape.Together together) {
                shape = new Shape.Together(
                        together.ordered(), together.expression().with(rule -> id(rule, ids)));
            }
            return new Correlation(
                    one.id(),
                    one.reference(),
                    one.name(),
                    one.kind(),
                    one.level(),
                    one.score(),
                    one.tags(),
                    one.references(),
                    one.place(),
                    one.generate(),
                    one.rules().stream().map(rule -> id(rule, ids)).toList(),
                    shape,
                    one.groupBy(),
                    aliases,
                    one.timespan());
        }
    }

    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    /** Each after those that it refers to. */
    public List<Correlation> all() {
        return nodes.stream().map(node -> node.correlation).toList();
    }

    /** The same in parts that know nothing of each other: correlations of one part refer to each other. */
    public List<Correlations> families() {
        Map<String, List<Correlation>> families = new LinkedHashMap<>();
        for (Node node : nodes) {
            List<Correlation> family = new ArrayList<>();
            for (String rule : node.places.keySet()) {
                List<Correlation> inner = families.get(rule);
                if (inner != null && inner != family) {
                    family.addAll(inner);
                    for (Correlation one : inner) {
                        families.put(one.id(), family);
                    }
                }
            }
            family.add(node.correlation);
            families.put(node.correlation.id(), family);
            for (Correlation one : family) {
                families.put(one.id(), family);
            }
        }
        List<Correlations> all = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (List<Correlation> family : families.values()) {
            if (done.add(family.get(0).id())) {
                all.add(new Correlations(family));
            }
        }
        return all;
    }

    /**
     * Where an event for which a rule fired belongs to. Events of different places are never in one group.
     *
     * @return none if no correlation takes the event, since it does not have a field that they group by
     */
    public Set<List<String>> places(Fired fired) {
        Node only = nodes.size() == 1 ? nodes.get(0) : null;
        return only == null || only.correlation.groupBy().isEmpty() ? Set.of(List.of()) : Correlator.keys(only, fired);
    }

    /** Whether time alone can make a group come true: a condition that more events can break waits for a window's end. */
    public boolean waitsForEnds() {
        return nodes.stream().anyMatch(node -> !node.correlation.shape().isRising());
    }

    /** Whether a correlation wants to know when a rule fires. */
    public boolean isUsed(String rule) {
        return users.containsKey(rule);
    }

    /** Whether a rule or correlation fires only for correlations: one refers to it, and does not say {@code generate}. */
    public boolean isSilent(String rule) {
        return silent.contains(rule);
    }

    /** The fields, as they are named where the rule is, whose values {@link Fired} needs of a rule's events. */
    public Set<String> fields(String rule) {
        return fields.getOrDefault(rule, Set.of());
    }

    /** The ids of the rules whose firing they need. */
    public Set<String> rules() {
        Set<String> rules = new LinkedHashSet<>(users.keySet());
        nodes.forEach(node -> rules.remove(node.correlation.id()));
        return rules;
    }

    /**
     * How far back an event can be that a group of now depends on, if the group's events pause for a timespan: twice the
     * timespans of the longest chain. Null if a pattern has no limit.
     */
    public @Nullable Duration reach() {
        Map<String, Duration> reaches = new HashMap<>();
        Duration longest = Duration.ZERO;
        for (Node node : nodes) {
            Duration timespan = node.correlation.timespan();
            if (timespan == null) {
                return null;
            }
            Duration below = Duration.ZERO;
            for (String rule : node.places.keySet()) {
                Duration reach = reaches.getOrDefault(rule, Duration.ZERO);
                below = reach.compareTo(below) > 0 ? reach : below;
            }
            Duration reach = below.plus(timespan.multipliedBy(2));
            reaches.put(node.correlation.id(), reach);
            longest = reach.compareTo(longest) > 0 ? reach : longest;
        }
        return longest;
    }
}
