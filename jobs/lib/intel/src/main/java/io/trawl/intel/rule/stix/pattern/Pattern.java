package io.trawl.intel.rule.stix.pattern;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A pattern of STIX 2.1 as a tree. As text it is a pattern that reads as the same tree, in one spelling: that of operators,
 * spaces and parentheses that are not needed is given up.
 *
 * @param observation what must have been observed
 */
public record Pattern(Observation observation) {
    /**
     * Reads a pattern.
     *
     * @throws PatternException if it is none, with the place and the reason
     */
    public static Pattern read(String text) throws PatternException {
        return new PatternReader(text).read();
    }

    @Override
    public String toString() {
        return observation.toString();
    }

    /** What must have been observed. */
    public sealed interface Observation {}

    /** One observation, for which the comparison holds. */
    public record Observed(Comparison comparison) implements Observation {
        @Override
        public String toString() {
            return "[" + comparison + "]";
        }
    }

    /** Each of them, by observations of its own. */
    public record AllOf(List<Observation> of) implements Observation {
        public AllOf {
            of = List.copyOf(of);
        }

        @Override
        public String toString() {
            return joined(of, " AND ", AllOf.class, AnyOf.class, FollowedBy.class);
        }
    }

    /** One of them. */
    public record AnyOf(List<Observation> of) implements Observation {
        public AnyOf {
            of = List.copyOf(of);
        }

        @Override
        public String toString() {
            return joined(of, " OR ", AnyOf.class, FollowedBy.class);
        }
    }

    /** Each of them, none before the one that it follows. */
    public record FollowedBy(List<Observation> of) implements Observation {
        public FollowedBy {
            of = List.copyOf(of);
        }

        @Override
        public String toString() {
            return joined(of, " FOLLOWEDBY ", FollowedBy.class);
        }
    }

    /** One with a qualifier. */
    public record Qualified(Observation of, Qualifier qualifier) implements Observation {
        @Override
        public String toString() {
            boolean bare = of instanceof Observed || of instanceof Qualified inner && !inner.has(qualifier.getClass());
            return (bare ? of.toString() : "(" + of + ")") + " " + qualifier;
        }

        /** Whether a qualifier of this kind is on the same observation. */
        private boolean has(Class<? extends Qualifier> kind) {
            for (Qualified at = this; ; ) {
                if (at.qualifier.getClass() == kind) {
                    return true;
                }
                if (!(at.of instanceof Qualified next) || next.has(at.qualifier.getClass())) {
                    return false;
                }
                at = next;
            }
        }
    }

    /** What else must be true of observations. */
    public sealed interface Qualifier {}

    /** All of them in so many seconds. */
    public record Within(BigDecimal seconds) implements Qualifier {
        @Override
        public String toString() {
            return "WITHIN " + seconds.toPlainString() + " SECONDS";
        }
    }

    /** So many times, each by observations of its own. */
    public record Repeats(int times) implements Qualifier {
        @Override
        public String toString() {
            return "REPEATS " + times + " TIMES";
        }
    }

    /** All of them from one time on, and before another. */
    public record StartStop(Literal.Timestamp start, Literal.Timestamp stop) implements Qualifier {
        @Override
        public String toString() {
            return "START " + start + " STOP " + stop;
        }
    }

    /** What must hold of the objects of one observation. */
    public sealed interface Comparison {}

    /** All of them, of one object. */
    public record And(List<Comparison> of) implements Comparison {
        public And {
            of = List.copyOf(of);
        }

        @Override
        public String toString() {
            return joined(of, " AND ", And.class, Or.class);
        }
    }

    /** One of them. */
    public record Or(List<Comparison> of) implements Comparison {
        public Or {
            of = List.copyOf(of);
        }

        @Override
        public String toString() {
            return joined(of, " OR ", Or.class);
        }
    }

    /** How a property and constants compare. */
    public enum Operator {
        EQUAL("="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("IN"),
        LIKE("LIKE"),
        MATCHES("MATCHES"),
        IS_SUBSET("ISSUBSET"),
        IS_SUPERSET("ISSUPERSET");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A property compared with constants.
     *
     * @param not whether NOT is written before the operator
     * @param with one constant; of IN any number
     */
    public record Compare(ObjectPath path, boolean not, Operator operator, List<Literal> with) implements Comparison {
        public Compare {
            with = List.copyOf(with);
        }

        @Override
        public String toString() {
            String constants = operator == Operator.IN
                    ? with.stream().map(Literal::toString).collect(Collectors.joining(", ", "(", ")"))
                    : with.get(0).toString();
            return path + (not ? " NOT " : " ") + operator + " " + constants;
        }
    }

    /**
     * Whether an object has a property.
     *
     * @param not whether NOT is written before
     */
    public record Exists(ObjectPath path, boolean not) implements Comparison {
        @Override
        public String toString() {
            return (not ? "NOT EXISTS " : "EXISTS ") + path;
        }
    }

    private static String joined(List<?> of, String sign, Class<?>... inParentheses) {
        return of.stream()
                .map(one -> List.of(inParentheses).contains(one.getClass()) ? "(" + one + ")" : one.toString())
                .collect(Collectors.joining(sign));
    }
}
