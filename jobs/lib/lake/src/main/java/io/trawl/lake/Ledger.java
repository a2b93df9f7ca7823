package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Times;
import io.trawl.base.Window;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.record.LedgerEntry;
import io.trawl.record.OffsetSpan;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What was done: one entry for each run of a stage of a window that committed. Entries are only added; of a stage of a
 * window the one with the highest sequence counts, since the sequence is that of its data's commit.
 */
public final class Ledger {
    private final Lake lake;

    public Ledger(Lake lake) {
        this.lake = lake;
    }

    public Lake lake() {
        return lake;
    }

    /** Adds an entry, in a commit of its own. */
    public void add(LedgerEntry entry) {
        Table table = lake.table(LakeTable.LEDGER);
        LakeStore<LedgerEntry> files =
                new LakeStore<>(table, LakeTable.LEDGER, Expressions.alwaysFalse(), null, Map.of());
        Store.Writer<LedgerEntry> writer = files.open(0, System.nanoTime() & Long.MAX_VALUE);
        try {
            writer.write(entry);
            AppendFiles append = table.newAppend();
            ((LakeStore.Written) writer.close()).files().forEach(append::appendFile);
            append.set("trawl.run-id", entry.getRunId());
            append.commit();
        } catch (IOException e) {
            writer.abort();
            throw new JobFailure("lake.ledger cannot be written: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("lake.ledger cannot be written: " + e.getMessage(), e);
        }
    }

    /** The entry that counts, null if the stage of the window was never done. */
    public @Nullable Entry current(String source, Stage stage, Window window) {
        return entries(source, stage, window).stream()
                .max(Comparator.comparingLong(Entry::sequence))
                .orElse(null);
    }

    /** The entry that counts, or a failure that says which job has to run first. */
    public Entry require(String source, Stage stage, Window window) {
        Entry entry = current(source, stage, window);
        if (entry == null) {
            throw new JobFailure(
                    "window " + window + " of source " + source + " has no " + stage + " yet: run " + stage
                            + " --source " + source + " --window " + window + " first",
                    null);
        }
        return entry;
    }

    /** The entry that counts of the latest window before the given one; null if there is none. */
    public @Nullable Entry latestBefore(String source, Stage stage, Window window) {
        return read(latest(source, stage, window)).stream()
                .max(Comparator.comparing(Entry::window).thenComparingLong(Entry::sequence))
                .orElse(null);
    }

    /**
     * The entries among which the latest before a window is. Files say from which window to which they have entries; there
     * is an entry of each of the two. A year of windows need not be read, then, for the newest.
     */
    private Expression latest(String source, Stage stage, Window window) {
        Expression before = Expressions.and(
                Expressions.equal("source", source),
                Expressions.equal("stage", stage.name()),
                Expressions.lessThan("window", Times.micros(window.start())));
        Table table = lake.table(LakeTable.LEDGER);
        Types.NestedField field = table.schema().findField("window");
        long limit = Times.micros(window.start());
        long from = Long.MIN_VALUE;
        try (CloseableIterable<FileScanTask> files =
                table.newScan().filter(before).includeColumnStats().planFiles()) {
            for (FileScanTask file : files) {
                Long first = bound(file.file().lowerBounds(), field);
                Long last = bound(file.file().upperBounds(), field);
                if (last != null && last < limit) {
                    from = Math.max(from, last);
                } else if (first != null && first < limit) {
                    from = Math.max(from, first);
                }
            }
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return from == Long.MIN_VALUE
                ? before
                : Expressions.and(before, Expressions.greaterThanOrEqual("window", from));
    }

    private static @Nullable Long bound(@Nullable Map<Integer, ByteBuffer> bounds, Types.NestedField field) {
        ByteBuffer bound = bounds == null ? null : bounds.get(field.fieldId());
        return bound == null ? null : Conversions.fromByteBuffer(field.type(), bound);
    }

    /** How many files {@link #latestBefore} reads. */
    public int filesBefore(String source, Stage stage, Window window) {
        int count = 0;
        try (CloseableIterable<FileScanTask> files = lake.table(LakeTable.LEDGER)
                .newScan()
                .filter(latest(source, stage, window))
                .planFiles()) {
            for (FileScanTask file : files) {
                count += file.length() > 0 ? 1 : 0;
            }
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return count;
    }

    /** The entries that count of the windows that have a part in [from, until), by start. */
    public SortedMap<Instant, Entry> current(String source, Stage stage, Instant from, Instant until) {
        TreeMap<Instant, Entry> current = new TreeMap<>();
        read(Expressions.and(
                        Expressions.equal("source", source),
                        Expressions.equal("stage", stage.name()),
                        Expressions.greaterThan("window_end", Times.micros(from)),
                        Expressions.lessThan("window", Times.micros(until))))
                .forEach(entry -> current.merge(entry.window(), entry, (a, b) -> a.sequence() >= b.sequence() ? a : b));
        return current;
    }

    /**
     * A file with entries of a stage, as the table's metadata tells of it: most files have one entry.
     *
     * @param first start of the first window that it has an entry of
     * @param last of the last one
     * @param sequence of the commit that brought it: a later one has a higher number
     */
    public record Part(Instant first, Instant last, long sequence) {}

    /**
     * The files with entries of a stage of windows that begin in [from, until), without opening one.
     *
     * @param sequence of the table's commit that they are of
     * @param table its id: another table's numbers say nothing
     */
    public record Parts(String table, long sequence, List<Part> parts) {}

    public Parts parts(String source, Stage stage, Instant from, Instant until) {
        Table table = lake.table(LakeTable.LEDGER);
        Snapshot snapshot = table.currentSnapshot();
        List<Part> parts = new ArrayList<>();
        if (snapshot == null) {
            return new Parts(table.uuid().toString(), 0, parts);
        }
        Types.NestedField field = table.schema().findField("window");
        try (CloseableIterable<FileScanTask> files = table.newScan()
                .useSnapshot(snapshot.snapshotId())
                .filter(Expressions.and(
                        Expressions.equal("source", source),
                        Expressions.equal("stage", stage.name()),
                        Expressions.greaterThanOrEqual("window", Times.micros(from)),
                        Expressions.lessThan("window", Times.micros(until))))
                .includeColumnStats()
                .planFiles()) {
            for (FileScanTask file : files) {
                Long first = bound(file.file().lowerBounds(), field);
                Long last = bound(file.file().upperBounds(), field);
                Long sequence = file.file().dataSequenceNumber();
                parts.add(new Part(
                        first == null ? from : Times.instant(first),
                        last == null ? until : Times.instant(last),
                        sequence == null ? Long.MAX_VALUE : sequence));
            }
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return new Parts(table.uuid().toString(), snapshot.sequenceNumber(), parts);
    }

    /** The entries that count of the windows that some files have entries of, and that begin in [from, until). */
    public SortedMap<Instant, Entry> current(
            String source, Stage stage, List<Part> parts, Instant from, Instant until) {
        TreeMap<Instant, Entry> current = new TreeMap<>();
        Expression some = parts.stream()
                .map(part -> new Window(part.first(), part.last().plusNanos(1_000)))
                .distinct()
                .<Expression>map(range -> Expressions.and(
                        Expressions.greaterThanOrEqual("window", Times.micros(range.start())),
                        Expressions.lessThan("window", Times.micros(range.end()))))
                .reduce(Expressions::or)
                .orElse(Expressions.alwaysFalse());
        if (parts.isEmpty()) {
            return current;
        }
        read(Expressions.and(
                        Expressions.equal("source", source),
                        Expressions.equal("stage", stage.name()),
                        Expressions.greaterThanOrEqual("window", Times.micros(from)),
                        Expressions.lessThan("window", Times.micros(until)),
                        some))
                .forEach(entry -> current.merge(entry.window(), entry, (a, b) -> a.sequence() >= b.sequence() ? a : b));
        return current;
    }

    /** Every entry of a stage of a window, oldest first. */
    public List<Entry> entries(String source, Stage stage, Window window) {
        List<Entry> entries = read(Expressions.and(
                Expressions.equal("source", source),
                Expressions.equal("stage", stage.name()),
                Expressions.equal("window", Times.micros(window.start())),
                Expressions.equal("window_end", Times.micros(window.end()))));
        entries.sort(Comparator.comparingLong(Entry::sequence));
        return entries;
    }

    /** Every run of every stage of a window. */
    Horizon.Runs runs(String source, Window window) {
        Horizon.Runs runs = new Horizon.Runs();
        try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(LakeTable.LEDGER))
                .where(Expressions.and(
                        Expressions.equal("source", source),
                        Expressions.equal("window", Times.micros(window.start())),
                        Expressions.equal("window_end", Times.micros(window.end()))))
                .select("source", "stage", "window", "window_end", "started", "ended", "counts")
                .build()) {
            records.forEach(record -> runs.add(
                    new Stage((String) record.getField("stage")),
                    instant(record.getField("started")),
                    instant(record.getField("ended")),
                    (Map<?, ?>) record.getField("counts")));
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return runs;
    }

    /** The windows of a source, of any length, that any stage was done of and that have a part in the given one. */
    public List<Window> overlapping(String source, Window window) {
        Set<Window> windows = new LinkedHashSet<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(LakeTable.LEDGER))
                .where(Expressions.and(
                        Expressions.equal("source", source),
                        Expressions.greaterThan("window_end", Times.micros(window.start())),
                        Expressions.lessThan("window", Times.micros(window.end()))))
                .select("source", "window", "window_end")
                .build()) {
            records.forEach(record -> windows.add(
                    new Window(instant(record.getField("window")), instant(record.getField("window_end")))));
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return List.copyOf(windows);
    }

    private static Instant instant(Object time) {
        return ((OffsetDateTime) time).toInstant();
    }

    private List<Entry> read(Expression which) {
        List<Entry> entries = new ArrayList<>();
        try (CloseableIterable<Record> records =
                IcebergGenerics.read(lake.table(LakeTable.LEDGER)).where(which).build()) {
            records.forEach(record -> entries.add(new Entry(record)));
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        return entries;
    }

    /** One entry as read. */
    public static final class Entry {
        private final Record record;

        private Entry(Record record) {
            this.record = record;
        }

        public String source() {
            return (String) record.getField("source");
        }

        public String runId() {
            return (String) record.getField("run_id");
        }

        /** Start of the window. */
        public Instant window() {
            return ((OffsetDateTime) record.getField("window")).toInstant();
        }

        /** First instant after the window. */
        public Instant windowEnd() {
            return ((OffsetDateTime) record.getField("window_end")).toInstant();
        }

        /** When the run's data had been committed. */
        public Instant ended() {
            return ((OffsetDateTime) record.getField("ended")).toInstant();
        }

        public long sequence() {
            return (Long) record.getField("sequence");
        }

        /** Snapshot that the run committed to a table. */
        public long output(LakeTable<?> table) {
            return snapshot("outputs", table);
        }

        /** Snapshot of a table that the run read. */
        public long input(LakeTable<?> table) {
            return snapshot("inputs", table);
        }

        /** Whether messages of several records may have been parsed: then a row's id is not always its message's. */
        public boolean hasRecords() {
            return counts().containsKey(Tally.WRAPPED);
        }

        private long snapshot(String field, LakeTable<?> table) {
            Long snapshot = longs(field).get(table.name());
            if (snapshot == null) {
                throw new JobFailure("run " + runId() + " has no snapshot of " + table + " among its " + field, null);
            }
            return snapshot;
        }

        public Map<String, Long> counts() {
            return longs("counts");
        }

        @SuppressWarnings("unchecked")
        private Map<String, Long> longs(String field) {
            return new TreeMap<>((Map<String, Long>) record.getField(field));
        }

        /** A list of offset spans: offsets or holes. */
        public List<OffsetSpan> spans(String field) {
            List<OffsetSpan> spans = new ArrayList<>();
            for (Object item : (List<?>) record.getField(field)) {
                Record span = (Record) item;
                spans.add(new OffsetSpan((Integer) span.getField("partition"), (Long) span.getField("from"), (Long)
                        span.getField("until")));
            }
            return spans;
        }

        public @Nullable Long indicatorSnapshot() {
            return (Long) record.getField("indicator_snapshot");
        }

        /** Versions of what the run was made with, by what it is. */
        @SuppressWarnings("unchecked")
        public Map<String, String> versions() {
            return new TreeMap<>((Map<String, String>) record.getField("versions"));
        }

        public @Nullable String detail() {
            return (String) record.getField("detail");
        }
    }
}
