package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.trawl.base.Json;
import io.trawl.flow.Tally;
import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.kafka.KafkaLines;
import io.trawl.record.Detection;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The heartbeat that the hot path writes is what Airflow reads: it meets schemas/json/heartbeat.schema.json and is the
 * example that dags/tests/test_contracts.py reads, but for the times.
 */
class HeartbeatJobTest {
    private static final Path CONTRACTS = Path.of(System.getProperty("trawl.home"), "schemas/json");
    private static final Instant APPENDED = Instant.parse("2026-11-24T10:00:29.100Z");

    /** Times that follow the clock, as the examples have them. */
    private static final Map<String, String> TIMES = Map.of(
            "at", "2026-11-24T10:00:30Z",
            "started", "2026-11-24T09:00:00Z",
            "last_sign", "2026-11-24T10:00:29.500Z",
            "last_batch", "2026-11-24T10:00:29.500Z");

    @TempDir
    static Path folder;

    private static JsonNode starting;
    private static JsonNode running;
    private static JsonNode waiting;
    private static JsonNode stopped;

    /** Writes heartbeats as the hot job does; asks no broker. */
    private static final class Beats implements Job {
        @Override
        public String name() {
            return "hot-detect";
        }

        @Override
        public String purpose() {
            return "Writes heartbeats.";
        }

        @Override
        public boolean windowed() {
            return false;
        }

        @Override
        public boolean sourced() {
            return true;
        }

        @Override
        public void run(Run run) throws IOException {
            SparkSession session = run.spark();
            // Without a page a heartbeat has no address of metrics.
            assertThat(session.sparkContext().uiWebUrl().isEmpty()).isTrue();
            Indicators indicators = new Indicators(run, run.settings());
            Progress progress = new Progress(indicators);
            List<Position> position = new ArrayList<>();
            try (Heartbeat heartbeat = new Heartbeat(
                    run,
                    run.settings(),
                    progress,
                    indicators,
                    () -> position.isEmpty() ? null : position.get(0),
                    KafkaLines.consumer(run.settings(), "nobody"))) {
                heartbeat.beat();
                starting = heartbeat.last();
                progress.ready();
                progress.begin();
                Detection detection = new Detection();
                detection.setTags(List.of());
                detection.setReferences(List.of());
                detection.setWhy(List.of());
                detection.setTimestamp(APPENDED);
                detection.setSuppressedBy("resolvers");
                progress.end(
                        new Tally(),
                        List.of(new TimedDetection(detection, APPENDED.toEpochMilli(), true)),
                        2,
                        APPENDED,
                        1);
                progress.lag(new Progress.Lag(12_345, 3.25, 61.4));
                position.add(new Position(
                        new TreeMap<>(Map.of(0, 1000L, 1, 2000L)),
                        7_216_341_259_001_234_567L,
                        APPENDED,
                        Map.of(0, 1L)));
                heartbeat.beat();
                running = heartbeat.last();
                progress.waiting("HBase at zk:2181 does not answer");
                heartbeat.beat();
                waiting = heartbeat.last();
                heartbeat.write("stopped", "SIGTERM");
                stopped = heartbeat.last();
            }
        }
    }

    @BeforeAll
    static void write() {
        List<String> arguments = new ArrayList<>(List.of("--source", "proxy", "--run-id", "hot-detect-1"));
        for (String set : List.of(
                "lake.warehouse=" + folder.resolve("lake").toUri(),
                "reports.dir=" + folder.resolve("reports").toUri(),
                "state.dir=" + folder.resolve("state").toUri(),
                "spark.conf.spark.ui.enabled=false",
                "spark.conf.spark.driver.host=127.0.0.1",
                "spark.conf.spark.driver.bindAddress=127.0.0.1")) {
            arguments.addAll(List.of("--set", set));
        }
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                new Beats(),
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        assertThat(status).as(error.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static Set<ValidationMessage> violations(JsonNode beat) throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Json.MAPPER.readTree(Files.readString(CONTRACTS.resolve("heartbeat.schema.json"))))
                .validate(beat);
    }

    private static ObjectNode example(String name) throws IOException {
        return (ObjectNode) Json.MAPPER.readTree(Files.readString(CONTRACTS.resolve("examples/" + name)));
    }

    /** The same with the times and what follows from them as the examples have it. */
    private static JsonNode settled(JsonNode beat) {
        ObjectNode settled = beat.deepCopy();
        TIMES.forEach((name, time) -> {
            if (!settled.get(name).isNull()) {
                settled.put(name, time);
            }
        });
        for (String name : List.of("batch_ms", "append_to_hbase_ms", "append_to_alert_ms", "event_to_alert_ms")) {
            ObjectNode quantiles = (ObjectNode) settled.get(name);
            if (quantiles.get("count").asLong() > 0) {
                quantiles.put("p50", 410).put("p95", 600).put("p99", 880).put("max", 901);
            }
        }
        return settled;
    }

    private static void assertMeets(JsonNode beat, String example) throws IOException {
        assertThat(violations(beat)).isEmpty();
        assertThat(settled(beat).toPrettyString()).isEqualTo(example(example).toPrettyString());
    }

    @Test
    void ofADriverThatStarts() throws IOException {
        assertMeets(starting, "heartbeat-starting.json");
    }

    @Test
    void ofADriverThatRuns() throws IOException {
        assertMeets(running, "heartbeat-running.json");
    }

    @Test
    void ofADriverThatWaitsForAServer() throws IOException {
        assertMeets(waiting, "heartbeat-waiting.json");
    }

    @Test
    void ofADriverThatHasStopped() throws IOException {
        assertMeets(stopped, "heartbeat-stopped.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"state\": \"asleep\"}",
                "{\"state\": \"waiting\"}",
                "{\"at\": \"noon\"}",
                "{\"lag_lines\": \"many\"}",
                "{\"snapshot\": 7}",
                "{\"driver\": \"local-1\"}",
                "{\"append_to_alert_ms\": {\"count\": 1}}",
                "{\"position\": {\"offsets\": {\"zero\": 1}, \"newest\": {}, \"snapshot\": \"1\", \"append\": 1}}",
                "{\"mood\": \"fine\"}"
            })
    void theSchemaRefusesAnythingElse(String change) throws IOException {
        ObjectNode beat = example("heartbeat-running.json");
        beat.setAll((ObjectNode) Json.MAPPER.readTree(change));
        assertThat(violations(beat)).isNotEmpty();
    }
}
