package io.trawl.intel.rule.stix.pattern;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads a pattern by the parser rules of OASIS's STIXPattern.g4 for 2.1, by recursive descent with one token of look-ahead.
 * From the standard's text it has what the grammar cannot say: a qualifier once on an observation, counts and times above 0.
 */
final class PatternReader {
    /** Nobody writes more parentheses; the stack of a thread holds them. */
    private static final int DEEPEST = 200;
    /** There are three kinds; a group may have a kind again. */
    private static final int MOST_QUALIFIERS = 8;

    private final Lexer lexer;
    private Lexer.Token token;
    private int depth;

    PatternReader(String text) {
        lexer = new Lexer(text);
        token = new Lexer.Token(Lexer.Kind.END, "", 0);
    }

    Pattern read() throws PatternException {
        next();
        if (token.kind() == Lexer.Kind.END) {
            throw expected("a pattern, for example [domain-name:value = 'evil.example']");
        }
        Pattern pattern = new Pattern(followedBy());
        if (token.kind() != Lexer.Kind.END) {
            throw expected("AND, OR, FOLLOWEDBY, a qualifier or the end");
        }
        return pattern;
    }

    /** Reads a path alone. */
    ObjectPath readPath() throws PatternException {
        next();
        ObjectPath path = path();
        if (token.kind() != Lexer.Kind.END) {
            throw expected("the end of the path");
        }
        return path;
    }

    private void next() throws PatternException {
        token = lexer.next();
    }

    private boolean take(String sign) throws PatternException {
        boolean is = token.is(sign);
        if (is) {
            next();
        }
        return is;
    }

    private void require(String sign) throws PatternException {
        if (!take(sign)) {
            throw expected(sign);
        }
    }

    private PatternException expected(String what) {
        return lexer.error(token.at(), "expected " + what + ", not " + token.shown());
    }

    private void enter() throws PatternException {
        if (++depth > DEEPEST) {
            throw lexer.error(token.at(), "parentheses more than " + DEEPEST + " deep");
        }
        next();
    }

    private void leave() throws PatternException {
        depth--;
        require(")");
    }

    /** One rule of the grammar. */
    private interface Part<T> {
        T read() throws PatternException;
    }

    /** One or several, with an operator between them. */
    private <T> T chain(String operator, Part<T> part, Function<List<T>, T> whole) throws PatternException {
        T first = part.read();
        if (!token.is(operator)) {
            return first;
        }
        List<T> all = new ArrayList<>();
        all.add(first);
        while (take(operator)) {
            all.add(part.read());
        }
        return whole.apply(all);
    }

    private Pattern.Observation followedBy() throws PatternException {
        return chain("FOLLOWEDBY", this::anyOf, Pattern.FollowedBy::new);
    }

    private Pattern.Observation anyOf() throws PatternException {
        return chain("OR", this::allOf, Pattern.AnyOf::new);
    }

    private Pattern.Observation allOf() throws PatternException {
        return chain("AND", this::observation, Pattern.AllOf::new);
    }

    private Pattern.Observation observation() throws PatternException {
        Pattern.Observation observation;
        boolean group = token.is("(");
        if (group) {
            enter();
            observation = followedBy();
            leave();
        } else {
            if (!take("[")) {
                throw expected("[ or (");
            }
            observation = new Pattern.Observed(or());
            require("]");
        }
        Set<Class<?>> kinds = new HashSet<>();
        int count = 0;
        while (token.is("WITHIN") || token.is("REPEATS") || token.is("START")) {
            Lexer.Token at = token;
            Pattern.Qualifier qualifier = qualifier();
            // As OASIS's validator does: on a group each further one qualifies the qualified.
            if (!kinds.add(qualifier.getClass()) && !group) {
                throw lexer.error(at.at(), "a second " + at.text() + " on one observation; expected one at most");
            }
            if (++count > MOST_QUALIFIERS) {
                throw lexer.error(at.at(), "more than " + MOST_QUALIFIERS + " qualifiers on one observation");
            }
            observation = new Pattern.Qualified(observation, qualifier);
        }
        return observation;
    }

    private Pattern.Qualifier qualifier() throws PatternException {
        if (take("WITHIN")) {
            BigDecimal seconds = positive("a number of seconds above 0", true);
            require("SECONDS");
            return new Pattern.Within(seconds);
        }
        if (take("REPEATS")) {
            int at = token.at();
            BigDecimal times = positive("a whole number above 0", false);
            if (times.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
                throw lexer.error(at, "expected a count up to " + Integer.MAX_VALUE);
            }
            require("TIMES");
            return new Pattern.Repeats(times.intValueExact());
        }
        int at = token.at();
        require("START");
        Literal.Timestamp start = timestamp();
        require("STOP");
        Literal.Timestamp stop = timestamp();
        Instant from = start.instant();
        Instant to = stop.instant();
        if (from == null || to == null) {
            throw lexer.error(at, "there is no such day as in " + (from == null ? start : stop));
        }
        if (!from.isBefore(to)) {
            throw lexer.error(at, "START " + start + " is not before STOP " + stop);
        }
        return new Pattern.StartStop(start, stop);
    }

    private BigDecimal positive(String what, boolean broken) throws PatternException {
        boolean number = token.kind() == Lexer.Kind.INTEGER || broken && token.kind() == Lexer.Kind.FLOAT;
        BigDecimal value = number ? new BigDecimal(token.text()) : BigDecimal.ZERO;
        if (value.signum() <= 0) {
            throw expected(what);
        }
        next();
        return value;
    }

    private Literal.Timestamp timestamp() throws PatternException {
        if (token.kind() != Lexer.Kind.TIMESTAMP) {
            throw expected("a time, for example t'2026-11-24T10:00:00Z'");
        }
        Literal.Timestamp time = new Literal.Timestamp(token.text());
        next();
        return time;
    }

    private Pattern.Comparison or() throws PatternException {
        return chain("OR", this::and, Pattern.Or::new);
    }

    private Pattern.Comparison and() throws PatternException {
        return chain("AND", this::comparison, Pattern.And::new);
    }

    private Pattern.Comparison comparison() throws PatternException {
        if (token.is("(")) {
            enter();
            Pattern.Comparison inner = or();
            leave();
            return inner;
        }
        boolean notExists = take("NOT");
        if (notExists && !token.is("EXISTS")) {
            throw expected("EXISTS (NOT stands before an operator: file:name NOT = 'x')");
        }
        if (take("EXISTS")) {
            return new Pattern.Exists(path(), notExists);
        }
        ObjectPath path = path();
        boolean not = take("NOT");
        Pattern.Operator operator = operator();
        List<Literal> with =
                switch (operator) {
                    case IN -> set();
                    case EQUAL, NOT_EQUAL -> List.of(literal(true));
                    case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> List.of(literal(false));
                    default -> List.of(string(operator));
                };
        return new Pattern.Compare(path, not, operator, with);
    }

    private Pattern.Operator operator() throws PatternException {
        Pattern.Operator operator = null;
        if (token.kind() == Lexer.Kind.SIGN || token.kind() == Lexer.Kind.KEYWORD) {
            operator = switch (token.text()) {
                case "=", "==" -> Pattern.Operator.EQUAL;
                case "!=", "<>" -> Pattern.Operator.NOT_EQUAL;
                case "<" -> Pattern.Operator.LESS;
                case "<=" -> Pattern.Operator.LESS_OR_EQUAL;
                case ">" -> Pattern.Operator.GREATER;
                case ">=" -> Pattern.Operator.GREATER_OR_EQUAL;
                case "IN" -> Pattern.Operator.IN;
                case "LIKE" -> Pattern.Operator.LIKE;
                case "MATCHES" -> Pattern.Operator.MATCHES;
                case "ISSUBSET" -> Pattern.Operator.IS_SUBSET;
                case "ISSUPERSET" -> Pattern.Operator.IS_SUPERSET;
                default -> null;
            };
        }
        if (operator == null) {
            throw expected("an operator, for example = or IN");
        }
        next();
        return operator;
    }

    private ObjectPath path() throws PatternException {
        if (token.kind() != Lexer.Kind.WORD) {
            throw expected("a type of object, for example domain-name");
        }
        String type = token.text();
        next();
        if (!take(":")) {
            throw expected(": after the type " + PatternException.shown(type));
        }
        List<ObjectPath.Step> steps = new ArrayList<>();
        steps.add(key());
        while (true) {
            if (take(".")) {
                steps.add(key());
            } else if (take("[")) {
                steps.add(item());
                require("]");
            } else {
                return new ObjectPath(type, steps);
            }
        }
    }

    private ObjectPath.Step key() throws PatternException {
        boolean word = token.kind() == Lexer.Kind.WORD && token.text().indexOf('-') < 0;
        if (!word && token.kind() != Lexer.Kind.STRING) {
            boolean quotable = token.kind() == Lexer.Kind.WORD || token.kind() == Lexer.Kind.KEYWORD;
            throw expected(quotable ? "quotes: '" + token.shown() + "'" : "a property, for example value");
        }
        ObjectPath.Step key = new ObjectPath.Key(token.text());
        next();
        return key;
    }

    private ObjectPath.Step item() throws PatternException {
        if (take("*")) {
            return new ObjectPath.AnyItem();
        }
        if (token.kind() != Lexer.Kind.INTEGER || token.text().length() > 11) {
            throw expected("the number of an item, or *");
        }
        long index = Long.parseLong(token.text());
        if (index != (int) index) {
            throw expected("the number of an item, or *");
        }
        next();
        return new ObjectPath.Item((int) index);
    }

    private List<Literal> set() throws PatternException {
        require("(");
        List<Literal> all = new ArrayList<>();
        if (take(")")) {
            return all;
        }
        do {
            all.add(literal(true));
        } while (take(","));
        require(")");
        return all;
    }

    private Literal string(Pattern.Operator operator) throws PatternException {
        if (token.kind() != Lexer.Kind.STRING) {
            throw expected("a text in single quotes after " + operator);
        }
        return literal(false);
    }

    private Literal literal(boolean bool) throws PatternException {
        Literal literal =
                switch (token.kind()) {
                    case STRING -> new Literal.Text(token.text());
                    case INTEGER, FLOAT -> new Literal.Number(new BigDecimal(token.text()));
                    case HEX -> new Literal.Hex(token.text());
                    case BINARY -> new Literal.Binary(token.text());
                    case TIMESTAMP -> new Literal.Timestamp(token.text());
                    default ->
                        bool && (token.is("true") || token.is("false")) ? new Literal.Bool(token.is("true")) : null;
                };
        if (literal == null) {
            throw expected(
                    token.kind() == Lexer.Kind.WORD
                            ? "a constant; a text is in single quotes"
                            : bool ? "a constant, for example 'evil.example'" : "a number, a text or a time");
        }
        next();
        return literal;
    }
}
