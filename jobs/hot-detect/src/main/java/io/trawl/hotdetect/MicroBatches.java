package io.trawl.hotdetect;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser;
import io.trawl.base.SourceParser.Used;
import io.trawl.flow.Flow;
import io.trawl.flow.Step;
import io.trawl.flow.Tally;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.HotCopies;
import io.trawl.hotdetect.batch.BugGuard;
import io.trawl.hotdetect.batch.HitStore;
import io.trawl.hotdetect.batch.OffsetRanges;
import io.trawl.hotdetect.batch.ReadSoFar;
import io.trawl.hotdetect.batch.Slice;
import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.hotdetect.correlation.Change;
import io.trawl.hotdetect.correlation.Correlated;
import io.trawl.hotdetect.correlation.KeptStore;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.KafkaLines;
import io.trawl.kafka.Offsets;
import io.trawl.record.Alert;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.Correlating;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SweepStep;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done with each micro-batch: the steps of validate and enrich, HBase, then alerts and offsets in one transaction.
 * A batch is tried until it is done; a server that is away is waited for. A batch of many bytes is done in slices, each of
 * them as if it were a batch. Longer than other classes, since the order of its steps is what makes each alert come once.
 */
final class MicroBatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MicroBatches.class);
    /** Brokers forget the offsets of a group after days without a commit. */
    private static final Duration KEPT_ALIVE = Duration.ofHours(1);

    private final Run run;
    private final LogSource source;
    private final BugGuard.Parsing parser;
    private final Used formats;
    private final Settings settings;
    private final Stop stop;
    private final Lease lease;
    private final AlertTopic topic;
    private final AlertWindow window;
    private final Indicators indicators;
    private final Progress progress;
    private final long bytes;
    private final long nanos;
    private final TopicLog log;
    private final Patience patience;
    private final Correlated correlated;
    private @Nullable HBaseStore<Detection> hbase;
    private volatile @Nullable Position position;
    private Map<Integer, Long> again = Map.of();
    private String topicNow = "";
    private Instant committedAt = Instant.now();

    MicroBatches(
            Run run,
            Settings settings,
            Stop stop,
            Lease lease,
            AlertTopic topic,
            Indicators indicators,
            Progress progress,
            boolean acceptLoss) {
        this.run = run;
        this.source = run.source();
        SourceParser reading = source.sourceParser();
        reading.notes().forEach(run::note);
        this.parser = new BugGuard.Parsing(reading.parser());
        this.formats = reading.used();
        this.settings = settings;
        this.stop = stop;
        this.lease = lease;
        this.topic = topic;
        this.indicators = indicators;
        this.progress = progress;
        this.bytes = settings.number("hot.batch.bytes");
        // The watchdog waits for longer, however slow lines are.
        this.nanos = settings.duration("hot.stuck").toNanos() / 4;
        this.log = new TopicLog(run, settings, acceptLoss);
        this.patience = new Patience(stop, progress);
        this.correlated = new Correlated(settings, source);
        this.window = new AlertWindow(settings.duration("hot.suppression"));
    }

    /**
     * Where to begin: where the last driver has committed, with its indicators and the alerts that are still open.
     *
     * @param beat what the last driver said of itself; null if none ever ran
     */
    Map<Integer, Long> begin(@Nullable JsonNode beat) {
        return patience.until(() -> {
            HBaseStore<Detection> store = HBaseStore.hotDetections(settings);
            topic.create();
            Offsets.Extent extent = log.extent();
            JsonNode noted = noted();
            String topicId = noted == null ? "" : noted.path("topic_id").asText();
            if (!topicId.isEmpty() && !topicId.equals(extent.topicId())) {
                throw new IllegalArgumentException(
                        "topic " + source.topic()
                                + " was deleted and created again since the hot path read it: its offsets are no longer valid; define a new source for it");
            }
            // Before anything is read that the next commit builds on.
            topic.fence();
            Position committed = topic.committed();
            Position known = committed != null || noted == null ? committed : said(beat);
            boolean resumed = known != null && resume(known.snapshot());
            if (!resumed && !indicators.hasNext()) {
                indicators.look();
                if (!indicators.hasNext()) {
                    Indicators.Refused refused = indicators.refused();
                    throw new JobFailure(
                            refused == null
                                    ? "lake.indicators is empty: load feeds (the DAG refresh_indicators, or trawl run refresh-indicators --feeds FOLDER)"
                                    : "indicators " + refused.name() + " cannot be used: " + refused.why(),
                            null);
                }
            }
            IndicatorSnapshot current = indicators.current();
            IndicatorSnapshot snapshot = resumed && current != null ? current : indicators.ready();
            Map<Integer, Long> from =
                    new TreeMap<>(settings.text("hot.start").equals("earliest") ? extent.beginnings() : extent.ends());
            Map<Integer, long[]> skipped = new TreeMap<>();
            Instant appended = Instant.now();
            boolean fromEarliest = known == null && settings.text("hot.start").equals("earliest");
            Map<Integer, Long> newest = fromEarliest ? new TreeMap<>() : log.newest();
            boolean cut = false;
            if (known != null) {
                from.replaceAll((partition, any) -> 0L);
                from.putAll(known.offsets());
                newest.putAll(known.newest());
                appended = known.appended();
                cut = log.goBack(from, known);
                skipped = log.skip(from, extent);
            }
            window.restore(topic.since(appended.minus(settings.duration("hot.suppression"))));
            boolean sameAsNoted = noted != null
                    && noted.path("snapshot").asLong() == snapshot.id()
                    && formats.equals(HotProgress.formats(noted));
            if (!resumed || !sameAsNoted || !skipped.isEmpty() || cut) {
                indicators.note(snapshot, formats, extent.topicId(), from, skipped);
            }
            indicators.use(snapshot);
            again = replayed(from, extent);
            correlated.begin(snapshot, from, newest);
            hbase = store;
            topicNow = extent.topicId();
            commit(List.of(), List.of(), committed, new Position(from, snapshot.id(), appended, newest));
            return from;
        });
    }

    @Override
    public void close() {
        log.close();
    }

    private @Nullable JsonNode noted() {
        try {
            return indicators.noted();
        } catch (IOException e) {
            throw new JobFailure("state.dir cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where Kafka has forgotten the offsets: what the last heartbeat says of them. */
    private static @Nullable Position said(@Nullable JsonNode beat) {
        Position said = beat == null ? null : Position.of(beat.path("position"));
        if (said != null) {
            LOG.warn(
                    "Kafka has no offsets of the hot path any more; it continues at {}, the position of the last heartbeat",
                    said.offsets());
        }
        return said;
    }

    private boolean resume(long snapshot) {
        try {
            return indicators.resume(snapshot);
        } catch (IOException e) {
            throw new JobFailure("state.dir cannot be read: " + e.getMessage(), e);
        }
    }

    /** Up to where a driver that died may have been in the middle of it: so far the same indicators are used again. */
    private Map<Integer, Long> replayed(Map<Integer, Long> from, Offsets.Extent extent) {
        long most = HotDetectJob.most(settings);
        Map<Integer, Long> until = new TreeMap<>();
        from.forEach((partition, offset) ->
                until.put(partition, Math.min(extent.ends().getOrDefault(partition, 0L), offset + most)));
        return until;
    }

    /** What was committed last; null before the beginning. */
    @Nullable
    Position position() {
        return position;
    }

    /**
     * One micro-batch with lines, a slice of so many bytes after the other. Each is committed by itself: it does not hold
     * more than that, the watchdog sees that it gets on, and the end need not be waited for when it is asked for.
     */
    void run(JavaRDD<ConsumerRecord<byte[], byte[]>> lines) {
        OffsetRange[] left = OffsetRanges.left(OffsetRanges.of(lines), slice(lines));
        while (OffsetRanges.hasLines(left) && !stop.requested()) {
            left = OffsetRanges.left(left, slice(messages(left)));
        }
    }

    /** @return up to where lines are done, by partition */
    private Map<Integer, Long> slice(JavaRDD<ConsumerRecord<byte[], byte[]>> lines) {
        OffsetRange[] ranges = OffsetRanges.of(lines);
        progress.begin();
        if (indicators.hasNext() && position != null && !isAgain(position.offsets())) {
            takeUp(indicators.ready(), position);
        }
        Position from = position;
        IndicatorSnapshot snapshot = indicators.current();
        HBaseStore<Detection> store = hbase;
        if (from == null || snapshot == null || store == null) {
            throw new IllegalStateException("a batch before the beginning");
        }
        for (OffsetRange range : ranges) {
            long expected = from.offsets().getOrDefault(range.partition(), 0L);
            if (range.fromOffset() != expected) {
                throw new IllegalStateException(
                        "a batch begins at " + range + ", but lines are done up to " + expected);
            }
        }
        JavaRDD<ConsumerRecord<byte[], byte[]>> readable = lines;
        Found found = null;
        Duration wait = Patience.FIRST_WAIT;
        while (found == null) {
            lease.awaitHeld(stop, progress::waiting);
            try {
                found = detect(readable, snapshot, store);
            } catch (Exception e) {
                String why = Jobs.message(e);
                if (run.context().sc().isStopped()) {
                    throw new FatalFailure("Spark has ended the application: " + why, e);
                }
                readable = retried(readable, ranges, e, snapshot);
                if (indicators.hasNext() && why.contains(snapshot.index())) {
                    // The file in use is gone, and a newer one is ready.
                    snapshot = indicators.ready();
                    from = takeUp(snapshot, from);
                }
                stop.pause(wait);
                wait = Patience.longer(wait);
            }
        }
        Map<Integer, Long> done = new TreeMap<>(from.offsets());
        Map<Integer, Long> newest = new TreeMap<>(from.newest());
        for (OffsetRange range : OffsetRanges.of(readable)) {
            ReadSoFar.Place read = found.read().get(range.partition());
            if (read == null && range.count() > 0) {
                throw new IllegalStateException("nothing was read of " + range);
            }
            // Where there was nothing to read, it was deleted, or nothing came.
            done.put(range.partition(), read == null ? range.untilOffset() : read.next());
            if (read != null) {
                newest.merge(range.partition(), read.newest(), Math::max);
            }
        }
        Change groups = correlated.judge(found.kept(), newest);
        patience.until(() -> {
            Correlated.put(groups, store);
            return groups;
        });
        List<TimedDetection> sighted = Stream.concat(found.sighted().stream(), groups.fired().stream())
                .sorted(TimedDetection.ORDER)
                .toList();
        Instant stored = Instant.now();
        AlertWindow.Change change = window.of(sighted, stored);
        Instant appended = from.appended();
        for (TimedDetection one : sighted) {
            appended = one.appendTime().isAfter(appended) ? one.appendTime() : appended;
        }
        Position before = from;
        Position until = new Position(done, snapshot.id(), appended, newest);
        patience.until(() -> {
            // Behind the reading: the messages of the batch are of this log, and so were those before it.
            log.requireWhole(before);
            commit(change.alerts(), correlated.messages(groups), before, until);
            return until;
        });
        window.accept(change);
        progress.correlations(correlated.counts());
        progress.end(
                found.tally(), sighted, found.copies(), stored, change.alerts().size());
        return done;
    }

    /** The messages of some offsets. */
    private JavaRDD<ConsumerRecord<byte[], byte[]>> messages(OffsetRange[] ranges) {
        return KafkaUtils.createRDD(
                run.context(),
                KafkaLines.consumer(settings, HotProgress.group(source)),
                ranges,
                LocationStrategies.PreferConsistent());
    }

    /**
     * @param sighted what is new
     * @param copies detections of lines that came before
     * @param kept what the rules of correlations found
     * @param read how far the lines were read, by partition
     */
    private record Found(
            Tally tally,
            List<TimedDetection> sighted,
            long copies,
            KeptStore kept,
            Map<Integer, ReadSoFar.Place> read) {}

    /** The very steps of the batch path, on the first slice of these lines: its partitions share the bytes. */
    private Found detect(
            JavaRDD<ConsumerRecord<byte[], byte[]>> lines, IndicatorSnapshot snapshot, HBaseStore<Detection> store) {
        KafkaLines.Reader reader = KafkaLines.Reader.ofWindows(source);
        SweepStep engine = new SweepStep(snapshot, settings, source, SweepKind.HOT);
        Settings all = settings;
        HitStore hits = new HitStore((some, placed) -> HotCopies.among(all, store, some, placed), store);
        ReadSoFar read = new ReadSoFar();
        run.context().sc().register(read);
        long filled = Stream.of(OffsetRanges.of(lines))
                .filter(range -> range.count() > 0)
                .count();
        long most = Math.max(1, bytes / Math.max(1, filled));
        long time = nanos;
        Flow<ProxyEvent> events = Flow.of(lines.mapPartitions(some -> new Slice(some, most, time, read))
                        .map(reader::read))
                .then(parse(parser))
                .then(expect(ProxyEvent.class));
        Correlating correlating = correlated.correlating();
        KeptStore kept = correlated.store();
        if (correlating != null) {
            events = events.also(
                    some -> some.then(KeptStore.judging(correlating)).into(kept));
        }
        Tally tally = events.then(new BugGuard.Judging(engine))
                .then(Step.<Detection, TimedDetection>of("sighted", TimedDetection::of))
                .into(hits)
                .run();
        return new Found(tally, hits.hits(), hits.copies(), kept, read.value());
    }

    /** Between two batches: the snapshot that is ready is used from here on. */
    private Position takeUp(IndicatorSnapshot taken, Position now) {
        Position from = new Position(now.offsets(), taken.id(), now.appended(), now.newest());
        var kept = patience.until(() -> correlated.takeUp(taken, now.offsets(), now.newest()));
        patience.until(() -> {
            indicators.note(taken, formats, topicNow, now.offsets(), Map.of());
            commit(List.of(), kept, now, from);
            return from;
        });
        indicators.use(taken);
        return from;
    }

    /** Without lines: where nothing was committed for long, the same once more, so that Kafka does not forget it. */
    void idle() {
        Position now = position;
        if (now != null && committedAt.plus(KEPT_ALIVE).isBefore(Instant.now())) {
            patience.until(() -> {
                commit(List.of(), List.of(), now, now);
                return now;
            });
        }
    }

    private boolean isAgain(Map<Integer, Long> offsets) {
        if (again.entrySet().stream().anyMatch(one -> offsets.getOrDefault(one.getKey(), 0L) < one.getValue())) {
            return true;
        }
        again = Map.of();
        return false;
    }

    private void commit(
            List<Alert> alerts, List<ProducerRecord<byte[], byte[]>> more, @Nullable Position from, Position until) {
        lease.awaitHeld(stop, progress::waiting);
        topic.commit(alerts, more, from, until);
        position = until;
        committedAt = Instant.now();
    }

    /**
     * What to try after a failure: the same, or, where messages of the batch were deleted while it waited, the batch
     * without them.
     */
    private JavaRDD<ConsumerRecord<byte[], byte[]>> retried(
            JavaRDD<ConsumerRecord<byte[], byte[]>> lines,
            OffsetRange[] ranges,
            Exception failure,
            IndicatorSnapshot snapshot) {
        Map<Integer, Long> from = new TreeMap<>();
        for (OffsetRange range : OffsetRanges.of(lines)) {
            from.put(range.partition(), range.fromOffset());
        }
        Map<Integer, long[]> skipped;
        try {
            Offsets.Extent extent = log.extent();
            skipped = log.skip(from, extent);
        } catch (FatalFailure e) {
            throw e;
        } catch (JobFailure e) {
            // The broker is away, whatever a task made of it.
            patience.waiting(e);
            return lines;
        }
        patience.waiting(failure);
        if (skipped.isEmpty()) {
            return lines;
        }
        patience.until(() -> {
            indicators.note(snapshot, formats, topicNow, from, skipped);
            return snapshot;
        });
        return messages(OffsetRanges.left(ranges, from));
    }
}
