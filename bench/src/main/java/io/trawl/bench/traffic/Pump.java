package io.trawl.bench.traffic;

import io.trawl.bench.frame.BenchFailure;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends messages to a topic at a rate, by a producer like the collector's. */
public final class Pump implements AutoCloseable {
    /** Messages of one partition that follow each other, as those of a batch of an agent. */
    private static final int RUN = 100;

    private static final long LOOK_NANOS = 5_000_000;

    private final Envelopes envelopes;
    private final String topic;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong taken = new AtomicLong();
    private volatile @Nullable Exception failure;
    private volatile double rate;
    private volatile boolean closed;
    private long sent;
    private @Nullable Thread thread;

    public Pump(Envelopes envelopes, String bootstrap, String topic) {
        this.envelopes = envelopes;
        this.topic = topic;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "compression.type",
                        "lz4",
                        "batch.size",
                        131_072,
                        "linger.ms",
                        5,
                        "buffer.memory",
                        64L << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.partitions = producer.partitionsFor(topic).size();
    }

    private void send() {
        Exception failed = failure;
        if (failed != null) {
            throw new BenchFailure("topic " + topic + " does not take the lines: " + failed.getMessage());
        }
        long number = sent++;
        // The callback is told of what fails; its future says nothing more.
        Future<RecordMetadata> unused = producer.send(
                new ProducerRecord<>(topic, (int) (number / RUN % partitions), null, envelopes.message(number)),
                (at, e) -> {
                    if (e != null) {
                        failure = e;
                    } else {
                        taken.incrementAndGet();
                    }
                });
    }

    /** Sends so many as fast as it can, and waits until the broker has them. */
    public void send(long messages) {
        for (long i = 0; i < messages; i++) {
            send();
        }
        producer.flush();
    }

    /** Goes on sending at a rate, whatever else is done. */
    public void begin(double messagesPerSecond) {
        rate = messagesPerSecond;
        Thread begun = new Thread(this::run, "pump");
        begun.setDaemon(true);
        begun.start();
        thread = begun;
    }

    private void run() {
        try {
            double owed = 0;
            long last = System.nanoTime();
            while (!closed) {
                LockSupport.parkNanos(LOOK_NANOS);
                long now = System.nanoTime();
                // What could not be sent for a second is not made up for.
                owed = Math.min(owed + rate * (now - last) / 1e9, rate);
                last = now;
                for (; owed >= 1 && !closed; owed--) {
                    send();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Changes the rate from now on. */
    public void rate(double messagesPerSecond) {
        rate = messagesPerSecond;
    }

    /** Messages that the broker has taken. */
    public long taken() {
        Exception failed = failure;
        if (failed != null) {
            throw new BenchFailure("topic " + topic + " does not take the lines: " + failed.getMessage());
        }
        return taken.get();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        Thread begun = thread;
        if (begun != null) {
            begun.join(10_000);
        }
        producer.close();
    }
}
