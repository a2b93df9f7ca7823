package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.record.Alert;
import io.trawl.stack.Await;
import io.trawl.stack.SharedStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code trawl tail} as people and scripts use it, on a real broker. */
class TailIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;
    private static KafkaProducer<byte[], byte[]> producer;

    private final String topic = Sweeper.unique("alerts");

    @BeforeAll
    static void start() {
        conf = SharedStack.stores().conf();
        String bootstrap = Settings.load(conf, Map.of()).text("kafka.bootstrap");
        broker = new Broker(bootstrap);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "transactional.id", Sweeper.unique("tail-it")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    @AfterEach
    void killAll() {
        Trawl.killAll();
    }

    @AfterAll
    static void stop() {
        producer.close();
        broker.close();
    }

    private static Alert alert(String id, int revision, String client, String indicator) {
        Instant time = Instant.parse("2026-11-24T10:00:00.123Z");
        return Alert.newBuilder()
                .setDetectionId(id)
                .setRevision(revision)
                .setCount(revision * 3L)
                .setOpened(time)
                .setFirstSeen(time)
                .setLastSeen(time)
                .setAppendTime(time)
                .setStored(time)
                .setLatestDetectionId(id)
                .setEventId("e")
                .setSource("proxy")
                .setPartition(0)
                .setOffset(17)
                .setClient(client)
                .setField("url.domain")
                .setValue("www." + indicator)
                .setHow("subdomain")
                .setIndicatorId("i")
                .setIndicatorType("domain")
                .setIndicatorValue(indicator)
                .setFeed("feed.txt")
                .setLabels(List.of("a", "b"))
                .setIndicatorSnapshot(7)
                .setUrlOriginal("http://www." + indicator + "/")
                .setEventTime(time)
                .build();
    }

    private void send(boolean commit, Alert... alerts) throws IOException {
        producer.beginTransaction();
        for (Alert alert : alerts) {
            var bytes = alert.toByteBuffer();
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            producer.send(new ProducerRecord<>(topic, alert.getDetectionId().getBytes(StandardCharsets.UTF_8), value));
        }
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.flush();
            producer.abortTransaction();
        }
    }

    private List<String> arguments(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("tail", "--conf", conf.toString(), "--set", "hot.topic=" + topic));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static List<JsonNode> objects(Trawl tail) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : tail.out().lines().toList()) {
            objects.add(JSON.readTree(line));
        }
        return objects;
    }

    private static void await(Trawl tail, String what, Predicate<Trawl> seen) {
        Await.until(
                what,
                () -> {
                    assertThat(tail.process().isAlive() || seen.test(tail))
                            .as("it has ended: " + tail.err())
                            .isTrue();
                    return tail;
                },
                seen);
    }

    private static Predicate<Trawl> lines(int count) {
        return tail -> {
            try {
                return tail.out().lines().count() >= count;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    private static Predicate<Trawl> error(String text) {
        return tail -> {
            try {
                return tail.err().contains(text);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130"})
    void aTopicThatIsNotThereIsWaitedForAndASignalEndsIt(String signal, int status) throws Exception {
        // Whoever started the tests in the background had them ignore SIGINT.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", Trawl.command()));
        command.addAll(arguments());
        Trawl tail = Trawl.start(folder, command, Map.of());
        await(tail, "that it waits", error("topic " + topic + " is not there yet"));
        broker.create(topic, 2, Map.of());
        send(true, alert("aa", 1, "10.0.0.1", "evil.example"));
        send(false, alert("bb", 1, "10.0.0.1", "aborted.example"));
        broker.send(topic, List.of(new Broker.Message(0, "no alert".getBytes(StandardCharsets.UTF_8))));
        send(true, alert("aa", 2, "10.0.0.1", "evil.example"), alert("cc", 1, "10.0.0.2", "odd.example"));
        await(tail, "two alerts", lines(2));
        await(tail, "the one that is none", error("is not an alert"));

        assertThat(objects(tail))
                .as("each alert once, without what was aborted")
                .containsExactlyInAnyOrder(
                        JSON.readTree(Json.of(alert("aa", 1, "10.0.0.1", "evil.example"))
                                .toString()),
                        JSON.readTree(Json.of(alert("cc", 1, "10.0.0.2", "odd.example"))
                                .toString()));
        int killed = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(tail.process().pid()))
                .start()
                .waitFor();
        assertThat(killed).isZero();
        assertThat(tail.end()).isEqualTo(status);
        assertThat(tail.err().lines()).as(tail.err()).hasSize(2);
        assertThat(tail.err().lines().toList().get(1))
                .matches("trawl tail: partition 0 offset \\d+ of topic " + topic + " is not an alert: .+");
    }

    @Test
    void itBeginsAtTheEndUnlessItIsToldOtherwise() throws Exception {
        broker.create(topic, 1, Map.of());
        send(true, alert("old", 1, "10.0.0.1", "evil.example"));
        Instant between = Instant.ofEpochMilli(System.currentTimeMillis() + 1);
        Await.often("the clock", Instant::now, now -> now.isAfter(between));
        send(true, alert("new", 1, "10.0.0.1", "evil.example"));

        Trawl fromEnd = Trawl.start(folder, arguments());
        Await.until(
                "an alert that came later",
                () -> {
                    send(true, alert("later", 1, "10.0.0.1", "evil.example"));
                    return objects(fromEnd);
                },
                objects -> !objects.isEmpty());
        assertThat(objects(fromEnd))
                .allMatch(one -> one.path("detection_id").asText().equals("later"));
        fromEnd.process().destroy();

        Trawl since = Trawl.start(folder, arguments("--since", between.toString()));
        await(since, "an alert", lines(1));
        assertThat(objects(since).get(0).path("detection_id").asText()).isEqualTo("new");
        since.process().destroy();

        Trawl all = Trawl.start(folder, arguments("--from-start"));
        await(all, "an alert", lines(1));
        assertThat(objects(all).get(0).path("detection_id").asText()).isEqualTo("old");
        all.process().destroy();
    }

    @Test
    void onlyWhatIsAskedForIsShownAndItEndsInTime() throws Exception {
        broker.create(topic, 1, Map.of());
        send(
                true,
                alert("aa", 1, "10.0.0.1", "evil.example"),
                alert("aa", 2, "10.0.0.1", "evil.example"),
                alert("bb", 1, "10.0.0.2", "evil.example"),
                alert("cc", 1, "10.0.0.1", "odd.example"));
        Trawl revisions = Trawl.start(
                folder,
                arguments(
                        "--from-start",
                        "--revisions",
                        "--client",
                        "0x0a.0.0.1",
                        "--indicator",
                        "EVIL[.]example",
                        "--for",
                        "PT6S"));
        assertThat(revisions.end()).as(revisions.err()).isZero();
        assertThat(revisions.err()).isEmpty();
        assertThat(objects(revisions).stream()
                        .map(one -> one.path("detection_id").asText() + one.path("revision"))
                        .toList())
                .containsExactly("aa1", "aa2");
    }

    @Test
    void itEndsQuietlyWhenItsReaderHasGone() throws Exception {
        broker.create(topic, 1, Map.of());
        send(true, alert("aa", 1, "10.0.0.1", "evil.example"));
        String command = "set -o pipefail; '" + Trawl.command() + "' " + String.join(" ", arguments("--from-start"))
                + " | head -n 1";
        Trawl piped = Trawl.start(folder, List.of("bash", "-c", command), Map.of());
        await(piped, "the first alert", lines(1));
        Await.until(
                "its end",
                () -> {
                    send(true, alert("bb", 1, "10.0.0.1", "evil.example"));
                    return piped.process().isAlive();
                },
                alive -> !alive);
        assertThat(piped.process().exitValue()).as(piped.err()).isZero();
        assertThat(piped.err()).isEmpty();
        assertThat(piped.out().lines()).hasSize(1);
    }

    @Test
    void onATerminalThereAreColouredColumnsUnlessTheyAreUnwanted() throws Exception {
        broker.create(topic, 1, Map.of());
        send(true, alert("aa", 1, "10.0.0.1", "evil.example"), alert("aa", 2, "10.0.0.1", "evil.example"));
        String command = "'" + Trawl.command() + "' "
                + String.join(" ", arguments("--from-start", "--revisions", "--for", "PT6S"));
        List<String> onTerminal = List.of("script", "-qec", command, "/dev/null");
        Trawl coloured = Trawl.start(folder, onTerminal, Map.of());
        Trawl plain = Trawl.start(folder, onTerminal, Map.of("NO_COLOR", "1"));
        assertThat(coloured.end()).as(coloured.out()).isZero();
        assertThat(plain.end()).as(plain.out()).isZero();

        assertThat(coloured.out().lines()).hasSize(3);
        assertThat(coloured.out().lines().toList().get(1)).contains("\u001b[1m\u001b[31mevil.example");
        assertThat(coloured.out().lines().toList().get(2)).startsWith("\u001b[2m2026-11-24T10:00:00.123Z");
        assertThat(plain.out()).doesNotContain("\u001b");
        assertThat(plain.out().lines().map(line -> line.strip().split(" +")[0]))
                .containsExactly("TIME", "2026-11-24T10:00:00.123Z", "2026-11-24T10:00:00.123Z");
        assertThat(plain.out().lines().map(line -> line.strip().replaceAll(".* ", "")))
                .containsExactly("COUNT", "3", "6");
    }
}
