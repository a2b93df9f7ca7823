package io.trawl.maintain;

import io.trawl.base.JobFailure;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Rows of old windows leave a table, in one commit a source. Only metadata is written, since a window has files of its own. */
final class Retention {
    private Retention() {}

    /**
     * Deletes old windows, each by its name: none that came since they were listed.
     *
     * @param kept reads which windows can be rerun; asked when old windows have been found
     * @return how many windows went
     */
    static long apply(
            LakeTable<?> name, Table table, Terms terms, Supplier<Kept> kept, Map<String, String> properties) {
        Snapshot base = table.currentSnapshot();
        Map<String, Set<Instant>> old = new TreeMap<>();
        Contents.of(name, table).sources().forEach((source, windows) -> {
            Set<Instant> before = windows.headMap(terms.before(name, source)).keySet();
            if (!source.equals(Kept.INDICATORS) && terms.hasTimes(source) && !before.isEmpty()) {
                old.put(source, new TreeSet<>(before));
            }
        });
        if (base == null || old.isEmpty()) {
            return 0;
        }
        Kept now = kept.get();
        old.forEach((source, windows) -> windows.removeIf(start -> now.has(source, start)));
        // One that is being swept again may not be in the ledger yet.
        for (Snapshot one : table.snapshots()) {
            String window = one.summary().get(Lake.WINDOW);
            if (window != null && one.timestampMillis() >= terms.cutoff().toEpochMilli()) {
                old.getOrDefault(one.summary().get(Lake.SOURCE), new TreeSet<>())
                        .remove(Window.parse(window).start());
            }
        }
        long gone = 0;
        for (Map.Entry<String, Set<Instant>> one : old.entrySet()) {
            if (!one.getValue().isEmpty()) {
                Expression which = Expressions.and(
                        Expressions.equal("source", one.getKey()),
                        Expressions.in(
                                "window",
                                one.getValue().stream().map(Kept::micros).toList()));
                OverwriteFiles delete = table.newOverwrite()
                        .overwriteByRowFilter(which)
                        .validateFromSnapshot(base.snapshotId())
                        .conflictDetectionFilter(which)
                        .validateNoConflictingData();
                commit(name, delete, properties);
                gone += one.getValue().size();
            }
        }
        table.refresh();
        return gone;
    }

    /** Entries of months that are over; a file has none of two months, once its month is compacted. */
    static void ledger(Table table, Terms terms, Map<String, String> properties) {
        Instant before = YearMonth.from(terms.before(LakeTable.LEDGER, "").atOffset(ZoneOffset.UTC))
                .atDay(1)
                .atStartOfDay()
                .toInstant(ZoneOffset.UTC);
        Expression which = Expressions.lessThan("window", Kept.micros(before));
        if (Compaction.files(LakeTable.LEDGER, table, which) > 0) {
            commit(LakeTable.LEDGER, table.newDelete().deleteFromRowFilter(which), properties);
            table.refresh();
        }
    }

    private static void commit(LakeTable<?> name, SnapshotUpdate<?> delete, Map<String, String> properties) {
        properties.forEach(delete::set);
        try {
            delete.commit();
        } catch (ValidationException | CommitFailedException e) {
            throw new JobFailure(
                    name + ": old rows were not deleted, since another run committed meanwhile; run maintain again", e);
        }
    }
}
