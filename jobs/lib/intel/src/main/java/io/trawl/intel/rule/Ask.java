package io.trawl.intel.rule;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.time.ZoneId;

/**
 * What is asked of one value of a field. A number of an event is a decimal text where a text is asked for; a text of an
 * event that is not a decimal number passes no question for numbers.
 */
public sealed interface Ask {
    /** Where in a value a text must be. */
    enum Place {
        WHOLE,
        START,
        END,
        ANYWHERE
    }

    /** How two numbers or texts compare. */
    enum Order {
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    /** The part of a time that is asked for; its number is as in ISO 8601: of a week the week of the year, Monday first. */
    enum TimePart {
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        YEAR
    }

    /**
     * A text.
     *
     * @param text the text, as the rule has it
     * @param cased whether case counts; where not, each character is compared after {@link Character#toLowerCase(int)} of its upper case
     */
    record Text(String text, Place place, boolean cased) implements Ask {}

    /**
     * A text with wildcards, which the whole value must match.
     *
     * @param glob texts and wildcards in order
     */
    record Like(Glob glob, boolean cased) implements Ask {}

    /**
     * A regular expression, found anywhere in the value unless it has anchors.
     *
     * @param pattern the expression with its flags
     */
    record Expression(Pattern pattern) implements Ask {}

    /** The value as a number is the other one. */
    record Equal(BigDecimal number) implements Ask {}

    /** The value as a number is less or greater than the other one. */
    record Compare(Order order, BigDecimal number) implements Ask {}

    /** The value as a text is less or greater than the other one, by code points. */
    record CompareText(Order order, String text) implements Ask {}

    /** The value is an address of a range: the canonical form is taken, so that each notation of it passes. */
    record Within(Range range) implements Ask {}

    /** The value is a range that holds the other one, or is it: STIX's ISSUPERSET. */
    record Holds(Range range) implements Ask {}

    /** The event has the field; an empty text is one. */
    record Present() implements Ask {}

    /** The event has a value of another field that is this one's. */
    record SameAs(Field other, Place place, boolean cased) implements Ask {}

    /**
     * A part of the value, a time, compared with a number.
     *
     * @param zone whose minutes and days are meant
     * @param ask {@link Equal} or {@link Compare}
     */
    record Time(TimePart part, ZoneId zone, Ask ask) implements Ask {}
}
