package io.trawl.intel.rule.sigma;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the condition of a rule. {@code not} binds more than {@code and}, and that more than {@code or}. */
final class ExpressionParser {
    private static final int DEEPEST = 64;
    private static final Set<String> WORDS = Set.of("and", "or", "not", "of", "all", "any", "them");

    private final List<String> tokens = new ArrayList<>();
    private int at;
    private int depth;

    private ExpressionParser(String text) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isName(c) || c == '*') {
                word.append(c);
                continue;
            }
            end(word);
            if (c == '(' || c == ')') {
                tokens.add(String.valueOf(c));
            } else if (!Character.isWhitespace(c)) {
                throw new IllegalArgumentException("the condition has '" + c
                        + "'; expected names, and, or, not, parentheses," + " and 1 of or all of a pattern");
            }
        }
        end(word);
    }

    private void end(StringBuilder word) {
        if (!word.isEmpty()) {
            tokens.add(word.toString());
            word.setLength(0);
        }
    }

    private static boolean isName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    static Expression read(String text) {
        if (text.indexOf('|') >= 0) {
            throw new IllegalArgumentException(
                    "the condition counts with a pipe, which Sigma has given up; write a Sigma"
                            + " correlation, for example of type event_count");
        }
        ExpressionParser parser = new ExpressionParser(text);
        Expression read = parser.or();
        if (parser.at < parser.tokens.size()) {
            throw parser.unexpected("and, or, or the end");
        }
        return read;
    }

    private Expression or() {
        List<Expression> each = new ArrayList<>();
        do {
            each.add(and());
        } while (takes("or"));
        return each.size() == 1 ? each.get(0) : new Expression.Linked(false, each);
    }

    private Expression and() {
        List<Expression> each = new ArrayList<>();
        do {
            each.add(not());
        } while (takes("and"));
        return each.size() == 1 ? each.get(0) : new Expression.Linked(true, each);
    }

    private Expression not() {
        boolean negated = false;
        while (takes("not")) {
            negated = !negated;
        }
        Expression operand = operand();
        return negated ? new Expression.Negated(operand) : operand;
    }

    private Expression operand() {
        if (takes("(")) {
            if (++depth > DEEPEST) {
                throw new IllegalArgumentException("the condition has parentheses deeper than " + DEEPEST + " levels");
            }
            Expression within = or();
            depth--;
            if (!takes(")")) {
                throw unexpected("')'");
            }
            return within;
        }
        String token = token(0);
        if (token(1).equals("of")) {
            return of(token);
        }
        if (token.isEmpty()
                || token.equals(")")
                || token.equals("and")
                || token.equals("or")
                || token.indexOf('*') >= 0) {
            throw unexpected("the name of a selection, 1 of or all of a pattern, not, or '('");
        }
        at++;
        return new Expression.Named(token);
    }

    private Expression of(String quantity) {
        if (!quantity.equals("1") && !quantity.equals("any") && !quantity.equals("all")) {
            throw new IllegalArgumentException(
                    "the condition has '" + quantity + " of'; expected 1 of, any of or all of");
        }
        String pattern = token(2);
        if (pattern.isEmpty() || pattern.equals("(") || pattern.equals(")")) {
            at += 2;
            throw unexpected("them, or a pattern of names, for example selection*");
        }
        at += 3;
        return new Expression.Of(quantity.equals("all"), pattern);
    }

    private String token(int ahead) {
        return at + ahead < tokens.size() ? tokens.get(at + ahead) : "";
    }

    private boolean takes(String token) {
        if (token(0).equals(token)) {
            at++;
            return true;
        }
        return false;
    }

    private IllegalArgumentException unexpected(String expected) {
        String token = token(0);
        if (token.equals("near")) {
            return new IllegalArgumentException(
                    "the condition has near, which Sigma has given up; write a Sigma correlation of"
                            + " type temporal");
        }
        String hint = hint(at > 0 ? tokens.get(at - 1) : "");
        hint = hint.isEmpty() ? hint(token) : hint;
        return new IllegalArgumentException("the condition "
                + (token.isEmpty() ? "ends too early" : "has '" + token + "' in the wrong place")
                + "; expected " + expected + hint);
    }

    private static String hint(String token) {
        String lower = token.toLowerCase(Locale.ROOT);
        return !token.equals(lower) && WORDS.contains(lower) ? "; write " + lower + " in lower case" : "";
    }
}
