package io.trawl.bench.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.StackCpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowRunTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-11-29T18:00:00Z");
    private static final StackCpu CPU = new StackCpu(START, 1, 2, 3, 10);

    @TempDir
    private Path logs;

    private final Map<String, JsonNode> tasks = new HashMap<>();
    private final Map<String, JsonNode> reports = new HashMap<>();

    private static String at(double seconds) {
        return START.plusMillis(Math.round(seconds * 1000)).toString();
    }

    /** Check ends at 66; each job takes 10 s: queued after 1, started after 2, submitted after 3, 4 s of work from 4 on. */
    private WindowRun run() throws IOException, InterruptedException {
        JsonNode run = JSON.createObjectNode()
                .put("data_interval_start", at(0))
                .put("data_interval_end", at(60))
                .put("start_date", at(65))
                .put("end_date", at(116.5));
        tasks.put("check", JSON.createObjectNode().put("end_date", at(66)));
        for (int i = 0; i < WindowRun.JOBS.size(); i++) {
            String job = WindowRun.JOBS.get(i);
            double begun = 66 + 10 * i;
            tasks.put(
                    job,
                    JSON.createObjectNode()
                            .put("queued_when", at(begun + 1))
                            .put("start_date", at(begun + 2))
                            .put("end_date", at(begun + 10))
                            .put("try_number", 1));
            reports.put(
                    job,
                    JSON.readTree(
                            "{\"run_id\":\"%d\",\"seconds\":{\"total\":4.0},\"counts\":{\"raw\":7}}".formatted(i)));
            Path log = Files.createDirectories(logs.resolve("task_id=" + job)).resolve("attempt=1.log");
            Files.writeString(log, """
                    {"timestamp":"%s","event":"Submitted as driver-1"}
                    not of a task
                    {"timestamp":"%s","event":"Driver driver-1 is RUNNING"}
                    {"timestamp":"%s","event":"Driver driver-1 is FINISHED"}
                    """.formatted(at(begun + 3), at(begun + 3.5), at(begun + 9)));
        }
        return WindowRun.of(
                run, tasks, reports, logs, (job, runId) -> START.plusSeconds(66 + 10 * Long.parseLong(runId) + 8), CPU);
    }

    @Test
    void theStagesAreTheWholeRun() throws Exception {
        WindowRun run = run();
        assertThat(run.wall()).isEqualTo(51.5);
        assertThat(run.stages().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(run.wall(), within(1e-6));
        assertThat(run.stages())
                .containsEntry(WindowRun.Stage.CHECK, 1.0)
                .containsEntry(WindowRun.Stage.JVM, 5.0)
                .containsEntry(WindowRun.Stage.WORK, 20.0)
                .containsEntry(WindowRun.Stage.LAST, 0.5);
        assertThat(run.overhead()).isEqualTo(31.5);
        assertThat(run.lines()).isEqualTo(7);
    }

    @Test
    void detectionsAreInHBaseWhenLoadHasEnded() throws Exception {
        assertThat(run().detected()).isEqualTo(46);
    }

    @Test
    void aRunWithoutATaskIsRefused() {
        assertThatThrownBy(() -> WindowRun.of(
                        JSON.createObjectNode().put("start_date", at(0)),
                        tasks,
                        reports,
                        logs,
                        (job, runId) -> START,
                        CPU))
                .isInstanceOf(BenchFailure.class)
                .hasMessage("the run says nothing of its task check");
    }
}
