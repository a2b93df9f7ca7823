package io.trawl.flow;

import io.trawl.base.JobFailure;
import io.trawl.record.InvalidRecord;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.streaming.api.java.JavaDStream;

/**
 * What becomes of the records of a source, written once and run on a list, a window or a DStream:
 *
 * <pre>{@code
 * Flow.of(lines)
 *     .then(parse(squid))              // RawLine -> ProxyEvent, or InvalidRecord with a reason
 *     .then(expect(ProxyEvent.class))  // ProxyEvent -> itself, or InvalidRecord
 *     .into(events)
 *     .rejectsInto(invalid)
 *     .run();                          // -> Tally
 * }</pre>
 *
 * A flow is immutable: each method gives another one, and none does anything before {@link #run()}. A store takes what
 * flows at its place in the chain. All stores are filled in one pass over the source and committed in the order in which
 * they were added. The name of each stage and of each store counts in the {@link Tally} and is in messages; a chain has
 * each name once.
 *
 * @param <T> what flows at this place of the chain
 */
public final class Flow<T> {
    /** Spark's name for what {@link SparkContext#setJobDescription} sets. */
    private static final String DESCRIPTION = "spark.job.description";

    private final Source<?> source;
    private final Plan plan;
    private final int stage;

    private Flow(Source<?> source, Plan plan, int stage) {
        this.source = source;
        this.plan = plan;
        this.stage = stage;
    }

    /** Begins a chain with records at hand; it runs in this thread, without Spark. */
    public static <T> Flow<T> of(List<T> records) {
        return new Flow<>(new Source.Listed<>(records), Plan.begin(), 0);
    }

    /** Begins a chain with a window of the lake, or anything else that Spark reads. */
    public static <T> Flow<T> of(JavaRDD<T> records) {
        return new Flow<>(new Source.Batch<>(records), Plan.begin(), 0);
    }

    /** Begins a chain with a stream; it runs once per micro-batch. */
    public static <T> Flow<T> of(JavaDStream<T> records) {
        return new Flow<>(new Source.Streamed<>(records), Plan.begin(), 0);
    }

    /** Names the chain on Spark's page; default: its stages and stores. */
    public Flow<T> named(String name) {
        return new Flow<>(source, plan.named(name), stage);
    }

    /** Adds a step under its own name. */
    public <U> Flow<U> then(Step<? super T, U> step) {
        return then(step.name(), step);
    }

    /** Adds a step under another name. */
    public <U> Flow<U> then(String name, Step<? super T, U> step) {
        Plan next = plan.then(stage, name, step);
        return new Flow<>(source, next, next.stages().size() - 1);
    }

    /** Makes one record of each. */
    public <U> Flow<U> map(String name, MapFunction<? super T, ? extends U> function) {
        return then(name, Step.<T, U>of(name, (record, out) -> out.emit(function.call(record))));
    }

    /** Makes any number of records of each. */
    public <U> Flow<U> flatMap(String name, FlatMapFunction<? super T, ? extends U> function) {
        return then(name, Step.<T, U>of(name, (record, out) -> {
            Iterator<? extends U> some = function.call(record);
            while (some.hasNext()) {
                out.emit(some.next());
            }
        }));
    }

    /** Keeps the records that meet a condition; the others end here, uncounted. */
    public Flow<T> filter(String name, FilterFunction<? super T> condition) {
        return then(name, Step.<T, T>of(name, (record, out) -> {
            if (condition.call(record)) {
                out.emit(record);
            }
        }));
    }

    /** Stores what flows here. */
    public Flow<T> into(Store<? super T> store) {
        return new Flow<>(source, plan.into(stage, store), stage);
    }

    /** Stores the lines that the chain's steps reject, once per chain; without such a store they are only counted. */
    public Flow<T> rejectsInto(Store<InvalidRecord> store) {
        return new Flow<>(source, plan.rejectsInto(store), stage);
    }

    /**
     * Adds a branch, filled in the same pass; the chain goes on from here.
     *
     * @param branch what else becomes of the records, for example {@code some -> some.filter("slow", …).into(slow)}
     */
    public Flow<T> also(Function<? super Flow<T>, ? extends Flow<?>> branch) {
        Flow<?> end = branch.apply(this);
        if (end.source != source || !end.plan.continues(plan)) {
            throw new IllegalArgumentException(
                    "a branch is of another chain; expected one that goes on from its argument, for example also(some -> some.into(store))");
        }
        return new Flow<>(source, end.plan, stage);
    }

    /**
     * Runs the chain: once for a list or an RDD; for a DStream it is set up to run once per micro-batch when the stream
     * starts, and the tally grows with every batch.
     */
    public Tally run() {
        Tally tally = new Tally();
        if (source instanceof Source.Listed<?> listed) {
            commit(List.of(plan.run(listed.records().iterator(), 0, 0)), tally);
        } else if (source instanceof Source.Batch<?> batch) {
            runOn(batch.rdd(), tally);
        } else if (source instanceof Source.Streamed<?> streamed) {
            streamed.stream().foreachRDD(rdd -> runOn(rdd, tally));
        }
        return tally;
    }

    /**
     * The way out to Spark: what flows here as an RDD. As a DataFrame: {@code Rows.dataset(spark, flow.rdd(), schema)}.
     *
     * @throws IllegalArgumentException the source is a list or a DStream, or the chain has stores, which would stay empty
     */
    public JavaRDD<T> rdd() {
        requireNoStore("rdd()");
        if (source instanceof Source.Batch<?> batch) {
            return here(batch.rdd());
        }
        throw new IllegalArgumentException(
                "rdd() of a list or a DStream; expected a chain on an RDD, or for a DStream datasets(rows, to)");
    }

    /**
     * Hands what flows here to code of Spark's, as a DataFrame: once for an RDD, and for a DStream once per micro-batch when
     * the stream starts.
     *
     * @param rows makes the DataFrame, for example {@code some -> Rows.dataset(spark, some, ProxyEvent.SCHEMA$)}
     * @param to what is done with it
     * @throws IllegalArgumentException the source is a list, or the chain has stores, which would stay empty
     */
    public void datasets(Function<? super JavaRDD<T>, Dataset<Row>> rows, Consumer<Dataset<Row>> to) {
        requireNoStore("datasets(rows, to)");
        if (source instanceof Source.Batch<?> batch) {
            described(batch.rdd().context(), () -> to.accept(rows.apply(here(batch.rdd()))));
        } else if (source instanceof Source.Streamed<?> streamed) {
            // Of the function that Spark may checkpoint only the driver's side is used.
            streamed.stream().foreachRDD(rdd -> described(rdd.context(), () -> to.accept(rows.apply(here(rdd)))));
        } else {
            throw new IllegalArgumentException(
                    "datasets(rows, to) of a list; expected a chain on an RDD or a DStream, for example Flow.of(context.parallelize(records))");
        }
    }

    private void requireNoStore(String method) {
        if (!plan.sinks().isEmpty()) {
            throw new IllegalArgumentException("a chain with the store '"
                    + plan.sinks().get(0).store().name() + "' cannot give its records to " + method
                    + "; expected a chain without stores, or run()");
        }
    }

    private <S> JavaRDD<T> here(JavaRDD<S> rdd) {
        return rdd.mapPartitions(plan.<S, T>tap(stage));
    }

    private <S> void runOn(JavaRDD<S> rdd, Tally tally) {
        List<Plan.Result> results = new ArrayList<>();
        described(
                rdd.context(),
                () -> results.addAll(rdd.mapPartitions(plan.<S>task()).collect()));
        commit(results, tally);
    }

    /** Runs something of Spark's under the chain's name. */
    private void described(SparkContext spark, Runnable work) {
        String before = spark.getLocalProperty(DESCRIPTION);
        String own = plan.description();
        // A streaming job's own description has the link to its batch.
        spark.setLocalProperty(DESCRIPTION, before == null ? own : before + ": " + own);
        try {
            work.run();
        } finally {
            spark.setLocalProperty(DESCRIPTION, before);
        }
    }

    private void commit(List<Plan.Result> results, Tally tally) {
        for (int i = 0; i < plan.sinks().size(); i++) {
            Store<?> store = plan.sinks().get(i).store();
            List<Serializable> receipts = new ArrayList<>();
            for (Plan.Result result : results) {
                receipts.add(result.receipts().get(i));
            }
            try {
                store.commit(receipts);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new JobFailure("store " + store.name() + " cannot commit: " + e.getMessage(), e);
            }
        }
        results.forEach(result -> tally.add(result.tally()));
    }
}
