package io.trawl.columns.read;

import io.trawl.base.JobFailure;
import io.trawl.base.Maker;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.iceberg.BaseScanTaskGroup;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskGroup;
import org.apache.iceberg.SerializableTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.hadoop.Util;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.TableScanUtil;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag$;

/** What a table's rows are read from where our own code reads them: parts of Parquet files. */
public final class Blocks {
    private static final long SPLIT = 128L << 20;
    /** What opening a file costs, in bytes: a task is not given thousands of small ones. */
    private static final long OPENING = 4L << 20;

    private static final int LOOKBACK = 10;

    private Blocks() {}

    /**
     * The files of some rows, in parts, one task each.
     *
     * @return null if they are not all plain Parquet, whole, without deletes, and with columns that have ids: that is
     *     Iceberg's own readers' work
     */
    public static @Nullable List<ScanTaskGroup<FileScanTask>> plan(
            Table table, long snapshot, Expression rows, int parallelism) {
        // A table has a mapping of names where files were added to it that others wrote.
        if (table.properties().containsKey(TableProperties.DEFAULT_NAME_MAPPING)) {
            return null;
        }
        List<FileScanTask> files = new ArrayList<>();
        long size = 0;
        try (CloseableIterable<FileScanTask> found =
                table.newScan().useSnapshot(snapshot).filter(rows).planFiles()) {
            for (FileScanTask file : found) {
                if (file.file().format() != FileFormat.PARQUET
                        || file.file().keyMetadata() != null
                        || !file.deletes().isEmpty()
                        || file.residual().op() != Expression.Operation.TRUE) {
                    return null;
                }
                files.add(file);
                size += file.length();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long each = TableScanUtil.adjustSplitSize(size, parallelism, SPLIT);
        List<ScanTaskGroup<FileScanTask>> groups = new ArrayList<>();
        TableScanUtil.planTasks(
                        TableScanUtil.splitFiles(CloseableIterable.withNoopClose(files), each), each, LOOKBACK, OPENING)
                .forEach(group -> groups.add(new BaseScanTaskGroup<>(List.copyOf(group.tasks()))));
        return groups;
    }

    /** The rows of planned files. */
    public static <T extends SpecificRecord> JavaRDD<Block<T>> read(
            SparkSession spark,
            Table table,
            List<ScanTaskGroup<FileScanTask>> groups,
            Maker<T> maker,
            String... fields) {
        Reader<T> reader = new Reader<>(SerializableTable.copyOf(table), maker, fields);
        List<Tuple2<Part, Seq<String>>> parts = new ArrayList<>();
        for (ScanTaskGroup<FileScanTask> group : groups) {
            Part part = new Part(new ArrayList<>(group.tasks().stream()
                    .map(task -> new Slice(
                            task.file().path().toString(), task.file().fileSizeInBytes(), task.start(), task.length()))
                    .toList()));
            String[] hosts = Util.blockLocations(table.io(), group);
            parts.add(new Tuple2<>(
                    part,
                    JavaConverters.asScalaBuffer(Arrays.asList(hosts == null ? new String[0] : hosts))
                            .toSeq()));
        }
        if (parts.isEmpty()) {
            return spark.sparkContext()
                    .<Block<T>>emptyRDD(ClassTag$.MODULE$.apply(Block.class))
                    .toJavaRDD();
        }
        return spark.sparkContext()
                .makeRDD(JavaConverters.asScalaBuffer(parts).toSeq(), ClassTag$.MODULE$.<Part>apply(Part.class))
                .toJavaRDD()
                .mapPartitions(reader::blocks);
    }

    /** Part of a file. */
    record Slice(String location, long size, long start, long length) implements Serializable {}

    /** What one task reads. */
    record Part(ArrayList<Slice> slices) implements Serializable {}

    /** Reads parts where the tasks run. */
    private record Reader<T extends SpecificRecord>(Table table, Maker<T> maker, String[] fields)
            implements Serializable {
        Iterator<Block<T>> blocks(Iterator<Part> parts) {
            List<Slice> slices = new ArrayList<>();
            parts.forEachRemaining(part -> slices.addAll(part.slices()));
            InTurn<T> blocks = new InTurn<>(this, slices.iterator());
            TaskContext task = TaskContext.get();
            if (task != null) {
                task.addTaskCompletionListener((TaskCompletionListener) context -> blocks.close());
            }
            return blocks;
        }

        ParquetBlocks<T> open(Slice slice) {
            try {
                return new ParquetBlocks<>(
                        table.io().newInputFile(slice.location(), slice.size()),
                        slice.start(),
                        slice.length(),
                        table.schema(),
                        maker,
                        fields);
            } catch (IOException e) {
                throw new JobFailure(slice.location() + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /** The blocks of several slices, one file open at a time. */
    private static final class InTurn<T extends SpecificRecord> implements Iterator<Block<T>> {
        private final Reader<T> reader;
        private final Iterator<Slice> slices;
        private @Nullable ParquetBlocks<T> open;

        InTurn(Reader<T> reader, Iterator<Slice> slices) {
            this.reader = reader;
            this.slices = slices;
        }

        @Override
        public boolean hasNext() {
            while (open == null || !open.hasNext()) {
                close();
                if (!slices.hasNext()) {
                    return false;
                }
                open = reader.open(slices.next());
            }
            return true;
        }

        @Override
        public Block<T> next() {
            if (!hasNext() || open == null) {
                throw new NoSuchElementException();
            }
            return open.next();
        }

        void close() {
            if (open != null) {
                open.close();
                open = null;
            }
        }
    }
}
