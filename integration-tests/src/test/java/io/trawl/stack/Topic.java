package io.trawl.stack;

import io.trawl.record.FlumeEnvelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic of the proxies' lines, read and written as a client of Kafka does.
 *
 * @param port Kafka's
 */
record Topic(int port) {
    static final String NAME = "proxy-logs";

    /** Adds a message that no agent has sent. */
    void produce(String body) throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:" + port,
                "key.serializer", ByteArraySerializer.class,
                "value.serializer", ByteArraySerializer.class);
        try (var producer = new KafkaProducer<byte[], byte[]>(settings)) {
            FlumeEnvelope event =
                    new FlumeEnvelope(Map.of("host", "it"), ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
            var bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new SpecificDatumWriter<>(FlumeEnvelope.class).write(event, encoder);
            encoder.flush();
            producer.send(new ProducerRecord<>(NAME, bytes.toByteArray())).get();
        }
    }

    /** All messages. */
    List<FlumeEnvelope> events() throws IOException {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:" + port,
                "key.deserializer", ByteArrayDeserializer.class,
                "value.deserializer", ByteArrayDeserializer.class);
        List<FlumeEnvelope> events = new ArrayList<>();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(NAME).stream()
                    .map(info -> new TopicPartition(NAME, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    events.add(new SpecificDatumReader<FlumeEnvelope>(FlumeEnvelope.getClassSchema())
                            .read(null, DecoderFactory.get().binaryDecoder(message.value(), null)));
                }
            }
        }
        return events;
    }

    List<String> bodies() throws IOException {
        return events().stream().map(Topic::body).toList();
    }

    /**
     * Waits for a line that a proxy wrote once.
     *
     * @return its message, or one of them: what Flume sends again is known by where the line was born
     */
    FlumeEnvelope arrivedOnce(String line, Duration soon) {
        List<FlumeEnvelope> found = Await.until(
                "the line '" + line + "' in the topic",
                soon,
                () -> events().stream()
                        .filter(event -> body(event).equals(line))
                        .toList(),
                events -> !events.isEmpty());
        List<String> births = found.stream().map(Topic::birth).distinct().toList();
        if (births.size() > 1) {
            throw new AssertionError("the line '" + line + "' was written once and arrived as " + births);
        }
        return found.get(0);
    }

    /** Host, file and offset name a line, wherever it is read. */
    private static String birth(FlumeEnvelope event) {
        Map<String, String> headers = event.getHeaders();
        return headers.get("host") + " " + headers.get("generation") + " " + headers.get("byteoffset");
    }

    private static String body(FlumeEnvelope event) {
        return StandardCharsets.UTF_8.decode(event.getBody().duplicate()).toString();
    }
}
