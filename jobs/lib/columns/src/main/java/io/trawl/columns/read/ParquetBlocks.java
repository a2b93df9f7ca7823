package io.trawl.columns.read;

import io.trawl.base.JobFailure;
import io.trawl.base.Maker;
import io.trawl.base.Unions;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.shaded.org.apache.parquet.ParquetReadOptions;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnReader;
import org.apache.iceberg.shaded.org.apache.parquet.column.Encoding;
import org.apache.iceberg.shaded.org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageReadStore;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.iceberg.shaded.org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.iceberg.shaded.org.apache.parquet.io.SeekableInputStream;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Converter;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.GroupConverter;
import org.apache.iceberg.shaded.org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.iceberg.shaded.org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.iceberg.shaded.org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.iceberg.shaded.org.apache.parquet.schema.MessageType;
import org.apache.iceberg.shaded.org.apache.parquet.schema.PrimitiveType;
import org.apache.iceberg.shaded.org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.iceberg.shaded.org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The row groups of a part of a Parquet file, each a {@link Block}. */
public final class ParquetBlocks<T extends SpecificRecord> implements Iterator<Block<T>>, Closeable {
    private final Maker<T> maker;
    private final String[] fields;
    private final Schema avro;
    private final PageCodecs codecs = new PageCodecs();
    private final ParquetFileReader file;
    private final MessageType read;
    /** The file's column of each field that it has. */
    private final Map<String, ColumnDescriptor> columns = new HashMap<>();

    /** Number of the next row group. */
    private int next;

    /**
     * @param start first byte of the part: row groups belong to the part that has their middle
     * @param length bytes of the part
     * @param table the table's schema; columns are found by its ids
     * @param fields those that are wanted, all {@linkplain #isFlat flat}
     */
    public ParquetBlocks(
            InputFile input, long start, long length, org.apache.iceberg.Schema table, Maker<T> maker, String... fields)
            throws IOException {
        this.maker = maker;
        this.fields = fields;
        this.avro = maker.make().getSchema();
        this.file = ParquetFileReader.open(
                new In(input),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withRange(start, start + length)
                        .withCodecFactory(codecs)
                        .build());
        MessageType written = file.getFileMetaData().getSchema();
        Map<Integer, Type> byId = new HashMap<>();
        for (Type column : written.getFields()) {
            if (column.getId() != null) {
                byId.put(column.getId().intValue(), column);
            }
        }
        List<Type> found = new ArrayList<>();
        for (String field : fields) {
            Type column = byId.get(table.findField(field).fieldId());
            if (column == null) {
                if (type(field) == avro.getField(field).schema()) {
                    throw unreadable(input, field, "is not there");
                }
                continue;
            }
            if (!isWrittenAs(type(field), column)) {
                throw unreadable(input, field, "is " + column);
            }
            found.add(column);
            columns.put(field, written.getColumnDescription(new String[] {column.getName()}));
        }
        this.read = new MessageType(written.getName(), found);
        file.setRequestedSchema(read);
    }

    private JobFailure unreadable(InputFile input, String field, String what) {
        close();
        return new JobFailure(
                input.location() + ": column " + field + " " + what
                        + ", expected one as Iceberg writes it, by its id; rewrite the file with Iceberg",
                null);
    }

    private Schema type(String field) {
        return Unions.present(avro.getField(field).schema());
    }

    /** Whether a field is one value, no list, map or record. */
    public static boolean isFlat(Schema field) {
        return switch (Unions.present(field).getType()) {
            case STRING, BYTES, INT, LONG, DOUBLE, BOOLEAN -> true;
            default -> false;
        };
    }

    private static boolean isWrittenAs(Schema type, Type column) {
        if (!column.isPrimitive() || column.isRepetition(Type.Repetition.REPEATED)) {
            return false;
        }
        PrimitiveType primitive = column.asPrimitiveType();
        LogicalTypeAnnotation unit = primitive.getLogicalTypeAnnotation();
        return primitive.getPrimitiveTypeName()
                        == switch (type.getType()) {
                            case INT -> PrimitiveTypeName.INT32;
                            case LONG -> PrimitiveTypeName.INT64;
                            case DOUBLE -> PrimitiveTypeName.DOUBLE;
                            case BOOLEAN -> PrimitiveTypeName.BOOLEAN;
                            default -> PrimitiveTypeName.BINARY;
                        }
                && (!(type.getLogicalType() instanceof LogicalTypes.TimestampMicros)
                        || unit instanceof TimestampLogicalTypeAnnotation time && time.getUnit() == TimeUnit.MICROS);
    }

    @Override
    public boolean hasNext() {
        List<BlockMetaData> groups = file.getRowGroups();
        while (next < groups.size() && groups.get(next).getRowCount() == 0) {
            next++;
        }
        return next < groups.size();
    }

    @Override
    public Block<T> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        BlockMetaData group = file.getRowGroups().get(next);
        try {
            Columns ofGroup = new Columns(file.readRowGroup(next), group);
            next++;
            return new Block<>(Math.toIntExact(group.getRowCount()), maker, fields, ofGroup);
        } catch (IOException e) {
            throw new JobFailure(file.getFile() + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new JobFailure(file.getFile() + " cannot be closed: " + e.getMessage(), e);
        } finally {
            codecs.release();
        }
    }

    /** The columns of a row group. */
    private final class Columns extends GroupConverter implements Block.Columns {
        private final ColumnReadStoreImpl store;
        private final Map<String, Cells> open = new HashMap<>();
        private final PageReadStore pages;
        private final Map<ColumnPath, Set<Encoding>> encodings = new HashMap<>();
        /** Columns that are null in every row: nearly all lines have no field of DNS, TLS or files. */
        private final Set<ColumnPath> empty = new HashSet<>();

        private @Nullable ParquetCells opening;

        Columns(PageReadStore pages, BlockMetaData written) {
            this.pages = pages;
            written.getColumns().forEach(column -> {
                encodings.put(column.getPath(), column.getEncodings());
                Statistics<?> statistics = column.getStatistics();
                if (statistics != null
                        && statistics.isNumNullsSet()
                        && statistics.getNumNulls() == written.getRowCount()) {
                    empty.add(column.getPath());
                }
            });
            this.store = new ColumnReadStoreImpl(
                    pages, this, read, file.getFileMetaData().getCreatedBy());
        }

        @Override
        public Cells cells(String field) {
            return open.computeIfAbsent(field, name -> {
                ColumnDescriptor column = columns.get(name);
                if (column == null || empty.contains(ColumnPath.get(column.getPath()))) {
                    return new NoCells();
                }
                boolean optional = column.getMaxDefinitionLevel() > 0;
                if (PageCells.canRead(type(name), encodings.getOrDefault(ColumnPath.get(column.getPath()), Set.of()))) {
                    return new PageCells(type(name), optional, () -> pages.getPageReader(column));
                }
                Function<ParquetCells, ColumnReader> reader = cells -> {
                    opening = cells;
                    return store.getColumnReader(column);
                };
                return new ParquetCells(type(name), column.getMaxDefinitionLevel(), reader);
            });
        }

        @Override
        public Converter getConverter(int column) {
            if (opening == null) {
                throw new IllegalStateException("no column is being opened");
            }
            return opening;
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }

    /** A file of Iceberg's as Parquet reads it. */
    // LakeFile.Out is the other direction: the two share no line but the names of interfaces.
    private record In(InputFile file) implements org.apache.iceberg.shaded.org.apache.parquet.io.InputFile {
        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            org.apache.iceberg.io.SeekableInputStream from = file.newStream();
            return new DelegatingSeekableInputStream(from) {
                @Override
                public long getPos() throws IOException {
                    return from.getPos();
                }

                @Override
                public void seek(long to) throws IOException {
                    from.seek(to);
                }
            };
        }

        @Override
        public String toString() {
            return file.location();
        }
    }
}
