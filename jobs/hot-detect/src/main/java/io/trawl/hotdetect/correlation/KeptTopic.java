package io.trawl.hotdetect.correlation;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.KafkaLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a {@link Memory} outlives its driver: a topic of the source that keeps the last message of each key. A batch's changes
 * are written in the transaction that commits its offsets, so what is read fits the committed position.
 */
public final class KeptTopic {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTopic.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** The broker throws away what was overwritten when so much of the topic is that; only closed segments are looked at. */
    private static final Map<String, String> CONFIG = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.3",
            TopicConfig.SEGMENT_BYTES_CONFIG,
            String.valueOf(64 << 20),
            TopicConfig.SEGMENT_MS_CONFIG,
            String.valueOf(Duration.ofHours(1).toMillis()));

    private final Settings settings;
    private final String group;
    private final String topic;

    public KeptTopic(Settings settings, LogSource source) {
        this.settings = settings;
        this.group = HotProgress.group(source);
        this.topic = group + "-correlations";
    }

    /** What a change is as messages. */
    public List<ProducerRecord<byte[], byte[]>> messages(Map<String, byte @Nullable []> kept) {
        List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
        kept.forEach(
                (key, value) -> messages.add(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value)));
        return messages;
    }

    /** Creates the topic where it is missing. */
    public void create() {
        try (Admin admin = KafkaLines.admin(settings, PATIENCE)) {
            if (!admin.listTopics().names().get().contains(topic)) {
                NewTopic made = new NewTopic(topic, Optional.of(1), Optional.empty());
                admin.createTopics(List.of(made.configs(CONFIG))).all().get();
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw unreachable(e.getCause() == null ? e : e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailure("interrupted while asking Kafka for topic " + topic, e);
        }
    }

    /**
     * What was kept last; nobody else may write meanwhile.
     *
     * @param position per partition, up to where lines are done: of later lines there is nothing
     */
    public Collection<Kept> read(Map<Integer, Long> position) {
        Map<String, Kept> kept = new HashMap<>();
        Map<String, Object> config = KafkaLines.consumer(settings, group);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            TopicPartition only = new TopicPartition(topic, 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(only) < end) {
                var some = consumer.poll(Duration.ofMillis(500));
                some.forEach(message -> take(message, kept));
                if (!some.isEmpty()) {
                    until = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > until) {
                    throw new JobFailure(
                            "topic " + topic + " at " + settings.text("kafka.bootstrap")
                                    + " cannot be read to its end: Kafka does not answer",
                            null);
                }
            }
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        kept.values()
                .removeIf(one -> one.seen().detection().getOffset()
                        >= position.getOrDefault(one.seen().detection().getPartition(), 0L));
        return List.copyOf(kept.values());
    }

    private void take(ConsumerRecord<byte[], byte[]> message, Map<String, Kept> kept) {
        byte[] key = message.key();
        byte[] value = message.value();
        String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (value == null) {
            kept.remove(name);
            return;
        }
        try {
            Kept one = Kept.of(value);
            kept.put(one.key(), one);
        } catch (IOException e) {
            LOG.warn(
                    "the message at {} offset {} is not an event that Trawl kept: {}",
                    topic,
                    message.offset(),
                    e.getMessage());
        }
    }

    private JobFailure unreachable(Throwable cause) {
        return new JobFailure(
                "Kafka at " + settings.text("kafka.bootstrap") + " does not keep topic " + topic + ": "
                        + String.valueOf(cause.getMessage()).lines().findFirst().orElse("")
                        + " (setting kafka.bootstrap)",
                cause);
    }
}
