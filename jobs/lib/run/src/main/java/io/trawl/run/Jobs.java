package io.trawl.run;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeSettings;
import io.trawl.lake.LakeStore;
import io.trawl.lake.Ledger;
import io.trawl.parsing.Printable;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What every job's main does: turn arguments into settings, refuse what is wrong before Spark starts, run, write the
 * report, and end with an exit status: 0 done, 2 a bad argument or setting, 1 anything else.
 */
public final class Jobs {
    /** How a message about a server begins that refuses. */
    static final String CANNOT_CONNECT = "cannot connect: ";

    private static final Pattern TOLD = Pattern.compile("io\\.trawl\\.(?:base\\.Job|flow\\.Step)Failure: (.*)");

    private static final Pattern UNMATCHED = Pattern.compile("Unmatched arguments? (?:at|from) index \\d+: ");

    private final Job job;
    private final Clock clock;
    private final PrintStream err;

    private Jobs(Job job, Clock clock, PrintStream err) {
        this.job = job;
        this.clock = clock;
        this.err = err;
    }

    /** Runs a job as a program; does not return. */
    public static void main(String[] args, Job job) {
        // exit(), not return: a library may have left a thread behind that would keep the driver alive.
        System.exit(run(args, job, Clock.systemUTC(), System.err));
    }

    /** Runs a job and gives its exit status. */
    public static int run(String[] args, Job job, Clock clock, PrintStream err) {
        Options options = new Options();
        CommandSpec spec = CommandSpec.create();
        boolean ownOptions = Arrays.stream(job.getClass().getDeclaredFields())
                .anyMatch(field -> field.isAnnotationPresent(Option.class));
        if (ownOptions) {
            spec.addMixin("job", CommandSpec.forAnnotatedObject(job));
        }
        CommandSpec common = CommandSpec.forAnnotatedObject(options);
        if (!job.sourced()) {
            hide(common, "--source");
        }
        if (!job.windowed()) {
            hide(common, "--window");
        }
        spec.addMixin("options", common);
        spec.name("trawl run " + job.name());
        spec.usageMessage().description(job.purpose()).sortOptions(false);
        // An option given twice: the last one counts, so that a command can be amended at its end.
        CommandLine command = new CommandLine(spec).setOverwrittenOptionsAllowed(true);
        Jobs jobs = new Jobs(job, clock, err);
        try {
            command.parseArgs(args);
        } catch (ParameterException e) {
            return jobs.complain(2, message(e));
        }
        if (options.help) {
            command.usage(System.out);
            return 0;
        }
        try {
            return jobs.run(options);
        } finally {
            job.ended();
        }
    }

    /** Keeps an option out of the help; one that is given all the same hears that the job does not take it. */
    private static void hide(CommandSpec spec, String name) {
        OptionSpec option = spec.findOption(name);
        spec.remove(option);
        spec.addOption(option.toBuilder().hidden(true).build());
    }

    /** Options that all jobs have. */
    @Command
    static final class Options {
        @Option(names = "--source", paramLabel = "NAME", description = "Name of the source in trawl.conf.")
        @Nullable
        String source;

        @Option(
                names = "--window",
                paramLabel = "START/END",
                description =
                        "Window of broker append time, UTC; a longer range is split into windows. Several, separated by commas, are possible.")
        @Nullable
        String window;

        @Option(names = "--conf", paramLabel = "FILE", description = "Settings that differ from the defaults.")
        @Nullable
        Path conf;

        @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; takes precedence over the file.")
        Map<String, String> set = new LinkedHashMap<>();

        @Option(names = "--run-id", paramLabel = "ID", description = "Name of this run in ledger and report.")
        String runId = UUID.randomUUID().toString();

        @Option(names = "--report", paramLabel = "NAME", description = "Place of the report in reports.dir.")
        @Nullable
        String report;

        @Option(names = "--check", description = "Check arguments and settings, and do nothing.")
        boolean check;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "This text.")
        boolean help;
    }

    private int run(Options options) {
        Instant started = clock.instant();
        Settings settings;
        LogSource source = null;
        List<@Nullable Window> windows = new ArrayList<>();
        Window range = null;
        try {
            settings = Settings.load(options.conf, options.set);
        } catch (IllegalArgumentException e) {
            return complain(2, message(e));
        }
        Report report = new Report(job, options, settings, clock, err);
        try {
            if (job.sourced() && options.source == null) {
                throw new IllegalArgumentException(
                        "--source is missing: one of " + String.join(", ", settings.sources()));
            }
            if (job.sourced() && options.source != null) {
                source = settings.source(options.source);
            }
            if (job.windowed() && source != null) {
                WindowRanges asked = WindowRanges.of(options.window, job.since(), source, settings, clock.instant());
                range = asked.whole();
                windows.addAll(asked.windows());
            } else if (options.window != null || options.source != null && source == null) {
                throw new IllegalArgumentException(
                        "job " + job.name() + " takes no " + (job.sourced() ? "--window" : "--source and no --window"));
            } else {
                windows.add(null);
            }
            LakeSettings.of(settings);
            settings.text("reports.dir");
            fewLines(settings);
            settings.number("job.driver.threads");
            job.check(settings);
            if (source != null) {
                job.check(source);
            }
        } catch (IllegalArgumentException e) {
            report.failed("refused", 2, message(e), source, range, started);
            return complain(2, message(e));
        }
        if (options.check) {
            return 0;
        }
        try (SparkStart spark = spark(settings)) {
            Instant ready = clock.instant();
            Configuration hadoop = spark.hadoop();
            List<Run> runs = new ArrayList<>();
            try (Lake lake = Lake.open(settings, hadoop)) {
                State state = State.at(settings.text("state.dir"), hadoop);
                Instant since = job.since();
                if (since != null && source != null && range != null) {
                    int most = settings.number("window.most");
                    windows.addAll(WindowRanges.done(new Ledger(lake), job.stage(), since, range, source, most));
                }
                if (source != null) {
                    job.before(source, windows.stream().filter(Objects::nonNull).toList(), lake, state);
                }
                for (Window window : windows) {
                    Run run = new Run(job, options.runId, settings, spark, lake, state, source, window);
                    runs.add(run);
                    if (window != null) {
                        run.requireKnownWindow(job.needsHistory());
                    }
                    run.execute();
                }
                report.done(runs, source, range, started, ready);
                return 0;
            } catch (Exception e) {
                boolean bad = e instanceof IllegalArgumentException;
                String line = message(e);
                report.failed(
                        bad || e instanceof LakeStore.Overtaken ? "refused" : "failed",
                        bad ? 2 : 1,
                        line,
                        source,
                        range,
                        started,
                        runs);
                if (!(e instanceof JobFailure) && !bad) {
                    LoggerFactory.getLogger(Jobs.class).error("{} failed", job.name(), e);
                }
                return complain(bad ? 2 : 1, line);
            }
        } catch (RuntimeException e) {
            String line = message(e);
            report.failed("failed", 1, line, source, range, started);
            return complain(1, line);
        }
    }

    private int complain(int status, String line) {
        err.println("trawl " + job.name() + ": " + Printable.line(line.replace('\n', ' ')));
        return status;
    }

    private SparkStart spark(Settings settings) {
        SparkConf conf = new SparkConf();
        settings.under("spark.conf.").forEach(conf::set);
        settings.under("job." + job.name() + ".conf.").forEach(conf::set);
        job.configure(conf, settings);
        defaults(conf, settings);
        if (!conf.contains("spark.master")) {
            conf.setMaster("local[2]");
        }
        if (!conf.contains("spark.app.name")) {
            conf.setAppName("trawl " + job.name());
        }
        return new SparkStart(conf, fewLines(settings), settings.number("job.driver.threads"));
    }

    private int fewLines(Settings settings) {
        String own = "job." + job.name() + ".driver.lines";
        return settings.number(settings.text(own, "").isEmpty() ? "job.driver.lines" : own);
    }

    /** What Trawl's jobs ask of Spark. What the submission or spark-defaults.conf says wins, but for the lake's catalog. */
    public static void configure(SparkConf conf, Settings settings) {
        settings.under("spark.conf.").forEach(conf::set);
        defaults(conf, settings);
    }

    private static void defaults(SparkConf conf, Settings settings) {
        // All of them as Trawl's own settings say: the jobs read and write by both catalogs, which must be one.
        String catalog = "spark.sql.catalog." + Lake.CATALOG + ".";
        for (String key : List.of("type", "catalog-impl")) {
            // What spark-defaults.conf says is a property of the JVM, which Spark reads again.
            System.clearProperty(catalog + key);
            conf.remove(catalog + key);
        }
        LakeSettings.of(settings).catalog().forEach((key, value) -> conf.set(catalog + key, value));
        conf.setIfMissing("spark.sql.catalog." + Lake.CATALOG, "org.apache.iceberg.spark.SparkCatalog");
        conf.setIfMissing("spark.sql.session.timeZone", "UTC");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // A broker that restarts is waited for; then the task fails and is tried again.
        conf.setIfMissing("spark.streaming.kafka.consumer.poll.ms", "20000");
        settings.under("hadoop.").forEach((key, value) -> conf.setIfMissing("spark.hadoop." + key, value));
        // An address that refuses is given up after seconds, not minutes: whoever waits is told.
        conf.setIfMissing("spark.hadoop.ipc.client.connect.max.retries", "5");
        conf.setIfMissing("spark.hadoop.ipc.client.connect.max.retries.on.timeouts", "3");
    }

    /** What is wrong with a command line. */
    public static String message(ParameterException mistake) {
        return UNMATCHED
                        .matcher(String.valueOf(mistake.getMessage()).replace('\n', ' '))
                        .replaceFirst("unexpected argument ")
                + " (--help lists the options)";
    }

    /** Whether what is wrong is that a server does not answer; anything else that no JobFailure says may be a bug. */
    public static boolean isAway(Throwable failure) {
        return UnreachableHdfs.said(failure) != null || message(failure).startsWith(CANNOT_CONNECT);
    }

    /** The one line that says what is wrong. */
    public static String message(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobFailure || cause instanceof IllegalArgumentException && cause == failure) {
                return String.valueOf(cause.getMessage());
            }
        }
        String away = UnreachableHdfs.said(failure);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            // Spark gives a task's failure as text only.
            Matcher told = TOLD.matcher(text);
            if (told.find()) {
                return told.group(1);
            }
            if (away == null && cause instanceof ConnectException) {
                return CANNOT_CONNECT + text.lines().findFirst().orElse("") + " (is the server up?)";
            }
        }
        if (away != null) {
            return away;
        }
        return failure.getClass().getSimpleName() + ": "
                + String.valueOf(failure.getMessage()).lines().findFirst().orElse("no message");
    }
}
