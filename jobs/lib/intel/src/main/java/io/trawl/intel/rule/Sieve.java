package io.trawl.intel.rule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * Tells the events of which no rule holds by single values of them, before there is an event: what is said of a value of a
 * column holds wherever it comes again. An event meets no rule if {@link #always} is false and no value of it that is in a
 * column of {@link #texts} or {@link #numbers} may meet one; columns that are not there need not be looked at.
 *
 * @param always whether there are rules that an event may meet whatever its values are, as one that only says what must not be
 * @param texts by column of texts: what tells whether an event with a value may meet a rule
 * @param numbers by column of numbers, and of times as microseconds since 1970: whether an event with a value may meet a rule
 */
public record Sieve(boolean always, Map<String, Values> texts, Map<String, LongPredicate> numbers) {
    /** What tells whether an event with a text in a column may meet a rule. Safe for use by several threads. */
    public interface Values {
        /** False is certain. */
        boolean mayMeet(String value);

        /**
         * The same of a value in UTF-8, of which no text is made where that can be done.
         *
         * @param value [from, to)
         */
        boolean mayMeet(byte[] value, int from, int to);

        /** What may meet a rule of one or the other. */
        default Values or(Values other) {
            Values one = this;
            return new Values() {
                @Override
                public boolean mayMeet(String value) {
                    return one.mayMeet(value) || other.mayMeet(value);
                }

                @Override
                public boolean mayMeet(byte[] value, int from, int to) {
                    return one.mayMeet(value, from, to) || other.mayMeet(value, from, to);
                }
            };
        }
    }

    /** What passes one of them passes. */
    static Sieve any(List<Sieve> sieves) {
        Map<String, Values> texts = new LinkedHashMap<>();
        Map<String, LongPredicate> numbers = new LinkedHashMap<>();
        for (Sieve sieve : sieves) {
            sieve.texts.forEach((column, one) -> texts.merge(column, one, Values::or));
            sieve.numbers.forEach((column, one) -> numbers.merge(column, one, LongPredicate::or));
        }
        return new Sieve(sieves.stream().anyMatch(Sieve::always), texts, numbers);
    }
}
