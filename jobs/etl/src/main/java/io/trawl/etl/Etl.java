package io.trawl.etl;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.Detection;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.schema.Expectations;
import io.trawl.schema.Violation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the records of a source, said once and run on a list, a window or a DStream:
 *
 * <pre>{@code
 * Etl.from(lines)
 *     .parse(squid)                // RawLine -> ProxyEvent, or InvalidRecord with a reason
 *     .expect(ProxyEvent.SCHEMA$)  // ProxyEvent -> itself, or InvalidRecord
 *     .store(events)
 *     .storeInvalid(invalid)
 *     .run();                      // -> Tally
 * }</pre>
 *
 * A store takes what flows at the place where it stands, so a chain may have any number of them; all are filled in one
 * pass over the source and committed in the order in which they were named.
 *
 * @param <T> what flows at this place of the chain
 */
public final class Etl<T> {
    private final Chain<?> chain;
    private final Stage<T> stage;

    private Etl(Chain<?> chain, Stage<T> stage) {
        this.chain = chain;
        this.stage = stage;
    }

    /** Begins a chain. */
    public static <T> Etl<T> from(Source<T> source) {
        Stage<T> root = new Stage<>("in");
        return new Etl<>(new Chain<>(source, root), root);
    }

    /** Adds a step; its name stands in the tally and in messages. */
    public <U> Etl<U> step(String name, Step<? super T, U> step) {
        Stage<U> next = new Stage<>(name);
        stage.branches.add(new Branch<>(step, next));
        return new Etl<>(chain, next);
    }

    /** RawLine to ProxyEvent, or an invalid record with the reason. Only where lines flow. */
    public Etl<ProxyEvent> parse(Parser parser) {
        chain.invalidFrom(parser.id());
        return this.<RawLine>as().step("parsed", new ParseStep(parser));
    }

    /** Keeps what meets the expectations of its schema; the line of what does not becomes an invalid record. */
    public Etl<T> expect(Schema schema) {
        return step("valid", new ExpectStep<>(schema));
    }

    /** ProxyEvent to what an engine finds in it. Only where events flow. */
    public Etl<Detection> analyse(Step<ProxyEvent, Detection> engine) {
        return this.<ProxyEvent>as().step("detected", engine);
    }

    /** Stores what flows here. */
    public Etl<T> store(Store<? super T> store) {
        stage.stores.add(chain.add(store));
        return this;
    }

    /** Stores the lines that a step rejected; without such a store they are counted only. */
    public Etl<T> storeInvalid(Store<InvalidRecord> store) {
        chain.invalid = chain.add(store);
        return this;
    }

    /**
     * Runs the chain: once for a list or an RDD; for a DStream it is set up to run once a micro-batch when the stream
     * starts, and the tally grows with every batch.
     */
    public Tally run() {
        return chain.run();
    }

    /** The way out to Spark: what flows here as a Dataset, stores and all that comes later left out. Not for lists. */
    public Dataset<Row> dataset(SparkSession spark, Schema schema) {
        return chain.dataset(spark, schema, stage);
    }

    @SuppressWarnings("unchecked")
    private <U> Etl<U> as() {
        return (Etl<U>) this;
    }

    /** A place of the chain. */
    static final class Stage<T> implements Serializable {
        private static final long serialVersionUID = 1L;
        final String name;
        final ArrayList<Branch<T, ?>> branches = new ArrayList<>();
        final ArrayList<Integer> stores = new ArrayList<>();

        Stage(String name) {
            this.name = name;
        }
    }

    /** A step and where its records go. */
    record Branch<A, B>(Step<? super A, B> step, Stage<B> next) implements Serializable {}

    /** The whole chain, as it travels to the tasks. */
    static final class Plan<S> implements Serializable {
        private static final long serialVersionUID = 1L;
        final Stage<S> root;
        final List<Store<?>> stores;
        final int invalid;
        final String parser;

        Plan(Stage<S> root, List<Store<?>> stores, int invalid, String parser) {
            this.root = root;
            this.stores = new ArrayList<>(stores);
            this.invalid = invalid;
            this.parser = parser;
        }

        TaskResult runTask(Iterator<S> records, int partition, long attempt) {
            return new TaskRun<>(this, partition, attempt).run(records);
        }
    }

    /** What a task hands to the driver. */
    record TaskResult(Tally tally, ArrayList<Serializable> receipts) implements Serializable {}

    private static final class Chain<S> {
        private final Source<S> source;
        private final Stage<S> root;
        private final List<Store<?>> stores = new ArrayList<>();
        private int invalid = -1;
        private String parser = "none/0";

        Chain(Source<S> source, Stage<S> root) {
            this.source = source;
            this.root = root;
        }

        int add(Store<?> store) {
            stores.add(store);
            return stores.size() - 1;
        }

        void invalidFrom(String parserId) {
            this.parser = parserId;
        }

        Plan<S> plan() {
            return new Plan<>(root, stores, invalid, parser);
        }

        Tally run() {
            Tally tally = new Tally();
            Plan<S> plan = plan();
            if (source instanceof Source.Listed<S> listed) {
                commit(List.of(plan.runTask(listed.records().iterator(), 0, 0)), tally);
            } else if (source instanceof Source.Batch<S> batch) {
                commit(tasks(plan, batch.rdd()), tally);
            } else if (source instanceof Source.Streamed<S> streamed) {
                streamed.stream().foreachRDD(rdd -> commit(tasks(plan, rdd), tally));
            }
            return tally;
        }

        private static <S> List<TaskResult> tasks(Plan<S> plan, JavaRDD<S> rdd) {
            return rdd.mapPartitions(new TaskFunction<>(plan)).collect();
        }

        private void commit(List<TaskResult> results, Tally tally) {
            for (int i = 0; i < stores.size(); i++) {
                List<Serializable> receipts = new ArrayList<>();
                for (TaskResult result : results) {
                    receipts.add(result.receipts().get(i));
                }
                try {
                    stores.get(i).commit(receipts);
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new JobFailure("store " + stores.get(i).name() + " cannot commit: " + e.getMessage(), e);
                }
            }
            results.forEach(result -> tally.add(result.tally()));
        }

        <T> Dataset<Row> dataset(SparkSession spark, Schema schema, Stage<T> until) {
            if (!(source instanceof Source.Batch<S> batch)) {
                throw new IllegalArgumentException("dataset() needs a source that Spark reads: a window or an RDD");
            }
            Plan<S> plan = new Plan<>(root, List.of(), -1, parser);
            JavaRDD<SpecificRecord> records =
                    batch.rdd().mapPartitions(new TapFunction<S, SpecificRecord>(plan, until.name));
            return Rows.dataset(spark, records, schema);
        }
    }

    /** Runs the plan on one partition. */
    private record TaskFunction<S>(Plan<S> plan) implements FlatMapFunction<Iterator<S>, TaskResult> {
        @Override
        public Iterator<TaskResult> call(Iterator<S> records) {
            TaskContext task = TaskContext.get();
            return List.of(plan.runTask(records, task.partitionId(), task.taskAttemptId()))
                    .iterator();
        }
    }

    /** Gives what flows at a named stage. */
    private record TapFunction<S, T>(Plan<S> plan, String stage) implements FlatMapFunction<Iterator<S>, T> {
        @Override
        public Iterator<T> call(Iterator<S> records) {
            return new TaskRun<>(plan, 0, 0).<T>tap(records, stage);
        }
    }

    /** RawLine to ProxyEvent. */
    private static final class ParseStep implements Step<RawLine, ProxyEvent> {
        private static final long serialVersionUID = 1L;
        private final Parser parser;

        ParseStep(Parser parser) {
            this.parser = parser;
        }

        @Override
        public void apply(RawLine line, Out<? super ProxyEvent> out) {
            String envelope = line.getEnvelopeError();
            if (envelope != null) {
                out.reject(Reason.ENVELOPE, null, envelope);
                return;
            }
            Long oversize = line.getOversize();
            if (oversize != null) {
                out.reject(
                        Reason.OVERSIZE,
                        null,
                        "the line has " + oversize
                                + " bytes; what the agent kept of it is here, the whole line is in the proxy's log");
                return;
            }
            ProxyEvent event = new ProxyEvent();
            Failure failure = parser.parse(Origin.bytes(line.getBody()), event);
            if (failure != null) {
                out.reject(failure.reason(), failure.field(), failure.message());
                return;
            }
            event.setEventId(line.getEventId());
            event.setSource(line.getSource());
            event.setWindow(line.getWindow());
            event.setPartition(line.getPartition());
            event.setOffset(line.getOffset());
            event.setObserverHostname(line.getHost());
            out.emit(event);
        }
    }

    /** A record to itself, where it meets its schema's expectations. */
    private static final class ExpectStep<T> implements Step<T, T> {
        private static final long serialVersionUID = 1L;
        private final Schema schema;
        private transient volatile @Nullable Expectations expectations;

        ExpectStep(Schema schema) {
            this.schema = schema;
        }

        @Override
        public void apply(T record, Out<? super T> out) {
            Expectations checks = expectations;
            if (checks == null) {
                checks = Expectations.of(schema);
                expectations = checks;
            }
            Violation violation = checks.check((SpecificRecord) record);
            if (violation == null) {
                out.emit(record);
            } else {
                out.reject(Reason.EXPECTATION, violation.field(), violation.message());
            }
        }
    }
}
