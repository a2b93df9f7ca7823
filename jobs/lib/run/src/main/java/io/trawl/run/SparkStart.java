package io.trawl.run;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.internal.SQLConf;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The Spark of one run of a job: it starts as soon as the run says that it has few lines, else when it is first asked for,
 * so a run with nothing to read starts none. Few lines are worked on in the driver itself: executors would take longer to
 * start than the work does. A session that the JVM has already is used and left alone.
 */
final class SparkStart implements AutoCloseable {
    /** Size of a run that has not said how many lines it is about. */
    static final long UNKNOWN = Long.MAX_VALUE;

    private static final String PARTITIONS = "spark.sql.shuffle.partitions";
    /** Lines for each partition of a shuffle: what an executor of a gigabyte sorts without spilling, many times over. */
    private static final long LINES_OF_A_PARTITION = 250_000;

    private static final int LEAST_PARTITIONS = 4;
    private static final int MOST_PARTITIONS = 10_000;
    private static final int USUAL_PARTITIONS = 8;

    private final SparkConf conf;
    private final long few;
    private final int threads;
    private @Nullable SparkSession session;
    private boolean inDriver;
    private boolean lent;
    private boolean closed;

    /**
     * @param conf what the cluster is asked for
     * @param few up to so many lines the driver works alone
     * @param threads how many threads it has then
     */
    SparkStart(SparkConf conf, long few, int threads) {
        this.conf = conf;
        this.few = few;
        this.threads = threads;
        if (conf.get("spark.master").startsWith("yarn")) {
            // YARN ends an application whose driver has no context of its own kind.
            session(UNKNOWN);
        }
    }

    /** Hadoop's configuration as Spark has it; starts nothing. */
    Configuration hadoop() {
        return SparkHadoopUtil.get().newConfiguration(conf);
    }

    /** The session for a run on so many lines. */
    synchronized SparkSession session(long lines) {
        if (session != null && inDriver && lines > few) {
            session.close();
            session = null;
        }
        if (session == null) {
            session = lent(lines);
            lent = session != null;
        }
        if (session == null) {
            inDriver = lines <= few && isStandaloneOrKubernetes();
            session = SparkSession.builder()
                    .config(inDriver ? alone() : sized(lines))
                    .getOrCreate();
        }
        // It may have been started by another thread, and Spark asks for that of its own.
        SparkSession.setActiveSession(session);
        return session;
    }

    /**
     * Begins to start what the driver needs to work on so many lines alone, while the run does other things.
     * Does nothing where executors are needed, or no Spark.
     */
    void soon(long lines) {
        if (lines <= 0 || lines > few || !isStandaloneOrKubernetes()) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        startUnlessClosed(lines);
                    } catch (Exception | LinkageError e) {
                        // The run asks for the session, and meets what is wrong itself.
                        LoggerFactory.getLogger(SparkStart.class).debug("Spark does not start", e);
                    }
                },
                "spark-start");
        thread.setDaemon(true);
        thread.start();
    }

    private synchronized void startUnlessClosed(long lines) {
        if (!closed) {
            session(lines);
        }
    }

    /** A session of this JVM that whoever runs one job after the other has made and keeps; null if there is none. */
    private @Nullable SparkSession lent(long lines) {
        SparkSession there = SparkSession.getDefaultSession().getOrElse(() -> null);
        if (there == null || there.sparkContext().isStopped()) {
            return null;
        }
        SparkSession own = there.newSession();
        for (Tuple2<String, String> setting : sized(lines).getAll()) {
            if (setting._1().startsWith("spark.sql.") && !SQLConf.isStaticConfigKey(setting._1())) {
                own.conf().set(setting._1(), setting._2());
            }
        }
        return own;
    }

    private boolean isStandaloneOrKubernetes() {
        String master = conf.get("spark.master");
        return master.startsWith("spark:") || master.startsWith("k8s:");
    }

    /** The settings for so many lines: partitions of a shuffle by their number, where nobody has set it. */
    private SparkConf sized(long lines) {
        return conf.clone().setIfMissing(PARTITIONS, String.valueOf(partitions(lines)));
    }

    static int partitions(long lines) {
        return lines == UNKNOWN
                ? USUAL_PARTITIONS
                : (int) Math.max(LEAST_PARTITIONS, Math.min(MOST_PARTITIONS, lines / LINES_OF_A_PARTITION));
    }

    private SparkConf alone() {
        return conf.clone()
                .setMaster("local[" + threads + "]")
                .set(PARTITIONS, String.valueOf(threads))
                // A page that lives for seconds, and takes a quarter of a second to start.
                .setIfMissing("spark.ui.enabled", "false");
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (session != null && !lent) {
            session.close();
        }
        session = null;
    }
}
