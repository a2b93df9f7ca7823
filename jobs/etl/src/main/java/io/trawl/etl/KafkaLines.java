package io.trawl.etl;

import io.trawl.record.FlumeEnvelope;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;
import org.jspecify.annotations.Nullable;

/** The messages of a topic as raw lines. */
public final class KafkaLines {
    private KafkaLines() {}

    /** Reads the given offsets, cut into tasks of at most the given number of messages. */
    public static JavaRDD<RawLine> read(
            JavaSparkContext spark, Settings settings, LogSource source, Window window, List<OffsetSpan> spans) {
        int most = settings.number("ingest.task.messages");
        List<OffsetRange> ranges = new ArrayList<>();
        for (OffsetSpan span : spans) {
            for (long from = span.getFrom(); from < span.getUntil(); from += most) {
                ranges.add(OffsetRange.create(
                        source.topic(), span.getPartition(), from, Math.min(from + most, span.getUntil())));
            }
        }
        if (ranges.isEmpty()) {
            return spark.emptyRDD();
        }
        JavaRDD<ConsumerRecord<byte[], byte[]>> messages = KafkaUtils.createRDD(
                spark,
                consumer(settings, "trawl-ingest-" + source.name()),
                ranges.toArray(new OffsetRange[0]),
                LocationStrategies.PreferConsistent());
        Reader reader = new Reader(source.name(), window.start());
        return messages.map(reader::read);
    }

    /** How Trawl's jobs consume: bytes, and never a commit. */
    public static Map<String, Object> consumer(Settings settings, String group) {
        Map<String, Object> consumer = new HashMap<>();
        consumer.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text("kafka.bootstrap"));
        consumer.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        // Lines of up to 1 MiB and their headers.
        consumer.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        settings.under("kafka.consumer.").forEach(consumer::put);
        return consumer;
    }

    /** One message to one raw line. A message that cannot be unwrapped is kept whole, and says why. */
    public static final class Reader implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String source;
        private final @Nullable Instant window;
        private transient @Nullable SpecificDatumReader<FlumeEnvelope> envelopes;
        private transient @Nullable BinaryDecoder decoder;

        public Reader(String source, @Nullable Instant window) {
            this.source = source;
            this.window = window;
        }

        public RawLine read(ConsumerRecord<byte[], byte[]> message) {
            byte[] value = message.value();
            Map<String, String> headers;
            byte[] body;
            try {
                if (value == null) {
                    throw new IOException("the message has no value");
                }
                FlumeEnvelope envelope = unwrap(value);
                headers = envelope.getHeaders();
                body = Origin.bytes(envelope.getBody());
            } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | NegativeArraySizeException e) {
                headers = Map.of(
                        Origin.ENVELOPE,
                        "not a Flume event in Avro (collector: parseAsFlumeEvent = true): " + e.getMessage());
                body = value == null ? new byte[0] : value;
            }
            RawLine line = new RawLine();
            line.setSource(source);
            line.setWindow(window);
            line.setTopic(message.topic());
            line.setPartition(message.partition());
            line.setOffset(message.offset());
            line.setAppendTime(Instant.ofEpochMilli(message.timestamp()));
            line.setHost(headers.get(Origin.HOST));
            line.setLog(headers.get(Origin.LOG));
            line.setGeneration(headers.get(Origin.GENERATION));
            line.setFileOffset(number(headers.get(Origin.BYTE_OFFSET)));
            line.setHeaders(headers);
            line.setBody(ByteBuffer.wrap(body));
            line.setEventId(Origin.eventId(
                    line.getHost(),
                    line.getLog(),
                    line.getGeneration(),
                    line.getFileOffset(),
                    body,
                    message.topic(),
                    message.partition(),
                    message.offset()));
            return line;
        }

        private FlumeEnvelope unwrap(byte[] value) throws IOException {
            SpecificDatumReader<FlumeEnvelope> reader = envelopes;
            if (reader == null) {
                reader = new SpecificDatumReader<>(FlumeEnvelope.SCHEMA$);
                envelopes = reader;
            }
            BinaryDecoder in = DecoderFactory.get().binaryDecoder(value, decoder);
            decoder = in;
            FlumeEnvelope envelope = reader.read(new FlumeEnvelope(), in);
            if (!in.isEnd()) {
                throw new IOException("bytes are left after the event");
            }
            return envelope;
        }

        private static @Nullable Long number(@Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }
}
