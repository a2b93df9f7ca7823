package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Verdict.Reason;
import io.trawl.intel.rule.eval.Explanation.Kind;
import io.trawl.intel.rule.internal.Literal;
import io.trawl.intel.rule.internal.Pairs;
import io.trawl.intel.rule.internal.TextSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tests of values: each is made once for an event, however many rules have it. */
final class Tested {
    private Tested() {}

    /** Whether a question is asked of a field's number. A time is one for who asks for a part of it; all else is asked of its text. */
    static boolean asNumber(Field field, Asked asked) {
        return field.kind() == Field.Kind.NUMBER && !(asked instanceof OfTime)
                || field.kind() == Field.Kind.TIME && (asked instanceof OfTime || asked instanceof Asked.Any);
    }

    /** A test of a field's values. */
    record OfField(int test, int at, Field field, String written, Ask ask, Asked asked, Field.@Nullable Numbers numbers)
            implements Node {
        /**
         * @param test the test's number
         * @param at the field's number
         */
        static OfField of(int test, int at, Field field, String written, Ask ask, Asked asked) {
            return new OfField(test, at, field, written, ask, asked, asNumber(field, asked) ? field.numbers() : null);
        }

        @Override
        public boolean holds(Scratch event) {
            return event.isTested(test) ? event.passed(test) : event.tested(test, ask(event));
        }

        private boolean ask(Scratch event) {
            if (numbers != null) {
                long number = event.number(numbers);
                return number != Field.Numbers.NONE && asked.passes(number);
            }
            return passing(event) >= 0;
        }

        private int passing(Scratch event) {
            int count = event.count(at);
            for (int i = 0; i < count; i++) {
                if (asked.passes(event.value(at, i))) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public int cost() {
            return asked.cost() + 1;
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            int index = passing(event);
            if (index >= 0) {
                String value = event.value(at, index);
                reasons.add(new Reason(selection, field.name(), value, asked.part(value)));
            }
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            String value = event.count(at) == 0 ? "" : event.value(at, 0);
            reasons.add(new Reason(selection, field.name(), value, ""));
        }

        @Override
        public Explanation explain(Scratch event) {
            List<String> values = values(event, at);
            int index = passing(event);
            String part = index < 0 ? "" : asked.part(event.value(at, index));
            return new Explanation(
                    Kind.TEST, holds(event), field.name(), written, Described.of(ask), values, part, List.of());
        }
    }

    /** Whether a value of one field is one of another. */
    record OfPair(int test, int at, int other, Field field, String written, Ask.SameAs ask) implements Node {
        @Override
        public boolean holds(Scratch event) {
            return event.isTested(test) ? event.passed(test) : event.tested(test, passing(event) != null);
        }

        /** From so many pairs of values on it is worth to prepare one side. */
        private static final int MANY = 64;

        /** A value and the other field's that it passes with, by their places. */
        private record Pair(int value, int other) {}

        /** Both sides may be lists of a stranger's: the time is linear in their lengths. */
        private @Nullable Pair passing(Scratch event) {
            int count = event.count(at);
            int others = event.count(other);
            if ((long) count * others > MANY) {
                TextSet set = new TextSet(values(event, other), ask.place(), ask.cased());
                for (int i = 0; i < count; i++) {
                    int found = set.find(event.value(at, i));
                    if (found >= 0) {
                        return new Pair(i, found);
                    }
                }
                return null;
            }
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < others; j++) {
                    if (Pairs.passes(event.value(at, i), event.value(other, j), ask.place(), ask.cased())) {
                        return new Pair(i, j);
                    }
                }
            }
            return null;
        }

        /** What of the field's value is the other's. */
        private String part(Scratch event, Pair pair) {
            Literal text = new Literal(event.value(other, pair.other), ask.cased());
            return new Asked.OfText(text, ask.place()).part(event.value(at, pair.value));
        }

        @Override
        public int cost() {
            return 20;
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            Pair pair = passing(event);
            if (pair != null) {
                reasons.add(new Reason(selection, field.name(), event.value(at, pair.value), part(event, pair)));
            }
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            String value = event.count(at) == 0 ? "" : event.value(at, 0);
            reasons.add(new Reason(selection, field.name(), value, ""));
        }

        @Override
        public Explanation explain(Scratch event) {
            Pair pair = passing(event);
            String part = pair == null ? "" : part(event, pair);
            return new Explanation(
                    Kind.TEST,
                    holds(event),
                    field.name(),
                    written,
                    Described.of(ask),
                    values(event, at),
                    part,
                    List.of());
        }
    }

    /** A test of all texts of an event. */
    record OfAll(int test, List<Field> fields, int[] at, Ask ask, Asked asked) implements Node {
        @Override
        public boolean holds(Scratch event) {
            return event.isTested(test) ? event.passed(test) : event.tested(test, passes(event));
        }

        private boolean passes(Scratch event) {
            for (int field : at) {
                for (int i = 0; i < event.count(field); i++) {
                    if (asked.passes(event.value(field, i))) {
                        return true;
                    }
                }
            }
            return false;
        }

        @Override
        public int cost() {
            return Math.min(1_000_000, asked.cost() * at.length);
        }

        @Override
        public void why(Scratch event, String selection, List<Reason> reasons) {
            for (int f = 0; f < at.length; f++) {
                for (int i = 0; i < event.count(at[f]); i++) {
                    String value = event.value(at[f], i);
                    if (asked.passes(value)) {
                        reasons.add(new Reason(selection, fields.get(f).name(), value, asked.part(value)));
                        return;
                    }
                }
            }
        }

        @Override
        public void first(Scratch event, String selection, List<Reason> reasons) {
            reasons.add(new Reason(selection, "", "", ""));
        }

        @Override
        public Explanation explain(Scratch event) {
            List<Reason> reasons = new ArrayList<>();
            why(event, "", reasons);
            return new Explanation(
                    Kind.KEYWORD,
                    holds(event),
                    reasons.isEmpty() ? "" : reasons.get(0).field(),
                    "",
                    Described.of(ask),
                    reasons.stream().map(Reason::value).toList(),
                    reasons.isEmpty() ? "" : reasons.get(0).part(),
                    List.of());
        }
    }

    private static List<String> values(Scratch event, int at) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < event.count(at); i++) {
            values.add(event.value(at, i));
        }
        return values;
    }
}
