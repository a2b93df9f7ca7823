package io.trawl.cli.query;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.run.Jobs;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Looks at the settings and at every server that they name, and says what is wrong and what to do. It is the part of
 * {@code bin/trawl doctor} that needs the jobs' jars; bin/lib/doctor.sh looks at the machine and shows what both found.
 */
@Command(name = "doctor", description = "Checks settings and servers; one line per check, columns separated by tabs.")
final class Doctor implements Callable<Integer> {
    /** How long a check may take; all of them are made at once. */
    private static final long SECONDS = 9;

    private final PrintStream out;

    @Option(names = "--spark", paramLabel = "VERSION", description = "The Spark that is installed here.")
    private String spark = "";

    @Mixin
    private Cli.Common common = new Cli.Common();

    Doctor(PrintStream out) {
        this.out = out;
    }

    /** @return 0 if nothing failed, else 1 */
    @Override
    public Integer call() throws Exception {
        Settings settings;
        try {
            settings = common.settings();
        } catch (IllegalArgumentException e) {
            return show(List.of(Finding.fail("settings", String.valueOf(e.getMessage()), "correct it")));
        }
        boolean well = show(own(settings)) == 0;
        List<Check> checks = new ArrayList<>(ServerChecks.of(settings, spark));
        for (String source : settings.sources()) {
            checks.add(new Check("topic of " + source, () -> TopicCheck.of(settings, source)));
        }
        List<FutureTask<List<Finding>>> tasks = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (Check check : checks) {
            FutureTask<List<Finding>> task = new FutureTask<>(check.look());
            Thread thread = new Thread(task, check.name());
            thread.setDaemon(true);
            thread.start();
            tasks.add(task);
        }
        for (int i = 0; i < checks.size(); i++) {
            well &= show(result(checks.get(i).name(), tasks.get(i), until - System.nanoTime())) == 0;
        }
        return well ? 0 : 1;
    }

    /** One thing to look at. */
    record Check(String name, Callable<List<Finding>> look) {}

    private static List<Finding> result(String name, FutureTask<List<Finding>> task, long nanos)
            throws InterruptedException {
        try {
            return task.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return List.of(Finding.fail(
                    name,
                    "does not answer within " + SECONDS + " s",
                    "start it, or correct its address in trawl.conf"));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean away = cause instanceof JobFailure || Jobs.isAway(cause);
            return List.of(Finding.fail(
                    name,
                    Jobs.message(cause).replaceFirst(": is it up\\?.*", ""),
                    away ? "start it, or correct its address in trawl.conf" : "look at its log, and at its setting"));
        }
    }

    /** Gives 0 if nothing failed. */
    private int show(List<Finding> findings) {
        findings.forEach(finding -> out.println(finding.line()));
        out.flush();
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL) ? 1 : 0;
    }

    /** What settings say by themselves. */
    private static List<Finding> own(Settings settings) {
        List<Finding> findings = new ArrayList<>();
        List<String> sources = settings.sources();
        findings.add(Finding.ok("settings", "every key is known"));
        for (String name : sources) {
            try {
                LogSource source = settings.source(name);
                findings.add(Finding.ok(
                        "source " + name,
                        "topic " + source.topic() + ", format " + String.join(", ", source.formats()) + ", windows of "
                                + source.unit()));
            } catch (IllegalArgumentException e) {
                findings.add(
                        Finding.fail("source " + name, String.valueOf(e.getMessage()), "correct it in trawl.conf"));
            }
        }
        for (String feed : settings.list("indicators.folder")) {
            if (feed.indexOf(':') < 0 && !Files.exists(Path.of(feed))) {
                findings.add(Finding.warn(
                        "indicators.folder",
                        "there is no " + Path.of(feed).toAbsolutePath() + " on this machine",
                        "put feeds there, or name another folder, before refresh-indicators runs"));
            }
        }
        return findings;
    }
}
