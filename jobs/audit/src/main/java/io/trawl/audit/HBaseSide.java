package io.trawl.audit;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.trawl.base.Settings;
import io.trawl.base.Times;
import io.trawl.base.Window;
import io.trawl.flow.Rows;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Load;
import io.trawl.hbase.LoadCheck;
import io.trawl.hbase.LoadCheck.Kind;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.run.Loads;
import io.trawl.run.Loads.Result;
import io.trawl.run.Run;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * HBase against the lake: each cell that the window's result is put as must be there, none of an earlier result may be
 * left, and no other detection may have the window's name.
 */
final class HBaseSide {
    private static final String MOST = "audit.observables";
    /** Records that are compared in the driver: to read them with Spark costs more. */
    private static final long FEW = 10_000;
    /** Earlier results that are looked for. */
    private static final int EARLIER = 10;

    /** Looks records up, where they are read. */
    private interface Check<T> extends Serializable {
        LoadCheck.Findings of(Iterator<T> records);
    }

    private final Run run;
    private final List<String> problems;
    private final Ledger.Entry enrich;
    private final Result result;
    private final Load load;

    private HBaseSide(Run run, List<String> problems, Ledger.Entry enrich) {
        this.run = run;
        this.problems = problems;
        this.enrich = enrich;
        this.result = Result.of(enrich);
        this.load = Load.batch(run.source().name(), run.window(), result.sequence(), 0);
    }

    /** Setting audit.observables: how many observables of a window are looked up, about. */
    static int most(Settings settings) {
        int most = settings.number(MOST);
        if (most < 1) {
            throw new IllegalArgumentException(
                    "setting " + MOST + " = " + most + ": expected 1 or more, for example 100000");
        }
        return most;
    }

    /**
     * Compares; what is wrong is added to the problems.
     *
     * @return how many detections HBase lacks
     */
    static long compare(Run run, List<String> problems, Ledger.Entry enrich, boolean deep) throws IOException {
        return new HBaseSide(run, problems, enrich).compare(deep);
    }

    private long compare(boolean deep) throws IOException {
        Settings settings = run.settings();
        List<Result> before = Loads.of(run, result).earlier(EARLIER);
        if (!deep && before.isEmpty() && count("detections") + count("observables") == 0) {
            // To connect costs more than all the rest of an empty window's audit.
            run.count("detections", 0);
            return 0;
        }
        HBaseStore<Detection> detections = HBaseStore.detections(settings, load);
        HBaseStore<Observable> observables = HBaseStore.observables(settings, load);
        Load now = load;

        LoadCheck.Findings found = detections(result, some -> LoadCheck.lacking(settings, detections, now, some, deep))
                .plus(observables(result, some -> LoadCheck.lacking(settings, observables, now, some, deep)));
        for (Kind kind : Kind.values()) {
            HBaseReader.Lacking lacking = found.of(kind);
            if (lacking.missing() > 0) {
                problems.add("HBase lacks " + lacking.missing() + " of " + lacking.detections() + " " + kind.text()
                        + " (as " + String.join(", ", lacking.examples()) + "): rerun load");
            }
        }
        run.count("detections", found.of(Kind.DETECTION).detections());
        run.count("hbase_index_rows", found.of(Kind.INDEX).detections());
        run.count("hbase_observables", found.of(Kind.OBSERVABLE).detections());

        earlier(before, detections, observables);
        surplus();
        if (deep) {
            deep(detections, observables);
        }
        return found.of(Kind.DETECTION).missing();
    }

    /** What earlier results have left. */
    private void earlier(List<Result> before, HBaseStore<Detection> detections, HBaseStore<Observable> observables)
            throws IOException {
        Settings settings = run.settings();
        Load now = load;
        LoadCheck.Findings left = new LoadCheck.Findings();
        for (Result old : before) {
            if (!has(LakeTable.DETECTIONS, old.detections()) || !has(LakeTable.OBSERVABLES, old.observables())) {
                run.note(
                        "the result " + old.sequence()
                                + " is no longer in the lake: audit did not look for its cells in HBase (audit --deep finds them)");
                continue;
            }
            left.plus(detections(old, some -> LoadCheck.left(settings, detections, now, some)));
            left.plus(observables(old, some -> LoadCheck.left(settings, observables, now, some)));
        }
        for (Kind kind : Kind.values()) {
            HBaseReader.Lacking some = left.of(kind);
            if (some.missing() > 0) {
                problems.add("HBase still has " + some.missing() + " of " + some.detections() + " " + kind.text()
                        + " of an earlier result (as " + String.join(", ", some.examples()) + "): rerun load");
            }
        }
    }

    private boolean has(LakeTable<?> table, long snapshot) {
        return run.lake().table(table).snapshot(snapshot) != null;
    }

    /** Detections of the window's own time that are in HBase alone. */
    private void surplus() throws IOException {
        Duration unit = Duration.between(run.window().start(), run.window().end());
        Instant from = run.window().start().minus(unit);
        Instant until = run.window().end();
        Surplus surplus = new Surplus(() -> ids(from, until));
        LoadCheck.detections(run.settings(), load.name(), from, until, surplus);
        if (surplus.count > 0) {
            problems.add("HBase has " + surplus.count + (surplus.count == 1 ? " detection" : " detections")
                    + " that the lake does not have (as " + String.join(", ", surplus.examples)
                    + "): docs/hbase.md says how to take a row out");
        }
    }

    /** Which of the ids that HBase has are not in the lake. The lake is read when there is a first one. */
    private static final class Surplus implements Consumer<String> {
        private static final int EXAMPLES = 3;

        private final Supplier<long[]> lake;
        private final List<String> examples = new ArrayList<>();
        private long @Nullable [] known;
        private long count;

        Surplus(Supplier<long[]> lake) {
            this.lake = lake;
        }

        @Override
        public void accept(String id) {
            if (known == null) {
                known = lake.get();
            }
            if (Arrays.binarySearch(known, half(id)) < 0 && ++count <= EXAMPLES) {
                examples.add(id);
            }
        }

        /** The first 64 of an id's 128 bits: of ten million here and there two are the same once in 180,000 windows. */
        static long half(String id) {
            return Long.parseUnsignedLong(id, 0, Math.min(16, id.length()), 16);
        }
    }

    /** Halves of the ids of the result's detections of a span of time, in order: 80 MB of ten million. */
    private long[] ids(Instant from, Instant until) {
        LongStream.Builder known = LongStream.builder();
        try (CloseableIterable<Detection> records = records(
                LakeTable.DETECTIONS,
                result.detections(),
                Expressions.and(
                        Expressions.equal("sweep", SweepKind.BATCH.text()),
                        Expressions.greaterThanOrEqual("timestamp", Times.micros(from)),
                        Expressions.lessThan("timestamp", Times.micros(until))))) {
            records.forEach(one -> known.add(Surplus.half(one.getDetectionId())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return known.build().sorted().toArray();
    }

    /** Both tables, row by row. */
    private void deep(HBaseStore<Detection> detections, HBaseStore<Observable> observables) {
        deep(detections, Rows.records(batch(result.detections()), Detection::new));
        deep(observables, Rows.records(rows(LakeTable.OBSERVABLES, result.observables()), Observable::new));
    }

    private <T> void deep(HBaseStore<T> store, JavaRDD<T> records) {
        LoadCheck.deep(run.context(), run.settings(), store, load, records)
                .forEach((what, some) -> problems.add("HBase, row by row: " + some.missing()
                        + (some.missing() == 1 ? " cell is " : " cells are ") + what + " (as "
                        + String.join(", ", some.examples()) + "): "
                        + (what.equals(LoadCheck.SURPLUS)
                                ? "docs/hbase.md says how to take a row out"
                                : "rerun load")));
    }

    private LoadCheck.Findings detections(Result of, Check<Detection> check) throws IOException {
        if (count("detections") > FEW) {
            return each(Rows.records(batch(of.detections()), Detection::new), check);
        }
        try (CloseableIterable<Detection> records =
                records(LakeTable.DETECTIONS, of.detections(), Expressions.equal("sweep", SweepKind.BATCH.text()))) {
            return check.of(records.iterator());
        }
    }

    private LoadCheck.Findings observables(Result of, Check<Observable> check) throws IOException {
        long count = count("observables");
        if (count > FEW) {
            long parts = (count - 1) / most(run.settings()) + 1;
            Dataset<Row> rows = rows(LakeTable.OBSERVABLES, of.observables());
            if (parts > 1) {
                Window window = run.window();
                long number = window.start().toEpochMilli()
                        / Duration.between(window.start(), window.end()).toMillis();
                long part = Math.floorMod(number, parts);
                rows = rows.where(pmod(xxhash64(col("value")), lit(parts)).equalTo(lit(part)));
                run.note("one in " + parts + " observables was looked up in HBase (setting " + MOST
                        + "; all: audit --deep)");
            }
            return each(Rows.records(rows, Observable::new), check);
        }
        try (CloseableIterable<Observable> records =
                records(LakeTable.OBSERVABLES, of.observables(), Expressions.alwaysTrue())) {
            return check.of(records.iterator());
        }
    }

    private static <T> LoadCheck.Findings each(JavaRDD<T> records, Check<T> check) {
        return records.mapPartitions(some -> List.of(check.of(some)).iterator())
                .fold(new LoadCheck.Findings(), LoadCheck.Findings::plus);
    }

    private long count(String of) {
        return enrich.counts().getOrDefault(of, 0L);
    }

    private Dataset<Row> batch(long snapshot) {
        return rows(LakeTable.DETECTIONS, snapshot).where("sweep = 'batch'");
    }

    private Dataset<Row> rows(LakeTable<?> table, long snapshot) {
        return run.lake().rows(run.spark(), table, run.source().name(), run.window(), snapshot);
    }

    private <T extends org.apache.avro.specific.SpecificRecord> CloseableIterable<T> records(
            LakeTable<T> table, long snapshot, Expression which) {
        return run.lake().records(table, run.source().name(), run.window(), snapshot, which);
    }
}
