package io.trawl.bench.window;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.StackCpu;
import io.trawl.bench.hot.HotSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A swept window: where its run's time went.
 *
 * @param start of the window
 * @param lines that ingest found
 * @param wall seconds from the run's start to its success
 * @param stages seconds by {@link Stage}, all tasks together; their sum is wall
 * @param work seconds of each job, as its report has them
 * @param detected seconds from the window's end to the end of task load
 * @param cpu what the stack took in that time, less what it takes at rest
 * @param reports the jobs' reports
 */
record WindowRun(
        Instant start,
        long lines,
        double wall,
        Map<Stage, Double> stages,
        Map<String, Double> work,
        double detected,
        StackCpu cpu,
        Map<String, JsonNode> reports) {
    static final List<String> JOBS = List.of("ingest", "validate", "enrich", "load", "audit");

    /** Where the time of a run goes, in the order of a task's life. */
    enum Stage {
        CHECK("task check, from the run's start to its end"),
        SCHEDULER("task before ended -> queued"),
        QUEUE("queued -> started"),
        SUBMIT("started -> driver submitted"),
        JVM("driver submitted -> job begins (its JVM)"),
        WORK("the jobs' work"),
        EXIT("report written -> driver's end seen"),
        TASK("driver's end seen -> task's end"),
        LAST("last task's end -> run's end");

        private final String label;

        Stage(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        /** As part of a figure's name. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is not the jobs' work. */
    double overhead() {
        return wall - seconds(Stage.WORK);
    }

    double seconds(Stage stage) {
        Double seconds = stages.get(stage);
        return seconds == null ? 0 : seconds;
    }

    /** Seconds of one job. */
    double work(String job) {
        Double seconds = work.get(job);
        return seconds == null ? 0 : seconds;
    }

    /** When a report was written, as the file system has it. */
    interface Written {
        Instant at(String job, String runId) throws IOException, InterruptedException;
    }

    /**
     * Adds up a run.
     *
     * @param run of Airflow
     * @param tasks of it, by name
     * @param reports by job
     * @param logs folder of the run's logs in Airflow's
     */
    static WindowRun of(
            JsonNode run,
            Map<String, JsonNode> tasks,
            Map<String, JsonNode> reports,
            Path logs,
            Written written,
            StackCpu cpu)
            throws IOException, InterruptedException {
        Map<Stage, Double> stages = new EnumMap<>(Stage.class);
        Map<String, Double> work = new LinkedHashMap<>();
        Instant begun = time(run, "start_date");
        Instant last = time(of(tasks, "check"), "end_date");
        add(stages, Stage.CHECK, begun, last);
        for (String job : JOBS) {
            JsonNode task = of(tasks, job);
            Instant started = time(task, "start_date");
            Instant queued = time(task, "queued_when");
            Instant ended = time(task, "end_date");
            List<JsonNode> log = log(logs.resolve("task_id=" + job)
                    .resolve("attempt=" + task.path("try_number").asInt() + ".log"));
            Instant submitted = said(log, line -> line.startsWith("Submitted as "));
            Instant seen = said(log, line -> line.matches("Driver \\S+ (has left its report|is FINISHED)"));
            JsonNode report = of(reports, job);
            double total = report.path("seconds").path("total").asDouble();
            Instant reported = written.at(job, report.path("run_id").asText());
            add(stages, Stage.SCHEDULER, last, queued);
            add(stages, Stage.QUEUE, queued, started);
            add(stages, Stage.SUBMIT, started, submitted);
            add(stages, Stage.JVM, submitted, reported.minusMillis((long) (total * 1e3)));
            stages.merge(Stage.WORK, total, Double::sum);
            add(stages, Stage.EXIT, reported, seen);
            add(stages, Stage.TASK, seen, ended);
            work.put(job, total);
            last = ended;
        }
        Instant end = time(run, "end_date");
        add(stages, Stage.LAST, last, end);
        return new WindowRun(
                time(run, "data_interval_start"),
                of(reports, "ingest").path("counts").path("raw").asLong(),
                HotSite.seconds(begun, end),
                stages,
                work,
                HotSite.seconds(time(run, "data_interval_end"), time(of(tasks, "load"), "end_date")),
                cpu,
                new TreeMap<>(reports));
    }

    private static JsonNode of(Map<String, JsonNode> all, String task) {
        JsonNode one = all.get(task);
        if (one == null) {
            throw new BenchFailure("the run says nothing of its task " + task);
        }
        return one;
    }

    private static void add(Map<Stage, Double> stages, Stage stage, Instant from, Instant to) {
        stages.merge(stage, Duration.between(from, to).toNanos() / 1e9, Double::sum);
    }

    /** An instant of Airflow's. */
    static Instant time(JsonNode of, String name) {
        String text = of.path(name).asText("");
        if (text.isEmpty() || text.equals("null")) {
            throw new BenchFailure(
                    "Airflow gives no " + name + " of " + of.path("task_id").asText("the run"));
        }
        return OffsetDateTime.parse(text).toInstant();
    }

    private static List<JsonNode> log(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("{"))
                .map(line -> {
                    try {
                        return Json.MAPPER.readTree(line);
                    } catch (IOException e) {
                        throw new BenchFailure(file + " has a line that is not JSON: " + e.getMessage());
                    }
                })
                .toList();
    }

    private static Instant said(List<JsonNode> log, Predicate<String> what) {
        return log.stream()
                .filter(line -> what.test(line.path("event").asText()))
                .map(line -> time(line, "timestamp"))
                .findFirst()
                .orElseThrow(() -> new BenchFailure(
                        "a task's log does not say when its driver was submitted, or seen to have ended"));
    }
}
