package io.trawl.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Times;
import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.columns.read.ParquetBlocks;
import io.trawl.columns.read.Texts;
import io.trawl.testing.RandomRecords;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.shaded.org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What was written, by our own writer or by Iceberg's in either version of Parquet's pages, is read again by column. */
class ParquetBlocksTest {
    private static final int COUNT = 5_000;

    @TempDir
    Path folder;

    static List<LakeTable<?>> everyTable() {
        return LakeFileTest.everyTable();
    }

    @ParameterizedTest
    @MethodSource("everyTable")
    void ourOwnFilesAreRead(LakeTable<?> kind) throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), COUNT);
            DataFile file = LakeFileTest.write(table, kind, records, 300_000);

            assertThat(file.splitOffsets()).as("row groups").hasSizeGreaterThan(1);
            reads(table, kind, file.path().toString(), records);
        }
    }

    @ParameterizedTest
    @MethodSource("everyTable")
    void theFilesOfOthersAreRead(LakeTable<?> kind) throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(kind);
            List<IndexedRecord> records = RandomRecords.of(kind.schema(), COUNT);
            for (WriterVersion version : WriterVersion.values()) {
                reads(table, kind, written(table, kind, records, version), records);
            }
        }
    }

    @Test
    void aPartOfAFileHasTheRowGroupsWhoseMiddleIsInIt() throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(LakeTable.PROXY_EVENTS);
            List<IndexedRecord> records = RandomRecords.of(LakeTable.PROXY_EVENTS.schema(), COUNT);
            DataFile file = LakeFileTest.write(table, LakeTable.PROXY_EVENTS, records, 300_000);

            List<Object> ids = new ArrayList<>();
            long step = file.fileSizeInBytes() / 7 + 1;
            for (long start = 0; start < file.fileSizeInBytes(); start += step) {
                try (ParquetBlocks<?> blocks = new ParquetBlocks<>(
                        table.io().newInputFile(file.path().toString()),
                        start,
                        step,
                        table.schema(),
                        LakeTable.PROXY_EVENTS.maker(),
                        "event_id")) {
                    while (blocks.hasNext()) {
                        blocks.next().records().forEachRemaining(record -> ids.add(record.get(0)));
                    }
                }
            }
            assertThat(ids)
                    .containsExactlyElementsOf(
                            records.stream().map(record -> record.get(0)).toList());
        }
    }

    @Test
    void aFileWithoutAColumnThatEveryRowMustHaveIsRefused() throws Exception {
        try (Lake lake = lake()) {
            Table table = lake.table(LakeTable.PROXY_EVENTS);
            List<IndexedRecord> records = RandomRecords.of(LakeTable.RAW_LINES.schema(), 10);
            String other =
                    written(lake.table(LakeTable.RAW_LINES), LakeTable.RAW_LINES, records, WriterVersion.PARQUET_1_0);

            assertThatThrownBy(() -> new ParquetBlocks<>(
                            table.io().newInputFile(other),
                            0,
                            Long.MAX_VALUE / 2,
                            table.schema(),
                            LakeTable.PROXY_EVENTS.maker(),
                            "timestamp",
                            "url_domain"))
                    .isInstanceOf(JobFailure.class)
                    .hasMessageContaining("column ")
                    .hasMessageContaining("expected one as Iceberg writes it");
        }
    }

    /** Reads all flat fields: every row as a record, then some rows of each column by itself. */
    private static <T extends SpecificRecord> void reads(
            Table table, LakeTable<T> kind, String file, List<IndexedRecord> records) throws Exception {
        String[] fields = kind.schema().getFields().stream()
                .filter(field -> ParquetBlocks.isFlat(field.schema()))
                .map(Schema.Field::name)
                .toArray(String[]::new);
        Iterator<IndexedRecord> expected = records.iterator();
        try (ParquetBlocks<T> blocks = open(table, kind, file, fields)) {
            while (blocks.hasNext()) {
                Iterator<T> rows = blocks.next().records();
                while (rows.hasNext()) {
                    T row = rows.next();
                    IndexedRecord written = expected.next();
                    for (String field : fields) {
                        int at = kind.schema().getField(field).pos();
                        assertThat(row.get(at)).as(field).isEqualTo(written.get(at));
                    }
                }
            }
        }
        assertThat(expected).isExhausted();

        SplittableRandom random = new SplittableRandom(1);
        Texts texts = new Texts();
        int first = 0;
        try (ParquetBlocks<T> blocks = open(table, kind, file, fields)) {
            while (blocks.hasNext()) {
                Block<T> block = blocks.next();
                for (String field : fields) {
                    Cells cells = block.cells(field);
                    for (int row = random.nextInt(3); row < block.rows(); row += random.nextInt(200)) {
                        Object value = records.get(first + row)
                                .get(kind.schema().getField(field).pos());
                        assertThat(cells.at(row)).as(field).isEqualTo(value != null);
                        if (value instanceof String text) {
                            assertThat(texts.text(cells.number(texts))).isEqualTo(text);
                            assertThat(cells.bytes()).isEqualTo(ByteBuffer.wrap(text.getBytes("UTF-8")));
                        } else if (value instanceof Instant time) {
                            assertThat(cells.number()).isEqualTo(Times.micros(time));
                        } else if (value instanceof Integer || value instanceof Long) {
                            assertThat(cells.number()).isEqualTo(((Number) value).longValue());
                        }
                    }
                }
                first += block.rows();
            }
        }
        assertThat(first).isEqualTo(records.size());
    }

    private static <T extends SpecificRecord> ParquetBlocks<T> open(
            Table table, LakeTable<T> kind, String file, String... fields) throws Exception {
        return new ParquetBlocks<>(
                table.io().newInputFile(file), 0, Long.MAX_VALUE / 2, table.schema(), kind.maker(), fields);
    }

    private static String written(Table table, LakeTable<?> kind, List<IndexedRecord> records, WriterVersion version)
            throws Exception {
        OutputFile file = table.io().newOutputFile(table.location() + "/data/" + version + ".parquet");
        FileAppender<Record> appender = Parquet.write(file)
                .schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .writerVersion(version)
                .overwrite()
                .build();
        try (appender) {
            for (IndexedRecord record : records) {
                appender.add(generic(table.schema().asStruct(), record));
            }
        }
        return file.location();
    }

    /** The flat fields of a record, and nothing of the others, as Iceberg's writer takes them. */
    private static Record generic(Types.StructType type, IndexedRecord record) {
        Record generic = GenericRecord.create(type);
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            Object as = value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : value;
            if (!ParquetBlocks.isFlat(field.schema())) {
                as = value instanceof List<?> ? List.of() : java.util.Map.of();
            }
            generic.setField(field.name(), as);
        }
        return generic;
    }

    private Lake lake() {
        return Lake.open(
                Settings.defaults().with("lake.warehouse", folder.toUri().toString()), new Configuration());
    }
}
