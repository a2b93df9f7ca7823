package io.trawl.backtest;

import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.files.TemporaryFolder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Says in its report what rules would have found in the lake. It writes to no table. */
public final class BacktestJob implements Job {
    @Option(
            names = "--rules",
            paramLabel = "FOLDER|FILE",
            description = "Rules (Sigma, STIX patterns), or folders of them; default: setting rules.folder.",
            split = ",")
    private @Nullable List<String> rules;

    @Option(
            names = "--placeholders",
            paramLabel = "FILE",
            description = "Values that stand for %name% in Sigma rules; default: setting rules.placeholders.")
    private @Nullable String placeholders;

    @Option(
            names = "--fields",
            paramLabel = "FILE",
            description = "Names of fields beside those that Trawl knows; default: setting rules.fields.")
    private @Nullable String fields;

    @Option(
            names = "--stix-mapping",
            paramLabel = "FILE",
            description = "Where objects of STIX patterns are in an event; default: setting rules.stix.mapping.")
    private @Nullable String objects;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Windows that end after this time, for example 2026-11-24T00:00:00Z.",
            required = true)
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", description = "Windows that begin before this time.", required = true)
    private String to = "";

    public static void main(String[] args) {
        Jobs.main(args, new BacktestJob());
    }

    @Override
    public String name() {
        return "backtest";
    }

    @Override
    public String purpose() {
        return "Says what rules would have found in the events of a source, per day and with examples. Writes to no table.";
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
    public void check(Settings settings) {
        range();
        Tried.of(settings, rules, placeholders, fields, objects);
    }

    private Window range() {
        Instant start = instant("--from", from);
        Instant end = instant("--to", to);
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException("--from " + from + " --to " + to + ": expected a later time as --to");
        }
        return new Window(start, end);
    }

    private static Instant instant(String option, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    option + " " + text + ": expected an instant in UTC, for example 2026-11-24T00:00:00Z", e);
        }
    }

    @Override
    public void run(Run run) throws Exception {
        Settings settings = run.settings();
        try (TemporaryFolder folder = TemporaryFolder.create("trawl-backtest")) {
            Tried.Packed packed =
                    Tried.of(settings, rules, placeholders, fields, objects).pack(folder.path(), settings);
            // Executors may be on other machines. Maintenance deletes what no snapshot names.
            String index = run.state()
                    .keep(packed.index().path(), "index/" + packed.index().digest() + ".index")
                    .toString();
            String pack = run.state()
                    .keep(packed.rules().path(), "rules/" + packed.rules().digest() + ".zip")
                    .toString();
            IndicatorSnapshot by = Backtest.snapshot(
                    run.lake(), settings, index, pack, packed.rules().digest());
            Result result = new Backtest(
                            run.lake(), settings, run.source(), by, packed.pack(), events -> spark(run, events))
                    .run(range());
            run.count("rules", result.rules().size());
            run.count("rules_refused", result.refused().size());
            run.count("windows", result.windows());
            run.count("events", result.events());
            run.count("found", result.found());
            run.count("suppressed", result.suppressed());
            run.count("correlations_left_out", result.leftOut());
            Text.notes(result).forEach(run::note);
        }
    }

    private static SparkSession spark(Run run, long events) {
        run.lines(events);
        return run.spark();
    }
}
