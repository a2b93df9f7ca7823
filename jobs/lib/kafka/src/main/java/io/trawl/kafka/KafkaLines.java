package io.trawl.kafka;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.parsing.flume.Envelope;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
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

    /**
     * How Trawl's jobs ask a broker.
     *
     * @param patience how long a question may take
     * @throws JobFailure the address is none
     */
    public static Admin admin(Settings settings, Duration patience) {
        String bootstrap = settings.text("kafka.bootstrap");
        try {
            Map<String, Object> config = new HashMap<>();
            // What a consumer needs to be let in, this needs, too.
            settings.under("kafka.consumer.").forEach((key, value) -> {
                if (AdminClientConfig.configNames().contains(key)) {
                    config.put(key, value);
                }
            });
            config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
            config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Math.min(10_000, patience.toMillis()));
            config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
            return Admin.create(config);
        } catch (KafkaException e) {
            throw new JobFailure(
                    "Kafka at " + bootstrap + ": " + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + " (setting kafka.bootstrap)",
                    e);
        }
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
        // So few that a message is still in the processor's cache when it is read.
        consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1_000);
        settings.under("kafka.consumer.").forEach(consumer::put);
        return consumer;
    }

    /** One message to one raw line. A message that cannot be unwrapped is kept whole, and says why. */
    public static final class Reader implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String source;
        private final @Nullable Instant window;
        private final long unit;
        private transient @Nullable Envelope envelope;

        public Reader(String source, @Nullable Instant window) {
            this(source, window, 0);
        }

        /** A reader that says of each message in which window the broker took it. */
        public static Reader ofWindows(LogSource source) {
            return new Reader(source.name(), null, source.unit().toMillis());
        }

        private Reader(String source, @Nullable Instant window, long unit) {
            this.source = source;
            this.window = window;
            this.unit = unit;
        }

        public RawLine read(ConsumerRecord<byte[], byte[]> message) {
            RawLine line = new RawLine();
            line.setSource(source);
            long time = message.timestamp();
            line.setWindow(unit == 0 ? window : Instant.ofEpochMilli(time - Math.floorMod(time, unit)));
            line.setTopic(message.topic());
            line.setPartition(message.partition());
            line.setOffset(message.offset());
            line.setAppendTime(Instant.ofEpochMilli(message.timestamp()));
            byte[] body = unwrap(message.value(), line);
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

        private byte[] unwrap(byte @Nullable [] value, RawLine line) {
            Envelope reader = envelope;
            if (reader == null) {
                reader = new Envelope();
                envelope = reader;
            }
            line.setHeaders(Map.of());
            if (value == null) {
                line.setEnvelopeError(Origin.NO_EVENT + "the message has no value");
                return new byte[0];
            }
            try {
                reader.read(value);
            } catch (IOException e) {
                line.setEnvelopeError(Origin.NO_EVENT + e.getMessage());
                return value;
            }
            line.setHost(reader.host());
            line.setLog(reader.log());
            line.setGeneration(reader.generation());
            line.setFileOffset(reader.fileOffset());
            line.setOversize(reader.oversize());
            line.setHeaderLine(reader.headerLine());
            line.setHeaders(reader.headers());
            return reader.body();
        }
    }
}
