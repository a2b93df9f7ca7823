package io.trawl.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.State;
import io.trawl.hotdetect.HotDetectJob;
import io.trawl.record.Alert;
import io.trawl.stack.Await;
import io.trawl.stack.SharedStack;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The hot job of a source, in a JVM of its own, and what can be seen of it from outside. */
final class HotJob implements AutoCloseable {
    /** Of each broker, for all looks: a look may come every 20 ms. */
    private static final Map<String, Admin> ADMINS = new ConcurrentHashMap<>();

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Sweeper source;
    private final String runId;
    private final Process process;
    private final Path log;

    private HotJob(Sweeper source, String runId, Process process, Path log) {
        this.source = source;
        this.runId = runId;
        this.process = process;
        this.log = log;
    }

    /** Settings of a source that a hot job can be tried on: its own topic of alerts, and a lease that ends soon. */
    static Map<String, String> settings(String source) {
        Map<String, String> settings = new HashMap<>();
        settings.put("hot.topic", source + "-alerts");
        settings.put("hot.lease", "PT6S");
        settings.put("hot.heartbeat", "PT0.5S");
        settings.put("hot.indicators.poll", "PT1S");
        settings.put("hot.start", "earliest");
        return settings;
    }

    /** Starts one; it need not hold the lease when this returns. */
    static HotJob start(Sweeper source, String... more) throws IOException {
        String runId = source.source() + "-run-" + NUMBER.getAndIncrement();
        List<String> command = SharedStack.driver();
        command.addAll(List.of(
                "-Dspark.master=local[2]",
                HotDetectJob.class.getName(),
                "--source",
                source.source(),
                "--run-id",
                runId));
        command.addAll(source.arguments(null, more));
        File log = File.createTempFile("hot-", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return new HotJob(source, runId, builder.start(), log.toPath());
    }

    /** Starts one and waits until it works. */
    static HotJob running(Sweeper source, String... more) throws IOException {
        HotJob job = start(source, more);
        job.awaitRunning();
        return job;
    }

    void awaitRunning() {
        awaitHeartbeat(
                "a heartbeat of " + runId, beat -> beat.path("state").asText().equals("running"));
    }

    /** The source's heartbeat, of whichever job wrote it last. */
    JsonNode heartbeat() throws IOException {
        return heartbeat(source);
    }

    /** The heartbeat of a source, of whichever job wrote it last; missing where none has. */
    static JsonNode heartbeat(Sweeper source) throws IOException {
        JsonNode beat = State.at(source.settings().text("reports.dir"), Sweeper.HADOOP)
                .read("hot/" + source.source() + "/heartbeat.json");
        return beat == null ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : beat;
    }

    /** Waits for this job's heartbeat to say something. */
    JsonNode awaitHeartbeat(String what, Predicate<JsonNode> test) {
        return Await.until(
                what + " (" + log + ")",
                () -> {
                    JsonNode beat = heartbeat();
                    if (!alive()) {
                        throw new AssertionError(what + ": the job has ended with status " + process.exitValue()
                                + "; its log is " + log);
                    }
                    return beat;
                },
                beat -> beat.path("run_id").asText().equals(runId) && test.test(beat),
                HotJob::withoutClocks);
    }

    /** What of a heartbeat moves only when the job gets on. */
    private static String withoutClocks(JsonNode beat) {
        return Stream.of(
                        "run_id",
                        "state",
                        "because",
                        "lines",
                        "lag_lines",
                        "detections",
                        "invalid",
                        "snapshot",
                        "snapshot_refused")
                .map(field -> field + " " + beat.path(field))
                .collect(Collectors.joining(", "));
    }

    String runId() {
        return runId;
    }

    boolean alive() {
        return process.isAlive();
    }

    String said() throws IOException {
        return Files.readString(log);
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; gives the seconds until it had ended. */
    double terminate() {
        long begun = System.nanoTime();
        process.destroy();
        awaitEnd();
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Waits for its end, and gives the exit status. */
    int awaitEnd() {
        return Await.end(runId, process, log);
    }

    /** Offsets that the hot path of a source has committed, added up over partitions. */
    static long committed(Sweeper source) throws Exception {
        return ADMINS
                .computeIfAbsent(
                        source.settings().text("kafka.bootstrap"),
                        bootstrap -> Admin.create(Map.of("bootstrap.servers", (Object) bootstrap)))
                .listConsumerGroupOffsets(
                        "trawl-hot-" + source.source(), new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata()
                .get()
                .values()
                .stream()
                .mapToLong(one -> one.offset())
                .sum();
    }

    /** Waits until so many messages are done. */
    static void awaitCommitted(Sweeper source, long messages) {
        Await.until("offsets of " + messages + " messages", () -> committed(source), done -> done >= messages);
    }

    /** Every alert of the source, in order of partitions, as a reader of committed messages sees them. */
    static List<Alert> alerts(Sweeper source) throws IOException {
        String topic = source.settings().text("hot.topic");
        List<Alert> alerts = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        source.settings().text("kafka.bootstrap"),
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Await.often(
                    "every alert of " + topic,
                    () -> {
                        for (var message : consumer.poll(Duration.ofMillis(500))) {
                            alerts.add(Alert.getDecoder().decode(message.value()));
                        }
                        return partitions.stream().mapToLong(consumer::position).sum();
                    },
                    read -> ends.entrySet().stream()
                            .allMatch(end -> consumer.position(end.getKey()) >= end.getValue()));
        }
        return alerts;
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
