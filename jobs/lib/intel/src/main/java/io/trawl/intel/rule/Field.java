package io.trawl.intel.rule;

import io.trawl.record.ProxyEvent;
import java.util.function.Consumer;

/**
 * A field of an event as rules see it: a column of it, or what is derived from one, as {@code url.extension}.
 *
 * @param name in ECS's dotted name
 * @param kind what its values are
 */
public record Field(String name, Kind kind, Reader reader) {
    /** What a field's values are. */
    public enum Kind {
        TEXT,
        NUMBER,
        ADDRESS,
        TIME
    }

    /** Gives the values that an event has of the field, in order: nearly always one or none. */
    @FunctionalInterface
    public interface Reader {
        void read(ProxyEvent event, Consumer<String> values);
    }
}
