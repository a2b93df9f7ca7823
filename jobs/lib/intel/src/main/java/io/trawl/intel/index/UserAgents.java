package io.trawl.intel.index;

import com.google.re2j.Pattern;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Regular expressions on user agents. RE2/J takes time in proportion to the text, whatever the expression; and one is
 * tried only if the text has the literal that every match of it must have, which one pass finds for all of them.
 */
final class UserAgents {
    private static final int SHORTEST_LITERAL = 3;

    private final List<Pattern> patterns = new ArrayList<>();
    private final BitSet always = new BitSet();
    /** Aho-Corasick: next node by node and character, where the literal that failed goes on, literals that end here. */
    private final List<Map<Character, Integer>> next = new ArrayList<>();

    private final List<Integer> fails = new ArrayList<>();
    private final List<List<Integer>> ends = new ArrayList<>();

    UserAgents(List<String> expressions) {
        node();
        for (int i = 0; i < expressions.size(); i++) {
            patterns.add(Pattern.compile(expressions.get(i)));
            String literal = literal(expressions.get(i));
            if (literal.length() < SHORTEST_LITERAL) {
                always.set(i);
            } else {
                put(literal, i);
            }
        }
        link();
    }

    private int node() {
        next.add(new HashMap<>());
        fails.add(0);
        ends.add(new ArrayList<>());
        return next.size() - 1;
    }

    private void put(String literal, int number) {
        int at = 0;
        for (int i = 0; i < literal.length(); i++) {
            at = next.get(at).computeIfAbsent(literal.charAt(i), c -> node());
        }
        ends.get(at).add(number);
    }

    private void link() {
        Deque<Integer> queue = new ArrayDeque<>(next.get(0).values());
        while (!queue.isEmpty()) {
            int at = queue.remove();
            next.get(at).forEach((c, child) -> {
                int fail = fails.get(at);
                while (fail != 0 && !next.get(fail).containsKey(c)) {
                    fail = fails.get(fail);
                }
                fails.set(child, next.get(fail).getOrDefault(c, 0));
                ends.get(child).addAll(ends.get(fails.get(child)));
                queue.add(child);
            });
        }
    }

    /** Gives the number of each expression that some part of the text matches. */
    void find(String text, IntConsumer found) {
        BitSet candidates = (BitSet) always.clone();
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = folded(text.charAt(i));
            Integer step = next.get(at).get(c);
            while (step == null && at != 0) {
                at = fails.get(at);
                step = next.get(at).get(c);
            }
            at = step == null ? 0 : step;
            for (int number : ends.get(at)) {
                candidates.set(number);
            }
        }
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            if (patterns.get(i).matcher(text).find()) {
                found.accept(i);
            }
        }
    }

    /** Lower case, with the two characters that an expression without regard to case takes for ASCII. */
    private static char folded(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '\u017F' ? 's' : c == '\u212A' ? 'k' : c;
    }

    /** The longest text, folded, that every match must have; empty if that is not plain to see. */
    static String literal(String expression) {
        String longest = "";
        StringBuilder run = new StringBuilder();
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            boolean ends = true;
            switch (c) {
                case '|' -> {
                    return "";
                }
                case '\\' -> {
                    char escaped = i + 1 < expression.length() ? expression.charAt(++i) : 'Q';
                    if (escaped == 'Q' || escaped == 'x' || escaped == 'p' || escaped == 'P') {
                        return "";
                    }
                    if (escaped >= '0' && escaped <= '9') {
                        return "";
                    }
                    if (!Character.isLetter(escaped)) {
                        run.append(folded(escaped));
                        ends = false;
                    }
                }
                case '.', '^', '$', '+' -> {}
                case '*', '?', '{' -> {
                    // What is before it need not be there.
                    run.setLength(Math.max(0, run.length() - 1));
                    i = c == '{' ? countEnd(expression, i) : i;
                }
                case '[' -> i = classEnd(expression, i);
                case '(' -> i = groupEnd(expression, i);
                default -> {
                    run.append(folded(c));
                    ends = false;
                }
            }
            if (ends) {
                longest = run.length() > longest.length() ? run.toString() : longest;
                run.setLength(0);
            }
        }
        return run.length() > longest.length() ? run.toString() : longest;
    }

    /** Where a count as {2} or {2,4} ends; a brace that begins none is a character like any other. */
    private static int countEnd(String expression, int from) {
        int i = from + 1;
        while (i < expression.length() && (Character.isDigit(expression.charAt(i)) || expression.charAt(i) == ',')) {
            i++;
        }
        return i < expression.length() && expression.charAt(i) == '}' ? i : from;
    }

    private static int classEnd(String expression, int from) {
        int i = from + 1;
        i += expression.startsWith("^", i) ? 1 : 0;
        i += expression.startsWith("]", i) ? 1 : 0;
        while (i < expression.length() && expression.charAt(i) != ']') {
            if (expression.startsWith("[:", i)) {
                int close = expression.indexOf(":]", i);
                i = close < 0 ? i : close + 1;
            }
            i += expression.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private static int groupEnd(String expression, int from) {
        int depth = 0;
        for (int i = from; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\' && expression.startsWith("Q", i + 1)) {
                // \Q..\E is text, whatever is in it.
                int end = expression.indexOf("\\E", i + 2);
                i = end < 0 ? expression.length() : end + 1;
            } else if (c == '\\') {
                i++;
            } else if (c == '[') {
                i = classEnd(expression, i);
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i;
            }
        }
        return expression.length();
    }
}
