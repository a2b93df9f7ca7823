package io.trawl.hotdetect;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.kafka.LogCut;
import io.trawl.kafka.Offsets;
import io.trawl.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of the source's topic as the brokers have it now, against the positions up to which it was read. */
final class TopicLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicLog.class);
    /** How long the broker is asked what it still has, while a batch waits. */
    private static final Duration ASKING = Duration.ofSeconds(5);

    private final LogSource source;
    private final Offsets broker;
    private final boolean acceptLoss;

    /** @param acceptLoss whether an operator accepts every cut of the log */
    TopicLog(Run run, Settings settings, boolean acceptLoss) {
        this.source = run.source();
        this.broker = new Offsets(source, settings, run.state(), ASKING);
        this.acceptLoss = acceptLoss;
    }

    /** What the topic has now. */
    Offsets.Extent extent() {
        return broker.extent();
    }

    /** The newest append time of each partition's messages, milliseconds; none of an empty one. */
    Map<Integer, Long> newest() {
        return broker.newest();
    }

    /**
     * Moves positions back to where a log was cut short, if an operator has accepted that.
     *
     * @return whether one was
     * @throws IllegalArgumentException nobody has
     */
    boolean goBack(Map<Integer, Long> from, Position known) {
        List<LogCut> cuts = broker.cuts(known.offsets(), known.newest());
        for (LogCut cut : cuts) {
            boolean accepted;
            try {
                accepted = acceptLoss || broker.isAccepted(cut);
            } catch (IOException e) {
                throw new JobFailure("state.dir cannot be read: " + e.getMessage(), e);
            }
            if (!accepted) {
                throw new IllegalArgumentException(lost(cut));
            }
            LOG.warn("accepted loss: {}", cut.text(source.topic()));
            from.put(cut.partition(), cut.at());
        }
        return !cuts.isEmpty();
    }

    private String lost(LogCut cut) {
        return cut.text(source.topic()) + " since the hot path read them; bin/trawl run hot-detect --source "
                + source.name() + " --take-over --accept-loss continues with the new lines and judges each once";
    }

    /** Fails where the log no longer is what was read: what has come under offsets that are done would not be read. */
    void requireWhole(Position read) {
        List<LogCut> cuts = broker.cuts(read.offsets(), read.newest());
        if (!cuts.isEmpty()) {
            throw new FatalFailure(lost(cuts.get(0)), null);
        }
    }

    /** Moves positions to what retention has left; gives what was passed over. */
    Map<Integer, long[]> skip(Map<Integer, Long> from, Offsets.Extent extent) {
        Map<Integer, long[]> skipped = new TreeMap<>();
        from.replaceAll((partition, offset) -> {
            long first = extent.beginnings().getOrDefault(partition, 0L);
            if (offset > extent.ends().getOrDefault(partition, 0L)) {
                throw TopicFollower.shrunk(
                        new TopicPartition(source.topic(), partition),
                        extent.ends().getOrDefault(partition, 0L),
                        offset);
            }
            if (offset >= first) {
                return offset;
            }
            LOG.warn(
                    "retention has deleted {} messages of topic {} partition {} before they were read (offsets {} to {})",
                    first - offset,
                    source.topic(),
                    partition,
                    offset,
                    first - 1);
            skipped.put(partition, new long[] {offset, first});
            return first;
        });
        return skipped;
    }

    @Override
    public void close() {
        broker.close();
    }
}
