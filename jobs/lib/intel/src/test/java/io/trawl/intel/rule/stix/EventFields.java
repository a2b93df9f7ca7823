package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Field;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Columns of an event by ECS's names, those of several values as their parts. */
final class EventFields {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final List<String> LISTS =
            List.of("dns.answers.data", "email.to.address", "email.from.address", "network.forwarded_ip");

    private EventFields() {}

    static @Nullable Field named(String name) {
        if (name.equals("@timestamp")) {
            return new Field(name, Field.Kind.TIME, (event, values) -> values.accept(TIME.format(event.getTimestamp())));
        }
        Schema.Field column = ProxyEvent.getClassSchema().getField(name.replace('.', '_'));
        if (column == null) {
            return null;
        }
        return new Field(name, Field.Kind.TEXT, (event, values) -> {
            Object value = event.get(column.pos());
            if (value instanceof Instant) {
                throw new AssertionError(name);
            }
            if (value != null && LISTS.contains(name)) {
                for (String part : value.toString().split(",")) {
                    values.accept(part.strip());
                }
            } else if (value != null) {
                values.accept(value.toString());
            }
        });
    }
}
