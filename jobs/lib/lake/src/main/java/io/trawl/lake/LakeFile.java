package io.trawl.lake;

import io.trawl.columns.write.LakeColumns;
import io.trawl.columns.write.PageCompressor;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.ParquetProperties;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ParquetWriter;
import org.apache.iceberg.shaded.org.apache.parquet.io.OutputFile;
import org.apache.iceberg.shaded.org.apache.parquet.io.PositionOutputStream;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;

/**
 * One Parquet file of a lake table, written from Avro records straight into Parquet's columns. What Iceberg's own
 * writers do, but for two things that cost most of a line here: no row is made between record and column, and columns
 * whose values hardly repeat get no dictionary, which Iceberg can switch for all columns only.
 */
final class LakeFile implements Closeable {
    /** Bytes of a row group before compression, as Iceberg's default is. */
    static final long ROW_GROUP = 128L << 20;
    /** Bytes of a value that are in the column index. */
    private static final int INDEX_PREFIX = 64;

    private static final ParquetProperties PROPERTIES =
            ParquetProperties.builder().build();

    private final long rowGroup;
    private final Table table;
    private final StructLike partition;
    private final org.apache.iceberg.io.OutputFile file;
    private final org.apache.iceberg.Schema schema;
    private final MessageType type;
    private final PageCompressor compressor;
    private final ParquetFileWriter out;
    private final LakeColumns columns;
    private ColumnChunkPageWriteStore pages;
    private long inGroup;
    private long nextCheck;
    private long records;

    /**
     * @param avro the records' schema, from which the table was made; columns that only the table has are left out
     * @param distinct columns whose values hardly repeat
     * @param rowGroup bytes of a row group before compression, held until it is whole
     */
    LakeFile(
            Table table,
            StructLike partition,
            org.apache.iceberg.io.OutputFile file,
            org.apache.avro.Schema avro,
            Set<String> distinct,
            long rowGroup)
            throws IOException {
        this.rowGroup = rowGroup;
        this.table = table;
        this.partition = partition;
        this.file = file;
        this.schema = LakeSchemas.written(table, avro);
        this.type = ParquetSchemaUtil.convert(schema, "table");
        this.compressor = new PageCompressor();
        this.columns = new LakeColumns(avro, type, distinct, compressor);
        this.out = new ParquetFileWriter(
                new Out(file),
                type,
                ParquetFileWriter.Mode.CREATE,
                rowGroup,
                ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
                null,
                PROPERTIES);
        out.start();
        this.pages = begin();
    }

    void add(IndexedRecord record) throws IOException {
        columns.write(record);
        inGroup++;
        records++;
        if (inGroup >= nextCheck) {
            check();
        }
    }

    /** Ends a row group that is full; else says when to look again. */
    private void check() throws IOException {
        double size = Math.max(1, columns.size() + inPages());
        double each = size / inGroup;
        if (size > rowGroup - 2 * each) {
            flush();
            this.pages = begin();
        } else {
            long until = (long) ((rowGroup - size) / each);
            nextCheck = inGroup + Math.min(Math.max(until / 2, 100), 10_000);
        }
    }

    private long inPages() {
        long size = 0;
        for (ColumnDescriptor column : type.getColumns()) {
            size += pages.getPageWriter(column).getMemSize();
        }
        return size;
    }

    private ColumnChunkPageWriteStore begin() {
        ColumnChunkPageWriteStore fresh = new ColumnChunkPageWriteStore(
                compressor, type, PROPERTIES.getAllocator(), INDEX_PREFIX, PROPERTIES.getPageWriteChecksumEnabled());
        columns.begin(fresh);
        inGroup = 0;
        nextCheck = 100;
        return fresh;
    }

    private void flush() throws IOException {
        if (inGroup > 0) {
            out.startBlock(inGroup);
            columns.end();
            pages.flushToFileWriter(out);
            out.endBlock();
        }
        pages.close();
    }

    /** Ends the file; @return what a commit needs of it */
    DataFile finish() throws IOException {
        close();
        return DataFiles.builder(table.spec())
                .withPath(file.location())
                .withFormat(FileFormat.PARQUET)
                .withPartition(partition)
                .withFileSizeInBytes(file.toInputFile().getLength())
                .withMetrics(ParquetUtil.footerMetrics(out.getFooter(), Stream.of(), MetricsConfig.forTable(table)))
                .withSplitOffsets(records == 0 ? null : ParquetUtil.getSplitOffsets(out.getFooter()))
                .build();
    }

    @Override
    public void close() throws IOException {
        flush();
        out.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
        compressor.release();
    }

    String location() {
        return file.location();
    }

    /** A file of Iceberg's as Parquet writes it. */
    private record Out(org.apache.iceberg.io.OutputFile file) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSize) {
            return stream(file.create());
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSize) {
            return stream(file.createOrOverwrite());
        }

        private static PositionOutputStream stream(org.apache.iceberg.io.PositionOutputStream to) {
            return new PositionOutputStream() {
                @Override
                public long getPos() throws IOException {
                    return to.getPos();
                }

                @Override
                public void write(int b) throws IOException {
                    to.write(b);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    to.write(bytes, from, length);
                }

                @Override
                public void flush() throws IOException {
                    to.flush();
                }

                @Override
                public void close() throws IOException {
                    to.close();
                }
            };
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }

        @Override
        public String getPath() {
            return file.location();
        }
    }
}
