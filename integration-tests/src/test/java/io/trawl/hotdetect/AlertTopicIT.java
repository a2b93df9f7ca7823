package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.record.Alert;
import io.trawl.stack.SharedKafka;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a hot driver finds of alerts and offsets where other drivers have begun something. */
class AlertTopicIT {
    private static final Map<Integer, Long> NEWEST = Map.of(0, 1_700_000_000_000L);

    private SharedKafka kafka;
    private String own;
    private String other;
    private String alerts;

    @BeforeEach
    void start() throws Exception {
        kafka = SharedKafka.get();
        String unique = UUID.randomUUID().toString().substring(0, 8);
        own = "own-" + unique;
        other = "other-" + unique;
        alerts = "alerts-" + unique;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            admin.createTopics(List.of(own, other).stream()
                            .map(name -> new NewTopic(name, 1, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    private Settings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(
                Map.of("kafka.bootstrap", kafka.bootstrap(), "hot.topic", alerts, "hot.topic.partitions", "1"));
        all.put("source." + own + ".topic", own);
        all.put("source." + own + ".format", "squid");
        all.put("source." + other + ".topic", other);
        all.put("source." + other + ".format", "squid");
        all.putAll(more);
        return Settings.load(kafka.conf(), all);
    }

    private AlertTopic topic(String source) {
        Settings settings = settings(Map.of());
        LogSource of = settings.source(source);
        AlertTopic topic = new AlertTopic(settings, of);
        topic.create();
        return topic;
    }

    private static Position at(long offset) {
        return new Position(Map.of(0, offset), 7, Instant.EPOCH, NEWEST);
    }

    private static Alert alert(String source, String id) {
        Alert alert = new Alert();
        alert.setTags(List.of());
        alert.setReferences(List.of());
        alert.setDetectionId(id);
        alert.setLatestDetectionId(id);
        alert.setRevision(1);
        alert.setCount(1);
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        alert.setOpened(now);
        alert.setFirstSeen(now);
        alert.setLastSeen(now);
        alert.setAppendTime(now);
        alert.setStored(now);
        alert.setEventId("e");
        alert.setSource(source);
        alert.setPartition(0);
        alert.setOffset(0);
        alert.setIndicatorId("i");
        alert.setIndicatorType("domain");
        alert.setIndicatorValue("evil.example");
        alert.setFeed("feed");
        alert.setField("url.domain");
        alert.setValue("evil.example");
        alert.setHow("exact");
        alert.setEventTime(now);
        alert.setLabels(List.of());
        return alert;
    }

    private KafkaProducer<byte[], byte[]> transaction(String source, Alert alert) throws Exception {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrap(),
                        "transactional.id",
                        "trawl-hot-" + source,
                        "transaction.timeout.ms",
                        // Longer than anybody here waits.
                        "600000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        var buffer = Alert.getEncoder().encode(alert);
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        producer.send(new ProducerRecord<>(alerts, value)).get();
        return producer;
    }

    private static List<String> ids(List<Alert> alerts) {
        return alerts.stream().map(Alert::getDetectionId).toList();
    }

    /** What another source has begun before an alert of this one hides it from a reader of committed messages. */
    @Test
    void alertsBehindAnotherSourcesOpenTransactionAreNotMissed() throws Exception {
        try (AlertTopic first = topic(own)) {
            KafkaProducer<byte[], byte[]> open = transaction(other, alert(other, "of the other"));
            first.fence();
            first.commit(List.of(alert(own, "a1")), List.of(), null, at(5));
            first.close();
            try (AlertTopic second = topic(own)) {
                second.fence();
                assertThat(second.committed()).isEqualTo(at(5));
                CompletableFuture<List<Alert>> found = CompletableFuture.supplyAsync(() -> second.since(Instant.EPOCH));
                assertThatExceptionOfType(TimeoutException.class)
                        .as("the other's transaction is open: nothing is known yet")
                        .isThrownBy(() -> found.get(3, TimeUnit.SECONDS));
                open.commitTransaction();
                assertThat(ids(found.get(60, TimeUnit.SECONDS))).containsExactly("a1");
            } finally {
                open.close();
            }
        }
    }

    @Test
    void whatAnEarlierDriverOfTheSourceHasBegunIsUndoneBeforeAnythingIsRead() throws Exception {
        topic(own).close();
        KafkaProducer<byte[], byte[]> open = transaction(own, alert(own, "begun"));
        open.sendOffsetsToTransaction(
                Map.of(new TopicPartition(own, 0), new OffsetAndMetadata(9, at(9).metadata(0))),
                new ConsumerGroupMetadata("trawl-hot-" + own));
        try (AlertTopic topic = topic(own)) {
            topic.fence();
            assertThat(topic.committed()).isNull();
            assertThat(topic.since(Instant.EPOCH)).isEmpty();
            topic.commit(List.of(alert(own, "a1")), List.of(), null, at(5));
            assertThatExceptionOfType(Exception.class).isThrownBy(open::commitTransaction);
            assertThat(ids(topic.since(Instant.EPOCH))).containsExactly("a1");
            assertThat(topic.committed()).isEqualTo(at(5));
        } finally {
            open.close(java.time.Duration.ZERO);
        }
    }

    /** As after a commit whose markers the broker has yet to write. */
    @Test
    void offsetsThatAreBeingCommittedAreAwaitedNotTakenForNone() throws Exception {
        topic(own).close();
        KafkaProducer<byte[], byte[]> open = transaction(own, alert(own, "begun"));
        open.sendOffsetsToTransaction(
                Map.of(new TopicPartition(own, 0), new OffsetAndMetadata(9, at(9).metadata(0))),
                new ConsumerGroupMetadata("trawl-hot-" + own));
        try (AlertTopic topic = topic(own)) {
            CompletableFuture<Position> found = CompletableFuture.supplyAsync(topic::committed);
            assertThatExceptionOfType(TimeoutException.class)
                    .as("the transaction is open: nothing is known yet")
                    .isThrownBy(() -> found.get(2, TimeUnit.SECONDS));
            open.commitTransaction();
            assertThat(found.get(60, TimeUnit.SECONDS)).isEqualTo(at(9));
        } finally {
            open.close();
        }
    }

    @Test
    void anotherSourcesAlertsAreNotThisOnes() {
        try (AlertTopic theirs = topic(other);
                AlertTopic ours = topic(own)) {
            theirs.fence();
            theirs.commit(List.of(alert(other, "b1")), List.of(), null, at(1));
            ours.fence();
            ours.commit(List.of(alert(own, "a1")), List.of(), null, at(1));
            assertThat(ids(ours.since(Instant.EPOCH))).containsExactly("a1");
            assertThat(ids(theirs.since(Instant.EPOCH))).containsExactly("b1");
        }
    }

    @Test
    void aLoginReachesProducerConsumerAndAdmin() {
        Settings settings = settings(kafka.login());
        try (AlertTopic topic = new AlertTopic(settings, settings.source(own))) {
            topic.create();
            topic.fence();
            topic.commit(List.of(alert(own, "a1")), List.of(), null, at(5));
            assertThat(topic.committed()).isEqualTo(at(5));
            assertThat(ids(topic.since(Instant.EPOCH))).containsExactly("a1");
        }
        Settings without = settings(Map.of("kafka.bootstrap", kafka.login().get("kafka.bootstrap")));
        try (AlertTopic topic = new AlertTopic(without, without.source(own))) {
            assertThatExceptionOfType(JobFailure.class).isThrownBy(topic::create);
        }
    }
}
