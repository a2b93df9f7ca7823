package io.trawl.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** The JSON report of a program's run, over all of its windows; schemas/json/report.schema.json says what is in it. */
final class Report {
    private final Job job;
    private final Jobs.Options options;
    private final Settings settings;
    private final Clock clock;
    private final PrintStream err;

    /** @param err hears of it if a report cannot be written */
    Report(Job job, Jobs.Options options, Settings settings, Clock clock, PrintStream err) {
        this.job = job;
        this.options = options;
        this.settings = settings;
        this.clock = clock;
        this.err = err;
    }

    void done(List<Run> runs, @Nullable LogSource source, @Nullable Window range, Instant started, Instant ready)
            throws IOException {
        ObjectNode report = describe(source, range, started, runs);
        report.put("status", "ok").put("exit", 0).putNull("error");
        ((ObjectNode) report.get("seconds")).put("work", seconds(ready, clock.instant()));
        write(report, source, range);
    }

    void failed(
            String status, int exit, String line, @Nullable LogSource source, @Nullable Window range, Instant started) {
        failed(status, exit, line, source, range, started, List.of());
    }

    void failed(
            String status,
            int exit,
            String line,
            @Nullable LogSource source,
            @Nullable Window range,
            Instant started,
            List<Run> runs) {
        if (options.check) {
            return;
        }
        ObjectNode report = describe(source, range, started, runs);
        report.put("status", status).put("exit", exit).put("error", line);
        try {
            write(report, source, range);
        } catch (IOException | RuntimeException e) {
            err.println("trawl " + job.name() + ": the report cannot be written: " + e.getMessage());
        }
    }

    private ObjectNode describe(@Nullable LogSource source, @Nullable Window range, Instant started, List<Run> runs) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("job", job.name());
        report.put("source", source == null ? null : source.name());
        if (range == null) {
            report.putNull("window");
        } else {
            report.putObject("window")
                    .put("start", range.start().toString())
                    .put("end", range.end().toString());
        }
        report.put("run_id", options.runId);
        ObjectNode counts = report.putObject("counts");
        ObjectNode inputs = report.putObject("inputs");
        ObjectNode outputs = report.putObject("outputs");
        report.putNull("indicator_snapshot");
        for (Run run : runs) {
            run.countsSoFar()
                    .forEach((name, count) -> counts.put(name, counts.path(name).asLong() + count));
            run.inputsSoFar().forEach(inputs::put);
            run.outputsSoFar().forEach(outputs::put);
            if (run.indicatorSnapshot() != null) {
                report.put("indicator_snapshot", run.indicatorSnapshot());
            }
        }
        report.putObject("seconds").put("total", seconds(started, clock.instant()));
        var windows = report.putArray("windows");
        runs.forEach(run -> {
            Window changed = run.toFollow();
            if (changed != null) {
                windows.add(changed.toString());
            }
        });
        var notes = report.putArray("notes");
        runs.forEach(run -> run.notesSoFar().forEach(notes::add));
        return report;
    }

    private void write(ObjectNode report, @Nullable LogSource source, @Nullable Window range) throws IOException {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        hadoop.set("ipc.client.connect.max.retries", "5");
        String name = options.report == null ? Run.reportName(job.name(), source, range) : options.report;
        State.at(settings.text("reports.dir"), hadoop).replace(name, report);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }
}
