package io.trawl.cli.query;

import com.sun.management.OperatingSystemMXBean;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.hbase.HBase;
import io.trawl.kafka.KafkaLines;
import io.trawl.run.UnreachableHdfs;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.RegionLocator;
import org.apache.hadoop.hbase.client.Table;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers whether they answer, for whoever waits: the clients' own patience is minutes, and a process that has been
 * stopped still has its port open.
 */
public final class Reach {
    /**
     * How long a server may take: with the start of a JVM it is said within ten seconds that it does not answer. What this
     * process computes itself does not count, so that a machine with much to do is not taken for a server that is away.
     */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long TICK_MILLIS = 100;
    /** A tick in which this process was busy for longer does not count; but whatever it does, it waits no more than so long. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int LONGEST = 5;

    private Reach() {}

    /** Settings with which each server's client gives up within seconds, not minutes; what a site has set itself stays. */
    public static Settings impatient(Settings settings) {
        Settings impatient = settings;
        for (String[] limit : new String[][] {
            {"hbase.client.conf.hbase.client.retries.number", "6"},
            {"hbase.client.conf.hbase.rpc.timeout", "10000"},
            {"hbase.client.conf.hbase.client.operation.timeout", "20000"},
            {"hbase.client.conf.hbase.client.meta.operation.timeout", "20000"},
            {"hbase.client.conf.hbase.client.scanner.timeout.period", "20000"},
            {"hadoop.ipc.client.connect.timeout", "4000"},
            {"hadoop.ipc.client.connect.max.retries", "1"},
            {"hadoop.ipc.client.connect.max.retries.on.timeouts", "1"},
            {"hadoop.ipc.client.rpc-timeout.ms", "10000"},
            {"hadoop.dfs.client.socket-timeout", "10000"},
            {"hadoop.dfs.client.max.block.acquire.failures", "1"}
        }) {
            if (settings.text(limit[0], "").isEmpty()) {
                impatient = impatient.with(limit[0], limit[1]);
            }
        }
        return impatient;
    }

    /** A question to a server, and what to say where it does not answer. */
    public static final class Question {
        private interface Asking {
            /** @param late told what to say from now on */
            void ask(Consumer<String> late) throws Exception;
        }

        private final Asking asking;
        private volatile String late;

        private Question(String late, Asking asking) {
            this.late = late;
            this.asking = asking;
        }

        private Future<@Nullable Void> ask() {
            FutureTask<@Nullable Void> task = new FutureTask<>(() -> {
                asking.ask(text -> late = text);
                return null;
            });
            Thread thread = new Thread(task, "reach");
            // Some of the clients cannot be interrupted: the process ends beside them.
            thread.setDaemon(true);
            thread.start();
            return task;
        }
    }

    /**
     * Asks all of them at once.
     *
     * @throws JobFailure the first that does not answer in time, or refuses
     */
    public static void all(Duration patience, Question... questions) {
        List<Future<@Nullable Void>> asked =
                Stream.of(questions).map(Question::ask).toList();
        Patience left = new Patience(patience);
        for (int i = 0; i < questions.length; i++) {
            Question question = questions[i];
            try {
                while (!left.isOver() && !asked.get(i).isDone()) {
                    left.tick(asked.get(i));
                }
                if (!asked.get(i).isDone()) {
                    throw new JobFailure(question.late, null);
                }
                asked.get(i).get();
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                if (cause instanceof JobFailure || cause instanceof IllegalArgumentException) {
                    throw (RuntimeException) cause;
                }
                String said = UnreachableHdfs.said(cause);
                throw new JobFailure(said != null ? said : question.late + " (" + firstLine(cause) + ")", cause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JobFailure("interrupted: " + question.late, e);
            }
        }
    }

    /** Time that is left to wait; it goes by while this process has nothing to do. */
    private static final class Patience {
        private final OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private final long longest;
        private long leftMillis;

        Patience(Duration patience) {
            this.leftMillis = patience.toMillis();
            this.longest = System.nanoTime() + patience.multipliedBy(LONGEST).toNanos();
        }

        boolean isOver() {
            return leftMillis <= 0 || System.nanoTime() > longest;
        }

        void tick(Future<?> awaited) throws InterruptedException, ExecutionException {
            long before = process.getProcessCpuTime();
            try {
                awaited.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (process.getProcessCpuTime() - before < BUSY_NANOS) {
                    leftMillis -= TICK_MILLIS;
                }
            }
        }
    }

    /** HBase: its ZooKeeper, and the region servers of a table, which need not be there yet. */
    public static Question hbase(Settings settings, String table) {
        String where = "HBase at ZooKeeper " + settings.text("hbase.quorum") + ":" + settings.text("hbase.port");
        String away = where + " does not answer: is it up? (settings hbase.quorum, hbase.port)";
        return new Question(away, late -> {
            if (zooKeeper(settings) != null) {
                throw new JobFailure(away, null);
            }
            late.accept(where + " does not answer: ZooKeeper does, its master or region server does not; is it up?");
            regions(settings, table);
        });
    }

    /**
     * Whether one of HBase's ZooKeepers answers.
     *
     * @return null if one does, else what is wrong
     */
    public static @Nullable String zooKeeper(Settings settings) {
        String wrong = "hbase.quorum is empty";
        int port = settings.number("hbase.port");
        for (String host : settings.list("hbase.quorum")) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), 2_000);
                socket.setSoTimeout(2_000);
                socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
                // One that is told not to say so says that, or hangs up: it answers all the same.
                try (InputStream in = socket.getInputStream()) {
                    in.read();
                }
                return null;
            } catch (IOException e) {
                wrong = host + ":" + port + ": " + firstLine(e);
            }
        }
        return wrong;
    }

    private static void regions(Settings settings, String name) throws IOException {
        Connection connection = HBase.connection(settings);
        TableName table = TableName.valueOf(name);
        try (org.apache.hadoop.hbase.client.Admin admin = connection.getAdmin()) {
            if (!admin.tableExists(table)) {
                return;
            }
        }
        try (RegionLocator locator = connection.getRegionLocator(table);
                Table rows = connection.getTable(table)) {
            for (HRegionLocation region : locator.getAllRegionLocations()) {
                byte[] start = region.getRegion().getStartKey();
                rows.exists(new Get(start.length == 0 ? new byte[] {0} : start));
            }
        }
    }

    /** The file system of a folder that a setting names. */
    public static Question files(Settings settings, String key, Configuration hadoop) {
        Path folder = new Path(settings.text(key));
        String scheme = Objects.requireNonNullElse(folder.toUri().getScheme(), "file");
        String where = scheme.equals("hdfs")
                ? "HDFS at " + folder.toUri().getAuthority()
                : scheme + " file system of " + folder;
        String away = where + " does not answer: is it up? (setting " + key + ")";
        return new Question(away, late -> {
            try (FileSystem files = FileSystem.newInstance(folder.toUri(), hadoop)) {
                files.exists(folder);
            } catch (IOException e) {
                String said = UnreachableHdfs.said(e);
                throw new JobFailure(
                        said == null
                                ? where + ": " + firstLine(e) + " (setting " + key + ")"
                                // Hadoop looks an address's name up; ours is the one that was set.
                                : said.replaceFirst("^HDFS at \\S+ ", Matcher.quoteReplacement(where + " "))
                                        + " (setting " + key + ")",
                        e);
            }
        });
    }

    /** The brokers. */
    public static Question kafka(Settings settings) {
        String away = "Kafka at " + settings.text("kafka.bootstrap")
                + " does not answer: is it up? (setting kafka.bootstrap)";
        return new Question(away, late -> {
            Admin admin = KafkaLines.admin(settings, Duration.ofSeconds(20));
            try {
                admin.describeCluster().nodes().get();
            } catch (ExecutionException e) {
                throw new JobFailure(away, e);
            } finally {
                admin.close(Duration.ZERO);
            }
        });
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse(failure.getClass().getSimpleName());
    }
}
