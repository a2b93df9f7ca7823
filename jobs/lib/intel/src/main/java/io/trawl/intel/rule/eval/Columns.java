package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The columns of an event that rules look at. */
final class Columns {
    private Columns() {}

    static Set<String> of(List<Rule> rules) {
        Set<String> columns = new TreeSet<>();
        rules.forEach(rule -> add(rule.condition(), columns));
        return columns;
    }

    private static void add(Condition condition, Set<String> columns) {
        if (condition instanceof Condition.All all) {
            all.of().forEach(one -> add(one, columns));
        } else if (condition instanceof Condition.Any any) {
            any.of().forEach(one -> add(one, columns));
        } else if (condition instanceof Condition.Not not) {
            add(not.of(), columns);
        } else if (condition instanceof Condition.Named named) {
            add(named.of(), columns);
        } else if (condition instanceof Condition.Test test) {
            columns.addAll(test.field().columns());
            if (test.ask() instanceof Ask.SameAs same) {
                columns.addAll(same.other().columns());
            }
        } else {
            for (Field field : Fields.all()) {
                columns.addAll(field.columns());
            }
        }
    }
}
