package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.correlation.observation.Observation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** What must hold of the events of a window. */
public sealed interface Shape {
    /** So many events. */
    record EventCount(Limits limits) implements Shape {}

    /** So many different values of a field; of several fields, so many combinations of their values. */
    record ValueCount(List<String> fields, Limits limits) implements Shape {
        public ValueCount {
            fields = List.copyOf(fields);
        }
    }

    /** A number that is made of a field's numbers. */
    record Value(Aggregate aggregate, String field, Limits limits) implements Shape {}

    /** Events of so many of the rules. If they are ordered, each of them later than one of a rule before it. */
    record RuleCount(boolean ordered, Limits limits) implements Shape {}

    /** Events of such rules. If they are ordered, those that must be there follow each other in the rules' order. */
    record Together(boolean ordered, Expression expression) implements Shape {}

    /** Events as a pattern of observations wants them. */
    record Observed(Observation observation) implements Shape {}

    /** How one number is made of many. */
    sealed interface Aggregate {
        /** Their sum. */
        record Sum() implements Aggregate {}

        /** Their mean. */
        record Average() implements Aggregate {}

        /**
         * The number that so many percent of them are at most. Between two of them it is interpolated, as in SQL's
         * PERCENTILE_CONT.
         *
         * @param percent 0 to 100
         */
        record Percentile(double percent) implements Aggregate {}
    }

    /** The fields whose values it judges. */
    default List<String> fields() {
        if (this instanceof ValueCount count) {
            return count.fields;
        }
        return this instanceof Value value ? List.of(value.field) : List.of();
    }

    /** Whether it goes on to hold when events are added, so that it holds as soon as it held once. */
    default boolean isRising() {
        if (this instanceof EventCount count) {
            return count.limits.isRising();
        }
        if (this instanceof ValueCount count) {
            return count.limits.isRising();
        }
        if (this instanceof Value value) {
            // A sum of bytes only grows; where numbers are negative, the highest sum on the way counts.
            return value.aggregate instanceof Aggregate.Sum && value.limits.isRising();
        }
        if (this instanceof RuleCount count) {
            return count.limits.isRising();
        }
        return this instanceof Observed || this instanceof Together together && !together.expression.hasNot();
    }

    /** What a number must be: each limit holds, so that two make a range. */
    record Limits(List<Limit> all) {
        /** How a number compares with a limit. */
        public enum Order {
            GT,
            GTE,
            LT,
            LTE,
            EQ,
            NEQ
        }

        /** One of them. */
        public record Limit(Order order, BigDecimal number) {
            boolean holds(BigDecimal value) {
                int compared = value.compareTo(number);
                return switch (order) {
                    case GT -> compared > 0;
                    case GTE -> compared >= 0;
                    case LT -> compared < 0;
                    case LTE -> compared <= 0;
                    case EQ -> compared == 0;
                    case NEQ -> compared != 0;
                };
            }
        }

        public Limits {
            all = List.copyOf(all);
        }

        /** At least so many. */
        public static Limits atLeast(long number) {
            return new Limits(List.of(new Limit(Order.GTE, BigDecimal.valueOf(number))));
        }

        boolean holds(BigDecimal value) {
            for (Limit limit : all) {
                if (!limit.holds(value)) {
                    return false;
                }
            }
            return true;
        }

        /** Whether a number that holds goes on to hold when it grows. */
        boolean isRising() {
            return all.stream().allMatch(one -> one.order == Order.GT || one.order == Order.GTE);
        }

        /** Whether a count of 1 or more, and of no more than this, can be such a number. */
        public boolean holdsForCount(long most) {
            if (holds(BigDecimal.ONE) && most >= 1) {
                return true;
            }
            BigDecimal highest = BigDecimal.valueOf(most);
            for (Limit limit : all) {
                BigDecimal whole = limit.number.setScale(0, RoundingMode.FLOOR);
                for (int i = -1; i <= 2; i++) {
                    BigDecimal candidate = whole.add(BigDecimal.valueOf(i));
                    if (candidate.signum() > 0 && candidate.compareTo(highest) <= 0 && holds(candidate)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
