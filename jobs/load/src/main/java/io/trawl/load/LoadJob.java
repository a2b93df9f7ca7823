package io.trawl.load;

import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.etl.Etl;
import io.trawl.etl.HBaseStore;
import io.trawl.etl.Job;
import io.trawl.etl.JobFailure;
import io.trawl.etl.Jobs;
import io.trawl.etl.Json;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.Rows;
import io.trawl.etl.Run;
import io.trawl.etl.Source;
import io.trawl.etl.Store;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Brings HBase to exactly a window's current result.
 *
 * <p>A manifest that names the lake snapshots to be loaded is written before the first put. A load reads every manifest
 * since the last complete load and takes out what those may have put and this result no longer has: whatever died in
 * between leaves nothing behind. Cells carry the sequence number of the enrich commit, so of two loads at once the one
 * with the newer result wins, cell by cell.
 */
public final class LoadJob implements Job {
    private static final String PATH = "batch";

    public static void main(String[] args) {
        Jobs.main(args, new LoadJob());
    }

    @Override
    public String name() {
        return "load";
    }

    @Override
    public String purpose() {
        return "Loads the detections and observables of a window into HBase, in place of what an earlier load left there.";
    }

    /** What a load puts: the result of one enrich run. */
    private record Result(long version, long detections, long observables) {
        static Result of(JsonNode manifest) {
            return new Result(
                    manifest.path("version").asLong(),
                    manifest.path("detections").asLong(),
                    manifest.path("observables").asLong());
        }

        ObjectNode manifest(Run run) {
            ObjectNode manifest = Json.MAPPER.createObjectNode();
            manifest.put("version", version).put("detections", detections).put("observables", observables);
            return manifest.put("run_id", run.id()).put("started", run.started().toString());
        }
    }

    @Override
    public void run(Run run) throws IOException {
        Ledger.Entry enrich = run.ledger().require(run.source().name(), "enrich", run.window());
        run.lines(
                enrich.counts().getOrDefault("detections", 0L) + enrich.counts().getOrDefault("observables", 0L));
        Result result = new Result(
                enrich.sequence(), enrich.output(LakeTable.DETECTIONS), enrich.output(LakeTable.OBSERVABLES));
        run.input(LakeTable.DETECTIONS, result.detections());
        run.input(LakeTable.OBSERVABLES, result.observables());

        String manifest = name(result.version());
        run.state().create(run.stateFile("loads", manifest), result.manifest(run));
        List<Result> earlier = earlier(run, result);

        for (Result old : earlier) {
            takeOut(run, old, result);
        }
        run.count(
                "detections",
                any(run, LakeTable.DETECTIONS, result.detections())
                        ? into(
                                HBaseStore.detections(run.settings(), PATH, run.window(), result.version()),
                                Rows.records(detections(run, result), Detection::new))
                        : 0);
        run.count(
                "observables",
                any(run, LakeTable.OBSERVABLES, result.observables())
                        ? into(
                                HBaseStore.observables(run.settings(), PATH, run.window(), result.version()),
                                Rows.records(observables(run, result), Observable::new))
                        : 0);

        run.state().create(run.stateFile("loads", manifest + ".done"), result.manifest(run));
        run.sequence(result.version());
        run.record();
    }

    private static String name(long version) {
        return String.format("%019d", version);
    }

    private static boolean any(Run run, LakeTable<?> table, long snapshot) {
        return !run.lake().isEmpty(table, run.source().name(), run.window(), snapshot);
    }

    private static Dataset<Row> detections(Run run, Result of) {
        return rows(run, LakeTable.DETECTIONS, of.detections()).where("sweep = '" + PATH + "'");
    }

    private static Dataset<Row> observables(Run run, Result of) {
        return rows(run, LakeTable.OBSERVABLES, of.observables());
    }

    private static Dataset<Row> rows(Run run, LakeTable<?> table, long snapshot) {
        return run.lake().rows(run.spark(), table, run.source().name(), run.window(), snapshot);
    }

    /** @return how many records went into the store */
    private static <T> long into(Store<T> store, JavaRDD<T> records) {
        return Etl.from(Source.of(records)).store(store).run().count("in");
    }

    /** The results that may have left cells: those of every manifest from the last complete one on. */
    private List<Result> earlier(Run run, Result result) throws IOException {
        List<String> names = run.state().list(run.stateFile("loads", ""));
        String own = name(result.version());
        String lastDone = "";
        for (String name : names) {
            if (name.endsWith(".done") && name.compareTo(own) < 0) {
                lastDone = name.substring(0, name.length() - ".done".length());
            }
        }
        List<Result> earlier = new ArrayList<>();
        for (String name : names) {
            if (name.endsWith(".done")) {
                continue;
            }
            if (name.compareTo(own) > 0) {
                throw new JobFailure(
                        "window " + run.window() + ": a newer result is being loaded or has been (manifest " + name
                                + "); this load stopped before it put anything, run it again for the newer one",
                        null);
            }
            if (name.compareTo(lastDone) >= 0 && !name.equals(own)) {
                JsonNode manifest = run.state().read(run.stateFile("loads", name));
                if (manifest != null) {
                    earlier.add(Result.of(manifest));
                }
            }
        }
        return earlier;
    }

    private static void takeOut(Run run, Result old, Result result) {
        // One below: a delete at the version itself would also hide what is put at it.
        long upTo = result.version() - 1;
        if (old.detections() != result.detections() && any(run, LakeTable.DETECTIONS, old.detections())) {
            Dataset<Row> gone = detections(run, old)
                    .join(detections(run, result).select("detection_id"), "detection_id", "left_anti");
            run.count(
                    "detections_deleted",
                    into(
                            HBaseStore.withoutDetections(run.settings(), PATH, run.window(), upTo),
                            Rows.records(gone, Detection::new)));
        }
        if (old.observables() != result.observables() && any(run, LakeTable.OBSERVABLES, old.observables())) {
            Dataset<Row> now = observables(run, result).select(col("value"), cells().as("cells"));
            Dataset<Row> gone = observables(run, old)
                    .withColumn("cells", cells())
                    .join(now, new String[] {"value", "cells"}, "left_anti");
            run.count(
                    "observables_deleted",
                    into(
                            HBaseStore.withoutObservables(run.settings(), PATH, run.window(), upTo),
                            Rows.records(gone, Observable::new)));
        }
    }

    /** How many cells an observable takes. */
    private static org.apache.spark.sql.Column cells() {
        return ceil(size(col("clients")).divide(lit(HBaseStore.CLIENTS)));
    }
}
