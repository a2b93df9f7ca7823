package io.trawl.load;

import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.flow.Flow;
import io.trawl.flow.Rows;
import io.trawl.flow.Store;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Load;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Loads;
import io.trawl.run.Loads.Result;
import io.trawl.run.Reads;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Brings HBase to exactly a window's current result.
 *
 * <p>A manifest that names the lake snapshots to be loaded is written before the first put. A load reads every manifest
 * since the last complete load and puts tombstones where those may have put what this result no longer has: whatever died
 * in between leaves nothing behind, and what comes late stays hidden. Cells carry the sequence number of the enrich commit,
 * so of two loads at once the one with the newer result wins, cell by cell.
 */
public final class LoadJob implements Job {
    private static final String CELLS = "cells";
    private static final String NOW = "now_";
    /** All that the rows of a detection are made of: one that changed has other rows. */
    private static final List<String> KEYS = List.of(
            "detection_id", "timestamp", "client", "indicator_value", "url_domain", "destination_ip", "value", "how");

    public static void main(String[] args) {
        Jobs.main(args, new LoadJob());
    }

    @Override
    public String name() {
        return Stage.LOAD.name();
    }

    @Override
    public String purpose() {
        return "Loads the detections and observables of a window into HBase; replaces what an earlier load put there.";
    }

    /** So that HBase can be filled anew from the lake: earlier results, if any are known, are in the manifests. */
    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public List<Reads> reads() {
        return List.of(Reads.of(Stage.ENRICH, LakeTable.DETECTIONS, LakeTable.OBSERVABLES));
    }

    @Override
    public void run(Run run) throws IOException {
        Ledger.Entry enrich = run.reading(LakeTable.DETECTIONS).entry();
        run.reading(LakeTable.OBSERVABLES);
        run.lines(
                enrich.counts().getOrDefault("detections", 0L) + enrich.counts().getOrDefault("observables", 0L));
        Result result = Result.of(enrich);

        Loads loads = Loads.of(run, result);
        Load load = Load.batch(run.source().name(), run.window(), result.sequence(), loads.begin(Load.ATTEMPTS));
        Settings settings = run.settings();
        for (Result old : loads.sinceComplete()) {
            requireRows(run, LakeTable.DETECTIONS, old.detections(), result.detections());
            requireRows(run, LakeTable.OBSERVABLES, old.observables(), result.observables());
            if (old.detections() != result.detections() && any(run, LakeTable.DETECTIONS, old.detections())) {
                Dataset<Row> gone = gone(detections(run, old), detections(run, result), KEYS);
                run.count(
                        "detections_deleted",
                        into(
                                HBaseStore.detections(settings, load).tombstones(load),
                                Rows.records(gone, Detection::new)));
            }
            if (old.observables() != result.observables() && any(run, LakeTable.OBSERVABLES, old.observables())) {
                Dataset<Row> gone = gone(
                        observables(run, old).withColumn(CELLS, cells()),
                        observables(run, result).withColumn(CELLS, cells()),
                        List.of("type", "value", CELLS));
                run.count(
                        "observables_deleted",
                        into(
                                HBaseStore.observables(settings, load).tombstones(load),
                                Rows.records(gone, Observable::new)));
            }
        }
        // Of a window with nothing in it HBase is not even asked for: to connect costs more than all the rest.
        run.count(
                "detections",
                any(run, LakeTable.DETECTIONS, result.detections())
                        ? into(
                                HBaseStore.detections(settings, load),
                                Rows.records(detections(run, result), Detection::new))
                        : 0);
        run.count(
                "observables",
                any(run, LakeTable.OBSERVABLES, result.observables())
                        ? into(
                                HBaseStore.observables(settings, load),
                                Rows.records(observables(run, result), Observable::new))
                        : 0);

        loads.done();
        run.sequence(result.sequence());
    }

    /** What an earlier load may have put is known by the rows that it read: newer ones in their place would leave some. */
    private static void requireRows(Run run, LakeTable<?> table, long old, long now) {
        if (old != now && !run.lake().has(table, old)) {
            throw new JobFailure(
                    "window " + run.window() + " of source " + run.source().name() + ": " + table
                            + " no longer has snapshot " + old
                            + ", which an earlier load put into HBase, so load cannot know what to remove from HBase; nothing was put (docs/hbase.md says what"
                            + " to do: A load that cannot know what to take out)",
                    null);
        }
    }

    private static boolean any(Run run, LakeTable<?> table, long snapshot) {
        return !run.lake().isEmpty(table, run.source().name(), run.window(), snapshot);
    }

    private static Dataset<Row> detections(Run run, Result of) {
        return rows(run, LakeTable.DETECTIONS, of.detections()).where("sweep = '" + SweepKind.BATCH + "'");
    }

    private static Dataset<Row> observables(Run run, Result of) {
        return rows(run, LakeTable.OBSERVABLES, of.observables());
    }

    private static Dataset<Row> rows(Run run, LakeTable<?> table, long snapshot) {
        return run.lake().rows(run.spark(), table, run.source().name(), run.window(), snapshot);
    }

    /** @return how many records went into the store */
    private static <T> long into(Store<T> store, JavaRDD<T> records) {
        return Flow.of(records).into(store).run().count("in");
    }

    /** The old rows that no new one is put at the same cells for; null is a value like another. */
    private static Dataset<Row> gone(Dataset<Row> old, Dataset<Row> now, List<String> keys) {
        Column same = keys.stream()
                .map(key -> col(key).eqNullSafe(col(NOW + key)))
                .reduce(Column::and)
                .orElseThrow();
        Dataset<Row> renamed =
                now.select(keys.stream().map(key -> col(key).as(NOW + key)).toArray(Column[]::new));
        return old.join(renamed, same, "left_anti").drop(CELLS);
    }

    /** How many cells the clients of an observable take. */
    private static Column cells() {
        return when(size(col("clients")).leq(HBaseStore.FEW), lit(0))
                .otherwise(ceil(size(col("clients")).divide(lit(HBaseStore.CLIENTS))));
    }
}
