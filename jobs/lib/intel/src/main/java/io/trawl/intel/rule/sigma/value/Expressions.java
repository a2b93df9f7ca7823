package io.trawl.intel.rule.sigma.value;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.intel.rule.internal.ExpressionSize;

/** Compiles regular expressions. RE2 runs in linear time; what it does not have for that reason is refused. */
public final class Expressions {
    private Expressions() {}

    public static Pattern compile(Value.Expression expression) {
        String source = expression.source();
        String tooLarge = ExpressionSize.tooLarge(source);
        if (tooLarge != null) {
            throw new IllegalArgumentException("the regular expression is too large: " + tooLarge);
        }
        if (expression.start() || expression.end()) {
            source = (expression.start() ? "\\A" : "") + "(?:" + source + ")" + (expression.end() ? "\\z" : "");
        }
        try {
            // Alone first, so that no bracket of it closes the group around it.
            Pattern alone = Pattern.compile(expression.source(), expression.flags());
            return source.equals(expression.source()) ? alone : Pattern.compile(source, expression.flags());
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "the regular expression '" + expression.source() + "' is not one that RE2 takes: "
                            + e.getDescription()
                            + (e.getPattern() == null ? "" : ": " + e.getPattern())
                            + "; look-around and back-references are not supported",
                    e);
        }
    }
}
