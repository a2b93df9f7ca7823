package io.trawl.etl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnWriter;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The columns of an Avro record in Parquet: takes a record apart, with the levels of Dremel's encoding. */
final class LakeColumns {
    private final List<Leaf> leaves = new ArrayList<>();
    private final Group root;
    private final MessageType type;

    /** @param type the same record as Iceberg has it: names of lists and maps are those of Parquet's specification */
    LakeColumns(Schema schema, MessageType type) {
        this.type = type;
        this.root = group(schema);
    }

    /** Writes into this store from now on. */
    void bind(ColumnWriteStore store) {
        for (Leaf leaf : leaves) {
            leaf.column = store.getColumnWriter(leaf.descriptor);
        }
    }

    void write(IndexedRecord record) {
        root.write(0, record);
    }

    /** A value at a place of the record. */
    private interface Place {
        /** @param repetition level at which the value repeats */
        void write(int repetition, Object value);

        /** Writes that there is nothing, down to a definition level. */
        void nothing(int repetition, int definition);
    }

    private Group group(Schema schema, String... path) {
        List<Schema.Field> fields = schema.getFields();
        Place[] places = new Place[fields.size()];
        String[] names = new String[fields.size()];
        for (int i = 0; i < places.length; i++) {
            Schema.Field field = fields.get(i);
            String[] here = at(path, field.name());
            names[i] = String.join(".", here);
            Schema present = Rows.present(field.schema());
            Place place = place(present, here);
            places[i] = present == field.schema() ? place : new Optional(place, type.getMaxDefinitionLevel(here) - 1);
        }
        return new Group(places, names);
    }

    private Place place(Schema schema, String... path) {
        return switch (schema.getType()) {
            case RECORD -> group(schema, path);
            case ARRAY -> {
                Place element = place(schema.getElementType(), at(path, "list", "element"));
                yield new Listed(element, type.getMaxDefinitionLevel(path), repetition(at(path, "list")));
            }
            case MAP -> {
                Place key = leaf(Leaf.TEXT, at(path, "key_value", "key"));
                Place value = place(schema.getValueType(), at(path, "key_value", "value"));
                yield new Mapped(key, value, type.getMaxDefinitionLevel(path), repetition(at(path, "key_value")));
            }
            case STRING -> leaf(Leaf.TEXT, path);
            case BYTES -> leaf(Leaf.BYTES, path);
            case INT -> leaf(Leaf.INT, path);
            case LONG ->
                leaf(schema.getLogicalType() instanceof LogicalTypes.TimestampMicros ? Leaf.TIME : Leaf.LONG, path);
            case DOUBLE -> leaf(Leaf.DOUBLE, path);
            case BOOLEAN -> leaf(Leaf.BOOLEAN, path);
            default -> throw new IllegalArgumentException("the lake has no column for Avro's " + schema.getType());
        };
    }

    private Leaf leaf(int kind, String... path) {
        Leaf leaf = new Leaf(kind, type.getColumnDescription(path));
        leaves.add(leaf);
        return leaf;
    }

    private int repetition(String... path) {
        return type.getMaxRepetitionLevel(path);
    }

    private static String[] at(String[] path, String... names) {
        String[] longer = Arrays.copyOf(path, path.length + names.length);
        System.arraycopy(names, 0, longer, path.length, names.length);
        return longer;
    }

    private static final class Leaf implements Place {
        static final int TEXT = 0;
        static final int BYTES = 1;
        static final int INT = 2;
        static final int LONG = 3;
        static final int TIME = 4;
        static final int DOUBLE = 5;
        static final int BOOLEAN = 6;

        final ColumnDescriptor descriptor;
        private final int kind;
        private final int definition;
        private @Nullable ColumnWriter column;
        // What a column repeats is often the very same object, as a source's name is.
        private @Nullable Object last;
        private Binary lastBytes = Binary.EMPTY;

        Leaf(int kind, ColumnDescriptor descriptor) {
            this.kind = kind;
            this.descriptor = descriptor;
            this.definition = descriptor.getMaxDefinitionLevel();
        }

        private ColumnWriter column() {
            if (column == null) {
                throw new IllegalStateException("no store is bound");
            }
            return column;
        }

        @Override
        public void write(int repetition, Object value) {
            ColumnWriter to = column();
            switch (kind) {
                case TEXT -> to.write(text(value), repetition, definition);
                case BYTES ->
                    to.write(Binary.fromConstantByteArray(Origin.bytes((ByteBuffer) value)), repetition, definition);
                case INT -> to.write((int) (Integer) value, repetition, definition);
                case LONG -> to.write((long) (Long) value, repetition, definition);
                case TIME -> to.write(Rows.micros((Instant) value), repetition, definition);
                case DOUBLE -> to.write((double) (Double) value, repetition, definition);
                default -> to.write((boolean) (Boolean) value, repetition, definition);
            }
        }

        private Binary text(Object value) {
            if (value != last) {
                last = value;
                lastBytes = Binary.fromConstantByteArray(value.toString().getBytes(StandardCharsets.UTF_8));
            }
            return lastBytes;
        }

        @Override
        public void nothing(int repetition, int level) {
            column().writeNull(repetition, level);
        }
    }

    private record Optional(Place place, int absent) implements Place {
        void maybe(int repetition, @Nullable Object value) {
            if (value == null) {
                place.nothing(repetition, absent);
            } else {
                place.write(repetition, value);
            }
        }

        @Override
        public void write(int repetition, Object value) {
            place.write(repetition, value);
        }

        @Override
        public void nothing(int repetition, int definition) {
            place.nothing(repetition, definition);
        }
    }

    private record Group(Place[] places, String[] names) implements Place {
        @Override
        public void write(int repetition, Object value) {
            IndexedRecord record = (IndexedRecord) value;
            for (int i = 0; i < places.length; i++) {
                Object field = record.get(i);
                Place place = places[i];
                if (place instanceof Optional optional) {
                    optional.maybe(repetition, field);
                } else if (field == null) {
                    throw new IllegalArgumentException(names[i] + " is null, and must not be: " + record);
                } else {
                    place.write(repetition, field);
                }
            }
        }

        @Override
        public void nothing(int repetition, int definition) {
            for (Place place : places) {
                place.nothing(repetition, definition);
            }
        }
    }

    private record Listed(Place element, int empty, int again) implements Place {
        @Override
        public void write(int repetition, Object value) {
            Collection<?> items = (Collection<?>) value;
            if (items.isEmpty()) {
                element.nothing(repetition, empty);
                return;
            }
            int level = repetition;
            for (Object item : items) {
                element.write(level, item);
                level = again;
            }
        }

        @Override
        public void nothing(int repetition, int definition) {
            element.nothing(repetition, definition);
        }
    }

    private record Mapped(Place key, Place value, int empty, int again) implements Place {
        @Override
        public void write(int repetition, Object map) {
            Map<?, ?> entries = (Map<?, ?>) map;
            if (entries.isEmpty()) {
                nothing(repetition, empty);
                return;
            }
            int level = repetition;
            for (Map.Entry<?, ?> entry : entries.entrySet()) {
                key.write(level, entry.getKey());
                value.write(level, entry.getValue());
                level = again;
            }
        }

        @Override
        public void nothing(int repetition, int definition) {
            key.nothing(repetition, definition);
            value.nothing(repetition, definition);
        }
    }
}
