package io.trawl.intel.rule.correlation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Which rules must have fired and which not: pySigma's extended condition of temporal correlations. */
public sealed interface Expression {
    /** A rule fired. */
    record Has(String rule) implements Expression {}

    /** Both. */
    record And(Expression left, Expression right) implements Expression {}

    /** One of both. */
    record Or(Expression left, Expression right) implements Expression {}

    /** It does not hold. */
    record Not(Expression of) implements Expression {}

    /**
     * A way for an expression to hold.
     *
     * @param present all of them fired
     * @param absent none of them fired
     */
    record Term(Set<String> present, Set<String> absent) {}

    /** More of them are not looked at one by one. */
    int MOST_TERMS = 256;

    /**
     * Reads one: names with {@code not}, {@code and}, {@code or} (which bind in this order) and parentheses.
     *
     * @throws IllegalArgumentException if it is not one
     */
    static Expression of(String text) {
        return new Reader(text).whole();
    }

    /** The rules in the order in which they are named. */
    default Set<String> rules() {
        Set<String> rules = new LinkedHashSet<>();
        collect(this, rules);
        return rules;
    }

    private static void collect(Expression of, Set<String> rules) {
        if (of instanceof Has has) {
            rules.add(has.rule);
        } else if (of instanceof And and) {
            collect(and.left, rules);
            collect(and.right, rules);
        } else if (of instanceof Or or) {
            collect(or.left, rules);
            collect(or.right, rules);
        } else if (of instanceof Not not) {
            collect(not.of, rules);
        }
    }

    default boolean hasNot() {
        if (this instanceof And and) {
            return and.left.hasNot() || and.right.hasNot();
        }
        return this instanceof Or or ? or.left.hasNot() || or.right.hasNot() : this instanceof Not;
    }

    default boolean holds(Predicate<String> fired) {
        if (this instanceof And and) {
            return and.left.holds(fired) && and.right.holds(fired);
        }
        if (this instanceof Or or) {
            return or.left.holds(fired) || or.right.holds(fired);
        }
        return this instanceof Has has ? fired.test(has.rule) : !((Not) this).of.holds(fired);
    }

    /** With other names of the rules. */
    default Expression with(UnaryOperator<String> names) {
        if (this instanceof And and) {
            return new And(and.left.with(names), and.right.with(names));
        }
        if (this instanceof Or or) {
            return new Or(or.left.with(names), or.right.with(names));
        }
        return this instanceof Has has ? new Has(names.apply(has.rule)) : new Not(((Not) this).of.with(names));
    }

    /**
     * The ways for it to hold.
     *
     * @throws IllegalArgumentException if they are too many
     */
    default List<Term> terms() {
        return terms(this, false);
    }

    private static List<Term> terms(Expression of, boolean negative) {
        if (of instanceof Has has) {
            return List.of(negative ? new Term(Set.of(), Set.of(has.rule)) : new Term(Set.of(has.rule), Set.of()));
        }
        if (of instanceof Not not) {
            return terms(not.of, !negative);
        }
        List<Term> left = of instanceof And and ? terms(and.left, negative) : terms(((Or) of).left, negative);
        List<Term> right = of instanceof And and ? terms(and.right, negative) : terms(((Or) of).right, negative);
        List<Term> all = new ArrayList<>();
        if (of instanceof And == negative) {
            all.addAll(left);
            all.addAll(right);
        } else {
            for (Term one : left) {
                for (Term other : right) {
                    Set<String> present = union(one.present, other.present);
                    Set<String> absent = union(one.absent, other.absent);
                    if (absent.stream().noneMatch(present::contains)) {
                        all.add(new Term(present, absent));
                    }
                }
            }
        }
        if (all.size() > MOST_TERMS) {
            throw new IllegalArgumentException("the condition can hold in more than " + MOST_TERMS
                    + " ways; expected a simpler one, or several correlations");
        }
        return all;
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new LinkedHashSet<>(one);
        union.addAll(other);
        return union;
    }

    /** Reads a text from left to right. */
    final class Reader {
        private static final int DEEPEST = 200;
        private static final int MOST_NAMES = 500;
        private final String text;
        private int at;
        private int depth;
        private int names;

        private Reader(String text) {
            this.text = text;
        }

        private Expression whole() {
            Expression all = or();
            skip();
            if (at < text.length()) {
                throw wrong("expected and, or, or the end");
            }
            return all;
        }

        private Expression or() {
            Expression left = and();
            while (takes("or")) {
                left = new Or(left, and());
            }
            return left;
        }

        private Expression and() {
            Expression left = not();
            while (takes("and")) {
                left = new And(left, not());
            }
            return left;
        }

        private Expression not() {
            if (++depth > DEEPEST) {
                throw wrong("it is nested more than " + DEEPEST + " deep");
            }
            Expression of;
            if (takes("not")) {
                of = new Not(not());
            } else {
                skip();
                if (at < text.length() && text.charAt(at) == '(') {
                    at++;
                    of = or();
                    skip();
                    if (at >= text.length() || text.charAt(at) != ')') {
                        throw wrong("expected )");
                    }
                    at++;
                } else {
                    String word = word();
                    if (word.isEmpty() || isKeyword(word)) {
                        throw wrong("expected the name of a rule");
                    }
                    if (++names > MOST_NAMES) {
                        throw wrong("it has more than " + MOST_NAMES + " names");
                    }
                    at += word.length();
                    of = new Has(word);
                }
            }
            depth--;
            return of;
        }

        private boolean takes(String keyword) {
            skip();
            if (!word().toLowerCase(Locale.ROOT).equals(keyword)) {
                return false;
            }
            at += keyword.length();
            return true;
        }

        private static boolean isKeyword(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            return lower.equals("and") || lower.equals("or") || lower.equals("not");
        }

        /** The word that begins here: a name or an id. */
        private String word() {
            int end = at;
            while (end < text.length()
                    && (Character.isLetterOrDigit(text.charAt(end)) || "_-.".indexOf(text.charAt(end)) >= 0)) {
                end++;
            }
            return text.substring(at, end);
        }

        private void skip() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private IllegalArgumentException wrong(String expected) {
            return new IllegalArgumentException("the condition is wrong at character " + (at + 1) + ": " + expected);
        }
    }
}
