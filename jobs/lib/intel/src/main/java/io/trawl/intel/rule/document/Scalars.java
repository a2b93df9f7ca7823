package io.trawl.intel.rule.document;

import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** What a scalar means by YAML 1.2's core schema (10.3.2). */
final class Scalars {
    static final String CORE = "tag:yaml.org,2002:";
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> BOOLEANS = Set.of("true", "True", "TRUE", "false", "False", "FALSE");
    // The patterns have no choice between two ways to match, so that they are linear.
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]++");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]++");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]++");
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?+(?:\\.[0-9]++|[0-9]++(?:\\.[0-9]*+)?+)(?:[eE][-+]?+[0-9]++)?+");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?(?:\\.inf|\\.Inf|\\.INF)|\\.nan|\\.NaN|\\.NAN");
    /** A number of more digits is a text: no log has one, and arithmetic with it takes long. */
    private static final int MOST_DIGITS = 400;

    private Scalars() {}

    static Scalar read(String file, ScalarEvent event, int line) {
        String text = event.getValue();
        String tag = event.getTag().orElse(null);
        boolean plain = event.isPlain();
        Type type;
        if (tag == null ? !plain : tag.equals("!") || tag.equals(CORE + "str")) {
            type = Type.TEXT;
        } else {
            type = type(text);
            boolean fits = tag == null
                    || tag.equals(CORE + "null") && type == Type.NULL
                    || tag.equals(CORE + "bool") && type == Type.BOOLEAN
                    || (tag.equals(CORE + "int") || tag.equals(CORE + "float")) && type == Type.NUMBER;
            if (!fits) {
                throw new Refusal(file, line, "the tag " + tag + " is not known, or does not fit its value");
            }
        }
        return new Scalar(text, type, plain, type == Type.NUMBER ? number(text) : null, line);
    }

    private static Type type(String text) {
        if (NULLS.contains(text)) {
            return Type.NULL;
        }
        if (BOOLEANS.contains(text)) {
            return Type.BOOLEAN;
        }
        boolean number = text.length() <= MOST_DIGITS
                && (DECIMAL.matcher(text).matches()
                        || HEX.matcher(text).matches()
                        || OCTAL.matcher(text).matches()
                        || NOT_FINITE.matcher(text).matches());
        return number ? Type.NUMBER : Type.TEXT;
    }

    /** Null where it is not finite as a double, as it is for pySigma. */
    private static @Nullable BigDecimal number(String text) {
        if (OCTAL.matcher(text).matches()) {
            return new BigDecimal(new BigInteger(text.substring(2), 8));
        }
        if (HEX.matcher(text).matches()) {
            return new BigDecimal(new BigInteger(text.substring(2), 16));
        }
        if (WHOLE.matcher(text).matches()) {
            return new BigDecimal(text);
        }
        if (NOT_FINITE.matcher(text).matches()) {
            return null;
        }
        double rough = Double.parseDouble(text);
        if (Double.isInfinite(rough)) {
            return null;
        }
        // Of a number too small for a double its exponent could be a billion.
        return rough == 0 ? BigDecimal.ZERO : new BigDecimal(text).stripTrailingZeros();
    }
}
