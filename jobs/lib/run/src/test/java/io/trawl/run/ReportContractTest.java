package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.lake.LakeTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The report that jobs write is what Airflow reads: it meets schemas/json/report.schema.json and is, word for word, the
 * example that dags/tests/test_contracts.py reads.
 */
class ReportContractTest {
    private static final Path CONTRACTS = Path.of(System.getProperty("trawl.home"), "schemas/json");
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
    private static final String HOUR = "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z";

    @TempDir
    Path folder;

    /** Counts, and then ends well or not. */
    private record Counts(boolean fails) implements Job {
        @Override
        public String name() {
            return "validate";
        }

        @Override
        public String purpose() {
            return "Counts.";
        }

        @Override
        public void run(Run run) {
            run.count("raw_lines", 1000);
            run.count("proxy_events", 998);
            run.input(LakeTable.RAW_LINES, 7_216_341_259_001_234_567L);
            if (fails) {
                throw new JobFailure("window " + run.window() + " lost 3 messages of partition 1", null);
            }
            run.indicators(42);
            run.note("host proxy-2 has sent no line for PT1H");
        }
    }

    private JsonNode report(boolean fails, String... window) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--source", "proxy", "--run-id", "validate-0123456789abcdef", "--report", "r"));
        arguments.addAll(List.of(window));
        for (String set : List.of(
                "lake.warehouse=" + folder.resolve("lake").toUri(),
                "reports.dir=" + folder.resolve("reports").toUri(),
                "state.dir=" + folder.resolve("state").toUri())) {
            arguments.addAll(List.of("--set", set));
        }
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        Jobs.run(
                arguments.toArray(new String[0]),
                new Counts(fails),
                NOON,
                new PrintStream(error, true, StandardCharsets.UTF_8));
        Path written = folder.resolve("reports/r");
        assertThat(written).as(error.toString(StandardCharsets.UTF_8)).exists();
        return Json.MAPPER.readTree(Files.readString(written));
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Json.MAPPER.readTree(Files.readString(CONTRACTS.resolve("report.schema.json"))));
    }

    private static JsonNode example(String name) throws IOException {
        return Json.MAPPER.readTree(
                Files.readString(CONTRACTS.resolve("examples").resolve(name)));
    }

    private static void assertMeets(JsonNode report, String example) throws IOException {
        assertThat(schema().validate(report)).isEmpty();
        assertThat(report.toPrettyString()).isEqualTo(example(example).toPrettyString());
    }

    @Test
    void ofAJobThatIsDone() throws IOException {
        assertMeets(report(false, "--window", HOUR), "report-done.json");
    }

    @Test
    void ofAJobThatFailed() throws IOException {
        assertMeets(report(true, "--window", HOUR), "report-failed.json");
    }

    @Test
    void ofAJobThatRefusesItsArguments() throws IOException {
        assertMeets(report(false, "--window", "yesterday"), "report-refused.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"run_id\": 1}",
                "{\"exit\": 3}",
                "{\"error\": \"broken\"}",
                "{\"counts\": {\"lines\": \"3\"}}",
                "{\"notes\": null}",
                "{\"seconds\": {\"total\": 1.5}}",
                "{\"window\": {\"start\": \"2026-11-24\", \"end\": \"2026-11-24T11:00:00Z\"}}",
                "{\"rows\": 3}"
            })
    void theSchemaRefusesAnythingElse(String change) throws IOException {
        ObjectNode report = (ObjectNode) example("report-done.json");
        report.setAll((ObjectNode) Json.MAPPER.readTree(change));
        assertThat(schema().validate(report)).isNotEmpty();
    }
}
