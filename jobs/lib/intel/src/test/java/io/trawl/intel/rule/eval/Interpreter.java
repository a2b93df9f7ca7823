package io.trawl.intel.rule.eval;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Range;
import io.trawl.record.ProxyEvent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.WeekFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Says whether a condition holds of an event, as {@link Condition} and {@link Ask} are written, without any haste. */
final class Interpreter {
    private Interpreter() {}

    static boolean holds(Condition condition, ProxyEvent event) {
        if (condition instanceof Condition.All all) {
            return all.of().stream().allMatch(one -> holds(one, event));
        } else if (condition instanceof Condition.Any any) {
            return any.of().stream().anyMatch(one -> holds(one, event));
        } else if (condition instanceof Condition.Not not) {
            return !holds(not.of(), event);
        } else if (condition instanceof Condition.Named named) {
            return holds(named.of(), event);
        } else if (condition instanceof Condition.Test test) {
            return values(test.field(), event).stream().anyMatch(value -> passes(test.ask(), value, event));
        }
        Ask ask = ((Condition.Keyword) condition).ask();
        return Fields.ofLines().stream()
                .flatMap(field -> values(field, event).stream())
                .anyMatch(value -> passes(ask, value, event));
    }

    private static List<String> values(Field field, ProxyEvent event) {
        List<String> values = new ArrayList<>();
        field.reader().read(event, values::add);
        return values;
    }

    private static boolean passes(Ask ask, String value, ProxyEvent event) {
        if (ask instanceof Ask.Text text) {
            return isThere(letters(value, text.cased()), letters(text.text(), text.cased()), text.place());
        } else if (ask instanceof Ask.Like like) {
            return like(like.glob().parts(), value, like.cased());
        } else if (ask instanceof Ask.Expression expression) {
            return expression.pattern().matcher(value).find();
        } else if (ask instanceof Ask.Equal equal) {
            return value.matches(DECIMAL) && new BigDecimal(value).compareTo(equal.number()) == 0;
        } else if (ask instanceof Ask.Compare compare) {
            return value.matches(DECIMAL)
                    && inOrder(compare.order(), new BigDecimal(value).compareTo(compare.number()));
        } else if (ask instanceof Ask.CompareText compare) {
            return inOrder(
                    compare.order(),
                    Arrays.compare(
                            value.codePoints().toArray(),
                            compare.text().codePoints().toArray()));
        } else if (ask instanceof Ask.Within within) {
            String address = Canonical.ip(value).canonical();
            return address != null && within(within.range(), address);
        } else if (ask instanceof Ask.Holds holds) {
            Range range = Range.of(value);
            return range != null && range.holds(holds.range());
        } else if (ask instanceof Ask.SameAs same) {
            return values(same.other(), event).stream()
                    .anyMatch(
                            other -> isThere(letters(value, same.cased()), letters(other, same.cased()), same.place()));
        } else if (ask instanceof Ask.Time time) {
            return time(time, value, event);
        }
        return true;
    }

    private static final String DECIMAL = "[-+]?[0-9]+(\\.[0-9]+)?";

    private static boolean isThere(String value, String text, Ask.Place place) {
        return switch (place) {
            case WHOLE -> value.equals(text);
            case START -> value.startsWith(text);
            case END -> value.endsWith(text);
            case ANYWHERE -> value.contains(text);
        };
    }

    private static String letters(String text, boolean cased) {
        return cased
                ? text
                : text.codePoints()
                        .map(c -> Character.toLowerCase(Character.toUpperCase(c)))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    /** By a table: whether the first i parts are all of the first j characters. */
    private static boolean like(List<Glob.Part> glob, String text, boolean cased) {
        int[] value = letters(text, cased).codePoints().toArray();
        List<Integer> parts = new ArrayList<>();
        for (Glob.Part part : glob) {
            if (part instanceof Glob.Part.Literal literal) {
                letters(literal.text(), cased).codePoints().forEach(parts::add);
            } else {
                parts.add(part instanceof Glob.Part.Many ? -1 : -2);
            }
        }
        boolean[][] table = new boolean[parts.size() + 1][value.length + 1];
        table[0][0] = true;
        for (int i = 1; i <= parts.size(); i++) {
            int part = parts.get(i - 1);
            for (int j = 0; j <= value.length; j++) {
                table[i][j] = part == -1
                        ? table[i - 1][j] || j > 0 && table[i][j - 1]
                        : j > 0 && table[i - 1][j - 1] && (part == -2 || part == value[j - 1]);
            }
        }
        return table[parts.size()][value.length];
    }

    private static boolean inOrder(Ask.Order order, int compared) {
        return order == Ask.Order.LESS && compared < 0
                || order == Ask.Order.LESS_OR_EQUAL && compared <= 0
                || order == Ask.Order.GREATER && compared > 0
                || order == Ask.Order.GREATER_OR_EQUAL && compared >= 0;
    }

    private static boolean within(Range range, String address) {
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            String[] written = range.toString().split("/");
            byte[] first = InetAddress.getByName(written[0]).getAddress();
            int host = 8 * first.length - Integer.parseInt(written[1]);
            return bytes.length == first.length
                    && new BigInteger(1, bytes).shiftRight(host).equals(new BigInteger(1, first).shiftRight(host));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean time(Ask.Time time, String value, ProxyEvent event) {
        if (!value.endsWith("Z")) {
            return false;
        }
        ZonedDateTime at = Instant.parse(value).atZone(time.zone());
        int number =
                switch (time.part()) {
                    case MINUTE -> at.getMinute();
                    case HOUR -> at.getHour();
                    case DAY -> at.getDayOfMonth();
                    case WEEK -> at.get(WeekFields.ISO.weekOfWeekBasedYear());
                    case MONTH -> at.getMonthValue();
                    case YEAR -> at.getYear();
                };
        return passes(time.ask(), String.valueOf(number), event);
    }
}
