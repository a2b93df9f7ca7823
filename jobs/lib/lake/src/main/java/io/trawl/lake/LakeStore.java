package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.flow.Store;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.SerializableTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Replaces part of a lake table by the records it is given: files are written where the tasks run, and one commit on
 * the driver swaps them in. A run that was overtaken is refused ({@link Overtaken}) and changes nothing.
 */
public final class LakeStore<T extends SpecificRecord> implements Store<T> {
    private static final long serialVersionUID = 1L;
    /** Property of a snapshot that names its commit, so that it can be found again. */
    private static final String COMMIT = "trawl.commit";
    /** Of a partition it is known to be false without a look at its files. */
    private static final Expression NO_WINDOW = Expressions.isNull("window");

    private final Table table;
    private final String name;
    private final Schema avro;
    private final HashSet<String> distinct;
    private final transient @Nullable Table live;
    private final transient @Nullable Expression rows;
    private final @Nullable Long base;
    private final long rowGroup;
    private final transient @Nullable Map<String, String> properties;
    private final transient @Nullable Consumer<Snapshot> noted;
    private transient @Nullable Proviso proviso;
    private transient @Nullable Snapshot committed;
    private boolean adds;

    LakeStore(
            Table table, LakeTable<T> lakeTable, Expression rows, @Nullable Long base, Map<String, String> properties) {
        this(table, lakeTable, rows, base, properties, LakeFile.ROW_GROUP, snapshot -> {});
    }

    LakeStore(
            Table table,
            LakeTable<T> lakeTable,
            Expression rows,
            @Nullable Long base,
            Map<String, String> properties,
            long rowGroup,
            Consumer<Snapshot> noted) {
        this.rowGroup = rowGroup;
        this.noted = noted;
        this.table = SerializableTable.copyOf(table);
        this.name = lakeTable.name();
        this.avro = lakeTable.schema();
        this.distinct = new HashSet<>(lakeTable.distinct());
        this.live = table;
        this.rows = rows;
        this.base = base;
        this.properties = properties;
    }

    /** What has to hold for a commit; it throws where it does not. */
    public interface Proviso {
        void require() throws IOException;
    }

    /** This store, which commits only where something holds then. */
    public LakeStore<T> provided(Proviso condition) {
        this.proviso = condition;
        return this;
    }

    /** This store, which adds rows to those that it would replace. */
    public LakeStore<T> adding() {
        this.adds = true;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    /** The snapshot that this store committed. */
    public Snapshot committed() {
        Snapshot snapshot = committed;
        if (snapshot == null) {
            throw new IllegalStateException("lake." + name + " has not been committed by this run");
        }
        return snapshot;
    }

    @Override
    public Writer<T> open(int partition, long attempt) {
        return new Files(OutputFileFactory.builderFor(table, partition, attempt)
                .format(FileFormat.PARQUET)
                .build());
    }

    @Override
    public void commit(List<Serializable> receipts) throws IOException {
        Table target = live;
        Expression filter = rows;
        Map<String, String> summary = properties;
        if (target == null || filter == null || summary == null) {
            throw new IllegalStateException("lake." + name + " is committed on the driver only");
        }
        Proviso condition = proviso;
        if (condition != null) {
            condition.require();
        }
        String commit = UUID.randomUUID().toString();
        OverwriteFiles overwrite = target.newOverwrite()
                // With a filter that no row meets deletes of others are still looked for.
                .overwriteByRowFilter(adds ? Expressions.and(filter, NO_WINDOW) : filter)
                .conflictDetectionFilter(filter)
                .validateNoConflictingData()
                .validateNoConflictingDeletes();
        if (base != null) {
            overwrite.validateFromSnapshot(base);
        }
        for (Serializable receipt : receipts) {
            ((Written) receipt).files().forEach(overwrite::addFile);
        }
        summary.forEach(overwrite::set);
        overwrite.set(COMMIT, commit);
        try {
            overwrite.commit();
        } catch (ValidationException e) {
            throw new Overtaken(
                    "lake." + name
                            + ": another run of the same window committed while this one ran; nothing of this run was applied, run it again",
                    e);
        } catch (CommitFailedException e) {
            throw new JobFailure("lake." + name + ": too many commits at once, nothing was applied; run it again", e);
        } catch (CommitStateUnknownException e) {
            throw new JobFailure(
                    "lake." + name + ": the catalog did not answer a commit, which may hold or not; run it again", e);
        }
        Snapshot made = find(target, commit);
        committed = made;
        if (noted != null) {
            noted.accept(made);
        }
    }

    private Snapshot find(Table target, String commit) {
        target.refresh();
        for (Snapshot snapshot = target.currentSnapshot(); snapshot != null; snapshot = parent(target, snapshot)) {
            if (commit.equals(snapshot.summary().get(COMMIT))) {
                return snapshot;
            }
        }
        throw new JobFailure("lake." + name + ": the commit just made is not in the table's history", null);
    }

    private static @Nullable Snapshot parent(Table target, Snapshot snapshot) {
        Long parent = snapshot.parentId();
        return parent == null ? null : target.snapshot(parent);
    }

    /** The files that one task wrote. */
    record Written(ArrayList<DataFile> files) implements Serializable {}

    /** Another run of the same window committed first. */
    public static final class Overtaken extends JobFailure {
        private static final long serialVersionUID = 1L;

        Overtaken(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** One task's files, one a partition. */
    private final class Files implements Writer<T> {
        private final OutputFileFactory names;
        private final Map<PartitionKey, LakeFile> open = new LinkedHashMap<>();
        // Of a record a value is taken by its place there.
        private final PartitionKey key = new PartitionKey(table.spec(), LakeSchemas.written(table, avro));
        private final LakeRow row = new LakeRow();
        /** Positions of the fields that the table is partitioned by, all as they are. */
        private final int[] by;

        private final @Nullable Object[] of;
        private @Nullable LakeFile last;

        Files(OutputFileFactory names) {
            this.names = names;
            this.by = table.spec().fields().stream()
                    .mapToInt(field -> avro.getField(table.schema().findColumnName(field.sourceId()))
                            .pos())
                    .toArray();
            this.of = new Object[by.length];
        }

        @Override
        public void write(T record) throws IOException {
            LakeFile file = last;
            if (file == null || changed(record)) {
                key.partition(row.wrap(record));
                file = open.get(key);
                if (file == null) {
                    PartitionKey copy = key.copy();
                    file = new LakeFile(table, copy, names(copy), avro, distinct, rowGroup);
                    open.put(copy, file);
                }
                last = file;
            }
            file.add(record);
        }

        /** Takes note of the record's partition; @return whether it is another one than the record's before */
        private boolean changed(T record) {
            boolean changed = false;
            for (int i = 0; i < by.length; i++) {
                Object value = record.get(by[i]);
                if (value != of[i] && !Objects.equals(value, of[i])) {
                    changed = true;
                }
                of[i] = value;
            }
            return changed;
        }

        private OutputFile names(PartitionKey partition) {
            return names.newOutputFile(table.spec(), partition).encryptingOutputFile();
        }

        @Override
        public Serializable close() throws IOException {
            ArrayList<DataFile> files = new ArrayList<>();
            for (LakeFile file : open.values()) {
                files.add(file.finish());
            }
            return new Written(files);
        }

        @Override
        public void abort() {
            for (LakeFile file : open.values()) {
                try {
                    file.close();
                    table.io().deleteFile(file.location());
                } catch (IOException | RuntimeException e) {
                    // A file that nothing names is not data; maintenance removes it.
                    LoggerFactory.getLogger(LakeStore.class)
                            .warn("orphan file left in lake.{}: {}", name, e.getMessage());
                }
            }
        }
    }

    static Map<String, String> summary(String... pairs) {
        Map<String, String> summary = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            summary.put(pairs[i], pairs[i + 1]);
        }
        return summary;
    }
}
