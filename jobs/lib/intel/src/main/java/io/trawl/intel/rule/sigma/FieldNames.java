package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields that events have. */
@FunctionalInterface
public interface FieldNames {
    /** A field by its dotted name in ECS, or by its column's name; null if no event has it. */
    @Nullable
    Field find(String name);

    /** Those of our events. */
    static FieldNames ours() {
        Map<String, Field> byName = new HashMap<>();
        for (Field field : Fields.all()) {
            byName.put(field.name(), field);
            if (field.columns().size() == 1) {
                // Columns come first, and what is derived from one after it.
                byName.putIfAbsent(field.columns().get(0), field);
            }
        }
        for (Field field : List.of(milliseconds(), seconds(), protocol())) {
            byName.put(field.name(), field);
        }
        Map<String, Field> known = Map.copyOf(byName);
        return known::get;
    }

    /** W3C's time-taken: our events have nanoseconds. */
    private static Field milliseconds() {
        Field.Numbers numbers = event -> {
            Long nanos = event.getEventDuration();
            return nanos == null ? Field.Numbers.NONE : nanos / 1_000_000;
        };
        return new Field(
                "event.duration.milliseconds",
                Field.Kind.NUMBER,
                List.of("event_duration"),
                (event, values) -> {
                    long millis = numbers.read(event);
                    if (millis != Field.Numbers.NONE) {
                        values.accept(Long.toString(millis));
                    }
                },
                numbers);
    }

    /** Seconds of Sigma's network connections, with a fraction: our events have nanoseconds. */
    private static Field seconds() {
        return new Field(
                "event.duration.seconds",
                Field.Kind.TEXT,
                List.of("event_duration"),
                (event, values) -> {
                    Long nanos = event.getEventDuration();
                    if (nanos != null) {
                        values.accept(BigDecimal.valueOf(nanos, 9)
                                .stripTrailingZeros()
                                .toPlainString());
                    }
                },
                null);
    }

    /** W3C's cs-version, for example HTTP/1.1: our events have 1.1. */
    private static Field protocol() {
        return new Field(
                "http.version.protocol",
                Field.Kind.TEXT,
                List.of("http_version"),
                (event, values) -> {
                    String version = event.getHttpVersion();
                    if (version != null) {
                        values.accept("HTTP/" + version);
                    }
                },
                null);
    }
}
