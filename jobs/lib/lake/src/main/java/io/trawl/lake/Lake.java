package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Maker;
import io.trawl.base.Settings;
import io.trawl.base.Times;
import io.trawl.base.Window;
import io.trawl.columns.read.Block;
import io.trawl.columns.read.Blocks;
import io.trawl.columns.read.ParquetBlocks;
import io.trawl.flow.Rows;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskGroup;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/** The Iceberg tables of the lake. */
public final class Lake implements AutoCloseable {
    /** Name of the catalog in Spark SQL. */
    public static final String CATALOG = "lake";

    /** Property of a snapshot: id of the run that made it. */
    public static final String RUN = "trawl.run-id";

    /** Property of a snapshot: the source whose window it replaced. */
    public static final String SOURCE = "trawl.source";

    /** Property of a snapshot: the window that it replaced. */
    public static final String WINDOW = "trawl.window";

    private final LakeTables tables;
    private final @Nullable Watch watch;

    private Lake(LakeTables tables, @Nullable Watch watch) {
        this.tables = tables;
        this.watch = watch;
    }

    /** Who hears of what is done with the tables. */
    public interface Watch {
        /** A window of a source is read. */
        void reads(LakeTable<?> table, String source, Instant window);

        /** Rows are going to be replaced, unless another commit touched them since a snapshot. */
        void replaces(LakeTable<?> table, @Nullable Long base);

        /** They were. */
        void committed(LakeTable<?> table, Snapshot snapshot);
    }

    /** The same lake, watched; only the first one is to be closed. */
    public Lake watched(Watch by) {
        return new Lake(tables, by);
    }

    /** Opens the lake that the settings name. */
    public static Lake open(Settings settings, Configuration hadoop) {
        LakeSettings lake = LakeSettings.of(settings);
        Catalog catalog = CatalogUtil.buildIcebergCatalog(CATALOG, lake.catalog(), hadoop);
        return new Lake(new LakeTables(catalog, lake, hadoop), null);
    }

    /** The tables of Iceberg's catalog, for who moves or maintains them. */
    public Catalog catalog() {
        return tables.catalog();
    }

    /** Properties of a new table. */
    Map<String, String> tableProperties() {
        return tables.tableProperties();
    }

    /** Loads a table; it is created where it is missing, and gets the optional fields that its records have got since. */
    public Table table(LakeTable<?> table) {
        return tables.table(table);
    }

    /** Rows of a source's window, in any table that is partitioned by both. */
    public static Expression of(String source, Window window) {
        return Expressions.and(
                Expressions.equal("source", source), Expressions.equal("window", Times.micros(window.start())));
    }

    /** The current snapshot of a table, null if it has none yet. */
    public @Nullable Long snapshot(LakeTable<?> table) {
        Snapshot snapshot = table(table).currentSnapshot();
        return snapshot == null ? null : snapshot.snapshotId();
    }

    /**
     * A run's commit to a table.
     *
     * @param snapshot its id
     * @param run id of the run
     */
    public record Commit(long snapshot, String run) {}

    /** The newest commit that wrote a source's window of a table; null if there is none any more, or none yet. */
    public @Nullable Commit newest(LakeTable<?> table, String source, Window window) {
        Table loaded = table(table);
        Snapshot snapshot = loaded.currentSnapshot();
        while (snapshot != null) {
            Map<String, String> summary = snapshot.summary();
            if (source.equals(summary.get(SOURCE)) && window.toString().equals(summary.get(WINDOW))) {
                return new Commit(snapshot.snapshotId(), summary.getOrDefault(RUN, "unknown"));
            }
            snapshot = before(loaded, snapshot);
        }
        return null;
    }

    /** The newest snapshot that is still there of those that a snapshot was made from. */
    private static @Nullable Snapshot before(Table table, Snapshot snapshot) {
        Long parent = snapshot.parentId();
        if (parent == null) {
            return null;
        }
        Snapshot known = table.snapshot(parent);
        if (known != null) {
            return known;
        }
        // Maintenance keeps older ones that the ledger names, and deletes some between them.
        Snapshot newest = null;
        for (Snapshot one : table.snapshots()) {
            if (one.sequenceNumber() < snapshot.sequenceNumber()
                    && (newest == null || one.sequenceNumber() > newest.sequenceNumber())) {
                newest = one;
            }
        }
        return newest;
    }

    /** Whether a snapshot of a table is still there. */
    public boolean has(LakeTable<?> table, long snapshot) {
        return table(table).snapshot(snapshot) != null;
    }

    /**
     * The snapshot at which a window's rows are to be read: the given one. Maintenance may have deleted it; then the newest one
     * has the same rows, if nobody has replaced the window since.
     *
     * @param start of the window
     * @throws JobFailure the rows of that snapshot are gone
     */
    private long held(Table loaded, LakeTable<?> table, String source, Instant start, long snapshot) {
        if (watch != null) {
            watch.reads(table, source, start);
        }
        if (loaded.snapshot(snapshot) != null) {
            return snapshot;
        }
        Snapshot current = loaded.currentSnapshot();
        boolean replaced = current == null;
        for (Snapshot one : loaded.snapshots()) {
            String window = one.summary().get(WINDOW);
            replaced |= window != null
                    && source.equals(one.summary().get(SOURCE))
                    && start.equals(Window.parse(window).start());
        }
        if (replaced || current == null) {
            throw new JobFailure(
                    table + " no longer has snapshot " + snapshot + ", which the ledger names, and window " + start
                            + " of source " + source + " was replaced since",
                    null);
        }
        return current.snapshotId();
    }

    /** Whether a source's window has no row at a snapshot; asks the table's metadata, not Spark. */
    public boolean isEmpty(LakeTable<?> table, String source, Window window, long snapshot) {
        Table loaded = table(table);
        try (CloseableIterable<FileScanTask> files = loaded.newScan()
                .useSnapshot(held(loaded, table, source, window.start(), snapshot))
                .filter(of(source, window))
                .planFiles()) {
            return !files.iterator().hasNext();
        } catch (IOException e) {
            throw new JobFailure(table + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The rows of a source's window at a snapshot, as Spark reads them. */
    public Dataset<Row> rows(SparkSession spark, LakeTable<?> table, String source, Window window, long snapshot) {
        Column here = functions
                .col("source")
                .equalTo(source)
                .and(functions.col("window").equalTo(functions.lit(Timestamp.from(window.start()))));
        return rows(spark, table, held(table(table), table, source, window.start(), snapshot))
                .where(here);
    }

    /**
     * The rows of several of a source's windows, each as it was at a snapshot of its own. Windows that nothing has
     * replaced between their snapshot and the newest of those given are the same there, and are one scan.
     *
     * @param named start of each window, and its snapshot; not empty
     */
    public Dataset<Row> rows(SparkSession spark, LakeTable<?> table, String source, Map<Instant, Long> named) {
        Table loaded = table(table);
        Map<Instant, Long> windows = new HashMap<>();
        named.forEach((start, snapshot) -> windows.put(start, held(loaded, table, source, start, snapshot)));
        Map<Long, Long> sequences = new HashMap<>();
        Map<Instant, Long> replaced = new HashMap<>();
        long newest = -1;
        List<Snapshot> snapshots = new ArrayList<>();
        loaded.snapshots().forEach(snapshots::add);
        snapshots.forEach(snapshot -> sequences.put(snapshot.snapshotId(), snapshot.sequenceNumber()));
        for (long snapshot : windows.values()) {
            if (newest < 0 || sequence(sequences, table, snapshot) > sequence(sequences, table, newest)) {
                newest = snapshot;
            }
        }
        for (Snapshot snapshot : snapshots) {
            String window = snapshot.summary().get(WINDOW);
            if (window != null
                    && source.equals(snapshot.summary().get(SOURCE))
                    && snapshot.sequenceNumber() <= sequence(sequences, table, newest)) {
                replaced.merge(Window.parse(window).start(), snapshot.sequenceNumber(), Math::max);
            }
        }
        Map<Long, List<Timestamp>> scans = new TreeMap<>();
        for (Map.Entry<Instant, Long> window : windows.entrySet()) {
            boolean same = replaced.getOrDefault(window.getKey(), -1L) <= sequence(sequences, table, window.getValue());
            scans.computeIfAbsent(same ? newest : window.getValue(), snapshot -> new ArrayList<>())
                    .add(Timestamp.from(window.getKey()));
        }
        return scans.entrySet().stream()
                .map(scan -> rows(spark, table, scan.getKey())
                        .where(functions
                                .col("source")
                                .equalTo(source)
                                .and(functions
                                        .col("window")
                                        .isin(scan.getValue().toArray()))))
                .reduce(Dataset::union)
                .orElseThrow(() -> new IllegalArgumentException("no window is asked for"));
    }

    private static long sequence(Map<Long, Long> sequences, LakeTable<?> table, long snapshot) {
        Long sequence = sequences.get(snapshot);
        if (sequence == null) {
            throw new JobFailure(table + " no longer has snapshot " + snapshot + ", which the ledger names", null);
        }
        return sequence;
    }

    /** All rows at a snapshot. */
    public Dataset<Row> rows(SparkSession spark, LakeTable<?> table, long snapshot) {
        return spark.read()
                .option("snapshot-id", snapshot)
                .table(CATALOG + "." + LakeTable.DATABASE + "." + table.name());
    }

    /** The records of a source's window at a snapshot; only the named fields are read and set, all where none is named. */
    public <T extends SpecificRecord> JavaRDD<T> read(
            SparkSession spark, LakeTable<T> table, String source, Window window, long snapshot, String... fields) {
        String[] named = named(table, fields);
        JavaRDD<Block<T>> blocks = ownBlocks(spark, table, source, window, snapshot, named);
        return blocks == null
                ? Rows.records(rows(spark, table, source, window, snapshot).select(columns(named)), table.maker())
                : blocks.flatMap(Block::records);
    }

    /**
     * The rows of a source's window at a snapshot by column. They are read by our own code, which is less work by far
     * than by way of Spark's rows; but where a file is no Parquet, or has deletes, Iceberg reads it.
     *
     * @param fields those to be read, all where none is named
     */
    public <T extends SpecificRecord> JavaRDD<Block<T>> blocks(
            SparkSession spark, LakeTable<T> table, String source, Window window, long snapshot, String... fields) {
        String[] named = named(table, fields);
        JavaRDD<Block<T>> blocks = ownBlocks(spark, table, source, window, snapshot, named);
        if (blocks != null) {
            return blocks;
        }
        Maker<T> maker = table.maker();
        return Rows.records(rows(spark, table, source, window, snapshot).select(columns(named)), maker)
                .mapPartitions(records -> Block.of(records, maker, named));
    }

    /**
     * The records of a source's window at a snapshot, one after the other, read in this process and without Spark.
     *
     * @param which a further condition
     * @param fields those to be read, among them source, window and those of the condition; all where none is named
     */
    public <T extends SpecificRecord> CloseableIterable<T> records(
            LakeTable<T> table, String source, Window window, long snapshot, Expression which, String... fields) {
        Maker<T> maker = table.maker();
        Table loaded = table(table);
        return CloseableIterable.transform(
                IcebergGenerics.read(loaded)
                        .useSnapshot(held(loaded, table, source, window.start(), snapshot))
                        .where(Expressions.and(of(source, window), which))
                        .select(fields.length == 0 ? new String[] {"*"} : fields)
                        .build(),
                row -> IcebergRecords.record(row, maker.make()));
    }

    /** Shows the records at some offsets of a source's window: partition, offset and event_id of them. */
    public <T extends SpecificRecord> void at(
            LakeTable<T> table, String source, Window window, long snapshot, Set<Long> offsets, Consumer<T> look) {
        Expression which = Expressions.in("offset", offsets);
        try (var found = records(
                table, source, window, snapshot, which, "source", "window", "partition", "offset", "event_id")) {
            found.forEach(look);
        } catch (IOException e) {
            throw new JobFailure(table + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Which of some events a source's window has in a table at a snapshot; of the rows their ids alone are read. */
    public Set<String> events(LakeTable<?> table, String source, Window window, long snapshot, Set<String> ids) {
        Table loaded = table(table);
        TreeSet<String> found = new TreeSet<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(loaded)
                .useSnapshot(held(loaded, table, source, window.start(), snapshot))
                .where(Expressions.and(of(source, window), Expressions.in("event_id", ids)))
                .select("source", "window", "event_id")
                .build()) {
            rows.forEach(row -> found.add((String) row.getField("event_id")));
        } catch (IOException e) {
            throw new JobFailure(table + " cannot be read: " + e.getMessage(), e);
        }
        return found;
    }

    private <T extends SpecificRecord> @Nullable JavaRDD<Block<T>> ownBlocks(
            SparkSession spark, LakeTable<T> table, String source, Window window, long snapshot, String... fields) {
        Table lake = table(table);
        for (String field : fields) {
            if (!ParquetBlocks.isFlat(table.schema().getField(field).schema())) {
                return null;
            }
        }
        List<ScanTaskGroup<FileScanTask>> parts = Blocks.plan(
                lake,
                held(lake, table, source, window.start(), snapshot),
                of(source, window),
                spark.sparkContext().defaultParallelism());
        return parts == null ? null : Blocks.read(spark, lake, parts, table.maker(), fields);
    }

    private static String[] named(LakeTable<?> table, String... fields) {
        return fields.length > 0
                ? fields
                : table.schema().getFields().stream()
                        .map(org.apache.avro.Schema.Field::name)
                        .toArray(String[]::new);
    }

    private static Column[] columns(String... names) {
        return List.of(names).stream().map(functions::col).toArray(Column[]::new);
    }

    /**
     * A store that replaces a source's window of a table by what it is given, in one commit; nothing given clears it.
     * The commit is refused where another one touched the window since {@code base} was read.
     *
     * @param base the table's snapshot before the run read its input; null if it had none
     */
    public <T extends SpecificRecord> LakeStore<T> replacing(
            LakeTable<T> table, Expression rows, @Nullable Long base, Map<String, String> properties) {
        return replacing(table, rows, base, properties, LakeFile.ROW_GROUP);
    }

    /**
     * Such a store that holds less in the heap.
     *
     * @param rowGroup bytes of each file, one a partition of the table, that a writer holds before it writes them; 128 MiB
     *     is good for whoever reads a big file
     */
    public <T extends SpecificRecord> LakeStore<T> replacing(
            LakeTable<T> table, Expression rows, @Nullable Long base, Map<String, String> properties, long rowGroup) {
        Watch by = watch;
        if (by == null) {
            return new LakeStore<>(table(table), table, rows, base, properties, rowGroup, snapshot -> {});
        }
        by.replaces(table, base);
        return new LakeStore<>(
                table(table), table, rows, base, properties, rowGroup, snapshot -> by.committed(table, snapshot));
    }

    @Override
    public void close() throws Exception {
        if (tables.catalog() instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
