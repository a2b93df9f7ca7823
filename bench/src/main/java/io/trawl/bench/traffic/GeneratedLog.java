package io.trawl.bench.traffic;

import io.trawl.record.FlumeEnvelope;
import io.trawl.traffic.Line;
import io.trawl.traffic.NearMiss;
import io.trawl.traffic.Planted;
import io.trawl.traffic.Traffic;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A seeded log of an hour, with the indicators for it and the truth about it: as text for the peer, and in Kafka as the
 * collector writes it for the jobs.
 *
 * <p>It has only what both can judge ({@link #bothJudge}), so that both must find the same lines.
 */
public final class GeneratedLog {
    public static final long SEED = 1;
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LENGTH = Duration.ofHours(1);
    private static final int PROXIES = 6;
    private static final Set<NearMiss> TAKEN_FOR_HITS =
            Set.of(NearMiss.OTHER_QUERY, NearMiss.OTHER_SCHEME, NearMiss.EXPIRED);

    /**
     * What is in it.
     *
     * @param bytes length as text, line ends included
     * @param malformed lines that are none
     * @param planted matches that must be found
     * @param hits lines with a match: "time URL", in order; of Squid's format only
     * @param places the same lines as "partition:offset"
     * @param ends messages in each partition
     * @param first append time of the first message
     * @param last append time of the last one
     */
    public record Truth(
            long lines,
            long bytes,
            long malformed,
            long planted,
            List<String> hits,
            Set<String> places,
            Map<Integer, Long> ends,
            Instant first,
            Instant last) {}

    private final Traffic traffic;
    private final long lines;
    private final Written written;

    /** @param indicators in the feeds, at least 10,000: from there on the lines do not depend on it */
    public GeneratedLog(long lines, long indicators) {
        this(lines, indicators, Written.SQUID);
    }

    /** The same in another format. */
    public GeneratedLog(long lines, long indicators, Written written) {
        this.lines = lines;
        this.written = written;
        // About half of the generator's hits are of a kind that both sides know.
        this.traffic = Traffic.builder(SEED, lines + lines / 50 + 1000)
                .format(written.generated())
                .hits(2)
                .indicators(indicators)
                .start(START)
                .rate((double) lines / LENGTH.toSeconds())
                .proxies(IntStream.rangeClosed(1, PROXIES)
                        .mapToObj(i -> "proxy-" + i)
                        .toList())
                .build();
    }

    /** Writes the feeds as their makers would. */
    public void writeFeeds(Path folder) throws IOException {
        traffic.writeFeeds(folder);
    }

    /** The lines, without their proxies' line numbers and offsets being right: some are left out. */
    public Iterable<Line> lines() {
        return () -> new Iterator<>() {
            private final Iterator<Line> all = traffic.iterator();
            private long given;

            @Override
            public boolean hasNext() {
                return given < lines;
            }

            @Override
            public Line next() {
                Line line = all.next();
                while (!bothJudge(line) || !written.takes(line)) {
                    line = all.next();
                }
                given++;
                return line;
            }
        };
    }

    /**
     * Whether jobs and peer must say the same of a line. The peer looks at the URL and its host, not at the address that
     * the proxy went to; it knows no IPv6, no query and no scheme in an indicator, and no end of validity.
     */
    public static boolean bothJudge(Line line) {
        NearMiss near = line.nearMiss();
        if (near != null && TAKEN_FOR_HITS.contains(near)) {
            return false;
        }
        return line.planted().isEmpty() || line.planted().stream().anyMatch(GeneratedLog::peerSees);
    }

    private static boolean peerSees(Planted planted) {
        String indicator = planted.indicator();
        return switch (planted.type()) {
            case "domain", "ipv4" -> planted.field().equals("url.domain");
            case "cidr" -> planted.field().equals("url.domain") && indicator.indexOf(':') < 0;
            case "url" -> planted.field().equals("url.full") && indicator.indexOf('?') < 0;
            default -> false;
        };
    }

    /** Writes the log as text, and sends the same lines to a topic. */
    public Truth write(Path text, String bootstrap, String topic) throws IOException {
        Map<String, Source> sources = new HashMap<>();
        traffic.proxies().forEach(proxy -> sources.put(proxy, new Source(proxy)));
        Set<String> places = new ConcurrentSkipListSet<>();
        Map<Integer, Long> ends = new ConcurrentHashMap<>();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        AtomicLong last = new AtomicLong();
        List<String> hits = new ArrayList<>();
        long bytes = 0;
        long malformed = 0;
        long planted = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(text), 1 << 20);
                KafkaProducer<byte[], byte[]> producer = producer(bootstrap)) {
            for (Line line : lines()) {
                byte[] body = written.bytes(line);
                out.write(body);
                out.write('\n');
                bytes += body.length + 1;
                malformed += line.malformed() == null ? 0 : 1;
                planted += line.planted().size();
                boolean hit = !line.planted().isEmpty();
                if (hit && written == Written.SQUID) {
                    hits.add(timeAndUrl(body));
                }
                Source source = sources.get(line.proxy());
                if (source == null) {
                    throw new IllegalStateException("a line of " + line.proxy() + ", which is not a proxy here");
                }
                // The callback is told of what fails; its future says nothing more.
                Future<RecordMetadata> unused =
                        producer.send(new ProducerRecord<>(topic, source.key, source.envelope(body)), (at, e) -> {
                            if (e != null) {
                                failure.compareAndSet(null, e);
                                return;
                            }
                            ends.merge(at.partition(), at.offset() + 1, Math::max);
                            first.accumulateAndGet(at.timestamp(), Math::min);
                            last.accumulateAndGet(at.timestamp(), Math::max);
                            if (hit) {
                                places.add(at.partition() + ":" + at.offset());
                            }
                        });
            }
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw new IOException("topic " + topic + " does not take the lines: " + failed.getMessage(), failed);
        }
        Collections.sort(hits);
        return new Truth(
                lines,
                bytes,
                malformed,
                planted,
                List.copyOf(hits),
                Set.copyOf(places),
                Map.copyOf(ends),
                Instant.ofEpochMilli(first.get()),
                Instant.ofEpochMilli(last.get()));
    }

    /** First and seventh field, as the peer answers them. */
    private static String timeAndUrl(byte[] line) {
        String[] fields = new String(line, StandardCharsets.ISO_8859_1).split(" +", 8);
        return fields[0] + " " + fields[6];
    }

    /** As flume/conf/collector.properties has the channel's producer. */
    private static KafkaProducer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "enable.idempotence",
                        true,
                        "compression.type",
                        "lz4",
                        "batch.size",
                        131_072,
                        "linger.ms",
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** A proxy's agent: wraps its lines as the collector's channel does. */
    private static final class Source {
        final byte[] key;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final SpecificDatumWriter<FlumeEnvelope> writer = new SpecificDatumWriter<>(FlumeEnvelope.class);
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        private final FlumeEnvelope envelope = new FlumeEnvelope();
        private long offset;

        Source(String proxy) {
            key = proxy.getBytes(StandardCharsets.UTF_8);
            headers.put("host", proxy);
            headers.put("key", proxy);
            headers.put("log", "access");
            headers.put("file", "/var/log/squid/access.log");
            headers.put("generation", String.format("%x-%016x", 0x1c2_0000, proxy.hashCode()));
        }

        byte[] envelope(byte[] line) throws IOException {
            headers.put("byteoffset", Long.toString(offset));
            offset += line.length + 1;
            envelope.setHeaders(headers);
            envelope.setBody(ByteBuffer.wrap(line));
            bytes.reset();
            writer.write(envelope, encoder);
            encoder.flush();
            return bytes.toByteArray();
        }
    }
}
