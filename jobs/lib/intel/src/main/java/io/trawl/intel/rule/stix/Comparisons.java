package io.trawl.intel.rule.stix;

import com.google.re2j.PatternSyntaxException;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Range;
import io.trawl.intel.rule.internal.ExpressionSize;
import io.trawl.intel.rule.stix.pattern.Literal;
import io.trawl.intel.rule.stix.pattern.Pattern;
import io.trawl.intel.rule.stix.pattern.PatternException;
import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A comparison as a test of a field. What the standard calls false for want of the object is false here under NOT as well:
 * NOT holds if the field has a value, and none that passes.
 */
final class Comparisons {
    private static final Range EVERY_IPV4 = Range.parse("0.0.0.0/0");
    private static final Range EVERY_IPV6 = Range.parse("::/0");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Comparisons() {}

    /** Why a comparison of a field can never hold. */
    static final class NeverException extends Exception {
        private static final long serialVersionUID = 1;

        NeverException(String reason) {
            super(reason);
        }
    }

    static @Nullable Condition any(List<Condition> of) {
        return of.isEmpty() ? null : of.size() == 1 ? of.get(0) : new Condition.Any(of);
    }

    static Condition all(List<Condition> of) {
        return of.size() == 1 ? of.get(0) : new Condition.All(of);
    }

    /** Whether a field has a value. */
    static Condition present(Mapping.Use use, String written) {
        return new Condition.Test(use.values(), written, new Ask.Present());
    }

    /** Whether a field has an address. */
    private static Condition address(Mapping.Use use, String written) {
        return new Condition.Any(List.of(
                new Condition.Test(use.values(), written, new Ask.Within(EVERY_IPV4)),
                new Condition.Test(use.values(), written, new Ask.Within(EVERY_IPV6))));
    }

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** From a time on, and before another; null is unbounded. */
    static List<Condition> during(Field time, @Nullable Instant from, @Nullable Instant until) {
        List<Condition> both = new ArrayList<>();
        if (from != null) {
            both.add(
                    new Condition.Test(time, time.name(), new Ask.CompareText(Ask.Order.GREATER_OR_EQUAL, time(from))));
        }
        // The texts of years beyond four digits are not in the order of their times, and no event is so late.
        if (until != null && until.isBefore(LAST)) {
            both.add(new Condition.Test(time, time.name(), new Ask.CompareText(Ask.Order.LESS, time(until))));
        }
        return both;
    }

    /** As the texts of an event's time are; events have microseconds, so what is below rounds up. */
    private static String time(Instant time) {
        int beyond = time.getNano() % 1000;
        return TIME.format(beyond == 0 ? time : time.plusNanos(1000 - beyond));
    }

    /**
     * A comparison as a test of one field.
     *
     * @throws NeverException if the field can never pass it
     * @throws PatternException if it says nothing: no range, no expression
     */
    static Condition test(Pattern.Compare compare, Mapping.Use use) throws NeverException, PatternException {
        String written = compare.path().toString();
        boolean not = compare.not() != (compare.operator() == Pattern.Operator.NOT_EQUAL);
        List<Condition> tests = new ArrayList<>();
        String never = "IN () has nothing that a value can be";
        for (Literal literal : compare.with()) {
            try {
                for (Ask ask : asks(compare, literal, use)) {
                    tests.add(new Condition.Test(use.values(), written, ask));
                }
            } catch (NeverException e) {
                never = String.valueOf(e.getMessage());
            }
        }
        Condition one = any(tests);
        if (one == null && !not) {
            throw new NeverException(never);
        }
        if (!not) {
            return Objects.requireNonNull(one);
        }
        boolean range =
                compare.operator() == Pattern.Operator.IS_SUBSET || compare.operator() == Pattern.Operator.IS_SUPERSET;
        // Only an address can be outside a range.
        Condition exists = range ? address(use, written) : present(use, written);
        return one == null ? exists : new Condition.All(List.of(exists, new Condition.Not(one)));
    }

    private static List<Ask> asks(Pattern.Compare compare, Literal literal, Mapping.Use use)
            throws NeverException, PatternException {
        return switch (compare.operator()) {
            case EQUAL, NOT_EQUAL, IN -> equal(literal, use);
            case LESS -> List.of(order(Ask.Order.LESS, literal, use));
            case LESS_OR_EQUAL -> List.of(order(Ask.Order.LESS_OR_EQUAL, literal, use));
            case GREATER -> List.of(order(Ask.Order.GREATER, literal, use));
            case GREATER_OR_EQUAL -> List.of(order(Ask.Order.GREATER_OR_EQUAL, literal, use));
            case LIKE -> List.of(like(text(literal), use.form()));
            case MATCHES -> List.of(new Ask.Expression(expression(text(literal), use.form())));
            case IS_SUBSET -> List.of(new Ask.Within(range(compare, text(literal))));
            case IS_SUPERSET -> List.of(new Ask.Holds(range(compare, text(literal))));
        };
    }

    private static String text(Literal literal) {
        return Objects.requireNonNull(literal.text());
    }

    private static NeverException never(Literal literal, Form form) {
        String what = form.isNumber()
                ? "a number"
                : form == Form.TIME
                        ? "a time"
                        : form == Form.NAME
                                ? "the name of a host"
                                : form.isHost() ? form == Form.HOST ? "a host" : "an address" : "a text";
        return new NeverException(
                "what events have is " + what + ", which is never " + PatternException.shown(literal.toString()));
    }

    /** Equality, in canonical form where the field has one. Several where a text has several. */
    private static List<Ask> equal(Literal literal, Mapping.Use use) throws NeverException {
        Form form = use.form();
        if (form == Form.TIME) {
            Instant time = instant(literal);
            if (time == null || time.getNano() % 1000 != 0) {
                throw never(literal, form);
            }
            return List.of(new Ask.Text(time(time), Ask.Place.WHOLE, true));
        }
        if (literal instanceof Literal.Number number) {
            if (form.isHost() || form == Form.HASH || form == Form.MAIL) {
                throw never(literal, form);
            }
            return List.of(new Ask.Equal(number.number()));
        }
        String text = literal.text();
        if (text == null) {
            throw never(literal, form);
        }
        if (form.isNumber()) {
            return List.of(new Ask.Equal(number(literal, form)));
        }
        if (form.isHost() && text.indexOf('/') >= 0 && form != Form.NAME) {
            Range range = Range.of(text);
            if (range == null) {
                throw never(literal, form);
            }
            return List.of(new Ask.Within(range));
        }
        String canonical = form.canonical(text);
        if (canonical == null) {
            throw never(literal, form);
        }
        if (canonical.chars().allMatch(c -> c < 0x80)) {
            return List.of(new Ask.Text(canonical, Ask.Place.WHOLE, form.cased()));
        }
        // The standard compares normalised texts: a log may have either form.
        Set<String> forms = new LinkedHashSet<>(List.of(canonical));
        forms.add(Normalizer.normalize(canonical, Normalizer.Form.NFC));
        forms.add(Normalizer.normalize(canonical, Normalizer.Form.NFD));
        return forms.stream()
                .<Ask>map(one -> new Ask.Text(one, Ask.Place.WHOLE, form.cased()))
                .toList();
    }

    private static Ask order(Ask.Order order, Literal literal, Mapping.Use use) throws NeverException {
        Form form = use.form();
        if (form == Form.TIME) {
            Instant time = instant(literal);
            if (time == null) {
                throw never(literal, form);
            }
            boolean between = time.getNano() % 1000 != 0;
            // Of a time between two microseconds the next one is the first that is not before it.
            Ask.Order whole = !between
                    ? order
                    : switch (order) {
                        case LESS, LESS_OR_EQUAL -> Ask.Order.LESS;
                        default -> Ask.Order.GREATER_OR_EQUAL;
                    };
            return new Ask.CompareText(whole, time(time));
        }
        if (form.isNumber() || literal instanceof Literal.Number) {
            return new Ask.Compare(order, number(literal, form));
        }
        String text = literal.text();
        if (text == null) {
            throw never(literal, form);
        }
        String canonical = form == Form.TEXT ? text : form.canonical(text);
        return new Ask.CompareText(order, canonical == null ? text : canonical);
    }

    /** The number of a literal; of a text that is one, too: the standard's own examples write file:size = '371712'. */
    private static BigDecimal number(Literal literal, Form form) throws NeverException {
        if (literal instanceof Literal.Number number) {
            return number.number();
        }
        String text = literal.text();
        if (text == null || text.length() > MOST.precision() || !text.matches("-?[0-9]++(?:\\.[0-9]++)?")) {
            throw never(literal, form);
        }
        return new BigDecimal(text);
    }

    private static @Nullable Instant instant(Literal literal) {
        if (literal instanceof Literal.Timestamp time) {
            return time.instant();
        }
        String text = literal.text();
        return text == null
                        || !text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,99})?Z")
                ? null
                : new Literal.Timestamp(text).instant();
    }

    /** The whole value: % is any number of characters, _ is one, and nothing escapes them. */
    private static Ask like(String text, Form form) {
        Glob.Builder glob = new Glob.Builder();
        Normalizer.normalize(text, Normalizer.Form.NFC).codePoints().forEach(c -> {
            if (c == '%') {
                glob.many();
            } else if (c == '_') {
                glob.one();
            } else {
                glob.character(c);
            }
        });
        return new Ask.Like(glob.build(), form.cased());
    }

    private static com.google.re2j.Pattern expression(String text, Form form) throws PatternException {
        String wrong = ExpressionSize.tooLarge(text);
        if (wrong != null) {
            throw new PatternException("MATCHES '" + PatternException.shown(text) + "': " + wrong);
        }
        try {
            return com.google.re2j.Pattern.compile(
                    Normalizer.normalize(text, Normalizer.Form.NFC),
                    form.cased() ? 0 : com.google.re2j.Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new PatternException("MATCHES '" + PatternException.shown(text)
                    + "': RE2, which reads expressions in linear time, does not take it: "
                    + PatternException.shown(e.getDescription()));
        }
    }

    private static Range range(Pattern.Compare compare, String text) throws PatternException {
        Range range = Range.of(text);
        if (range == null) {
            throw new PatternException(compare.operator() + " '" + PatternException.shown(text)
                    + "' is not a range of addresses; expected for example '198.51.100.0/24'");
        }
        return range;
    }

    /**
     * What an object that a reference names is: a test of the type of it, as dst_ref.type.
     *
     * @param uses the fields of the value of the object
     * @throws NeverException if it can be none of the types
     */
    static Condition type(Pattern.Compare compare, List<Mapping.Use> uses) throws NeverException {
        String written = compare.path().toString();
        List<Condition> tests = new ArrayList<>();
        List<Condition> exist = new ArrayList<>();
        for (Mapping.Use use : uses) {
            exist.add(present(use, written));
            for (Literal literal : compare.with()) {
                String type = String.valueOf(literal.text());
                boolean host = use.form().isHost();
                if (type.equals("ipv4-addr") && host) {
                    tests.add(new Condition.Test(use.values(), written, new Ask.Within(EVERY_IPV4)));
                } else if (type.equals("ipv6-addr") && host) {
                    tests.add(new Condition.Test(use.values(), written, new Ask.Within(EVERY_IPV6)));
                } else if (type.equals("domain-name") && host && !use.form().isAddress()) {
                    tests.add(new Condition.All(
                            List.of(present(use, written), new Condition.Not(address(use, written)))));
                } else if (type.equals("email-addr") && use.form() == Form.MAIL) {
                    tests.add(present(use, written));
                }
            }
        }
        boolean equality = compare.operator() == Pattern.Operator.EQUAL
                || compare.operator() == Pattern.Operator.NOT_EQUAL
                || compare.operator() == Pattern.Operator.IN;
        boolean not = compare.not() != (compare.operator() == Pattern.Operator.NOT_EQUAL);
        Condition one = any(tests);
        if (!equality || one == null && !not) {
            throw new NeverException(
                    "what it names in an event is an ipv4-addr, an ipv6-addr, a domain-name or an email-addr");
        }
        Condition exists = Objects.requireNonNull(any(exist));
        return one == null ? exists : not ? new Condition.All(List.of(exists, new Condition.Not(one))) : one;
    }
}
