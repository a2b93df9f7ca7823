package io.trawl.cli.query;

import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.record.Alert;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Follows the topic of alerts. It reads while the hot path reads: no group, no commit, and only what is committed there. */
@Command(
        name = "tail",
        description = {
            "Prints the hot path's alerts as they come, until you interrupt it.",
            "On a terminal one line per alert, otherwise one JSON object per line. An alert is the first detection of one client and one indicator; those that follow within hot.suppression are its revisions.",
            "If its output is closed, it ends with the next alert."
        },
        sortOptions = false)
final class Tail implements Callable<Integer> {
    /** Whether standard output is a terminal, as bin/trawl sees it. */
    private static final String TERMINAL = "trawl.terminal";

    /** How often it looks for partitions that have been added, and whether Kafka is there. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** How long Kafka may take to answer, at the start and while it is followed. */
    private static final Duration ANSWER = Duration.ofSeconds(6);

    private static final Duration NEXT_ANSWER = Duration.ofSeconds(5);

    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--client", paramLabel = "ADDRESS", description = "Of this client only.")
    private @Nullable String client;

    @Option(names = "--indicator", paramLabel = "VALUE", description = "Of this indicator only.")
    private @Nullable String indicator;

    @Option(names = "--from-start", description = "Begin with the oldest alert in the topic.")
    private boolean fromStart;

    @Option(names = "--revisions", description = "Print an alert again with each revision.")
    private boolean revisions;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "Stop after this time, for example PT10S; also the longest wait for the topic.")
    private @Nullable String howLong;

    @Mixin
    private Cli.Since since = new Cli.Since();

    @Mixin
    private Cli.Common common = new Cli.Common();

    Tail(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        if (fromStart && since.since != null) {
            throw new IllegalArgumentException(
                    "--from-start and --since both say where to begin: expected one of them");
        }
        Instant from = since.from();
        long end = howLong == null ? Long.MAX_VALUE : duration(howLong).toNanos();
        String wantedClient = client == null ? null : Cli.client(client);
        String wantedIndicator = indicator == null ? null : Cli.indicator(indicator);
        Settings settings = common.settings();
        Boolean json = common.json();
        boolean asJson = json == null ? !Boolean.getBoolean(TERMINAL) : json;
        AlertLine line = asJson
                ? null
                : new AlertLine(System.getenv("NO_COLOR") == null
                        || System.getenv("NO_COLOR").isEmpty());
        String topic = settings.text("hot.topic");
        String bootstrap = settings.text("kafka.bootstrap");
        long started = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumer(settings))) {
            Position position = new Position(consumer, topic, bootstrap);
            if (!position.await(from, fromStart, started, end)) {
                return 0;
            }
            // What is there is read, however long it took to get there.
            started = System.nanoTime();
            if (line != null) {
                out.println(line.heading());
            }
            while (System.nanoTime() - started < end) {
                long left = Math.min(TimeUnit.NANOSECONDS.toMillis(end - (System.nanoTime() - started)), 500);
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(Math.max(1, left)))) {
                    Alert alert = alert(message);
                    if (alert == null
                            || alert.getRevision() > 1 && !revisions
                            || wantedClient != null && !wantedClient.equals(alert.getClient())
                            || wantedIndicator != null && !wantedIndicator.equals(alert.getIndicatorValue())) {
                        continue;
                    }
                    out.println(line == null ? Json.of(alert).toString() : line.of(alert));
                    // This flushes, too.
                    if (out.checkError()) {
                        return 0;
                    }
                }
                if (out.checkError()) {
                    return 0;
                }
                position.look();
            }
            return 0;
        } catch (KafkaException e) {
            throw away(bootstrap, e);
        }
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative() && !duration.isZero()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw new IllegalArgumentException("--for " + text + ": expected a duration, for example PT10S or PT1H");
    }

    private static Map<String, Object> consumer(Settings settings) {
        Map<String, Object> consumer = new HashMap<>();
        consumer.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.text("kafka.bootstrap"));
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Where retention overtakes it, and where the topic was made anew.
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        settings.under("kafka.consumer.").forEach(consumer::put);
        return consumer;
    }

    private static JobFailure away(String bootstrap, KafkaException e) {
        return new JobFailure(
                e instanceof TimeoutException
                        ? "Kafka at " + bootstrap + " does not answer: is it up? (setting kafka.bootstrap)"
                        : "Kafka at " + bootstrap + ": " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                e);
    }

    private @Nullable Alert alert(ConsumerRecord<byte[], byte[]> message) {
        String why;
        byte[] value = message.value();
        if (value == null) {
            why = "it has no value";
        } else {
            try {
                return Alert.getDecoder().decode(value);
            } catch (IOException | RuntimeException e) {
                why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            }
        }
        err.println("trawl tail: partition " + message.partition() + " offset " + message.offset() + " of topic "
                + message.topic() + " is not an alert: " + why);
        return null;
    }

    /** The partitions that are read. */
    private final class Position {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final String topic;
        private final String bootstrap;
        private long looked;
        private boolean away;

        Position(KafkaConsumer<byte[], byte[]> consumer, String topic, String bootstrap) {
            this.consumer = consumer;
            this.topic = topic;
            this.bootstrap = bootstrap;
        }

        /** Waits for the topic and goes to where reading begins. Gives false if the time is up before. */
        boolean await(@Nullable Instant from, boolean fromStart, long started, long end) {
            Set<TopicPartition> partitions = partitions(null);
            boolean waited = partitions.isEmpty();
            if (waited) {
                err.println("trawl tail: topic " + topic + " is not there yet at " + bootstrap
                        + ": waiting for the first hot path to make it");
            }
            while (partitions.isEmpty()) {
                if (System.nanoTime() - started >= end) {
                    return false;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(500);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
                partitions = partitions(null);
            }
            consumer.assign(partitions);
            if (waited || fromStart) {
                // All that a new topic has came after this began to wait.
                consumer.seekToBeginning(partitions);
            } else if (from != null) {
                Map<TopicPartition, Long> times = new HashMap<>();
                partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
                Map<TopicPartition, OffsetAndTimestamp> offsets = consumer.offsetsForTimes(times);
                partitions.forEach(partition -> {
                    OffsetAndTimestamp offset = offsets.get(partition);
                    if (offset == null) {
                        consumer.seekToEnd(List.of(partition));
                    } else {
                        consumer.seek(partition, offset.offset());
                    }
                });
            } else {
                consumer.seekToEnd(partitions);
            }
            // Now, not with the first poll.
            partitions.forEach(consumer::position);
            looked = System.nanoTime();
            return true;
        }

        private Set<TopicPartition> partitions(@Nullable Duration within) {
            Set<TopicPartition> partitions = new HashSet<>();
            List<PartitionInfo> known =
                    within == null ? consumer.partitionsFor(topic) : consumer.partitionsFor(topic, within);
            if (known != null) {
                known.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            }
            return partitions;
        }

        /** Takes in partitions that have been added. A Kafka that has gone is said once, and waited for. */
        void look() {
            if (System.nanoTime() - looked < LOOK_NANOS) {
                return;
            }
            try {
                Set<TopicPartition> now = partitions(NEXT_ANSWER);
                Set<TopicPartition> added = new HashSet<>(now);
                added.removeAll(consumer.assignment());
                if (!added.isEmpty()) {
                    now.addAll(consumer.assignment());
                    consumer.assign(now);
                    consumer.seekToBeginning(added);
                }
                away = false;
            } catch (TimeoutException e) {
                if (!away) {
                    err.println("trawl tail: " + away(bootstrap, e).getMessage() + "; waiting for it");
                }
                away = true;
            }
            looked = System.nanoTime();
        }
    }
}
