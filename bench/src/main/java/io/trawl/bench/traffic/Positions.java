package io.trawl.bench.traffic;

import io.trawl.bench.frame.BenchFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How far the hot path of a source has come, by the offsets that it committed. */
public final class Positions implements AutoCloseable {
    private final Admin admin;
    private final String topic;
    private final String group;
    private Map<Integer, Long> last = new TreeMap<>();

    public Positions(String bootstrap, String source, String topic) {
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        this.topic = topic;
        this.group = "trawl-hot-" + source;
    }

    /**
     * Committed offsets by partition.
     *
     * @throws BenchFailure one has gone back since it was last asked for
     */
    public Map<Integer, Long> committed() throws InterruptedException {
        try {
            Map<Integer, Long> now = new TreeMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (offset != null && partition.topic().equals(topic)) {
                            now.put(partition.partition(), offset.offset());
                        }
                    });
            last.forEach((partition, offset) -> {
                long then = now.getOrDefault(partition, 0L);
                if (then < offset) {
                    throw new BenchFailure("the committed offset of " + topic + " partition " + partition
                            + " went back from " + offset + " to " + then);
                }
            });
            last = now;
            return now;
        } catch (ExecutionException e) {
            throw new BenchFailure("the offsets of " + group + " cannot be read: " + e.getCause());
        }
    }

    /** Messages of the topic, all partitions together. */
    public long end() throws InterruptedException {
        try {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            admin.describeTopics(java.util.List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .forEach(found -> found.partitions()
                            .forEach(
                                    one -> asked.put(new TopicPartition(topic, one.partition()), OffsetSpec.latest())));
            return admin.listOffsets(asked).all().get().values().stream()
                    .mapToLong(info -> info.offset())
                    .sum();
        } catch (ExecutionException e) {
            throw new BenchFailure("the end of " + topic + " cannot be read: " + e.getCause());
        }
    }

    /** Lines that are done, counted by offsets. */
    public long done() throws InterruptedException {
        return committed().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Lines that are in the topic and not done. */
    public long lag() throws InterruptedException {
        // The end first: it would be unfair to count what came while the offsets were asked for.
        long end = end();
        return Math.max(0, end - done());
    }

    @Override
    public void close() {
        admin.close();
    }
}
