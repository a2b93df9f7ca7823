package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a rule's condition says, with the names of its selections. */
sealed interface Expression {
    /** The condition, with the selections put in. */
    Condition with(Map<String, Condition> selections);

    /** A selection. */
    record Named(String name) implements Expression {
        @Override
        public Condition with(Map<String, Condition> selections) {
            Condition selection = selections.get(name);
            if (selection == null) {
                throw new IllegalArgumentException("the condition names " + name
                        + ", which the detection does not have; it has " + String.join(", ", selections.keySet()));
            }
            return new Condition.Named(name, selection);
        }
    }

    /** {@code 1 of} or {@code all of} a pattern; {@code them} is each selection without an underscore before it. */
    record Of(boolean all, String pattern) implements Expression {
        @Override
        public Condition with(Map<String, Condition> selections) {
            List<Condition> found = new ArrayList<>();
            selections.forEach((name, selection) -> {
                boolean hidden = name.startsWith("_") && !pattern.startsWith("_");
                if (!hidden && (pattern.equals("them") || matches(pattern, name))) {
                    found.add(new Condition.Named(name, selection));
                }
            });
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no selection has a name like " + pattern + "; the detection has "
                        + String.join(", ", selections.keySet()));
            }
            if (found.size() == 1) {
                return found.get(0);
            }
            return all ? new Condition.All(found) : new Condition.Any(found);
        }

        private static boolean matches(String pattern, String name) {
            String[] parts = pattern.split("\\*", -1);
            String first = parts[0];
            String last = parts[parts.length - 1];
            if (parts.length == 1) {
                return name.equals(pattern);
            }
            if (name.length() < first.length() + last.length() || !name.startsWith(first) || !name.endsWith(last)) {
                return false;
            }
            int from = first.length();
            int end = name.length() - last.length();
            for (int i = 1; i < parts.length - 1; i++) {
                int at = name.indexOf(parts[i], from);
                if (at < 0 || at + parts[i].length() > end) {
                    return false;
                }
                from = at + parts[i].length();
            }
            return true;
        }
    }

    /** All, or one, of several. */
    record Linked(boolean all, List<Expression> of) implements Expression {
        public Linked {
            of = List.copyOf(of);
        }

        @Override
        public Condition with(Map<String, Condition> selections) {
            List<Condition> each = of.stream().map(one -> one.with(selections)).toList();
            return all ? new Condition.All(each) : new Condition.Any(each);
        }
    }

    /** Not. */
    record Negated(Expression of) implements Expression {
        @Override
        public Condition with(Map<String, Condition> selections) {
            return new Condition.Not(of.with(selections));
        }
    }
}
