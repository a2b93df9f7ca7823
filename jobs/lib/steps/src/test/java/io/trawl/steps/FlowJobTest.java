package io.trawl.steps;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Rows;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FlowJobTest {
    private static final List<RawLine> LINES =
            List.of(Lines.line(0, Lines.GOOD), Lines.line(1, "bad"), Lines.line(2, Lines.GOOD));

    private static SparkSession spark;
    private static JavaSparkContext context;

    @BeforeAll
    static void start() {
        SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("flow");
        spark = SparkSession.builder().config(conf).getOrCreate();
        context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static Flow<ProxyEvent> valid(Flow<RawLine> lines) {
        return lines.then(parse(Formats.shipped().parser("squid", ZoneId.of("UTC"))))
                .then(expect(ProxyEvent.class));
    }

    /** Lines whose time has no year, and one that has no time: only when they arrived tells it. */
    @Test
    void aDeclaredFormatGivesTheSameEventsOnAListAnRddAndADStream() throws Exception {
        Parser parser = Formats.shipped().parser(List.of("squid", "syslog-3164"), ZoneId.of("Europe/Berlin"));
        List<RawLine> lines = List.of(
                Lines.line(0, Lines.GOOD),
                Lines.line(1, "<134>Nov 24 10:59:58 gw app: said"),
                Lines.line(2, "<134>Dec 31 23:59:59 gw app: said"),
                Lines.line(3, "<134>"),
                Lines.line(4, "<134>app: said"));
        ListStore<ProxyEvent> listed = Store.list("events");
        Tally list = Flow.of(lines)
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(listed)
                .run();
        assertThat(listed.records())
                .extracting(event -> event.getOffset() + " " + event.getTimestamp())
                .containsExactly(
                        "0 2023-11-14T22:13:20.123Z",
                        "1 2026-11-24T09:59:58Z",
                        "2 2026-12-31T22:59:59Z",
                        "4 2026-11-24T10:00:01Z");
        assertThat(list.counts())
                .containsEntry("stored.events.squid", 1L)
                .containsEntry("stored.events.syslog-3164", 3L)
                .containsEntry("invalid.empty", 1L);

        ListStore<ProxyEvent> batch = Store.list("events");
        Tally window = Flow.of(context.parallelize(lines, 2))
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(batch)
                .run();
        assertThat(window.counts()).isEqualTo(list.counts());
        assertThat(batch.records()).isEqualTo(listed.records());

        // close() would stop Spark, too.
        JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100));
        try {
            CountDownLatch batches = new CountDownLatch(2);
            ListStore<ProxyEvent> streamed = Store.list("events");
            Tally stream = Flow.of(streaming.queueStream(new ArrayDeque<>(List.of(context.parallelize(lines, 2)))))
                    .then(parse(parser))
                    .then(expect(ProxyEvent.class))
                    .into(streamed)
                    .run();
            streaming.addStreamingListener(Batches.counted(batches));
            streaming.start();
            assertThat(batches.await(3, TimeUnit.MINUTES)).isTrue();
            streaming.stop(false, true);
            assertThat(stream.counts()).isEqualTo(list.counts());
            assertThat(streamed.records()).isEqualTo(listed.records());
        } finally {
            streaming.stop(false, false);
        }
    }

    @Test
    void theSameChainGivesTheSameOnAListAnRddAndADStream() throws Exception {
        ListStore<ProxyEvent> events = Store.list("events");
        Tally list = valid(Flow.of(LINES)).into(events).run();
        assertThat(valid(Flow.of(context.parallelize(LINES, 2)))
                        .into(events)
                        .run()
                        .counts())
                .isEqualTo(list.counts());
        // close() would stop Spark, too.
        JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100));
        try {
            CountDownLatch batches = new CountDownLatch(2);
            Tally stream = valid(
                            Flow.of(streaming.queueStream(new ArrayDeque<>(List.of(context.parallelize(LINES, 2))))))
                    .into(events)
                    .run();
            streaming.addStreamingListener(Batches.counted(batches));
            streaming.start();
            assertThat(batches.await(3, TimeUnit.MINUTES)).isTrue();
            streaming.stop(false, true);
            assertThat(stream.counts()).isEqualTo(list.counts());
        } finally {
            streaming.stop(false, false);
        }
        assertThat(events.records()).extracting(ProxyEvent::getOffset).containsExactly(0L, 2L, 0L, 2L, 0L, 2L);
    }

    @Test
    void eachMicroBatchAndAWindowAreHandedOnAsADataFrame() throws Exception {
        List<List<Long>> seen = Collections.synchronizedList(new ArrayList<>());
        valid(Flow.of(context.parallelize(LINES, 2)))
                .datasets(
                        some -> Rows.dataset(spark, some, ProxyEvent.SCHEMA$),
                        events -> seen.add(events.select("offset").collectAsList().stream()
                                .map(row -> row.getLong(0))
                                .toList()));
        assertThat(seen).containsExactly(List.of(0L, 2L));
        assertThat(Rows.dataset(
                                spark,
                                valid(Flow.of(context.parallelize(LINES, 2))).rdd(),
                                ProxyEvent.SCHEMA$)
                        .groupBy("url_domain")
                        .count()
                        .collectAsList()
                        .toString())
                .isEqualTo("[[www.example.com,2]]");

        seen.clear();
        // close() would stop Spark, too.
        JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100));
        try {
            CountDownLatch batches = new CountDownLatch(3);
            valid(Flow.of(streaming.queueStream(new ArrayDeque<>(
                            List.of(context.parallelize(LINES, 2), context.parallelize(LINES.subList(2, 3), 1))))))
                    .datasets(
                            some -> Rows.dataset(spark, some, ProxyEvent.SCHEMA$),
                            events -> seen.add(events.select("offset").collectAsList().stream()
                                    .map(row -> row.getLong(0))
                                    .toList()));
            streaming.addStreamingListener(Batches.counted(batches));
            streaming.start();
            assertThat(batches.await(3, TimeUnit.MINUTES)).isTrue();
            streaming.stop(false, true);
        } finally {
            streaming.stop(false, false);
        }
        assertThat(seen).startsWith(List.of(0L, 2L), List.of(2L));
        assertThat(seen.subList(2, seen.size()))
                .allSatisfy(later -> assertThat(later).isEmpty());
    }

    @Test
    void aStreamHasNoSingleRddToGive() {
        // close() would stop Spark, too.
        JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100));
        try {
            Flow<RawLine> lines =
                    Flow.of(streaming.queueStream(new ArrayDeque<>(List.of(context.parallelize(LINES, 2)))));
            assertThatIllegalArgumentException()
                    .isThrownBy(lines::rdd)
                    .withMessageContaining("for a DStream datasets(rows, to)");
        } finally {
            streaming.stop(false, false);
        }
    }

    @Test
    void sparksPageShowsTheChainsName() throws Exception {
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch jobs = new CountDownLatch(3);
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                shown.add(String.valueOf(job.properties().getProperty("spark.job.description")));
                jobs.countDown();
            }
        };
        spark.sparkContext().addSparkListener(listener);
        try {
            Flow<RawLine> lines = Flow.of(context.parallelize(LINES, 2));
            valid(lines)
                    .into(Store.list("events"))
                    .rejectsInto(Store.list("invalid"))
                    .run();
            context.setJobDescription("window 10:00");
            lines.named("counted").run();
            assertThat(context.getLocalProperty("spark.job.description")).isEqualTo("window 10:00");
            context.setJobDescription(null);
            valid(lines)
                    .named("as rows")
                    .datasets(
                            some -> Rows.dataset(spark, some, ProxyEvent.SCHEMA$),
                            rows -> context.parallelize(List.of(1)).count());
            assertThat(jobs.await(3, TimeUnit.MINUTES)).isTrue();
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
        assertThat(shown)
                .containsExactly("parsed, valid.ProxyEvent into events, invalid", "window 10:00: counted", "as rows");
    }
}
