package io.trawl.lake;

import io.trawl.base.Unions;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.iceberg.data.Record;

/** Rows as Iceberg's own reader gives them, as Avro records. */
final class IcebergRecords {
    private IcebergRecords() {}

    /** A row as Iceberg's own reader gives it, as a record. Columns are matched by name, fields that it lacks stay as they are. */
    static <T extends IndexedRecord> T record(Record row, T into) {
        for (Schema.Field field : into.getSchema().getFields()) {
            Object value = row.getField(field.name());
            if (value != null) {
                into.put(field.pos(), value(value, Unions.present(field.schema())));
            }
        }
        return into;
    }

    private static Object value(Object value, Schema type) {
        if (value instanceof OffsetDateTime time) {
            return time.toInstant();
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>(list.size());
            list.forEach(item -> items.add(value(item, type.getElementType())));
            return items;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> entries = new HashMap<>();
            map.forEach((key, item) -> entries.put(String.valueOf(key), value(item, type.getValueType())));
            return entries;
        }
        if (value instanceof Record nested) {
            return record(nested, (IndexedRecord)
                    SpecificData.newInstance(SpecificData.get().getClass(type), type));
        }
        return value;
    }
}
