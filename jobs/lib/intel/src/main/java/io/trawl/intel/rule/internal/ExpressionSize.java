package io.trawl.intel.rule.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How large a regular expression becomes: counts in braces multiply, and a program of millions of steps fills the memory. */
public final class ExpressionSize {
    private static final int LONGEST = 10_000;
    private static final int DEEPEST = 200;
    private static final long MOST_STEPS = 50_000;

    private ExpressionSize() {}

    /** Why an expression is not compiled; null if it may be. */
    public static @Nullable String tooLarge(String text) {
        if (text.length() > LONGEST) {
            return "an expression of more than " + LONGEST + " characters";
        }
        // Of each open group the steps so far; of the last piece what a count multiplies.
        Deque<Long> groups = new ArrayDeque<>();
        long sum = 0;
        long last = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                groups.push(sum + last);
                if (groups.size() > DEEPEST) {
                    return "groups more than " + DEEPEST + " deep";
                }
                sum = 0;
                last = 0;
            } else if (c == ')' && !groups.isEmpty()) {
                last = Math.max(1, sum + last);
                sum = groups.pop();
            } else if (c == '{' && count(text, i) > 0) {
                last *= count(text, i);
                i = text.indexOf('}', i);
            } else if ("*+?".indexOf(c) < 0) {
                sum += last;
                last = 1;
                i = c == '[' ? endOfClass(text, i) : c == '\\' ? i + 1 : i;
            }
            if (sum + last > MOST_STEPS) {
                return "an expression of more than " + MOST_STEPS + " steps, its counts in braces multiplied";
            }
        }
        return null;
    }

    /** The larger count of {n}, {n,} or {n,m}, at least 1; 0 if it is not a count. */
    private static long count(String text, int at) {
        long most = 0;
        long number = 0;
        int digits = 0;
        for (int i = at + 1; i < text.length() && i < at + 20; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                number = 10 * number + c - '0';
                digits++;
            } else if (digits > 0 && (c == ',' || c == '}')) {
                most = Math.max(most, number);
                number = 0;
                if (c == '}') {
                    return Math.max(1, most);
                }
            } else {
                return 0;
            }
        }
        return 0;
    }

    private static int endOfClass(String text, int at) {
        int i = at + 1;
        i += i < text.length() && text.charAt(i) == '^' ? 1 : 0;
        for (i++; i < text.length(); i++) {
            if (text.charAt(i) == ']') {
                return i;
            }
            i += text.charAt(i) == '\\' ? 1 : 0;
        }
        return text.length();
    }
}
