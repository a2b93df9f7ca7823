package io.trawl.bench.hot;

import io.trawl.bench.frame.BenchFailure;
import io.trawl.record.Alert;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** The alerts as a consumer of their topic sees them, from here on: the first of each client. */
final class AlertLog implements AutoCloseable {
    /**
     * An alert.
     *
     * @param event when its line was written, by the line
     * @param append when the broker took the line
     * @param stored when the job says that HBase had it
     * @param received when it was read from the topic
     */
    record Seen(long event, long append, long stored, long received) {}

    private final HotRun hot;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile @Nullable Exception failure;
    private volatile boolean closed;

    /** @param hot who makes them */
    AlertLog(HotRun hot, String bootstrap, String topic) {
        this.hot = hot;
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "fetch.max.wait.ms", 50),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread = new Thread(this::read, "alerts");
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        try {
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
                    long now = System.currentTimeMillis();
                    Alert alert = Alert.getDecoder().decode(message.value());
                    seen.putIfAbsent(
                            alert.getClient(),
                            new Seen(
                                    alert.getEventTime().toEpochMilli(),
                                    alert.getAppendTime().toEpochMilli(),
                                    alert.getStored().toEpochMilli(),
                                    now));
                }
            }
        } catch (WakeupException e) {
            // Closed.
        } catch (IOException | RuntimeException e) {
            failure = e;
        } finally {
            consumer.close(Duration.ofSeconds(2));
        }
    }

    /**
     * Waits until there is an alert of each client.
     *
     * @throws BenchFailure some are missing after that time: then the times of the others say nothing
     */
    List<Seen> await(Set<String> clients, Duration patience) throws IOException, InterruptedException {
        Instant until = Instant.now().plus(patience);
        while (true) {
            Exception failed = failure;
            if (failed != null) {
                throw new BenchFailure("the alerts cannot be read: " + failed);
            }
            hot.requireAlive();
            List<Seen> found = new ArrayList<>();
            String missing = "";
            for (String client : clients) {
                Seen one = seen.get(client);
                if (one == null) {
                    missing = client;
                } else {
                    found.add(one);
                }
            }
            if (found.size() == clients.size()) {
                return found;
            }
            if (Instant.now().isAfter(until)) {
                throw new BenchFailure("of " + clients.size() + " lines with a hit " + found.size()
                        + " have an alert, that of client " + missing + " has none: the times say nothing");
            }
            Thread.sleep(100);
        }
    }

    /** The alert of a client; null while there is none. */
    @Nullable
    Seen of(String client) {
        return seen.get(client);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        consumer.wakeup();
        thread.join(5_000);
    }
}
