package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.trawl.record.Alert;
import io.trawl.stack.Await;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import io.trawl.stack.SharedStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The hot path as people have it: a proxy writes, Flume ships, Airflow keeps one driver running, and each process between
 * them is killed once while lines come. Every line is a hit and has a client of its own, so each must become one detection
 * and one alert.
 *
 * <p>The tests are one story and run in order: {@code run} is the DAG's run, {@code driver} the driver that works.
 *
 * <p>Longer than other classes, since its tests are one story and share what the ones before have left in the stack.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HotAirflowIT {
    private static final String DAG = "hot_detections";
    private static final String TASK = "hot_detect";
    private static final String TOPIC = "proxy-logs";
    private static final String JOB = "io.trawl.hotdetect.HotDetectJob";

    private static final Duration PACE = Duration.ofMillis(100);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the lines' hits are of; no other test's. */
    private static final String HOST = Sweeper.unique("hot") + ".example";

    private static LocalStack stack;
    private static Sweeper source;
    private static Broker broker;
    private static Airflow airflow;
    private static Path feed;

    private static String run = "";
    private static String driver = "";

    /** Lines that have been written; a line's number is its client. */
    private static final AtomicInteger written = new AtomicInteger();

    private static final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.get();
        source = Sweeper.swept(stack.conf(), "proxy");
        broker = new Broker(source.settings().text("kafka.bootstrap"));
        airflow = new Airflow(stack.port("airflow"));
        feed = Files.createDirectories(stack.stateDir().resolve("feeds")).resolve("hot.txt");
        Files.writeString(feed, HOST + "\n");
        airflow.pause("refresh_indicators", false);
    }

    /** Ends what runs, so that the other tests have the stack as they expect it. */
    @AfterAll
    static void stop() throws Exception {
        writer.shutdownNow();
        stack.restore();
        airflow.pause("refresh_indicators", true);
        airflow.pause(DAG, true);
        for (String left : running()) {
            airflow.markFailed(DAG, left);
        }
        Await.until("no hot driver is left", HotAirflowIT::drivers, List::isEmpty);
        Files.delete(feed);
        broker.close();
    }

    @Test
    @Order(1)
    void unpausedItStartsByItselfAndALineBecomesADetectionAndAnAlert() throws Exception {
        String refresh = airflow.trigger("refresh_indicators", Map.of());
        assertThat(airflow.awaitEnd("refresh_indicators", refresh)).isEqualTo("success");

        airflow.pause(DAG, false);
        run = awaitRun();
        airflow.awaitTask(DAG, run, TASK, "running");
        driver = awaitDriver("its first start");
        // A driver without the archive works as well, only twice as slowly at its start: nothing else would show it.
        assertThat(Files.readString(Path.of("/proc", Long.toString(jvm().pid()), "cmdline"))
                        .split("\0"))
                .as("a driver's flags")
                .contains("-XX:SharedArchiveFile="
                        + Options.ofThisProject().home().resolve(".trawl/classes/drivers.jsa"));
        write();
        Await.until("its alert", HotAirflowIT::alerts, found -> found.size() == 1);
        Await.until("its detection", HotAirflowIT::hotCells, cells -> cells.equals(Map.of(client(0), 1)));

        String status = Await.until(
                "XCom status",
                () -> airflow.value(DAG, run, TASK, "status").asText(),
                text -> text.startsWith("running, lag 0 lines") && text.contains("detections 1,"));
        assertThat(status)
                .matches(
                        "running, lag 0 lines [0-9.]+ s, .*to alert p50 [0-9,]+ p99 [0-9,]+ ms, detections 1, alerts 1, snapshot [0-9]+");
        var page = airflow.page("/trawl/hot?dag=" + DAG);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("proxy <b class=\"good\">running</b>", driver)
                .contains("<th>lag</th><td>0 lines, ")
                .contains("<th>append to alert, ms</th><td>p50 ")
                .contains("<th>detections</th><td>1, suppressed 0</td>");
        assertThat(airflow.pageOfNobody("/trawl/hot?dag=" + DAG).statusCode()).isEqualTo(401);
    }

    @Test
    @Order(2)
    void aDriverThatDiesIsReplaced() throws Exception {
        writer.scheduleAtFixedRate(HotAirflowIT::write, 0, PACE.toMillis(), TimeUnit.MILLISECONDS);
        awaitOneAlertEach();
        long killed = System.nanoTime();
        ProcessHandle jvm = jvm();
        jvm.destroyForcibly();
        driver = awaitDriver("kill -9 of the driver", killed);
        awaitOneAlertEach();
    }

    @Test
    @Order(3)
    void aTasksProcessesThatDieAreReplacedAndTheDriverGoesOn() throws Exception {
        int before = tries();
        String beat = HotJob.heartbeat(source).path("run_id").asText();
        List<ProcessHandle> task = Processes.ofTasks(stack);
        assertThat(task).as("the task's processes").isNotEmpty();
        long killed = System.nanoTime();
        task.forEach(ProcessHandle::destroyForcibly);

        Await.until(
                "the next try to follow the same driver",
                () -> tries() > before ? airflow.log(DAG, run, TASK, tries()) : "",
                log -> log.contains("Driver " + driver + " of an earlier try is RUNNING"));
        airflow.awaitTask(DAG, run, TASK, "running");
        tell("kill -9 of the task's processes, until its driver is followed again", killed);
        assertThat(drivers()).containsExactly(driver);
        assertThat(HotJob.heartbeat(source).path("run_id").asText()).isEqualTo(beat);
        awaitOneAlertEach();
    }

    @Test
    @Order(4)
    void aSchedulerThatDiesAtASubmissionLeavesOneDriverInTheEnd() throws Exception {
        String before = driver;
        airflow.clear(DAG, run, TASK, false);
        Await.often(
                "a driver that was submitted",
                HotAirflowIT::drivers,
                found -> found.stream().anyMatch(one -> !one.equals(before)));
        int attempt = tries();
        long killed = System.nanoTime();
        stack.processes("airflow-scheduler").stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .forEach(ProcessHandle::destroyForcibly);
        stack.kill("airflow-scheduler");
        stack.start("airflow-scheduler");

        driver = Await.until(
                        "one driver, and a later try that follows it",
                        () -> tries() > attempt
                                ? airflow.value(DAG, run, TASK, "heartbeat")
                                : MissingNode.getInstance(),
                        beat -> beat.path("state").asText().equals("running")
                                && drivers().equals(List.of(beat.path("driver").asText())))
                .path("driver")
                .asText();
        tell("kill -9 of the scheduler at a submission, until its next try shows the one driver", killed);
        assertThat(driver).isNotEqualTo(before);
        awaitOneAlertEach();
        assertThat(drivers()).containsExactly(driver);
    }

    @Test
    @Order(5)
    void aWorkerThatDiesTakesItsJvmsAlongAndANewDriverRunsOnTheNext() throws Exception {
        List<ProcessHandle> old = new ArrayList<>(Processes.of(stack, "spark-worker", JOB));
        old.addAll(Processes.of(stack, "spark-worker", "CoarseGrainedExecutorBackend"));
        assertThat(old).as("driver and executor").hasSizeGreaterThanOrEqualTo(2);
        long killed = System.nanoTime();
        stack.kill("spark-worker");
        // Before the next worker's start, which would end them.
        Await.until("the end of its JVMs", () -> old, all -> all.stream().noneMatch(ProcessHandle::isAlive));
        tell("kill -9 of the worker, until driver and executor are gone", killed);
        stack.start("spark-worker");
        driver = awaitDriver("the worker's return");
        awaitOneAlertEach();
        assertThat(Processes.of(stack, "spark-worker", JOB)).hasSize(1);
    }

    @Test
    @Order(6)
    void aDriverThatLivesAndMakesNoProgressIsEndedAndReplaced() throws Exception {
        int before = tries();
        ProcessHandle stopped = jvm();
        long begun = System.nanoTime();
        Processes.signal("STOP", List.of(stopped));
        String dead = driver;
        driver = awaitDriver("SIGSTOP of the driver", begun);
        assertThat(stopped.isAlive()).isFalse();
        assertThat(airflow.log(DAG, run, TASK, before))
                .contains("Driver " + dead + " is dead, ending it: no heartbeat");
        awaitOneAlertEach();
    }

    @Test
    @Order(7)
    void aTaskMarkedFailedIsFollowedByARunThatGoesOnWhereItStopped() throws Exception {
        String before = run;
        long begun = System.nanoTime();
        airflow.markFailed(DAG, run, TASK);
        Await.until("the next run", HotAirflowIT::running, runs -> runs.size() == 1 && !runs.contains(before));
        run = awaitRun();
        driver = awaitDriver("mark failed", begun);
        awaitOneAlertEach();
    }

    @Test
    @Order(8)
    void pausedAndMarkedFailedItIsOverWithinSeconds() throws Exception {
        writer.shutdown();
        assertThat(writer.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        awaitOneAlertEach();
        airflow.pause(DAG, true);
        long begun = System.nanoTime();
        airflow.markFailed(DAG, run);
        Await.until("no hot driver", HotAirflowIT::drivers, List::isEmpty);
        Await.until("no JVM of it", () -> Processes.of(stack, "spark-worker", JOB), List::isEmpty);
        tell("pause and mark failed, until the driver is gone", begun);
        Await.until("nobody's lease", HotAirflowIT::lease, List::isEmpty);
        Await.until("no run", HotAirflowIT::running, List::isEmpty);
    }

    @Test
    @Order(9)
    void everyLineHasOneDetectionAndOneAlert() throws Exception {
        int lines = written.get();
        assertThat(lines).isGreaterThan(100);
        Map<String, Integer> once = new HashMap<>();
        for (int i = 0; i < lines; i++) {
            once.put(client(i), 1);
        }
        assertThat(hotCells()).isEqualTo(once);
        Map<String, Integer> alerted = new HashMap<>();
        for (Alert alert : alerts()) {
            alerted.merge(alert.getClient(), 1, Integer::sum);
            assertThat(alert.getRevision()).as(alert.toString()).isEqualTo(1);
            assertThat(alert.getCount()).as(alert.toString()).isEqualTo(1);
        }
        assertThat(alerted).isEqualTo(once);
        assertThat(HotJob.committed(source)).as("offsets").isEqualTo(broker.messages(TOPIC));
        assertThat(drivers()).as("drivers that came back").isEmpty();
        assertThat(running()).as("runs that came back").isEmpty();
    }

    /** Has a proxy write the next line. */
    private static synchronized void write() {
        long now = System.currentTimeMillis();
        String line = String.format(
                Locale.ROOT,
                "%d.%03d     62 %s TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/203.0.113.5 text/html%n",
                now / 1000,
                now % 1000,
                client(written.get()),
                HOST);
        try {
            Files.writeString(
                    stack.proxyLog(stack.proxies().get(0)),
                    line,
                    StandardCharsets.ISO_8859_1,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written.incrementAndGet();
    }

    private static String client(int number) {
        return "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255);
    }

    /** Waits until every line that has been written by now, and fifty more where they come, has its alert; none may have two. */
    private static void awaitOneAlertEach() throws Exception {
        int lines = written.get() + (writer.isShutdown() ? 0 : 50);
        List<Alert> all = Await.until("alerts of " + lines + " lines", HotAirflowIT::alerts, found -> {
            Set<String> clients = found.stream().map(Alert::getClient).collect(Collectors.toSet());
            return IntStream.range(0, lines).allMatch(i -> clients.contains(client(i)));
        });
        assertThat(all).extracting(Alert::getClient).doesNotHaveDuplicates();
        assertThat(all).extracting(Alert::getDetectionId).doesNotHaveDuplicates();
    }

    private static List<Alert> alerts() throws IOException {
        return HotJob.alerts(source).stream()
                .filter(alert -> alert.getIndicatorValue().equals(HOST))
                .toList();
    }

    /** How many hot detections HBase has, by client: cells of main rows. */
    private static Map<String, Integer> hotCells() throws IOException {
        Map<String, Integer> cells = new HashMap<>();
        DetectionCells.each(source.settings(), (name, detection) -> {
            if (detection.path("indicator_value").asText().equals(HOST)) {
                assertThat(name.path()).isEqualTo("hot");
                cells.merge(detection.path("client").asText(), 1, Integer::sum);
            }
        });
        return cells;
    }

    /** Hot drivers that the Spark master has, also such as wait for a worker. */
    private static List<String> drivers() {
        List<String> found = new ArrayList<>();
        read("http://127.0.0.1:" + stack.port("spark-master-http") + "/json/")
                .path("activedrivers")
                .forEach(one -> {
                    if (one.path("mainclass").asText().equals(JOB)) {
                        found.add(one.path("id").asText());
                    }
                });
        return found;
    }

    private static JsonNode read(String address) {
        try {
            return JSON.readTree(URI.create(address).toURL());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JVM of the driver that works. */
    private static ProcessHandle jvm() {
        List<ProcessHandle> found = Processes.of(stack, "spark-worker", JOB);
        assertThat(found).as("JVMs of the driver").hasSize(1);
        return found.get(0);
    }

    /** Who holds the lease, or waits for it. */
    private static List<String> lease() throws Exception {
        String address =
                source.settings().text("hbase.quorum") + ":" + source.settings().number("hbase.port");
        try (ZooKeeper zooKeeper = new ZooKeeper(address, 10_000, event -> {})) {
            return zooKeeper.getChildren("/trawl/hot-detect/proxy", false);
        } catch (KeeperException.NoNodeException e) {
            return List.of();
        }
    }

    /** Runs of the DAG that have not ended. */
    private static List<String> running() throws Exception {
        return airflow.runs(DAG).stream()
                .filter(one ->
                        List.of("running", "queued").contains(one.path("state").asText()))
                .map(one -> one.path("dag_run_id").asText())
                .toList();
    }

    private static String awaitRun() {
        return Await.until("a run that nobody triggered", HotAirflowIT::running, runs -> runs.size() == 1)
                .get(0);
    }

    private static int tries() throws Exception {
        return airflow.task(DAG, run, TASK).path("try_number").asInt();
    }

    /** Waits until another driver than the last one works; gives its id. */
    private static String awaitDriver(String after) {
        return awaitDriver(after, System.nanoTime());
    }

    private static String awaitDriver(String after, long since) {
        String last = driver;
        String found = Await.until("a new driver after " + after, () -> HotJob.heartbeat(source), beat -> {
                    String named = beat.path("driver").asText();
                    return beat.path("state").asText().equals("running")
                            && !named.equals(last)
                            && drivers().contains(named);
                })
                .path("driver")
                .asText();
        tell(after + ", until the next driver's heartbeat", since);
        return found;
    }

    /** Says how long something took: the figures of dags/README.md. */
    private static void tell(String what, long since) {
        System.out.printf(Locale.ROOT, "%s: %.1f s%n", what, (System.nanoTime() - since) / 1e9);
    }
}
