package io.trawl.columns.write;

import io.trawl.base.Buffers;
import io.trawl.base.Times;
import io.trawl.base.Unions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The columns of an Avro record in Parquet: takes a record apart, with the levels of Dremel's encoding. */
public final class LakeColumns {
    /** Rows of a page, and bytes of a column that end it earlier, as Parquet's defaults are. */
    private static final int PAGE_ROWS = 20_000;
    /** Rows that are laid down without a look at how large they are: a line may have a megabyte. */
    private static final int UNCHECKED = 64;

    private static final int PAGE_BYTES = 1 << 20;

    /** zstd's level: 3, its default, costs 1.4 times as much and saves 5 % of a body. */
    private static final int LEVEL = 2;
    /**
     * For a hash in hex digits, in which nothing comes again: on level 3 zstd takes 3.4 times as long to find matches
     * that make the page larger.
     */
    private static final int LEVEL_OF_HASHES = 1;

    private static final String HASH = "event_id";

    private final List<PageColumn> columns = new ArrayList<>();
    private final List<TextColumn> texts = new ArrayList<>();
    private final Rows root;
    private final MessageType type;
    private final Set<String> distinct;
    private final PageCompressor compressor;
    private final PageBytes page = new PageBytes();
    private final Encoded encoded = new Encoded();
    private int rows;
    private int nextCheck;

    /**
     * @param type the same record as Iceberg has it: names of lists and maps are those of Parquet's specification
     * @param distinct columns whose values hardly repeat, by their path
     * @param compressor what the pages go through, here told how hard to try
     */
    public LakeColumns(Schema schema, MessageType type, Set<String> distinct, PageCompressor compressor) {
        this.compressor = compressor;
        this.type = type;
        this.distinct = distinct;
        this.root = new Rows(group(schema));
    }

    /** Begins a row group. */
    public void begin(PageWriteStore pages) {
        columns.forEach(column -> column.begin(pages.getPageWriter(column.descriptor)));
        rows = 0;
        nextCheck = 1;
    }

    public void write(IndexedRecord record) throws IOException {
        root.write(record);
        if (++rows >= nextCheck) {
            check();
        }
    }

    /** Ends the page of all columns where one is full; else says when to look again. */
    private void check() throws IOException {
        int most = 1;
        for (PageColumn column : columns) {
            most = Math.max(most, column.size());
        }
        if (rows >= PAGE_ROWS || most >= PAGE_BYTES) {
            endPages();
        } else {
            long until = (long) (PAGE_BYTES - most) * rows / most / 2;
            nextCheck = (int) Math.min(PAGE_ROWS, rows + 1 + Math.min(until, UNCHECKED));
        }
    }

    private void endPages() throws IOException {
        root.settle();
        for (PageColumn column : columns) {
            compressor.level(column.level);
            column.endPage(rows, page);
        }
        columns.forEach(PageColumn::clearPage);
        rows = 0;
        nextCheck = 1;
    }

    /** Ends the row group. */
    public void end() throws IOException {
        endPages();
        for (PageColumn column : columns) {
            column.end(page);
        }
    }

    /** Bytes that are laid down and not in a page yet. */
    public long size() {
        long size = 0;
        for (PageColumn column : columns) {
            size += column.size();
        }
        return size;
    }

    /** A value at a place of the record. */
    private interface Place {
        /** @param repetition level at which the value repeats */
        void write(int repetition, Object value);

        /** Writes that there is nothing, down to a definition level. */
        void nothing(int repetition, int definition);

        /** The same so many times. */
        default void nothing(int repetition, int definition, int times) {
            for (int i = 0; i < times; i++) {
                nothing(repetition, definition);
            }
        }
    }

    /**
     * The rows: a field that is null is only counted until it has a value, or the page ends. Most lines have no value for
     * most fields.
     */
    private static final class Rows {
        private final Place[] places;
        private final int[] absent;
        private final String[] names;
        private final int[] nulls;

        Rows(Group group) {
            places = group.places;
            absent = group.absent;
            names = group.names;
            nulls = new int[places.length];
        }

        void write(IndexedRecord record) {
            for (int i = 0; i < nulls.length; i++) {
                Object field = record.get(i);
                if (field == null) {
                    if (absent[i] == Group.NEVER) {
                        throw new IllegalArgumentException(names[i] + " is null, and must not be: " + record);
                    }
                    nulls[i]++;
                } else {
                    settle(i);
                    places[i].write(0, field);
                }
            }
        }

        /** Writes the nulls that were counted. */
        void settle() {
            for (int i = 0; i < nulls.length; i++) {
                settle(i);
            }
        }

        private void settle(int field) {
            if (nulls[field] > 0) {
                places[field].nothing(0, absent[field], nulls[field]);
                nulls[field] = 0;
            }
        }
    }

    private Group group(Schema schema, String... path) {
        List<Schema.Field> fields = schema.getFields();
        Place[] places = new Place[fields.size()];
        int[] absent = new int[fields.size()];
        String[] names = new String[fields.size()];
        for (int i = 0; i < places.length; i++) {
            Schema.Field field = fields.get(i);
            String[] here = at(path, field.name());
            names[i] = String.join(".", here);
            Schema present = Unions.present(field.schema());
            places[i] = place(present, here);
            absent[i] = present == field.schema() ? Group.NEVER : type.getMaxDefinitionLevel(here) - 1;
        }
        return new Group(places, absent, names);
    }

    private Place place(Schema schema, String... path) {
        return switch (schema.getType()) {
            case RECORD -> group(schema, path);
            case ARRAY -> {
                Place element = place(schema.getElementType(), at(path, "list", "element"));
                yield new Listed(element, type.getMaxDefinitionLevel(path), repetition(at(path, "list")));
            }
            case MAP -> {
                Place key = text(at(path, "key_value", "key"));
                Place value = place(schema.getValueType(), at(path, "key_value", "value"));
                yield new Mapped(key, value, type.getMaxDefinitionLevel(path), repetition(at(path, "key_value")));
            }
            case STRING -> text(path);
            case BYTES -> bytes(path);
            case INT -> number(value -> (Integer) value, path);
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? number(value -> Times.micros((Instant) value), path)
                        : number(value -> (Long) value, path);
            case DOUBLE -> number(value -> Double.doubleToRawLongBits((Double) value), path);
            case BOOLEAN -> number(value -> (Boolean) value ? 1 : 0, path);
            default -> throw new IllegalArgumentException("the lake has no column for Avro's " + schema.getType());
        };
    }

    private Place text(String... path) {
        return new Text(texts(path), encoded);
    }

    private Place bytes(String... path) {
        return new Bytes(texts(path));
    }

    private TextColumn texts(String... path) {
        String name = String.join(".", path);
        boolean repeats = !distinct.contains(name);
        // Least and greatest of what never repeats says nothing; of texts it is dear to know.
        TextColumn column = new TextColumn(
                type.getColumnDescription(path),
                repeats,
                repeats,
                name.equals(HASH) ? LEVEL_OF_HASHES : LEVEL,
                List.copyOf(texts));
        texts.add(column);
        columns.add(column);
        return column;
    }

    private Place number(ToLongFunction<Object> bits, String... path) {
        NumberColumn column =
                new NumberColumn(type.getColumnDescription(path), !distinct.contains(String.join(".", path)), LEVEL);
        columns.add(column);
        return new Numbers(column, bits);
    }

    private int repetition(String... path) {
        return type.getMaxRepetitionLevel(path);
    }

    private static String[] at(String[] path, String... names) {
        String[] longer = Arrays.copyOf(path, path.length + names.length);
        System.arraycopy(names, 0, longer, path.length, names.length);
        return longer;
    }

    /** The text that any column had last, and its bytes. */
    private static final class Encoded {
        private @Nullable Object text;
        private byte[] bytes = new byte[0];

        byte[] of(Object value) {
            if (value != text) {
                text = value;
                bytes = value.toString().getBytes(StandardCharsets.UTF_8);
            }
            return bytes;
        }
    }

    private static final class Text implements Place {
        private final TextColumn column;
        // What one column has another often has, too, as a client and its address: the very same object.
        private final Encoded encoded;
        // So it is with what a column repeats, as a source's name.
        private @Nullable Object last;
        private byte[] lastBytes = new byte[0];

        Text(TextColumn column, Encoded encoded) {
            this.column = column;
            this.encoded = encoded;
        }

        @Override
        public void write(int repetition, Object value) {
            if (value != last) {
                last = value;
                lastBytes = encoded.of(value);
            }
            column.write(repetition, lastBytes);
        }

        @Override
        public void nothing(int repetition, int level) {
            column.nothing(repetition, level);
        }

        @Override
        public void nothing(int repetition, int level, int times) {
            column.nothing(repetition, level, times);
        }
    }

    private record Bytes(TextColumn column) implements Place {
        @Override
        public void write(int repetition, Object value) {
            column.write(repetition, Buffers.bytes((ByteBuffer) value));
        }

        @Override
        public void nothing(int repetition, int level) {
            column.nothing(repetition, level);
        }

        @Override
        public void nothing(int repetition, int level, int times) {
            column.nothing(repetition, level, times);
        }
    }

    private record Numbers(NumberColumn column, ToLongFunction<Object> bits) implements Place {
        @Override
        public void write(int repetition, Object value) {
            column.write(repetition, bits.applyAsLong(value));
        }

        @Override
        public void nothing(int repetition, int level) {
            column.nothing(repetition, level);
        }

        @Override
        public void nothing(int repetition, int level, int times) {
            column.nothing(repetition, level, times);
        }
    }

    /** @param absent definition level of a field that is null, {@link #NEVER} where it must not be */
    private record Group(Place[] places, int[] absent, String[] names) implements Place {
        static final int NEVER = -1;

        @Override
        public void write(int repetition, Object value) {
            IndexedRecord record = (IndexedRecord) value;
            for (int i = 0; i < places.length; i++) {
                Object field = record.get(i);
                if (field != null) {
                    places[i].write(repetition, field);
                } else if (absent[i] != NEVER) {
                    places[i].nothing(repetition, absent[i]);
                } else {
                    throw new IllegalArgumentException(names[i] + " is null, and must not be: " + record);
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
