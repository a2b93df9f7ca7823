package io.trawl.intel.rule;

import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A field of an event as rules see it: a column of it, or what is derived from one, as {@code url.extension}.
 *
 * @param name in ECS's dotted name
 * @param kind what its values are
 * @param columns the columns of an event that it is read from, each of which alone gives all values that stem from it; empty
 *     where that is not known, and then no sieve holds an event back for the field's sake
 * @param reader gives its values as texts
 * @param numbers gives its value as a number, without a text made of it; null if the field has no such value
 */
public record Field(
        String name,
        Kind kind,
        List<String> columns,
        Reader reader,
        @Nullable Numbers numbers) {
    /** Of a field that no event has. */
    public static final Reader NOTHING = (event, values) -> {};

    public Field {
        columns = List.copyOf(columns);
    }

    /** A field of which only its reader is known. */
    public Field(String name, Kind kind, Reader reader) {
        this(name, kind, List.of(), reader, null);
    }

    /** What a field's values are. */
    public enum Kind {
        TEXT,
        NUMBER,
        ADDRESS,
        /** Its text is ISO 8601 in UTC with six digits after the second, so that texts are in the order of their times. */
        TIME
    }

    /** Gives the values that an event has of the field, in order: nearly always one or none. */
    @FunctionalInterface
    public interface Reader {
        void read(ProxyEvent event, Consumer<String> values);

        /** The place of the column whose text is the one value; -1 if the values are more than that. */
        default int position() {
            return -1;
        }
    }

    /** Gives the one value of a field as a number: of a time the microseconds since 1970. */
    @FunctionalInterface
    public interface Numbers {
        /** What an event gives that does not have the field. */
        long NONE = Long.MIN_VALUE;

        long read(ProxyEvent event);
    }
}
