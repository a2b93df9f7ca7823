package io.trawl.hotdetect;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.kafka.KafkaLines;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.spark.streaming.kafka010.ConsumerStrategy;
import org.apache.spark.streaming.kafka010.OffsetRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a direct stream is told of its topic. Three things differ from Spark's own strategies: no batch is made while two of
 * them are not done yet, so that an outage leaves no queue of them; a broker that is away gives batches without
 * lines, where Spark would end the stream; partitions that are added are followed from their beginning.
 */
final class TopicFollower extends ConsumerStrategy<byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    /** One in hand and one that is ready when it is done. */
    private static final int AHEAD = 2;

    private static final long LOOK_MILLIS = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PARTITIONS = Duration.ofSeconds(10);

    private final String topic;
    private final Map<String, Object> consumer;
    private final Map<TopicPartition, Long> generated = new ConcurrentHashMap<>();
    private final Stop stop;
    private int ahead;
    private volatile boolean away;

    /** @param positions where to begin, by partition */
    TopicFollower(Settings settings, LogSource source, String group, Map<Integer, Long> positions, Stop stop) {
        this.stop = stop;
        this.topic = source.topic();
        this.consumer = KafkaLines.consumer(settings, group);
        positions.forEach((partition, offset) -> generated.put(new TopicPartition(topic, partition), offset));
    }

    /** Takes note of a batch that was made. */
    synchronized void generated(OffsetRange[] ranges) {
        boolean lines = false;
        for (OffsetRange range : ranges) {
            generated.put(range.topicPartition(), range.untilOffset());
            lines |= range.count() > 0;
        }
        if (lines) {
            ahead++;
        }
    }

    /** Takes note that a batch with lines is done. */
    synchronized void done() {
        ahead--;
        notifyAll();
    }

    /** Waits until a further batch may be made. The timer's ticks wait meanwhile, and weigh next to nothing. */
    private synchronized void awaitRoom() {
        try {
            while (ahead >= AHEAD && !stop.requested()) {
                wait(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the broker does not answer. */
    boolean away() {
        return away;
    }

    @Override
    public Map<String, Object> executorKafkaParams() {
        return new HashMap<>(consumer);
    }

    @Override
    public Consumer<byte[], byte[]> onStart(Map<TopicPartition, Long> current) {
        Map<String, Object> config = new HashMap<>(consumer);
        // What it knows of partitions is never older.
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) PARTITIONS.toMillis());
        Ends ends = new Ends(config);
        ends.assign(generated.keySet());
        return ends;
    }

    static FatalFailure shrunk(TopicPartition partition, long end, long known) {
        return new FatalFailure(
                "topic " + partition.topic() + " ends at offset " + end + " of partition " + partition.partition()
                        + ", but was done up to " + known
                        + ": its log was cut short, or it was deleted and created again; the next driver says what to do",
                null);
    }

    /** Never polled for messages; asked for the ends of partitions alone. */
    private final class Ends extends KafkaConsumer<byte[], byte[]> {
        private Map<TopicPartition, Long> ends = Map.of();
        private Instant looked = Instant.now();

        Ends(Map<String, Object> config) {
            super(config);
        }

        @Override
        @Deprecated
        public ConsumerRecords<byte[], byte[]> poll(long timeout) {
            ends = Map.of();
            if (!away && looked.plus(PARTITIONS).isBefore(Instant.now())) {
                follow();
            }
            return ConsumerRecords.empty();
        }

        private void follow() {
            looked = Instant.now();
            try {
                Set<TopicPartition> all = new HashSet<>(generated.keySet());
                for (PartitionInfo info : partitionsFor(topic, PATIENCE)) {
                    all.add(new TopicPartition(topic, info.partition()));
                }
                if (all.size() > assignment().size()) {
                    LOG.warn(
                            "topic {} has {} partitions now, {} before",
                            topic,
                            all.size(),
                            assignment().size());
                    assign(all);
                }
            } catch (RetriableException e) {
                LOG.warn("partitions of topic {}: {}", topic, e.getMessage());
            }
        }

        @Override
        public void seekToEnd(Collection<TopicPartition> partitions) {
            awaitRoom();
            Map<TopicPartition, Long> now = new HashMap<>(generated);
            if (!stop.requested()) {
                try {
                    endOffsets(partitions, PATIENCE)
                            .forEach((partition, end) -> now.put(partition, grown(partition, end)));
                    away = false;
                } catch (RetriableException e) {
                    away = true;
                    LOG.warn("Kafka does not say how much there is of topic {}: {}", topic, e.getMessage());
                }
            }
            ends = now;
        }

        /** A log does not become shorter; where it has, its offsets say nothing any more. */
        private long grown(TopicPartition partition, long end) {
            long known = generated.getOrDefault(partition, 0L);
            if (end < known) {
                stop.request(shrunk(partition, end, known));
                return known;
            }
            return end;
        }

        @Override
        public long position(TopicPartition partition) {
            Long end = ends.get(partition);
            return end != null ? end : generated.getOrDefault(partition, 0L);
        }
    }
}
