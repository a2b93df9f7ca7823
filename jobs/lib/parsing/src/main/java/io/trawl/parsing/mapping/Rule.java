package io.trawl.parsing.mapping;

import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which columns a field is made of, and how.
 *
 * @param field the field
 * @param from names of columns: the first that is there counts
 * @param joined whether all columns of {@code from} make the value together, a space between them
 * @param before only what is before this text, where it is in the column
 * @param after only what comes after this text, where it is in the column
 * @param escape escapes to undo in it, beside those of the grammar
 * @param unit of a duration, ns
 * @param notation of a time: see {@link io.trawl.parsing.mapping.time.Times}; null for any that tells itself
 * @param withPort whether an address always has its port after it
 * @param zone of a time that names none; null for the zone of the format or of the source
 */
public record Rule(
        Field field,
        List<String> from,
        boolean joined,
        @Nullable String before,
        @Nullable String after,
        Escape escape,
        long unit,
        @Nullable String notation,
        boolean withPort,
        @Nullable ZoneId zone) {
    /** A field that is a column as it is. */
    public static Rule of(Field field, String column) {
        return new Rule(field, List.of(column), false, null, null, Escape.NONE, 1_000_000, null, false, null);
    }

    /** The same with a time's notation. */
    public Rule notation(String as) {
        return new Rule(field, from, joined, before, after, escape, unit, as, withPort, zone);
    }

    /** The same with a duration's unit. */
    public Rule unit(long nanos) {
        return new Rule(field, from, joined, before, after, escape, nanos, notation, withPort, zone);
    }

    /** The same, and where its columns are not there those of another rule. */
    public Rule orElse(Rule other) {
        List<String> all =
                Stream.concat(from.stream(), other.from.stream()).distinct().toList();
        return new Rule(field, all, joined, before, after, escape, unit, notation, withPort, zone);
    }

    /** The same with escapes. */
    public Rule escape(Escape how) {
        return new Rule(field, from, joined, before, after, how, unit, notation, withPort, zone);
    }
}
