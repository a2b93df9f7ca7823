package io.trawl.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Settings;
import io.trawl.base.Unions;
import io.trawl.columns.read.Block;
import io.trawl.columns.read.ParquetBlocks;
import io.trawl.testing.RandomRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every record type, made at random, is read by Iceberg's own reader as it was written by ours. */
class LakeFileTest {
    @TempDir
    Path folder;

    static List<LakeTable<?>> everyTable() {
        return List.of(
                LakeTable.RAW_LINES,
                LakeTable.PROXY_EVENTS,
                LakeTable.INVALID_RECORDS,
                LakeTable.INDICATORS,
                LakeTable.DETECTIONS,
                LakeTable.OBSERVABLES,
                LakeTable.LEDGER);
    }

    @ParameterizedTest
    @MethodSource("everyTable")
    void icebergReadsWhatWasWritten(LakeTable<?> kind) throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), 3_000);
            DataFile file = write(table, kind, records, 200_000);

            assertThat(file.recordCount()).isEqualTo(records.size());
            assertThat(file.splitOffsets()).as("row groups").hasSizeGreaterThan(1);
            table.newAppend().appendFile(file).commit();
            assertThat(read(table))
                    .containsExactlyElementsOf(
                            records.stream().map(LakeFileTest::plain).toList());
        }
    }

    /** Pages that end by rows and by bytes, dictionaries that are given up, and one that becomes too large. */
    @org.junit.jupiter.api.Test
    void manyPagesOfARowGroupAreReadAsTheyWereWritten() throws Exception {
        LakeTable<?> kind = LakeTable.INVALID_RECORDS;
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            Schema schema = kind.schema();
            List<IndexedRecord> records = RandomRecords.of(schema, 45_000);
            for (int i = 0; i < records.size(); i++) {
                IndexedRecord record = records.get(i);
                // From 20,000 on hardly any comes again: a dictionary of 2 MB.
                record.put(schema.getField("host").pos(), i < 20_000 ? "h" + i % 10 : "host ".repeat(20) + i);
                record.put(schema.getField("log").pos(), null);
                record.put(schema.getField("parser").pos(), "p".repeat(i / 10_000 * 50));
            }
            DataFile file = write(table, kind, records, 128 << 20);

            assertThat(file.splitOffsets()).as("row groups").hasSize(1);
            assertThat(file.nullValueCounts()
                            .get(table.schema().findField("log").fieldId()))
                    .isEqualTo(45_000);
            assertThat(text(file.lowerBounds(), table, "parser")).isEmpty();
            assertThat(text(file.upperBounds(), table, "host")).startsWith("host host");
            table.newAppend().appendFile(file).commit();
            assertThat(read(table))
                    .containsExactlyElementsOf(
                            records.stream().map(LakeFileTest::plain).toList());
        }
    }

    /** As after a step back from a version that has given each table one more column, before all others. */
    @ParameterizedTest
    @MethodSource("everyTable")
    void aColumnThatOnlyTheTableHasStaysEmpty(LakeTable<?> kind) throws Exception {
        try (Lake lake = lake()) {
            lake.table(kind)
                    .updateSchema()
                    .addColumn("of_a_newer_version", Types.StringType.get())
                    .moveFirst("of_a_newer_version")
                    .commit();
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), 500);
            LakeStore<?> store = lake.replacing(kind, Expressions.alwaysTrue(), null, Map.of());
            commit(store, records);

            List<Object> read = new ArrayList<>();
            try (CloseableIterable<Record> rows =
                    IcebergGenerics.read(lake.table(kind)).build()) {
                for (Record row : rows) {
                    assertThat(row.getField("of_a_newer_version")).isNull();
                    Map<String, Object> fields = new LinkedHashMap<>();
                    kind.schema()
                            .getFields()
                            .forEach(field -> fields.put(field.name(), plain(row.getField(field.name()))));
                    read.add(fields);
                }
            }
            List<Object> written = new ArrayList<>();
            for (IndexedRecord record : records) {
                Map<String, Object> fields = new LinkedHashMap<>();
                kind.schema().getFields().forEach(field -> fields.put(field.name(), plain(record.get(field.pos()))));
                written.add(fields);
            }
            assertThat(read).containsExactlyInAnyOrderElementsOf(written);
        }
    }

    /** As a lake that version 1 has made and filled. */
    @org.junit.jupiter.api.Test
    void aTableOfTheFirstVersionGetsTheNewColumnsAndItsRowsHaveNothingInThem() throws Exception {
        LakeTable<?> kind = LakeTable.PROXY_EVENTS;
        Schema first = new Schema.Parser()
                .parse(Path.of(System.getProperty("trawl.home"), "schemas/released/v1/ProxyEvent.avsc")
                        .toFile());
        try (Lake lake = lake()) {
            lake.table(kind);
            TableIdentifier name = TableIdentifier.of("trawl", kind.name());
            lake.catalog().dropTable(name, true);
            org.apache.iceberg.Schema columns = LakeSchemas.schema(first);
            Table made = lake.catalog()
                    .createTable(name, columns, LakeSchemas.partitioned(columns, kind.partitions()), Map.of());
            List<IndexedRecord> before = RandomRecords.of(kind.schema(), 300);
            before.forEach(record -> kind.schema().getFields().stream()
                    .filter(field -> first.getField(field.name()) == null)
                    .forEach(field -> record.put(field.pos(), null)));
            DataFile old = write(made, first, kind.distinct(), olds(before, first), 1 << 20);
            made.newAppend().appendFile(old).commit();

            Table widened = lake.table(kind);
            assertThat(widened.schema().columns().stream().map(Types.NestedField::name))
                    .containsExactlyElementsOf(kind.schema().getFields().stream()
                            .map(Schema.Field::name)
                            .toList());
            List<IndexedRecord> after = RandomRecords.of(kind.schema(), 200);
            widened.newAppend().appendFile(write(widened, kind, after, 1 << 20)).commit();

            assertThat(read(widened))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(before.stream(), after.stream())
                            .map(LakeFileTest::plain)
                            .toList());
            String[] fields =
                    kind.schema().getFields().stream().map(Schema.Field::name).toArray(String[]::new);
            List<Object> byColumn = new ArrayList<>();
            try (ParquetBlocks<?> blocks = new ParquetBlocks<>(
                    widened.io().newInputFile(old.location()),
                    0,
                    old.fileSizeInBytes(),
                    widened.schema(),
                    kind.maker(),
                    fields)) {
                while (blocks.hasNext()) {
                    Block<?> block = blocks.next();
                    assertThat(block.cells("dns_question_name").mayHaveValues()).isFalse();
                    block.records().forEachRemaining(record -> byColumn.add(plain(record)));
                }
            }
            assertThat(byColumn)
                    .containsExactlyElementsOf(
                            before.stream().map(LakeFileTest::plain).toList());
        }
    }

    /** Records with the fields alone that an older schema has. */
    private static List<IndexedRecord> olds(List<IndexedRecord> records, Schema older) {
        List<IndexedRecord> olds = new ArrayList<>();
        for (IndexedRecord record : records) {
            GenericData.Record old = new GenericData.Record(older);
            older.getFields()
                    .forEach(field -> old.put(
                            field.pos(),
                            record.get(record.getSchema().getField(field.name()).pos())));
            olds.add(old);
        }
        return olds;
    }

    /** What nearly all lines lack costs a reader nothing. */
    @org.junit.jupiter.api.Test
    void aColumnWithoutAValueIsNotRead() throws Exception {
        LakeTable<?> kind = LakeTable.PROXY_EVENTS;
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), 1_000);
            int question = kind.schema().getField("dns_question_name").pos();
            records.forEach(record -> record.put(question, null));
            DataFile file = write(table, kind, records, 1 << 20);
            try (ParquetBlocks<?> blocks = new ParquetBlocks<>(
                    table.io().newInputFile(file.location()),
                    0,
                    file.fileSizeInBytes(),
                    table.schema(),
                    kind.maker(),
                    "dns_question_name",
                    "tls_client_server_name")) {
                Block<?> block = blocks.next();
                assertThat(block.cells("dns_question_name").mayHaveValues()).isFalse();
                assertThat(block.cells("tls_client_server_name").mayHaveValues())
                        .isTrue();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends SpecificRecord> void commit(LakeStore<T> store, List<IndexedRecord> records)
            throws Exception {
        var writer = store.open(0, 0);
        for (IndexedRecord record : records) {
            writer.write((T) record);
        }
        store.commit(List.of(writer.close()));
    }

    /** Columns that share a dictionary, part again, or join too late, over several pages and row groups. */
    @ParameterizedTest
    @ValueSource(longs = {128 << 20, 4 << 20})
    void columnsThatAreTheSameForAWhileAreReadAsTheyWereWritten(long rowGroup) throws Exception {
        LakeTable<?> kind = LakeTable.INVALID_RECORDS;
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            Schema schema = kind.schema();
            List<IndexedRecord> records = RandomRecords.of(schema, 45_000);
            for (int i = 0; i < records.size(); i++) {
                IndexedRecord record = records.get(i);
                String host = "h" + i % (5_000 + i / 10);
                boolean second = i >= 20_000 && i < 40_000;
                record.put(schema.getField("host").pos(), host);
                record.put(schema.getField("log").pos(), second ? null : host);
                record.put(schema.getField("field").pos(), i < 20_000 ? null : host);
                record.put(schema.getField("parser").pos(), i < 30_000 ? host : "p" + i % 7);
                record.put(schema.getField("message").pos(), i == 44_000 ? "other" : host);
            }
            DataFile file = write(table, kind, records, rowGroup);

            assertThat(file.splitOffsets().size() > 1).as("several row groups").isEqualTo(rowGroup < 128 << 20);
            table.newAppend().appendFile(file).commit();
            assertThat(read(table))
                    .containsExactlyElementsOf(
                            records.stream().map(LakeFileTest::plain).toList());
        }
    }

    /** All rows, as Iceberg reads them. */
    private static List<Object> read(Table table) throws IOException {
        List<Object> read = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            rows.forEach(row -> read.add(plain(row)));
        }
        return read;
    }

    private static String text(Map<Integer, ByteBuffer> bounds, Table table, String column) {
        ByteBuffer bound = bounds.get(table.schema().findField(column).fieldId());
        return Conversions.fromByteBuffer(Types.StringType.get(), bound).toString();
    }

    @ParameterizedTest
    @MethodSource("everyTable")
    void aCommitKnowsWhatTheFileHolds(LakeTable<?> kind) throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), 500);
            DataFile file = write(table, kind, records, 1 << 20);

            for (Schema.Field field : kind.schema().getFields()) {
                if (Unions.present(field.schema()) == field.schema()
                        || kind.distinct().contains(field.name())) {
                    continue;
                }
                Types.NestedField column = table.schema().findField(field.name());
                if (!column.type().isPrimitiveType()) {
                    continue;
                }
                long nulls = records.stream()
                        .filter(record -> record.get(field.pos()) == null)
                        .count();
                assertThat(file.nullValueCounts().get(column.fieldId()))
                        .as(field.name())
                        .isEqualTo(nulls);
            }
            int source = table.schema().findField("source") == null
                    ? -1
                    : table.schema().findField("source").fieldId();
            if (source >= 0) {
                Object least = Conversions.fromByteBuffer(
                        Types.StringType.get(), file.lowerBounds().get(source));
                assertThat(least.toString()).isEqualTo("always");
            }
        }
    }

    @org.junit.jupiter.api.Test
    void aFieldThatMustNotBeNullIsNamed() throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(LakeTable.RAW_LINES);
            List<IndexedRecord> records = RandomRecords.of(LakeTable.RAW_LINES.schema(), 1);
            records.get(0).put(records.get(0).getSchema().getField("event_id").pos(), null);
            assertThatThrownBy(() -> write(table, LakeTable.RAW_LINES, records, 1 << 20))
                    .hasMessageStartingWith("event_id is null, and must not be");
        }
    }

    private Lake lake() {
        return Lake.open(
                Settings.defaults().with("lake.warehouse", folder.toUri().toString()), new Configuration());
    }

    static DataFile write(Table table, LakeTable<?> kind, List<IndexedRecord> records, long rowGroup) throws Exception {
        return write(table, kind.schema(), kind.distinct(), records, rowGroup);
    }

    private static DataFile write(
            Table table, Schema schema, Set<String> distinct, List<IndexedRecord> records, long rowGroup)
            throws Exception {
        PartitionKey key = new PartitionKey(table.spec(), table.schema());
        key.partition(new LakeRow().wrap(records.get(0)));
        String name = table.locationProvider().newDataLocation(table.spec(), key, "some" + records.size() + ".parquet");
        LakeFile file = new LakeFile(table, key, table.io().newOutputFile(name), schema, distinct, rowGroup);
        for (IndexedRecord record : records) {
            file.add(record);
        }
        return file.finish();
    }

    /** One form of a value for both sides. */
    private static Object plain(Object value) {
        if (value instanceof IndexedRecord record) {
            Map<String, Object> fields = new LinkedHashMap<>();
            record.getSchema().getFields().forEach(field -> fields.put(field.name(), plain(record.get(field.pos()))));
            return fields;
        }
        if (value instanceof Record record) {
            Map<String, Object> fields = new LinkedHashMap<>();
            record.struct().fields().forEach(field -> fields.put(field.name(), plain(record.getField(field.name()))));
            return fields;
        }
        if (value instanceof List<?> items) {
            return items.stream().map(LakeFileTest::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(plain(key), plain(item)));
            return entries;
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant();
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        return value == null ? "null" : value;
    }
}
