package io.trawl.it;

import io.trawl.kafka.KafkaLines;
import io.trawl.record.FlumeEnvelope;
import io.trawl.record.RawLine;
import io.trawl.stack.Await;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The stack's broker, for tests that need their own topic and their own messages in it. */
final class Broker implements AutoCloseable {
    private final String bootstrap;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    Broker(String bootstrap) {
        this(bootstrap, 1 << 20);
    }

    /** @param largest largest message that is sent, bytes */
    Broker(String bootstrap, int largest) {
        this.bootstrap = bootstrap;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "linger.ms",
                        "5",
                        "max.request.size",
                        Integer.toString(largest)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void create(String topic, int partitions, Map<String, String> config) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("message.timestamp.type", "LogAppendTime"));
        all.putAll(config);
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(all)))
                .all()
                .get();
    }

    /** Deletes the offsets that a group has committed. */
    void forget(String group) throws Exception {
        admin.deleteConsumerGroups(List.of(group)).all().get();
    }

    void addPartitions(String topic, int total) throws Exception {
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                .all()
                .get();
    }

    /** Deletes what lies before an offset, as retention does. */
    void deleteBefore(String topic, int partition, long offset) throws Exception {
        admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    /** Sends messages and gives where each landed. */
    List<RecordMetadata> send(String topic, List<Message> messages) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Message message : messages) {
            sent.add(producer.send(new ProducerRecord<>(topic, message.partition(), null, message.value())));
        }
        producer.flush();
        List<RecordMetadata> landed = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) {
            landed.add(future.get());
        }
        return landed;
    }

    /** How many messages a topic has taken. */
    long messages(String topic) throws Exception {
        return ends(topic).values().stream().mapToLong(Long::longValue).sum();
    }

    /** Offset behind the last message of each partition. */
    Map<TopicPartition, Long> ends(String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (var partition : admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()) {
            asked.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** Reads on from where it was, also where the broker was away. */
    final class Reading implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final KafkaLines.Reader reader = new KafkaLines.Reader("any", Instant.EPOCH);

        Reading(Map<TopicPartition, Long> from) {
            consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", bootstrap, "max.poll.records", "10000"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            consumer.assign(from.keySet());
            from.forEach(consumer::seek);
        }

        /** The messages that have come since. */
        List<RawLine> next() {
            List<RawLine> lines = new ArrayList<>();
            consumer.poll(Duration.ofMillis(500)).forEach(message -> lines.add(reader.read(message)));
            return lines;
        }

        /** Messages of all partitions up to where it is. */
        long position() {
            return consumer.assignment().stream().mapToLong(consumer::position).sum();
        }

        @Override
        public void close() {
            consumer.close(Duration.ofSeconds(5));
        }
    }

    Reading reading(Map<TopicPartition, Long> from) {
        return new Reading(from);
    }

    /** Every message of a topic from here on, as ingest reads it. */
    List<RawLine> lines(String topic) throws Exception {
        return lines(topic, new KafkaLines.Reader("any", Instant.EPOCH));
    }

    List<RawLine> lines(String topic, KafkaLines.Reader reader) throws Exception {
        long messages = messages(topic);
        List<RawLine> lines = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "max.poll.records", "10000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Await.often(
                    messages + " messages of " + topic,
                    () -> {
                        consumer.poll(Duration.ofMillis(500)).forEach(message -> lines.add(reader.read(message)));
                        return lines.size();
                    },
                    read -> read >= messages);
        }
        return lines;
    }

    /** Commits offsets of a group, by partition. */
    void commit(String group, String topic, Map<Integer, Long> offsets) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
        offsets.forEach(
                (partition, offset) -> all.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
        admin.alterConsumerGroupOffsets(group, all).all().get();
    }

    /** A message as the collector writes it. */
    record Message(int partition, byte[] value) {
        static Message of(int partition, String host, long byteOffset, byte[] line) {
            return of(partition, host, "gen1", byteOffset, line);
        }

        static Message of(int partition, String host, String generation, long byteOffset, byte[] line) {
            return new Message(
                    partition,
                    envelope(
                            Map.of(
                                    "host", host,
                                    "key", host,
                                    "log", "access",
                                    "generation", generation,
                                    "byteoffset", Long.toString(byteOffset)),
                            line));
        }

        static byte[] envelope(Map<String, String> headers, byte[] line) {
            try {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
                new SpecificDatumWriter<>(FlumeEnvelope.class)
                        .write(new FlumeEnvelope(headers, ByteBuffer.wrap(line)), encoder);
                encoder.flush();
                return bytes.toByteArray();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** The lines of one log file of one host, each at its byte offset, all to one partition. */
    static List<Message> log(int partition, String host, long from, String... lines) {
        List<Message> messages = new ArrayList<>();
        long at = from;
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
            messages.add(Message.of(partition, host, at, bytes));
            at += bytes.length + 1;
        }
        return messages;
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
