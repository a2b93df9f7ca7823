package io.trawl.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.parsing.format.Formats;
import io.trawl.run.Jobs;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code trawl sweep}: refresh-indicators, ingest, validate, enrich and audit on log files, in this process. */
@Command(name = "trawl sweep")
public final class SweepCommand implements AutoCloseable {
    @Option(names = "--format")
    private @Nullable String format;

    @Option(names = "--formats")
    private @Nullable Path formats;

    @Option(names = "--with")
    private List<String> with = new ArrayList<>();

    @Option(names = "--indicators")
    private List<Path> indicators = new ArrayList<>();

    @Option(names = "--allowlist")
    private List<Path> allowlists = new ArrayList<>();

    @Option(names = "--rules")
    private List<Path> rules = new ArrayList<>();

    @Option(names = "--placeholders")
    private @Nullable Path placeholders;

    @Option(names = "--fields")
    private @Nullable Path fields;

    @Option(names = "--stix-mapping")
    private @Nullable Path stixMapping;

    @Option(names = "--brands")
    private @Nullable Path brands;

    @Option(names = "--odd-hosts")
    private String oddHosts = "none";

    @Option(names = "--lake")
    private Path lake = Path.of(System.getProperty("trawl.sweep.lake", ".trawl/sweep"));

    @Option(names = "--output")
    private String output = "table";

    @Option(names = "--again")
    private boolean again;

    @Parameters
    private List<String> logs = new ArrayList<>();

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private @Nullable CompletableFuture<SparkSession> spark;

    SweepCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** bin/trawl starts it, and has the help. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int status =
                new SweepCommand(System.in, out, new PrintStream(System.err, true, StandardCharsets.UTF_8)).run(args);
        out.flush();
        // Not closed: what is wrong is known before Spark has started, and a library may have left a thread behind.
        Runtime.getRuntime().halt(status);
    }

    /** @return exit status: 0 done, 2 a bad argument, 1 anything else; stderr has the reason in one line */
    int run(String... args) {
        try {
            new CommandLine(this)
                    .setOverwrittenOptionsAllowed(false)
                    .setTrimQuotes(false)
                    .parseArgs(Words.ofFiles(args).toArray(new String[0]));
            sweep();
            return 0;
        } catch (ParameterException e) {
            return complain(err, 2, e.getMessage() + " (--help lists the options)");
        } catch (IllegalArgumentException e) {
            return complain(err, 2, String.valueOf(e.getMessage()));
        } catch (JobFailure e) {
            return complain(err, 1, String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            return complain(err, 1, Jobs.message(e));
        } catch (OutOfMemoryError e) {
            return complain(
                    err,
                    1,
                    "out of memory: the heap has " + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB; TRAWL_JAVA_OPTS=-Xmx8g gives it more");
        }
    }

    @Override
    public void close() {
        if (spark != null) {
            started(spark).close();
        }
    }

    private static int complain(PrintStream err, int status, String line) {
        err.println("trawl sweep: " + Text.clean(line));
        return status;
    }

    private void sweep() throws IOException {
        Instant began = Instant.now();
        if (format == null) {
            throw new IllegalArgumentException(
                    "--format is missing: expected a format's name, for example --format squid (bin/trawl formats lists them)");
        }
        if (!output.equals("table") && !output.equals("json")) {
            throw new IllegalArgumentException("--output " + output + ": expected table or json");
        }
        Settings site = site(formats);
        List<String> named = formats(format, site);
        SweptBy by = new SweptBy(indicators, allowlists, rules, placeholders, fields, stixMapping, brands, oddHosts);
        IndicatorFiles.check(by);
        LogInputs.check(logs);
        try (LakeFolder folder = LakeFolder.open(lake)) {
            logTo(folder.log());
            Settings settings = folder.settings(named, site.text("formats.folder", ""), Formats.arguments(with));
            // Spark needs seconds to start; the logs are read in the meantime.
            CompletableFuture<SparkSession> starting =
                    CompletableFuture.supplyAsync(() -> LocalSpark.start(settings, folder));
            spark = starting;
            List<LogInputs.Swept> windows = LogInputs.register(logs, in, folder, settings, err);
            Progress progress = new Progress(err, began);
            try (Sweep sweep = new Sweep(folder, settings, started(starting), progress)) {
                ObjectNode summary = sweep.run(by, windows, again);
                summary.put("seconds", Duration.between(began, Instant.now()).toMillis() / 1000.0);
                if (output.equals("json")) {
                    out.println(Text.json(summary));
                } else {
                    Text.print(summary, out);
                }
            }
        }
    }

    /** The settings that say where formats are: the site's, unless an option says it. */
    private static Settings site(@Nullable Path folder) {
        Settings site = Settings.load(null, Map.of());
        if (folder == null) {
            return site;
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--formats " + folder
                    + ": no such folder; expected one with files as my-gateway.yaml (docs/formats.md)");
        }
        return site.with("formats.folder", folder.toAbsolutePath().normalize().toString());
    }

    /** The formats that are named, checked as the jobs do it if no server must be asked for that. */
    private List<String> formats(String named, Settings site) {
        String format = "source." + Sweep.SOURCE + ".format";
        Settings settings =
                site.with("source." + Sweep.SOURCE + ".topic", Sweep.SOURCE).with(format, named);
        for (Map.Entry<String, String> argument : Formats.arguments(with).entrySet()) {
            settings = settings.with(format + "." + argument.getKey(), argument.getValue());
        }
        List<String> names = settings.list(format);
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "--format " + named
                            + ": expected the name of a format, or several, for example squid,nginx (bin/trawl formats lists them)");
        }
        if (site.text("formats.folder", "").contains(":/")) {
            return names;
        }
        Formats known = settings.formats();
        names.forEach(known::require);
        settings.source(Sweep.SOURCE).checkFormats();
        for (String name : names) {
            String note = known.note(name);
            if (note != null) {
                err.println("trawl sweep: " + Text.clean(note));
            }
        }
        return names;
    }

    /** Sends what libraries log to a file; before the first of them asks for a logger. */
    private static void logTo(Path file) {
        System.setProperty("trawl.sweep.log", file.toString());
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty("log4j2.configurationFile", "classpath:io/trawl/sweep/log4j2.properties");
        }
    }

    private static SparkSession started(CompletableFuture<SparkSession> spark) {
        try {
            return spark.join();
        } catch (CompletionException e) {
            throw new JobFailure("Spark does not start: " + Jobs.message(e.getCause() == null ? e : e.getCause()), e);
        }
    }
}
