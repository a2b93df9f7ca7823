package io.trawl.intel.rule.files;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A rule that asks for fields that no event has: each test of them is false.
 *
 * @param fields their names, as the rule has them
 * @param never whether the rule cannot fire at all, or only by its other parts
 */
public record Unfilled(Rule rule, List<String> fields, boolean never) {
    public Unfilled {
        fields = List.copyOf(fields);
    }

    /**
     * What of a rule no event can have.
     *
     * @param isMissing whether a field is one that no event of the source has
     * @return null where every field can be there
     */
    public static @Nullable Unfilled of(Rule rule, Predicate<Field> isMissing) {
        Set<String> fields = new LinkedHashSet<>();
        collect(rule.condition(), isMissing, fields);
        return fields.isEmpty()
                ? null
                : new Unfilled(
                        rule, new ArrayList<>(fields), Boolean.FALSE.equals(decided(rule.condition(), isMissing)));
    }

    private static void collect(Condition condition, Predicate<Field> isMissing, Set<String> fields) {
        if (condition instanceof Condition.Test test) {
            if (isMissing.test(test.field())) {
                fields.add(test.written());
            }
            if (test.ask() instanceof Ask.SameAs same && isMissing.test(same.other())) {
                fields.add(same.other().name());
            }
        }
        children(condition).forEach(child -> collect(child, isMissing, fields));
    }

    private static List<Condition> children(Condition condition) {
        if (condition instanceof Condition.All all) {
            return all.of();
        }
        if (condition instanceof Condition.Any any) {
            return any.of();
        }
        if (condition instanceof Condition.Not not) {
            return List.of(not.of());
        }
        return condition instanceof Condition.Named named ? List.of(named.of()) : List.of();
    }

    /** What it is whatever the event; null if that depends on the event. */
    private static @Nullable Boolean decided(Condition condition, Predicate<Field> isMissing) {
        if (condition instanceof Condition.Test test) {
            boolean missing = isMissing.test(test.field())
                    || test.ask() instanceof Ask.SameAs same && isMissing.test(same.other());
            return missing ? false : null;
        }
        if (condition instanceof Condition.Not not) {
            Boolean of = decided(not.of(), isMissing);
            return of == null ? null : !of;
        }
        if (condition instanceof Condition.Named named) {
            return decided(named.of(), isMissing);
        }
        if (condition instanceof Condition.All all) {
            return linked(all.of(), isMissing, false);
        }
        return condition instanceof Condition.Any any ? linked(any.of(), isMissing, true) : null;
    }

    /** One that is {@code winner} decides; otherwise all have to be decided. */
    private static @Nullable Boolean linked(Collection<Condition> of, Predicate<Field> isMissing, boolean winner) {
        boolean open = false;
        for (Condition condition : of) {
            Boolean one = decided(condition, isMissing);
            if (one != null && one == winner) {
                return winner;
            }
            open |= one == null;
        }
        return open ? null : !winner;
    }
}
