package io.trawl.kafka;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What the broker says of a source's topic, and how it is said where it does not answer. */
final class Topic implements AutoCloseable {
    private final LogSource source;
    private final Admin admin;
    private final String bootstrap;

    /** @param patience how long a question may take */
    Topic(LogSource source, Settings settings, Duration patience) {
        this.source = source;
        this.bootstrap = settings.text("kafka.bootstrap");
        this.admin = KafkaLines.admin(settings, patience);
    }

    /** An offset of each partition. */
    Map<Integer, Long> offsets(TopicDescription topic, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        topic.partitions().forEach(p -> asked.put(new TopicPartition(source.topic(), p.partition()), spec));
        return answered(admin.listOffsets(asked));
    }

    private Map<Integer, Long> answered(ListOffsetsResult asked) {
        Map<Integer, Long> offsets = new TreeMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                await(() -> asked.all().get());
        answers.forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
    }

    TopicDescription describe() {
        return Objects.requireNonNull(await(() -> admin.describeTopics(List.of(source.topic()))
                        .allTopicNames()
                        .get())
                .get(source.topic()));
    }

    /** Refuses a topic that is compacted, or without append time. */
    void requireAppendTime() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, source.topic());
        Config config = Objects.requireNonNull(
                await(() -> admin.describeConfigs(List.of(resource)).all().get())
                        .get(resource));
        String time = config.get("message.timestamp.type").value();
        if (!time.equals("LogAppendTime")) {
            throw new JobFailure(
                    "topic " + source.topic() + " has message.timestamp.type=" + time
                            + ": a window needs append time; set it to LogAppendTime (kafka-configs --alter --entity-type topics --entity-name "
                            + source.topic() + " --add-config message.timestamp.type=LogAppendTime)",
                    null);
        }
        if (config.get("cleanup.policy").value().contains("compact")) {
            throw new JobFailure(
                    "topic " + source.topic() + " is compacted: compaction deletes lines; set cleanup.policy=delete",
                    null);
        }
    }

    private interface Call<V> {
        V get() throws ExecutionException, InterruptedException;
    }

    private <V> V await(Call<V> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new JobFailure(
                        "topic " + source.topic() + " does not exist at " + bootstrap
                                + ": was it created? (setting source." + source.name() + ".topic)",
                        e);
            }
            if (e.getCause() instanceof TimeoutException) {
                throw new JobFailure(
                        "Kafka at " + bootstrap + " does not answer: is it up? (setting kafka.bootstrap)", e);
            }
            throw new JobFailure("Kafka at " + bootstrap + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailure("interrupted while asking Kafka at " + bootstrap, e);
        }
    }

    /** See {@link Offsets#cuts}. */
    List<LogCut> cuts(Map<Integer, Long> positions, Map<Integer, Long> newest) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        newest.forEach((partition, time) ->
                asked.put(new TopicPartition(source.topic(), partition), OffsetSpec.forTimestamp(time + 1)));
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        positions
                .keySet()
                .forEach(partition -> ends.put(new TopicPartition(source.topic(), partition), OffsetSpec.latest()));
        // Both under way at once: a batch of the hot path waits for this.
        ListOffsetsResult times = admin.listOffsets(asked);
        Map<Integer, Long> found = answered(admin.listOffsets(ends));
        Map<Integer, Long> later = answered(times);
        List<LogCut> cuts = new ArrayList<>();
        positions.forEach((partition, position) -> {
            long first = later.getOrDefault(partition, -1L);
            long end = found.getOrDefault(partition, position);
            if (first >= 0 && first < position) {
                cuts.add(new LogCut(partition, first, position));
            } else if (end < position) {
                cuts.add(new LogCut(partition, end, position));
            }
        });
        return cuts;
    }

    /** See {@link Offsets#newest}. */
    Map<Integer, Long> newest() {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        describe()
                .partitions()
                .forEach(p -> asked.put(new TopicPartition(source.topic(), p.partition()), OffsetSpec.maxTimestamp()));
        Map<Integer, Long> newest = new TreeMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                await(() -> admin.listOffsets(asked).all().get());
        answers.forEach((partition, info) -> {
            if (info.timestamp() >= 0) {
                newest.put(partition.partition(), info.timestamp());
            }
        });
        return newest;
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
