package io.trawl.intel.rule.eval;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Range;
import io.trawl.intel.rule.internal.Decimal;
import io.trawl.intel.rule.internal.GlobText;
import io.trawl.intel.rule.internal.Literal;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** What is asked of one value, ready to be asked often. Immutable. */
interface Asked {
    boolean passes(String value);

    /** The same of a number, without a text made of it where that can be done. */
    default boolean passes(long number) {
        return passes(Long.toString(number));
    }

    /** What of a value that passes did so: the text that was found, or all of it. */
    default String part(String value) {
        return value;
    }

    /** How long it takes, compared with others: tests that take little come first. */
    int cost();

    /** @throws IllegalArgumentException if it cannot be asked, with the reason */
    static Asked of(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return new OfText(new Literal(text.text(), text.cased()), text.place());
        } else if (ask instanceof Ask.Like like) {
            return new OfGlob(new GlobText(like.glob(), like.cased()));
        } else if (ask instanceof Ask.Expression expression) {
            return new OfExpression(expression.pattern());
        } else if (ask instanceof Ask.Equal equal) {
            return OfNumber.equal(equal.number());
        } else if (ask instanceof Ask.Compare compare) {
            return OfNumber.compare(compare.order(), compare.number());
        } else if (ask instanceof Ask.CompareText compare) {
            return new OfOrder(compare.order(), compare.text());
        } else if (ask instanceof Ask.Within within) {
            return new OfRange(within.range());
        } else if (ask instanceof Ask.Holds holds) {
            return new OfHolder(holds.range());
        } else if (ask instanceof Ask.Time time) {
            return new OfTime(time);
        } else if (ask instanceof Ask.Present) {
            return new Any();
        }
        throw new IllegalArgumentException("SameAs asks for two values");
    }

    /** Whether an order holds of two that compare so. */
    static boolean holds(Ask.Order order, int compared) {
        return switch (order) {
            case LESS -> compared < 0;
            case LESS_OR_EQUAL -> compared <= 0;
            case GREATER -> compared > 0;
            case GREATER_OR_EQUAL -> compared >= 0;
        };
    }

    /** Any value. */
    record Any() implements Asked {
        @Override
        public boolean passes(String value) {
            return true;
        }

        @Override
        public boolean passes(long number) {
            return true;
        }

        @Override
        public int cost() {
            return 0;
        }
    }

    /** A text at a place. */
    record OfText(Literal literal, Ask.Place place) implements Asked {
        @Override
        public boolean passes(String value) {
            return switch (place) {
                case WHOLE -> literal.isWhole(value);
                case START -> literal.isAt(value, 0);
                case END -> literal.isEnd(value);
                case ANYWHERE -> literal.find(value, 0, value.length()) >= 0;
            };
        }

        @Override
        public String part(String value) {
            int length = literal.length();
            return switch (place) {
                case WHOLE -> value;
                case START -> value.substring(0, length);
                case END -> value.substring(value.length() - length);
                case ANYWHERE -> {
                    int at = literal.find(value, 0, value.length());
                    yield value.substring(at, at + length);
                }
            };
        }

        @Override
        public int cost() {
            return place == Ask.Place.ANYWHERE ? 20 : 2;
        }
    }

    /** A text with wildcards. */
    record OfGlob(GlobText glob) implements Asked {
        @Override
        public boolean passes(String value) {
            return glob.matches(value);
        }

        @Override
        public int cost() {
            return 25;
        }
    }

    /** A regular expression. */
    record OfExpression(Pattern pattern) implements Asked {
        @Override
        public boolean passes(String value) {
            return pattern.matcher(value).find();
        }

        @Override
        public String part(String value) {
            Matcher matcher = pattern.matcher(value);
            return matcher.find() ? matcher.group() : value;
        }

        @Override
        public int cost() {
            return 1000;
        }
    }

    /**
     * A number.
     *
     * @param least the least whole number that passes
     * @param most the greatest whole number that passes
     */
    record OfNumber(Decimal decimal, int low, int high, long least, long most) implements Asked {
        private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE);
        private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

        static OfNumber equal(BigDecimal number) {
            return of(number, 0, 0);
        }

        static OfNumber compare(Ask.Order order, BigDecimal number) {
            return switch (order) {
                case LESS -> of(number, -1, -1);
                case LESS_OR_EQUAL -> of(number, -1, 0);
                case GREATER -> of(number, 1, 1);
                case GREATER_OR_EQUAL -> of(number, 0, 1);
            };
        }

        private static OfNumber of(BigDecimal number, int low, int high) {
            return new OfNumber(new Decimal(number), low, high, 0, 0).withBounds();
        }

        private OfNumber withBounds() {
            // The whole numbers that pass are in a row: what is asked of the row's ends is asked once, here.
            BigDecimal number = decimal.number();
            BigDecimal floor = number.setScale(0, RoundingMode.FLOOR);
            boolean whole = floor.compareTo(number) == 0;
            BigDecimal first = low < 0 ? MIN : low > 0 || !whole ? floor.add(BigDecimal.ONE) : floor;
            BigDecimal last = high > 0 ? MAX : high < 0 && whole ? floor.subtract(BigDecimal.ONE) : floor;
            BigDecimal from = first.max(MIN);
            BigDecimal to = last.min(MAX);
            return from.compareTo(to) > 0
                    ? new OfNumber(decimal, low, high, 1, 0)
                    : new OfNumber(decimal, low, high, from.longValueExact(), to.longValueExact());
        }

        @Override
        public boolean passes(String value) {
            int compared = decimal.compare(value);
            return compared != Decimal.NO_NUMBER && low <= compared && compared <= high;
        }

        @Override
        public boolean passes(long number) {
            return least <= number && number <= most;
        }

        @Override
        public int cost() {
            return 1;
        }
    }

    /** A text that is less or greater. */
    record OfOrder(Ask.Order order, String text) implements Asked {
        @Override
        public boolean passes(String value) {
            return holds(order, compare(value, text));
        }

        /** By code points: in UTF-16 a surrogate would come before the characters from U+E000 on. */
        private static int compare(String one, String other) {
            int length = Math.min(one.length(), other.length());
            for (int i = 0; i < length; i++) {
                char a = one.charAt(i);
                char b = other.charAt(i);
                if (a != b) {
                    boolean isSecond = i > 0
                            && Character.isHighSurrogate(one.charAt(i - 1))
                            && (Character.isLowSurrogate(a) || Character.isLowSurrogate(b));
                    int at = isSecond ? i - 1 : i;
                    return Integer.compare(one.codePointAt(at), other.codePointAt(at));
                }
            }
            return Integer.compare(one.length(), other.length());
        }

        @Override
        public int cost() {
            return 3;
        }
    }

    /** An address of a range. */
    record OfRange(Range range) implements Asked {
        @Override
        public boolean passes(String value) {
            return range.holds(value);
        }

        @Override
        public int cost() {
            return 10;
        }
    }

    /** A range that holds another. */
    record OfHolder(Range range) implements Asked {
        @Override
        public boolean passes(String value) {
            Range holder = Range.of(value);
            return holder != null && holder.holds(range);
        }

        @Override
        public int cost() {
            return 50;
        }
    }
}
