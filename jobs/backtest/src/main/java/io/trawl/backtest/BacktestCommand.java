package io.trawl.backtest;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.parsing.Printable;
import io.trawl.run.Jobs;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.files.TemporaryFolder;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code trawl rules backtest}: what rules would have found in the lake, in this process. */
@Command(name = "trawl rules backtest")
public final class BacktestCommand {
    @Option(names = "--window")
    private @Nullable String window;

    @Option(names = "--source")
    private @Nullable String source;

    @Option(names = "--lake")
    private @Nullable Path lake;

    @Option(names = "--placeholders")
    private @Nullable String placeholders;

    @Option(names = "--fields")
    private @Nullable String fields;

    @Option(names = "--stix-mapping")
    private @Nullable String objects;

    @Option(names = "--conf")
    private @Nullable Path conf;

    @Option(names = "--set")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--output")
    private String output = "table";

    @Parameters
    private List<String> rules = new ArrayList<>();

    private final PrintStream out;
    private final PrintStream err;

    public BacktestCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** bin/trawl starts it, and has the help. */
    public static void main(String[] args) {
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:io/trawl/backtest/log4j2.properties");
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int status = new BacktestCommand(out, new PrintStream(System.err, true, StandardCharsets.UTF_8)).run(args);
        out.flush();
        // Not returned: a library may have left a thread behind.
        Runtime.getRuntime().halt(status);
    }

    /** @return exit status: 0 something was found, 1 nothing, 2 an error; stderr has it in one line */
    public int run(String... args) {
        try {
            new CommandLine(this)
                    .setOverwrittenOptionsAllowed(false)
                    .setTrimQuotes(false)
                    .parseArgs(args);
            return backtest();
        } catch (ParameterException e) {
            return complain(Jobs.message(e));
        } catch (IllegalArgumentException | JobFailure e) {
            return complain(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return complain(Jobs.message(e));
        } catch (OutOfMemoryError e) {
            return complain("out of memory: the heap has "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB; TRAWL_JAVA_OPTS=-Xmx8g gives it more");
        }
    }

    private int complain(String line) {
        say(line);
        return 2;
    }

    private void say(String line) {
        err.println("trawl rules: " + Printable.line(line.replace('\n', ' ')));
    }

    private int backtest() throws Exception {
        if (!output.equals("table") && !output.equals("json")) {
            throw new IllegalArgumentException("--output " + output + ": expected table or json");
        }
        if (window == null && lake == null) {
            throw new IllegalArgumentException(
                    "--window is missing: START/END in UTC, for example 2026-11-24T00:00:00Z/2026-12-01T00:00:00Z");
        }
        Window range = window == null ? null : Window.parse(window);
        Settings settings = settings();
        LogSource of = settings.source(source(settings));
        Tried tried = Tried.of(settings, rules.isEmpty() ? null : rules, placeholders, fields, objects);
        try (TemporaryFolder temporary = TemporaryFolder.create("trawl-backtest")) {
            Path folder = temporary.path();
            // Copies of what the cluster has go there, too.
            Result result = result(
                    settings.with("indicators.cache", folder.resolve("cache").toString()), of, tried, range, folder);
            for (String warning : Text.warnings(result)) {
                say(warning);
            }
            if (output.equals("json")) {
                Text.json(result, out);
            } else {
                Text.print(result, out);
            }
            return result.found() > 0 ? 0 : 1;
        }
    }

    private static Result result(Settings settings, LogSource source, Tried tried, @Nullable Window range, Path folder)
            throws Exception {
        Tried.Packed packed = tried.pack(folder, settings);
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        // Asked first: it is said within seconds whether the file system answers.
        org.apache.hadoop.fs.Path warehouse = new org.apache.hadoop.fs.Path(settings.text("lake.warehouse"));
        if (!warehouse.getFileSystem(hadoop).exists(warehouse)) {
            throw new IllegalArgumentException("there is no lake in " + warehouse
                    + ": expected the folder of its tables (setting lake.warehouse)");
        }
        Spark spark = new Spark(settings, folder);
        try (Lake lake = Lake.open(settings, hadoop)) {
            IndicatorSnapshot by = Backtest.snapshot(
                    lake,
                    settings,
                    packed.index().path().toUri().toString(),
                    packed.rules().path().toUri().toString(),
                    packed.rules().digest());
            return new Backtest(lake, settings, source, by, packed.pack(), events -> spark.session()).run(range);
        } finally {
            spark.close();
        }
    }

    /** Spark in this process, started if it is asked for. */
    private static final class Spark {
        private final Settings settings;
        private final Path folder;
        private @Nullable SparkSession session;

        Spark(Settings settings, Path folder) {
            this.settings = settings;
            this.folder = folder;
        }

        SparkSession session() {
            SparkSession started = session;
            if (started == null) {
                SparkConf conf = new SparkConf()
                        .setMaster("local[*]")
                        .setAppName("trawl rules backtest")
                        .set("spark.ui.enabled", "false")
                        .set("spark.driver.host", "127.0.0.1")
                        .set("spark.driver.bindAddress", "127.0.0.1")
                        .set("spark.local.dir", folder.resolve("spark").toString());
                Jobs.configure(conf, settings);
                // A site's settings may be for a cluster.
                conf.setMaster("local[*]");
                started = SparkSession.builder().config(conf).getOrCreate();
                session = started;
            }
            return started;
        }

        void close() {
            if (session != null) {
                session.close();
            }
        }
    }

    /** The settings of the lake that is meant. */
    private Settings settings() {
        if (lake == null) {
            return impatient(Settings.load(conf, set));
        }
        if (conf != null) {
            throw new IllegalArgumentException("--lake and --conf are both given: expected one of them");
        }
        Path written = lake.resolve("trawl.conf");
        if (!Files.isRegularFile(written)) {
            throw new IllegalArgumentException("--lake " + lake
                    + ": no lake of trawl sweep is there; expected its folder, for example --lake .trawl/sweep");
        }
        return Settings.load(written, set);
    }

    /** A server that does not answer is given up within seconds; what a site has set itself stays. */
    private static Settings impatient(Settings settings) {
        Settings impatient = settings;
        for (String[] limit : new String[][] {
            {"hadoop.ipc.client.connect.timeout", "4000"},
            {"hadoop.ipc.client.connect.max.retries", "1"},
            {"hadoop.ipc.client.connect.max.retries.on.timeouts", "1"},
            {"hadoop.ipc.client.rpc-timeout.ms", "10000"}
        }) {
            if (settings.text(limit[0], "").isEmpty()) {
                impatient = impatient.with(limit[0], limit[1]);
            }
        }
        return impatient;
    }

    private String source(Settings settings) {
        if (source != null) {
            return source;
        }
        List<String> sources = settings.sources();
        if (lake != null && sources.contains("files")) {
            return "files";
        }
        if (sources.size() != 1) {
            throw new IllegalArgumentException("--source is missing: one of " + String.join(", ", sources));
        }
        return sources.get(0);
    }
}
