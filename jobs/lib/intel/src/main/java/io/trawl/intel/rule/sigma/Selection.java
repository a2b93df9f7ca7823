package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.sigma.value.Expressions;
import io.trawl.intel.rule.sigma.value.Texts;
import io.trawl.intel.rule.sigma.value.Value;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A named part of a detection, before its fields are looked up. */
sealed interface Selection {
    /** What has to hold of an event. */
    Condition condition(Names names);

    /** How the names of a rule are looked up, and what else its conditions are made with. */
    interface Names {
        /** The fields that a name means: the first is the one itself, the others are where rules look for it too. */
        List<Field> fields(String written);

        /** Where minutes and days are of. */
        java.time.ZoneId zone();
    }

    /** All, or one, of several. */
    record Linked(boolean all, List<Selection> of) implements Selection {
        public Linked {
            of = List.copyOf(of);
        }

        @Override
        public Condition condition(Names names) {
            List<Condition> conditions =
                    of.stream().map(one -> one.condition(names)).toList();
            return conditions.size() == 1
                    ? conditions.get(0)
                    : all ? new Condition.All(conditions) : new Condition.Any(conditions);
        }
    }

    /**
     * A field, or keywords, and values.
     *
     * @param field null of keywords
     * @param all whether every value has to be there, and not one of them
     * @param negated whether they must not
     */
    record Item(@Nullable String field, List<Value> values, boolean all, boolean negated) implements Selection {
        public Item {
            values = List.copyOf(values);
        }

        @Override
        public Condition condition(Names names) {
            List<Condition> each =
                    values.stream().map(value -> condition(value, names)).toList();
            Condition linked = each.size() == 1 ? each.get(0) : all ? new Condition.All(each) : new Condition.Any(each);
            return negated ? new Condition.Not(linked) : linked;
        }

        private Condition condition(Value value, Names names) {
            if (value instanceof Value.Expansion expansion) {
                List<Condition> each = expansion.values().stream()
                        .map(one -> condition(one, names))
                        .toList();
                return each.size() == 1 ? each.get(0) : new Condition.Any(each);
            }
            return field == null ? keyword(value) : test(field, value, names);
        }

        private static Condition keyword(Value value) {
            if (value instanceof Value.Str text) {
                return new Condition.Keyword(Texts.keyword(text));
            }
            if (value instanceof Value.Num number && number.part() == null) {
                return new Condition.Keyword(new Ask.Text(number.written(), Ask.Place.ANYWHERE, false));
            }
            if (value instanceof Value.Expression expression) {
                return new Condition.Keyword(new Ask.Expression(Expressions.compile(expression)));
            }
            throw new IllegalArgumentException(value.what() + " needs a field, and keywords have none");
        }

        private static Condition test(String field, Value value, Names names) {
            List<Field> fields = names.fields(field);
            BiFunction<Field, Ask, Condition> test = (at, ask) -> new Condition.Test(at, field, ask);
            if (value instanceof Value.Null) {
                return new Condition.Not(test.apply(fields.get(0), new Ask.Present()));
            }
            if (value instanceof Value.Exists exists) {
                Condition present = test.apply(fields.get(0), new Ask.Present());
                return exists.value() ? present : new Condition.Not(present);
            }
            List<Ask> asks = value instanceof Value.Reference reference
                    ? references(reference, names)
                    : List.of(ask(value, names.zone()));
            List<Condition> each = fields.stream()
                    .flatMap(at -> asks.stream().map(ask -> test.apply(at, ask)))
                    .toList();
            return each.size() == 1 ? each.get(0) : new Condition.Any(each);
        }

        private static List<Ask> references(Value.Reference reference, Names names) {
            Ask.Place place = reference.start()
                    ? reference.end() ? Ask.Place.ANYWHERE : Ask.Place.START
                    : reference.end() ? Ask.Place.END : Ask.Place.WHOLE;
            // The first is what the name means; with each of the others, a field could be compared with itself.
            Field other = names.fields(reference.field()).get(0);
            return List.of(new Ask.SameAs(other, place, reference.cased()));
        }

        private static Ask ask(Value value, java.time.ZoneId zone) {
            if (value instanceof Value.Str text) {
                return Texts.ask(text);
            }
            if (value instanceof Value.Num number) {
                Ask equal = new Ask.Equal(number.number());
                return number.part() == null ? equal : new Ask.Time(number.part(), zone, equal);
            }
            if (value instanceof Value.Compared compared) {
                Value.Num than = compared.than();
                Ask compare = new Ask.Compare(compared.order(), than.number());
                return than.part() == null ? compare : new Ask.Time(than.part(), zone, compare);
            }
            if (value instanceof Value.Bool bool) {
                return new Ask.Text(Boolean.toString(bool.value()), Ask.Place.WHOLE, false);
            }
            if (value instanceof Value.Expression expression) {
                return new Ask.Expression(Expressions.compile(expression));
            }
            if (value instanceof Value.Cidr cidr) {
                return new Ask.Within(cidr.range());
            }
            throw new IllegalArgumentException(value.what() + " cannot be asked of a field");
        }
    }
}
