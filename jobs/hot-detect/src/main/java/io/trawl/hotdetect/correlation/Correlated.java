package io.trawl.hotdetect.correlation;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.flow.Store;
import io.trawl.record.Detection;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.Correlating;
import io.trawl.steps.IndicatorSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The correlations of a hot job: none of it costs anything while no rule has one. For one thread. */
public final class Correlated {
    /** What {@link #counts} gives before the job begins. */
    public static final Map<String, Long> NONE = Map.of("events", 0L, "left_out", 0L);

    private static final Logger LOG = LoggerFactory.getLogger(Correlated.class);

    private final Settings settings;
    private final LogSource source;
    private final KeptTopic topic;
    private final Duration margin;
    private @Nullable Correlating correlating;
    private @Nullable Memory memory;
    private long leftOut;

    public Correlated(Settings settings, LogSource source) {
        this.settings = settings;
        this.source = source;
        this.topic = new KeptTopic(settings, source);
        this.margin = settings.duration("window.margin");
    }

    /**
     * Goes on from what the last driver has kept.
     *
     * @param position per partition, up to where lines are done
     * @param newest per partition, the newest append time of these lines, milliseconds since 1970
     */
    public void begin(IndicatorSnapshot snapshot, Map<Integer, Long> position, Map<Integer, Long> newest) {
        use(snapshot, () -> topic.read(position), newest);
    }

    /**
     * Goes on with the correlations of another snapshot.
     *
     * @param position as for {@link #begin}
     * @return what is to be committed with the snapshot
     */
    public List<ProducerRecord<byte[], byte[]>> takeUp(
            IndicatorSnapshot snapshot, Map<Integer, Long> position, Map<Integer, Long> newest) {
        Memory before = memory;
        Collection<Kept> kept = before == null ? List.of() : before.kept();
        use(snapshot, () -> before == null ? topic.read(position) : kept, newest);
        Map<String, byte @Nullable []> gone = new HashMap<>();
        kept.forEach(one -> gone.put(one.key(), null));
        if (memory != null) {
            memory.kept().forEach(one -> gone.remove(one.key()));
        }
        return topic.messages(gone);
    }

    private interface Reading {
        Collection<Kept> kept();
    }

    private void use(IndicatorSnapshot snapshot, Reading reading, Map<Integer, Long> newest) {
        Correlating next = Correlating.of(snapshot, settings, source, SweepKind.HOT);
        if (next == null || !next.hasRules()) {
            correlating = null;
            memory = null;
            return;
        }
        topic.create();
        memory = Memory.of(next, margin, reading.kept(), now(newest));
        correlating = next;
    }

    private static Instant now(Map<Integer, Long> newest) {
        return Instant.ofEpochMilli(
                newest.values().stream().mapToLong(Long::longValue).max().orElse(0));
    }

    /** What judges the events of a batch; null if no rule has a correlation. */
    public @Nullable Correlating correlating() {
        return correlating;
    }

    /** A store for what the rules of correlations find in a batch. */
    public KeptStore store() {
        return new KeptStore(correlating == null ? 0 : correlating.most());
    }

    /**
     * Takes what a batch found.
     *
     * @param newest per partition, the newest append time of the lines that are done with it
     */
    public Change judge(KeptStore found, Map<Integer, Long> newest) {
        Memory of = memory;
        if (of == null) {
            return Change.NONE;
        }
        long before = of.leftOut();
        Change change = of.judge(found.found(), now(newest));
        long more = of.leftOut() - before + found.leftOut();
        if (more > 0) {
            leftOut += more;
            LOG.warn(
                    "{} events are left out of correlations: their rules find more than setting rules.correlation.events allows; narrow the rules, or raise it",
                    more);
        }
        return change;
    }

    /** Puts what came true into HBase. */
    public static void put(Change change, Store<Detection> hbase) {
        if (!change.fired().isEmpty() || !change.grown().isEmpty()) {
            hbase.fill(all -> {
                change.fired().forEach(one -> all.accept(one.detection()));
                change.grown().forEach(all);
            });
        }
    }

    /** The messages that a batch's commit has with it. */
    public List<ProducerRecord<byte[], byte[]>> messages(Change change) {
        return topic.messages(change.kept());
    }

    /** How many events are kept for correlations, and how many were left out since the job began. */
    public Map<String, Long> counts() {
        Memory of = memory;
        return Map.of("events", of == null ? 0L : of.size(), "left_out", leftOut);
    }
}
