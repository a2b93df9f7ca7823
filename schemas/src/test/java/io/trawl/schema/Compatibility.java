package io.trawl.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * What of a schema would break who reads with it what was written with a released one: what Avro's own check finds, and
 * what it lets pass though it loses or bends data, as a field that is gone or a time in another unit.
 */
final class Compatibility {
    private Compatibility() {}

    /** @return one line for each breaking change, with record and field; empty where there is none */
    static List<String> breaks(Schema current, Schema released) {
        List<String> breaks = new ArrayList<>();
        records(current, released, breaks);
        if (breaks.isEmpty()) {
            breaks.addAll(avro(current, released, "record " + released.getName()));
        }
        return breaks;
    }

    private static List<String> avro(Schema reader, Schema writer, String place) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(found -> place + ": " + found.getType() + ", " + found.getMessage())
                .toList();
    }

    /** The record inside of a list, a map or an optional field. */
    private static Schema record(Schema schema) {
        return switch (schema.getType()) {
            case ARRAY -> record(schema.getElementType());
            case MAP -> record(schema.getValueType());
            case UNION -> record(content(schema));
            default -> schema;
        };
    }

    private static Schema content(Schema schema) {
        return schema.getType() != Schema.Type.UNION
                ? schema
                : schema.getTypes().stream()
                        .filter(one -> one.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElse(schema);
    }

    private static void records(Schema current, Schema released, List<String> breaks) {
        Schema now = record(current);
        Schema then = record(released);
        if (now.getType() != Schema.Type.RECORD || then.getType() != Schema.Type.RECORD) {
            return;
        }
        for (Schema.Field old : then.getFields()) {
            String place = "record " + then.getName() + ", field " + old.name();
            Schema.Field field = now.getField(old.name());
            if (field == null) {
                breaks.add(
                        place + ": it was released and is gone; keep it, and fill it no more where it has a default");
                continue;
            }
            String unit = content(old.schema()).getProp("logicalType");
            String newUnit = content(field.schema()).getProp("logicalType");
            if (!Objects.equals(unit, newUnit)) {
                breaks.add(place + ": its logical type was " + unit + " and is " + newUnit);
            }
            int before = breaks.size();
            records(field.schema(), old.schema(), breaks);
            if (breaks.size() == before) {
                breaks.addAll(avro(field.schema(), old.schema(), place));
            }
        }
        for (Schema.Field field : now.getFields()) {
            if (then.getField(field.name()) == null && !field.hasDefaultValue()) {
                breaks.add("record " + now.getName() + ", field " + field.name()
                        + ": it is new and has no default; what was written before has no such field");
            }
        }
    }
}
