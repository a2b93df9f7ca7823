package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.KafkaLines;
import io.trawl.record.Alert;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic of alerts, and how far the hot path has come: alerts and offsets of a batch are one transaction, so a reader
 * of committed messages sees each alert once, whatever died when. A driver that lost its lease is fenced by the
 * transactional id.
 */
final class AlertTopic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AlertTopic.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Settings settings;
    private final String source;
    private final String lines;
    private final String topic;
    private final String bootstrap;
    private final String group;
    private final Admin admin;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    AlertTopic(Settings settings, LogSource source) {
        this.settings = settings;
        this.source = source.name();
        this.lines = source.topic();
        this.topic = settings.text("hot.topic");
        this.bootstrap = settings.text("kafka.bootstrap");
        // Of the transactions, too.
        this.group = HotProgress.group(source);
        this.admin = KafkaLines.admin(settings, PATIENCE);
    }

    /** Creates the topic where it is missing. */
    void create() {
        call(() -> {
            if (admin.listTopics().names().get().contains(topic)) {
                return topic;
            }
            try {
                admin.createTopics(List.of(new NewTopic(
                                topic, Optional.of(settings.number("hot.topic.partitions")), Optional.empty())))
                        .all()
                        .get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
            return topic;
        });
    }

    /** How far was committed; null if nothing ever was. */
    @Nullable
    Position committed() {
        List<TopicPartition> partitions = new ArrayList<>();
        call(() -> admin.describeTopics(List.of(lines)).allTopicNames().get())
                .values()
                .forEach(topic ->
                        topic.partitions().forEach(one -> partitions.add(new TopicPartition(lines, one.partition()))));
        Map<TopicPartition, OffsetAndMetadata> found = stable(partitions);
        Map<Integer, Long> offsets = new TreeMap<>();
        Map<Integer, Long> newest = new TreeMap<>();
        JsonNode said = Json.MAPPER.createObjectNode();
        for (Map.Entry<TopicPartition, OffsetAndMetadata> one : found.entrySet()) {
            if (one.getKey().topic().equals(lines) && one.getValue() != null) {
                int partition = one.getKey().partition();
                offsets.put(partition, one.getValue().offset());
                said = said(one.getValue().metadata());
                if (said.has("newest")) {
                    newest.put(partition, said.path("newest").asLong());
                }
            }
        }
        return offsets.isEmpty() ? null : Position.of(offsets, said, newest);
    }

    /**
     * The committed offset of each partition, null if there is none. While one is being committed the broker tells none
     * of that partition, and the client leaves it out: that is not a partition without an offset.
     */
    private Map<TopicPartition, OffsetAndMetadata> stable(List<TopicPartition> partitions) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> found = call(() -> admin.listConsumerGroupOffsets(
                            Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata(group)
                    .get());
            if (found.keySet().containsAll(partitions)) {
                return found;
            }
            if (System.nanoTime() > until) {
                throw new JobFailure(
                        "the offsets of group " + group + " at " + bootstrap
                                + " are not known: a transaction that commits some has been open for "
                                + PATIENCE.toSeconds() + " s; does another program commit for this group?",
                        null);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private JsonNode said(String metadata) {
        try {
            return Json.MAPPER.readTree(metadata);
        } catch (IOException e) {
            LOG.warn("group {} has committed with metadata '{}', which is none of ours", group, metadata);
            return Json.MAPPER.createObjectNode();
        }
    }

    /**
     * From here on nobody else commits with this id, and what another one had begun is done or undone: what is read after
     * this is what the next commit builds on.
     *
     * @throws JobFailure Kafka does not do it now
     */
    void fence() {
        if (producer != null) {
            return;
        }
        try {
            open();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    /**
     * Sends alerts and commits offsets, both or neither. May be called again after a failure: what was done is known.
     *
     * @param more messages to other topics that come with them
     * @param from what is committed now
     * @param until what is committed then
     * @throws FatalFailure somebody else has committed since
     * @throws JobFailure Kafka does not do it now
     */
    void commit(
            List<Alert> alerts, List<ProducerRecord<byte[], byte[]>> more, @Nullable Position from, Position until) {
        try {
            KafkaProducer<byte[], byte[]> to = producer;
            if (to == null) {
                to = open();
                Position now = committed();
                if (now != null && now.equals(until)) {
                    return;
                }
                if (from == null ? now != null : now == null || !now.offsets().equals(from.offsets())) {
                    throw new FatalFailure(
                            "group " + group + " stands at " + now + ", not at " + from
                                    + ": another driver has continued",
                            null);
                }
            }
            to.beginTransaction();
            for (Alert alert : alerts) {
                ByteBuffer value = Alert.getEncoder().encode(alert);
                to.send(new ProducerRecord<>(
                        topic,
                        alert.getDetectionId().getBytes(StandardCharsets.UTF_8),
                        value.hasArray() && value.arrayOffset() == 0 && value.remaining() == value.array().length
                                ? value.array()
                                : bytes(value)));
            }
            more.forEach(to::send);
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            until.offsets()
                    .forEach((partition, offset) -> offsets.put(
                            new TopicPartition(lines, partition),
                            new OffsetAndMetadata(offset, until.metadata(partition))));
            to.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(group));
            to.commitTransaction();
        } catch (KafkaException e) {
            discard();
            throw unreachable(e);
        } catch (IOException e) {
            throw new JobFailure("an alert cannot be written as Avro: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** A producer of this id; whoever had it before can commit no more, and what it had begun is undone. */
    private KafkaProducer<byte[], byte[]> open() {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 30_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 8_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        settings.under("kafka.producer.").forEach(config::put);
        KafkaProducer<byte[], byte[]> opened =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            opened.initTransactions();
        } catch (RuntimeException e) {
            opened.close(Duration.ZERO);
            throw e;
        }
        producer = opened;
        return opened;
    }

    private void discard() {
        KafkaProducer<byte[], byte[]> broken = producer;
        producer = null;
        if (broken != null) {
            broken.close(Duration.ZERO);
        }
    }

    /**
     * The alerts of this source that were sent since an instant, as committed: all of them, once {@link #fence} was called.
     * Other sources send to the same topic: where one has a transaction under way, what is after its beginning can be
     * read when that has ended, which is waited for.
     */
    List<Alert> since(Instant instant) {
        List<Alert> alerts = new ArrayList<>();
        Map<String, Object> config = KafkaLines.consumer(settings, group);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            // The very ends, and the first message of that time whatever its transaction has come to: a reader of
            // committed
            // messages is told of nothing that lies behind the beginning of an open one.
            Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
            Map<TopicPartition, Long> firsts = offsets(partitions, OffsetSpec.forTimestamp(instant.toEpochMilli()));
            ends.forEach((partition, end) -> {
                long first = firsts.getOrDefault(partition, NONE);
                consumer.seek(partition, first < 0 ? end : first);
            });
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                var found = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<byte[], byte[]> message : found) {
                    add(message, alerts);
                }
                if (!found.isEmpty()) {
                    until = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > until) {
                    throw new JobFailure(
                            "the alerts in topic " + topic + " at " + bootstrap
                                    + " cannot be read to their end: a transaction of another source's hot job is open, or Kafka does not answer",
                            null);
                }
            }
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        return alerts;
    }

    /** What a broker answers that has no such offset. */
    private static final long NONE = -1;

    /** Offset of each partition; -1 if it has none of that kind. */
    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        call(() -> admin.listOffsets(asked).all().get())
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private void add(ConsumerRecord<byte[], byte[]> message, List<Alert> alerts) {
        try {
            Alert alert = Alert.getDecoder().decode(message.value());
            if (alert.getSource().equals(source)) {
                alerts.add(alert);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "the message at {} partition {} offset {} is not an alert of Trawl: {}",
                    topic,
                    message.partition(),
                    message.offset(),
                    e.getMessage());
        }
    }

    private interface Call<V> {
        V get() throws ExecutionException, InterruptedException;
    }

    private <V> V call(Call<V> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailure("interrupted while asking Kafka at " + bootstrap, e);
        }
    }

    private JobFailure unreachable(Throwable cause) {
        return new JobFailure(
                "Kafka at " + bootstrap + " does not take alerts and offsets: "
                        + String.valueOf(cause.getMessage()).lines().findFirst().orElse("")
                        + " (setting kafka.bootstrap)",
                cause);
    }

    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(Duration.ofSeconds(2));
        }
        admin.close(Duration.ofSeconds(2));
    }
}
