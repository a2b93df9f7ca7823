package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.hotdetect.batch.OffsetRanges;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.KafkaLines;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * Finds detections within seconds of the line: micro-batches of the topic that the collector fills go through the steps of
 * validate and enrich; what is found goes to HBase and, as alerts, to a topic. It runs until it is told to end.
 */
public final class HotDetectJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(HotDetectJob.class);
    private static final Duration SHORTEST = Duration.ofMillis(50);
    /** A broker that goes while a batch is read is named after 15 s. */
    private static final Duration LEAST_STUCK = Duration.ofSeconds(20);

    private static final Duration LOOK = Duration.ofMillis(500);

    @Option(
            names = "--take-over",
            description =
                    "Stop the running driver and continue from its position. Without this option a second driver waits until the first one ends.")
    private boolean takeOver;

    @Option(
            names = "--accept-loss",
            description =
                    "Continue after a broker has lost the end of its log, with the new lines under the lost offsets.")
    private boolean acceptLoss;

    private static final String SUPERSEDED = "superseded by run ";

    private @Nullable Stop stop;

    public static void main(String[] args) {
        Jobs.main(args, new HotDetectJob());
    }

    @Override
    public String name() {
        return "hot-detect";
    }

    @Override
    public String purpose() {
        return "Finds detections in the lines of a source as they come, until SIGTERM.";
    }

    @Override
    public boolean windowed() {
        return false;
    }

    @Override
    public boolean sourced() {
        return true;
    }

    @Override
    public void check(Settings settings) {
        for (String key : new String[] {
            "hot.batch", "hot.suppression", "hot.indicators.poll", "hot.heartbeat", "hot.stuck", "hot.lease"
        }) {
            Duration duration = settings.duration(key);
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("setting " + key + " = " + duration
                        + ": expected a time above zero, for example PT0.5S or PT10M");
            }
        }
        for (String key : new String[] {"hot.rate", "hot.batch.bytes", "hot.topic.partitions", "hot.port"}) {
            if (settings.number(key) < 1) {
                throw new IllegalArgumentException(
                        "setting " + key + " = " + settings.number(key) + ": expected 1 or more");
            }
        }
        if (settings.duration("hot.batch").compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("setting hot.batch = " + settings.duration("hot.batch")
                    + ": expected at least " + SHORTEST + ", for example PT0.5S");
        }
        Duration stuck = settings.duration("hot.stuck");
        Duration batch = settings.duration("hot.batch");
        if (stuck.compareTo(LEAST_STUCK) < 0 || stuck.compareTo(batch.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("setting hot.stuck = " + stuck + ": expected at least " + LEAST_STUCK
                    + " and twice hot.batch (" + batch + "), otherwise healthy drivers are stopped");
        }
        if (settings.number("hot.port") > 65_535) {
            throw new IllegalArgumentException(
                    "setting hot.port = " + settings.number("hot.port") + ": expected a port, for example 4040");
        }
        for (String source : settings.sources()) {
            if (settings.source(source).topic().equals(settings.text("hot.topic"))) {
                throw new IllegalArgumentException("setting hot.topic = " + settings.text("hot.topic")
                        + ": this is the topic of source " + source + "'s lines; alerts need another topic");
            }
        }
        String start = settings.text("hot.start");
        if (!start.equals("latest") && !start.equals("earliest")) {
            throw new IllegalArgumentException("setting hot.start = " + start + ": expected latest or earliest");
        }
    }

    @Override
    public void check(LogSource source) {
        source.checkFormats();
    }

    /** The most lines of one partition that a batch takes. */
    static long most(Settings settings) {
        return Math.max(
                1, settings.number("hot.rate") * settings.duration("hot.batch").toMillis() / 1000);
    }

    @Override
    public void configure(SparkConf conf, Settings settings) {
        conf.set("spark.streaming.kafka.maxRatePerPartition", settings.text("hot.rate"));
        conf.setIfMissing("spark.streaming.backpressure.enabled", "true");
        // A batch of a few lines says nothing of what can be done in a second; the first one finds a cold JVM.
        conf.setIfMissing("spark.streaming.backpressure.pid.minRate", "20000");
        conf.setIfMissing("spark.streaming.backpressure.initialRate", "20000");
        conf.set("spark.streaming.stopGracefullyOnShutdown", "false");
        // The batch is tried again here, with a word on what is waited for.
        conf.set("spark.task.maxFailures", "1");
        // Twice this, and the question to the broker that follows, must be over well before hot.stuck.
        conf.setIfMissing("spark.streaming.kafka.consumer.poll.ms", "5000");
        conf.set("spark.ui.enabled", "true");
        conf.setIfMissing("spark.ui.port", settings.text("hot.port"));
        conf.setIfMissing("spark.port.maxRetries", "64");
        for (String kept : new String[] {"retainedJobs", "retainedStages"}) {
            conf.setIfMissing("spark.ui." + kept, "50");
        }
        conf.setIfMissing("spark.ui.retainedTasks", "500");
        conf.setIfMissing("spark.sql.ui.retainedExecutions", "10");
        conf.setIfMissing("spark.streaming.ui.retainedBatches", "200");
        conf.set(
                "spark.metrics.conf.driver.sink.prometheusServlet.class",
                "org.apache.spark.metrics.sink.PrometheusServlet");
        conf.set("spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/prometheus");
        // The names of metrics then stay the same from driver to driver.
        conf.setIfMissing("spark.metrics.namespace", "hot_detect");
    }

    @Override
    public void run(Run run) throws Exception {
        // At once, so that a driver that waits for the lease can take over without a start.
        run.context();
        Stop ending = Stop.onSignal();
        stop = ending;
        Settings settings = patient(run.settings());
        Indicators indicators = new Indicators(run, settings);
        Progress progress = new Progress(indicators);
        try (Lease lease = new Lease(settings, run.source(), run.id(), takeOver);
                AlertTopic topic = new AlertTopic(settings, run.source())) {
            MicroBatches batches =
                    new MicroBatches(run, settings, ending, lease, topic, indicators, progress, acceptLoss);
            try (batches;
                    Heartbeat heartbeat = new Heartbeat(
                            run,
                            settings,
                            progress,
                            indicators,
                            batches::position,
                            KafkaLines.consumer(settings, HotProgress.group(run.source()) + "-lag"))) {
                // The heartbeat is the holder's, but where nobody can hold the lease.
                lease.acquire(ending, why -> {
                    progress.waiting(why);
                    heartbeat.beat();
                });
                JsonNode last = heartbeat.last();
                heartbeat.write("starting", null);
                String why = null;
                try {
                    run.requireUnit(Instant.now());
                    hold(run, settings, ending, lease, indicators, progress, batches, heartbeat, last);
                } catch (Stop.Requested e) {
                    why = ending.why();
                    throw e;
                } catch (IOException | RuntimeException e) {
                    why = Jobs.message(e);
                    throw e;
                } finally {
                    if (lease.unchallenged()) {
                        heartbeat.write(why != null && why.startsWith(SUPERSEDED) ? "superseded" : "stopped", why);
                    }
                }
            }
        } catch (Stop.Requested e) {
            // Told to end while it waited for something: there was nothing in hand.
            ending.await();
        } finally {
            run.counts(progress.counts());
        }
    }

    @Override
    public void ended() {
        if (stop != null) {
            stop.finished();
        }
    }

    /** HBase's client gives up early: who tries again, and says so, is this job. */
    private static Settings patient(Settings settings) {
        Settings patient = settings;
        for (Map.Entry<String, String> limit : Map.of(
                        "hbase.client.retries.number", "4",
                        "hbase.client.operation.timeout", "15000",
                        "hbase.client.meta.operation.timeout", "15000",
                        "hbase.rpc.timeout", "8000")
                .entrySet()) {
            String key = "hbase.client.conf." + limit.getKey();
            patient = patient.with(key, settings.text(key, limit.getValue()));
        }
        return patient;
    }

    private static void hold(
            Run run,
            Settings settings,
            Stop stop,
            Lease lease,
            Indicators indicators,
            Progress progress,
            MicroBatches batches,
            Heartbeat heartbeat,
            @Nullable JsonNode last)
            throws Exception {
        // A thread each: one that waits for a server holds up none of the others.
        ScheduledExecutorService beside = Executors.newScheduledThreadPool(5, task -> {
            Thread thread = new Thread(task, "beside");
            thread.setDaemon(true);
            return thread;
        });
        try {
            long every = settings.duration("hot.heartbeat").toMillis();
            repeat(beside, stop, every, every, () -> {
                if (lease.unchallenged()) {
                    heartbeat.write(stop.requested() ? "stopping" : null, null);
                }
            });
            repeat(beside, stop, 1_000, 1_000, () -> giveWay(lease, stop));
            repeat(beside, stop, 1_000, 1_000, () -> letGo(run, stop));
            run.context().sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    if (end.taskInfo().successful()) {
                        progress.sign();
                    }
                }
            });
            Map<Integer, Long> from = batches.begin(last);
            progress.ready();
            SparkEnv.get().metricsSystem().registerSource(progress);
            repeat(beside, stop, every, every, heartbeat::measure);
            repeat(beside, stop, 0, settings.duration("hot.indicators.poll").toMillis(), indicators::look);
            stream(run, settings, stop, batches, progress, from);
        } finally {
            end(beside);
        }
    }

    /** Does something again and again: what fails is done the next time, but a JVM that is broken ends. */
    private static void repeat(ScheduledExecutorService beside, Stop stop, long first, long every, Runnable what) {
        beside.scheduleWithFixedDelay(
                () -> {
                    try {
                        what.run();
                    } catch (Exception e) {
                        // Also what Spark throws without declaring it: a task that throws is not run again.
                        LOG.warn("failed, and done again: {}", Jobs.message(e));
                    } catch (Error e) {
                        stop.request(new FatalFailure("the JVM cannot continue: " + e, e));
                    }
                },
                first,
                every,
                TimeUnit.MILLISECONDS);
    }

    /** What runs while the batches run comes to its end, before what it writes to is closed. */
    private static void end(ScheduledExecutorService beside) throws InterruptedException {
        beside.shutdown();
        if (!beside.awaitTermination(2, TimeUnit.SECONDS)) {
            beside.shutdownNow();
        }
    }

    /** A newer driver that was told to take over has this one end. */
    private static void giveWay(Lease lease, Stop stop) {
        String successor = lease.successor();
        if (successor != null) {
            stop.request(new JobFailure(SUPERSEDED + successor, null));
        }
    }

    /** What cannot end, as without executors, would keep the lease: the next driver does it again. */
    private static void letGo(Run run, Stop stop) {
        if (stop.isLate() && !run.context().sc().isStopped()) {
            run.context().sc().cancelAllJobs();
        }
    }

    private static void stream(
            Run run, Settings settings, Stop stop, MicroBatches batches, Progress progress, Map<Integer, Long> from)
            throws Exception {
        JavaStreamingContext streaming = new JavaStreamingContext(
                run.context(),
                Durations.milliseconds(settings.duration("hot.batch").toMillis()));
        TopicFollower following =
                new TopicFollower(settings, run.source(), HotProgress.group(run.source()), from, stop);
        JavaInputDStream<ConsumerRecord<byte[], byte[]>> lines =
                KafkaUtils.createDirectStream(streaming, LocationStrategies.PreferConsistent(), following);
        ReentrantLock hand = new ReentrantLock();
        lines.transform(rdd -> {
                    following.generated(OffsetRanges.of(rdd));
                    return rdd;
                })
                .foreachRDD(rdd -> {
                    boolean hasLines = OffsetRanges.hasLines(OffsetRanges.of(rdd));
                    hand.lock();
                    try {
                        if (stop.requested()) {
                            return;
                        }
                        if (hasLines) {
                            batches.run(rdd);
                        } else if (following.away()) {
                            progress.waiting("Kafka at " + settings.text("kafka.bootstrap")
                                    + " does not answer: is it up? (setting kafka.bootstrap)");
                        } else {
                            batches.idle();
                            progress.idle();
                        }
                    } catch (RuntimeException e) {
                        // Where the end was asked for already, this changes nothing.
                        stop.request(e);
                    } catch (Error e) {
                        stop.request(new FatalFailure("the JVM cannot continue: " + e, e));
                    } finally {
                        hand.unlock();
                        if (hasLines) {
                            following.done();
                        }
                    }
                });
        streaming.start();
        try {
            while (!stop.await(LOOK)) {
                if (run.context().sc().isStopped()) {
                    stop.request(new FatalFailure("Spark has ended the application", null));
                }
                failIfBroken(streaming, stop);
            }
            stop.await();
        } finally {
            // The batch in hand ends; those behind it see that the end was asked for.
            hand.lock();
            hand.unlock();
            streaming.stop(false, false);
        }
    }

    /** Spark only takes note of what goes wrong while batches are made; somebody has to ask. */
    private static void failIfBroken(JavaStreamingContext streaming, Stop stop) {
        try {
            streaming.awaitTerminationOrTimeout(1);
        } catch (Exception e) {
            stop.request(new FatalFailure("the stream is broken: " + Jobs.message(e), e));
        }
    }
}
