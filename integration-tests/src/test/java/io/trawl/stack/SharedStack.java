package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one stack of all integration tests in a JVM: started from empty when the first of them asks, ended with the JVM.
 * A class that runs its jobs itself asks for the {@link #stores} only; Airflow, Spark and Flume, which take the processors'
 * time also when they have nothing to do, start when the first class asks for {@link #get all servers}. A test that kills a
 * server brings it back. Up to three JVMs may run tests side by side, each with its own stack.
 */
public final class SharedStack {
    /** Number of this JVM among those that run tests side by side, from 1. */
    private static final int FORK = Integer.getInteger("trawl.it.fork", 1);

    /**
     * Leaves the default ports to a stack that a developer may have up, and 2000 to 6000 to classes with stacks of their
     * own; another one lets two builds run side by side. No port is among those that the system gives to clients.
     */
    private static final int PORT_SHIFT = Integer.getInteger("trawl.it.port.shift", 1000)
            + List.of(0, 7000, 8500).get(FORK - 1);

    private static final String QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";

    /** What jobs and hot path read and write. */
    private static final Set<String> STORES = Set.of("kafka", "hdfs", "hbase");

    private static @Nullable LocalStack stack;

    private SharedStack() {}

    /** The stack, all servers up: two proxies, source "proxy" with windows of a minute, its DAGs as an operator finds them. */
    public static synchronized LocalStack get() {
        LocalStack opened = opened();
        opened.restore();
        return opened;
    }

    /** The stack, with Kafka, HDFS and HBase up. */
    public static synchronized LocalStack stores() {
        LocalStack opened = opened();
        opened.restore(STORES);
        return opened;
    }

    /**
     * How the command begins that runs a job in a JVM of its own: with the class path and the archive of classes that
     * drivers on the stack have, and what this JVM has behind them.
     */
    public static synchronized List<String> driver() {
        LocalStack opened = opened();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        Stream.of((QUICK + " " + System.getProperty("trawl.it.opens", "")).split(" "))
                .filter(flag -> !flag.isEmpty())
                .forEach(command::add);
        opened.classArchive().ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
        command.addAll(List.of(
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.driver.bindAddress=127.0.0.1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                opened.driverClassPath() + ":" + System.getProperty("java.class.path")));
        return command;
    }

    private static LocalStack opened() {
        if (stack == null) {
            Options options = Options.ofThisProject();
            Path state = options.home().resolve("integration-tests/target/stack" + (FORK == 1 ? "" : "-" + FORK));
            delete(state);
            Await.logsIn(state.resolve("logs"));
            LocalStack opened = LocalStack.open(options.stateDir(state)
                    .portShift(PORT_SHIFT)
                    // Tests kill schedulers and tasks, and machines do not sleep in the meantime.
                    .stack("airflow.scheduler.missed.seconds", "15")
                    .stack("airflow.task.missed.seconds", "30")
                    .stack("airflow.queued.missed.seconds", "120")
                    // No hot driver of a test lives for long enough to need the second compiler.
                    .stack("spark.hot.flags", QUICK)
                    .setting("source.proxy.window", "PT1M")
                    .setting("window.margin", "PT1S")
                    .setting("indicators.folder", state.resolve("feeds").toString())
                    .setting("indicators.shrink", "100")
                    // Many small tasks, so that a job has some done and some to do when it is killed.
                    .setting("ingest.task.messages", "2000")
                    // Executors, too, are killed.
                    .setting("job.validate.driver.lines", "0")
                    .setting("airflow.retries", "2")
                    .setting("airflow.retry.delay", "PT2S")
                    // Nothing runs by schedule until a test says from when on.
                    .setting("airflow.start", "2100-01-01T00:00:00Z"));
            Runtime.getRuntime().addShutdownHook(new Thread(opened::close, "close-stack"));
            stack = opened;
        }
        return stack;
    }

    /** Removes a folder and all in it. */
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
