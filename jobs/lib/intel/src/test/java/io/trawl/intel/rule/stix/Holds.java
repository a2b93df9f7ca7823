package io.trawl.intel.rule.stix;

import com.google.re2j.Pattern;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Range;
import io.trawl.record.ProxyEvent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Conditions by the letter of their description, one after the other: what rules of patterns are judged by in tests. */
final class Holds {
    private Holds() {}

    static boolean holds(Condition condition, ProxyEvent event) {
        if (condition instanceof Condition.All all) {
            return all.of().stream().allMatch(one -> holds(one, event));
        }
        if (condition instanceof Condition.Any any) {
            return any.of().stream().anyMatch(one -> holds(one, event));
        }
        if (condition instanceof Condition.Not not) {
            return !holds(not.of(), event);
        }
        if (condition instanceof Condition.Named named) {
            return holds(named.of(), event);
        }
        Condition.Test test = (Condition.Test) condition;
        return values(test.field(), event).stream().anyMatch(passes(test.ask()));
    }

    static List<String> values(Field field, ProxyEvent event) {
        List<String> values = new ArrayList<>();
        field.reader().read(event, values::add);
        return values;
    }

    private static Predicate<String> passes(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return value -> text.cased() ? value.equals(text.text()) : value.equalsIgnoreCase(text.text());
        }
        if (ask instanceof Ask.Like like) {
            StringBuilder expression = new StringBuilder("(?s)");
            like.glob().parts().forEach(part -> expression.append(
                    part instanceof Glob.Part.Literal literal
                            ? Pattern.quote(literal.text())
                            : part instanceof Glob.Part.Many ? ".*" : "."));
            Pattern pattern = Pattern.compile(expression.toString(), like.cased() ? 0 : Pattern.CASE_INSENSITIVE);
            return value -> pattern.matches(value);
        }
        if (ask instanceof Ask.Expression expression) {
            return value -> expression.pattern().matcher(value).find();
        }
        if (ask instanceof Ask.Equal equal) {
            return value -> isNumber(value) && new BigDecimal(value).compareTo(equal.number()) == 0;
        }
        if (ask instanceof Ask.Compare compare) {
            return value -> isNumber(value) && inOrder(compare.order(), new BigDecimal(value).compareTo(compare.number()));
        }
        if (ask instanceof Ask.CompareText compare) {
            return value -> inOrder(compare.order(), value.compareTo(compare.text()));
        }
        if (ask instanceof Ask.Within within) {
            return value -> {
                Canonical.Result address = Canonical.ip(value);
                return address.canonical() != null && bits(address.canonical()).equals(bits(address.canonical(), within.range()));
            };
        }
        if (ask instanceof Ask.Present) {
            return value -> true;
        }
        throw new AssertionError("not asked for by patterns in tests: " + ask.toString().toLowerCase(Locale.ROOT));
    }

    private static boolean isNumber(String text) {
        return text.matches("-?[0-9]+(\\.[0-9]+)?");
    }

    private static boolean inOrder(Ask.Order order, int compared) {
        return switch (order) {
            case LESS -> compared < 0;
            case LESS_OR_EQUAL -> compared <= 0;
            case GREATER -> compared > 0;
            case GREATER_OR_EQUAL -> compared >= 0;
        };
    }

    private static BigInteger bits(String address) {
        byte[] bytes = Ip.require(address);
        BigInteger number = new BigInteger(1, bytes);
        return bytes.length == 4 ? number.or(BigInteger.valueOf(0xFFFFL).shiftLeft(32)) : number;
    }

    /** The address with the bits of the prefix from the range: the same where it is in the range. */
    private static BigInteger bits(String address, Range range) {
        BigInteger low = new BigInteger(Long.toUnsignedString(range.low()));
        BigInteger first = new BigInteger(Long.toUnsignedString(range.high())).shiftLeft(64).or(low);
        BigInteger rest = BigInteger.ONE.shiftLeft(128 - range.prefix()).subtract(BigInteger.ONE);
        return first.andNot(rest).or(bits(address).and(rest));
    }
}
