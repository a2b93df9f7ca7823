package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.RawLine;
import io.trawl.stack.Await;
import io.trawl.stack.LocalStack;
import io.trawl.stack.SharedStack;
import io.trawl.traffic.Line;
import io.trawl.traffic.Planted;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A sweep as people have it: proxies write, Flume ships, Airflow runs Spark's jobs, and each server is killed once while
 * there is work in its hands. Then what an operator does in Airflow: clear, mark, fill in the form, backfill.
 *
 * <p>The tests are one story and run in order: {@code window} is the first of the windows that the proxies' lines fell
 * into, {@code run} the run of DAG sweep that sweeps them.
 *
 * <p>Longer than other classes, since its tests are one story and share what the ones before have left in the stack.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SweepIT {
    private static final String DAG = "sweep";
    private static final String TOPIC = "proxy-logs";
    private static final int LINES = 60_000;
    private static final String ENRICH = "io.trawl.enrich.EnrichJob";
    private static final Duration UNIT = Duration.ofMinutes(1);

    private static LocalStack stack;
    private static Sweeper sweeper;
    private static Broker broker;
    private static Airflow airflow;
    private static String refresh;

    private static final Map<String, List<Line>> lines = new LinkedHashMap<>();
    private static final List<Window> windows = new ArrayList<>();
    private static Window window;
    private static String run;
    /** Bytes that each proxy's log had before: another test may have written to it. */
    private static final Map<String, Long> already = new HashMap<>();

    private static final TreeMap<Window, Map<String, List<String>>> once =
            new TreeMap<>(java.util.Comparator.comparing(Window::start));

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.get();
        Sweeper.expectFrom(stack.conf(), "proxy", Instant.now());
        sweeper = Sweeper.swept(stack.conf(), "proxy");
        broker = new Broker(sweeper.settings().text("kafka.bootstrap"));
        airflow = new Airflow(stack.port("airflow"));
        Traffic traffic = Traffic.builder(4, LINES)
                .hits(3)
                .proxies(stack.proxies())
                .start(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                .build();
        traffic.writeFeeds(stack.stateDir().resolve("feeds"));
        traffic.forEach(line ->
                lines.computeIfAbsent(line.proxy(), proxy -> new ArrayList<>()).add(line));
        airflow.pause("refresh_indicators", false);
        airflow.pause(DAG, false);
        // Runs while the lines are written.
        refresh = airflow.trigger("refresh_indicators", Map.of());
    }

    @AfterAll
    static void stop() {
        airflow.pause(DAG, true);
        airflow.pause("refresh_indicators", true);
        stack.restore();
        broker.close();
    }

    @Test
    @Order(1)
    void agentsAndBrokerAreKilledWhileLinesAreUnderWay() throws Exception {
        for (String proxy : stack.proxies()) {
            Path log = stack.proxyLog(proxy);
            already.put(proxy, Files.exists(log) ? Files.size(log) : 0);
        }
        written = broker.messages(TOPIC);
        Instant border = awaitBorder();
        String first = stack.proxies().get(0);
        write(first, 0, 3);
        killUnderWay("flume-" + first, 1);
        write(first, 1, 3);
        write(stack.proxies().get(1), 0, 2);
        killUnderWay("flume-collector", 1);
        write(first, 2, 3);
        write(stack.proxies().get(1), 1, 2);
        killUnderWay("kafka", 1);

        Map<String, Integer> born = new HashMap<>();
        List<RawLine> all = Await.until("every line in the topic", () -> linesSince(border), found -> {
            born.clear();
            found.forEach(line -> born.merge(line.getHost() + ":" + line.getFileOffset(), 1, Integer::sum));
            return born.size() >= LINES;
        });
        assertThat(born)
                .as("lines that were written, each by where it was born")
                .hasSize(LINES);
        assertThat(all.stream().map(RawLine::getEventId).distinct())
                .as("identities")
                .hasSize(LINES);
        all.stream()
                .map(line -> line.getAppendTime().truncatedTo(ChronoUnit.MINUTES))
                .distinct()
                .sorted()
                .forEach(start -> windows.add(new Window(start, start.plus(UNIT))));
        window = windows.get(0);
    }

    @Test
    @Order(2)
    void theFeedsOfAFolderBecomeIndicators() throws Exception {
        assertThat(airflow.awaitEnd("refresh_indicators", refresh)).isEqualTo("success");
        JsonNode counts = airflow.returned("refresh_indicators", refresh, "refresh_indicators")
                .path("counts");
        assertThat(counts.path("indicators").asLong()).as(counts.toString()).isGreaterThanOrEqualTo(10_000);
    }

    private static List<RawLine> linesSince(Instant border) throws Exception {
        return broker.lines(TOPIC).stream()
                .filter(line -> !line.getAppendTime().isBefore(border))
                .toList();
    }

    @Test
    @Order(3)
    void aFormThatCannotBeSweptIsRefused() throws Exception {
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("source", "nobody"),
                Map.of("source", "proxy", "window_start", "yesterday"),
                Map.of("source", "proxy", "indicators", "some"))) {
            var answer = airflow.form(DAG, wrong);
            assertThat(answer.statusCode()).as(wrong + ": " + answer.body()).isEqualTo(400);
        }
        String open = airflow.trigger(
                DAG,
                Map.of(
                        "window_start",
                                Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
                        "window_end",
                                Instant.now()
                                        .truncatedTo(ChronoUnit.MINUTES)
                                        .plus(UNIT)
                                        .toString()));
        assertThat(airflow.awaitEnd(DAG, open)).isEqualTo("failed");
        assertThat(airflow.log(DAG, open, "check", 1)).contains("has not closed yet");
        assertThat(airflow.task(DAG, open, "ingest").path("state").asText()).isEqualTo("upstream_failed");
    }

    /** Kills that wait for their moment from the start of the run, so that none comes too late on a quick machine. */
    private static CompletableFuture<Instant> driverDies;

    private static CompletableFuture<Instant> brokerDies;
    private static CompletableFuture<Instant> executorDies;
    private static CompletableFuture<Instant> dataNodeDies;
    private static CompletableFuture<Instant> schedulerDies;
    private static CompletableFuture<Instant> hbaseDies;

    @Test
    @Order(4)
    void driverAndBrokerAreKilledDuringIngest() throws Exception {
        Sweeper.awaitEnd(windows.get(windows.size() - 1));
        driverDies = soon(() -> killInFlight(LakeTable.RAW_LINES, () -> killJvm("io.trawl.ingest.IngestJob")));
        brokerDies = driverDies.thenCompose(done -> soon(() -> {
            awaitTry("ingest", 2);
            Instant killed = killInFlight(LakeTable.RAW_LINES, () -> stack.kill("kafka"));
            stack.start("kafka");
            return killed;
        }));
        executorDies = soon(() -> killInFlight(LakeTable.PROXY_EVENTS, () -> killJvm("CoarseGrainedExecutorBackend")));
        dataNodeDies = executorDies.thenCompose(done -> soon(() -> {
            Instant killed = killInFlight(LakeTable.PROXY_EVENTS, () -> stack.kill("datanode"));
            stack.start("datanode");
            return killed;
        }));
        schedulerDies = soon(() -> {
            // Until then nobody looks often at files, which takes a processor's time.
            awaitFiles(LakeTable.PROXY_EVENTS);
            Instant killed = killInFlight(LakeTable.DETECTIONS, () -> stack.kill("airflow-scheduler"));
            stack.start("airflow-scheduler");
            return killed;
        });
        hbaseDies = soon(() -> {
            // HBase falls with the DataNode that its log is on.
            schedulerDies.join();
            stack.restore();
            return killInLoad();
        });
        run = airflow.trigger(
                DAG,
                Map.of(
                        "window_start", window.start().toString(),
                        "window_end", windows.get(windows.size() - 1).end().toString()));

        Instant driver = driverDies.join();
        Instant kafka = brokerDies.join();
        awaitSuccess("ingest");
        assertNothingWasCommittedBefore(driver, "ingest");
        assertNothingWasCommittedBefore(kafka, "ingest");
    }

    @Test
    @Order(5)
    void anExecutorAndTheDataNodeAreKilledDuringValidate() throws Exception {
        Instant executor = executorDies.join();
        Instant dataNode = dataNodeDies.join();
        awaitSuccess("validate");
        assertNothingWasCommittedBefore(executor, "validate");
        assertNothingWasCommittedBefore(dataNode, "validate");
    }

    @Test
    @Order(6)
    void theSchedulerIsKilledDuringEnrich() throws Exception {
        Instant killed = schedulerDies.join();
        awaitSuccess("enrich");
        assertNothingWasCommittedBefore(killed, "enrich");
        for (Window each : windows) {
            assertThat(sweeper.runs("enrich", each))
                    .as("the driver went on, and was found again")
                    .hasSize(1);
        }
    }

    @Test
    @Order(7)
    void hbaseIsKilledDuringLoad() throws Exception {
        Instant killed = hbaseDies.join();
        stack.restore();
        awaitSuccess("load");
        assertNothingWasCommittedBefore(killed, "load");
    }

    /** Kills HBase when a load of the window has begun and has not ended; gives when. */
    private static Instant killInLoad() throws Exception {
        State state = State.at(sweeper.settings().text("state.dir"), Sweeper.HADOOP);
        String folder = "loads/proxy/" + window.start().toString().replace(":", "");
        Await.often("a load under way", () -> state.list(folder), names -> names.size() == 1);
        stack.kill("hbase");
        return Instant.now();
    }

    private static CompletableFuture<Instant> soon(Callable<Instant> kill) {
        CompletableFuture<Instant> killed = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        killed.complete(kill.call());
                    } catch (Exception | AssertionError e) {
                        killed.completeExceptionally(e);
                    }
                },
                "kill");
        thread.setDaemon(true);
        thread.start();
        return killed;
    }

    private static void awaitSuccess(String task) {
        assertThat(airflow.awaitTask(DAG, run, task, "success", "failed"))
                .as(task)
                .isEqualTo("success");
    }

    @Test
    @Order(8)
    void nothingIsLostAndNothingIsDoubled() throws Exception {
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("success");
        long arrived = 0;
        Map<String, String> detections = new HashMap<>();
        int rows = 0;
        int cells = 0;
        for (Window each : windows) {
            Map<String, Long> counts = sweeper.counts("audit", each);
            assertThat(counts.get("messages"))
                    .as(each + " " + counts)
                    .isEqualTo(counts.get("raw"))
                    .isEqualTo(counts.get("valid") + counts.get("invalid") + counts.get("copies"));
            arrived += counts.get("raw") - counts.get("copies");
            Map<String, String> born = born(each);
            List<Map<String, Object>> found = sweeper.records(LakeTable.DETECTIONS, "enrich", each);
            for (Map<String, Object> one : found) {
                detections.put(
                        (String) one.get("detection_id"),
                        born.get((String) one.get("event_id")) + " " + one.get("indicator_value") + " "
                                + one.get("field") + " " + one.get("how"));
            }
            rows += found.size();
            cells += (int) sweeper.hbase("detections", each).stream()
                    .filter(cell -> cell.endsWith("}"))
                    .count();
            once.put(each, sweeper.everything(each));
        }
        Set<String> planted = new HashSet<>();
        Set<String> types = new HashSet<>();
        lines.values()
                .forEach(all -> all.forEach(line -> line.planted().forEach(match -> {
                    planted.add(line(match));
                    types.add(match.type());
                })));
        assertThat(types).containsExactlyInAnyOrder("domain", "ipv4", "ipv6", "cidr", "url");
        assertThat(new HashSet<>(detections.values())).isEqualTo(planted);
        assertThat(cells).as("detections in HBase").isEqualTo(rows);
        // A line that was sent again after the window's end is a copy that no window knows of alone.
        assertThat(arrived).isGreaterThanOrEqualTo(LINES);
        assertThat(detections).hasSameSizeAs(planted);
    }

    private static String line(Planted match) {
        return match.proxy() + ":" + (already.get(match.proxy()) + match.offset()) + " " + match.indicator() + " "
                + match.field() + " " + match.how();
    }

    /** Where the lines of a window were born, by their identity. */
    private static Map<String, String> born(Window each) throws Exception {
        Map<String, String> born = new HashMap<>();
        for (Map<String, Object> line : sweeper.records(LakeTable.RAW_LINES, "ingest", each)) {
            born.put((String) line.get("event_id"), line.get("host") + ":" + line.get("file_offset"));
        }
        return born;
    }

    @Test
    @Order(9)
    void eachTaskShowsItsCounts() throws Exception {
        for (String task : List.of("ingest", "validate", "enrich", "load", "audit")) {
            assertThat(airflow.value(DAG, run, task, "counts").asText())
                    .as(task)
                    .matches("[a-z_.]+ [0-9,]+, .* s");
        }
    }

    @Test
    @Order(10)
    void aClearedTaskThatSucceededRunsAgainAndLeavesTheSame() throws Exception {
        String before = airflow.returned(DAG, run, "validate").path("run_id").asText();
        airflow.clear(DAG, run, "validate", false);
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("success");
        assertThat(airflow.returned(DAG, run, "validate").path("run_id").asText())
                .isNotEqualTo(before);
        assertEverythingIsAsItWas();
    }

    @Test
    @Order(11)
    void anAuditThatFailsIsAFailedTaskThatNamesTheWindow() throws Exception {
        airflow.clear(DAG, run, "audit", false);
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("failed");
        int tries = airflow.task(DAG, run, "audit").path("try_number").asInt();
        assertThat(airflow.log(DAG, run, "audit", tries))
                .contains("window " + window)
                .contains("enrich was made from snapshot")
                .contains("rerun enrich and what follows it");
    }

    @Test
    @Order(12)
    void whenATasksProcessIsKilledTheNextTryFindsTheDriverAgain() throws Exception {
        airflow.clear(DAG, run, "enrich", true);
        int number = awaitFollowed();
        int before = sweeper.runs("enrich", window).size();
        List<ProcessHandle> driver = jvms(ENRICH);
        assertThat(driver).as("the driver's JVM").hasSize(1);
        // Stopped, so that it is still at work when the next try looks for it.
        Processes.signal("STOP", driver);
        List<ProcessHandle> task = Processes.ofTasks(stack);
        assertThat(task).as("the task's processes").isNotEmpty();
        task.forEach(ProcessHandle::destroyForcibly);
        try {
            Await.until(
                    "the next try's word of the driver",
                    () -> airflow.log(DAG, run, "enrich", number + 1),
                    log -> log.matches("(?s).*Driver driver-[0-9-]+ of an earlier try is RUNNING.*"));
        } finally {
            Processes.signal("CONT", driver);
        }
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("success");
        assertThat(sweeper.runs("enrich", window)).as("one more run").hasSize(before + 1);
        assertEverythingIsAsItWas();
    }

    @Test
    @Order(13)
    void aTaskMarkedFailedEndsItsDriverAndItsApplication() throws Exception {
        airflow.clear(DAG, run, "enrich", true);
        awaitJvm(ENRICH);
        // Stopped, so that it comes to no end of its own before Airflow tells the task.
        Processes.signal("STOP", jvms(ENRICH));
        airflow.markFailed(DAG, run, "enrich");
        Await.until("no JVM of Spark's is left", () -> jvms(ENRICH), List::isEmpty);
        Await.until("nor an executor", () -> jvms("CoarseGrainedExecutorBackend"), List::isEmpty);
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("failed");
    }

    @Test
    @Order(14)
    void aTaskMarkedFailedWhoseDriverCameToAGoodEndRunsAgainWhenCleared() throws Exception {
        airflow.clear(DAG, run, "enrich", true);
        awaitFollowed();
        List<ProcessHandle> driver = jvms(ENRICH);
        assertThat(driver).as("the driver's JVM").hasSize(1);
        Processes.signal("STOP", driver);
        int before = sweeper.runs("enrich", window).size();
        List<ProcessHandle> task = Processes.ofTasks(stack);
        assertThat(Processes.parents(task)).as("the task's processes").isNotEmpty();
        try {
            // The task does not hear of it before its driver has ended, and says nothing of that any more.
            Processes.signal("STOP", task);
            Processes.signal("CONT", driver);
            airflow.markFailed(DAG, run, "enrich");
            Await.until("the driver's own end", () -> jvms(ENRICH), List::isEmpty);
            assertThat(sweeper.runs("enrich", window)).as("runs").hasSize(before + 1);
        } finally {
            Processes.signal("CONT", driver);
            Processes.signal("CONT", Processes.parents(task));
        }
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("failed");
        Await.until("no process of the task is left", () -> Processes.ofTasks(stack), List::isEmpty);
        airflow.clear(DAG, run, "enrich", true);
        assertThat(airflow.awaitEnd(DAG, run)).isEqualTo("success");
        assertThat(sweeper.runs("enrich", window)).as("runs").hasSize(before + 2);
        assertEverythingIsAsItWas();
    }

    /** Waits until enrich's try knows its driver and has seen it run: from here on a next try will find it; gives its number. */
    private static int awaitFollowed() throws Exception {
        awaitJvm(ENRICH);
        int number = airflow.task(DAG, run, "enrich").path("try_number").asInt();
        Await.often(
                "the driver is followed",
                () -> airflow.log(DAG, run, "enrich", number),
                log -> log.matches("(?s).*Driver driver-[0-9-]+ is RUNNING.*"));
        return number;
    }

    private static void assertEverythingIsAsItWas() throws Exception {
        for (Window each : windows) {
            assertThat(sweeper.everything(each)).as(each.toString()).isEqualTo(once.get(each));
        }
    }

    @Test
    @Order(15)
    void aBackfillSweepsEachWindowOfItsRange() throws Exception {
        // Before anything was written: each is empty, and proven to be.
        Instant from = window.start().minus(Duration.ofDays(1));
        airflow.backfill(DAG, from, from.plus(UNIT));
        List<JsonNode> ended = Await.until(
                "two runs of the backfill",
                () -> airflow.runs(DAG).stream()
                        .filter(one -> one.path("run_type").asText().equals("backfill"))
                        .toList(),
                runs -> runs.size() == 2
                        && runs.stream()
                                .noneMatch(one -> Set.of("running", "queued")
                                        .contains(one.path("state").asText())));
        assertThat(ended).extracting(one -> one.path("state").asText()).containsOnly("success");
        for (int i = 0; i < 2; i++) {
            Window empty = new Window(from.plus(UNIT.multipliedBy(i)), from.plus(UNIT.multipliedBy(i + 1)));
            assertThat(sweeper.counts("audit", empty))
                    .containsEntry("messages", 0L)
                    .containsEntry("problems", 0L);
        }
    }

    @Test
    @Order(16)
    void theScheduleCatchesUpWindowsThatWereMissed() throws Exception {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MINUTES);
        Instant since = now.minus(UNIT.multipliedBy(2));
        Files.writeString(stack.conf(), "airflow.start = " + since + "\n", StandardOpenOption.APPEND);
        List<JsonNode> two = Await.until(
                "two runs by schedule, side by side",
                () -> scheduled().stream()
                        .filter(one -> one.path("state").asText().equals("running"))
                        .toList(),
                runs -> runs.size() == 2);
        assertThat(two)
                .extracting(one -> Instant.parse(one.path("data_interval_start").asText()))
                .containsExactlyInAnyOrder(since, since.plus(UNIT));
        for (JsonNode one : two) {
            assertThat(airflow.awaitEnd(DAG, one.path("dag_run_id").asText())).isEqualTo("success");
        }
        assertThat(sweeper.counts("audit", new Window(since, since.plus(UNIT)))).containsEntry("problems", 0L);
        assertThat(sweeper.counts("audit", new Window(since.plus(UNIT), now))).containsEntry("problems", 0L);
    }

    private static List<JsonNode> scheduled() throws Exception {
        return airflow.runs(DAG).stream()
                .filter(one -> one.path("run_type").asText().equals("scheduled"))
                .toList();
    }

    /** Has a proxy write one of so many parts of its lines. */
    private static void write(String proxy, int part, int parts) throws IOException {
        List<Line> all = lines.get(proxy);
        try (OutputStream log =
                Files.newOutputStream(stack.proxyLog(proxy), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
            for (Line line : all.subList(all.size() * part / parts, all.size() * (part + 1) / parts)) {
                bytes.writeBytes(line.bytes());
                bytes.write('\n');
            }
            bytes.writeTo(log);
        }
        written += all.size() * (part + 1) / parts - all.size() * part / parts;
    }

    private static long written;

    /** Kills a server of the way to the topic when some of the lines are through and some are not; starts it again. */
    private static void killUnderWay(String server, int atLeast) throws Exception {
        long before = broker.messages(TOPIC);
        Await.until("lines under way", () -> broker.messages(TOPIC), now -> now >= before + atLeast);
        stack.kill(server);
        if (!server.equals("kafka")) {
            assertThat(broker.messages(TOPIC))
                    .as("lines through when " + server + " died")
                    .isLessThan(written);
        }
        stack.start(server);
        if (server.equals("kafka")) {
            assertThat(broker.messages(TOPIC))
                    .as("lines through when Kafka died, or just after")
                    .isLessThan(written);
        }
    }

    /** The start of the window to write into: of the open one while it is young and holds no line, else of the next. */
    private static Instant awaitBorder() throws Exception {
        long minute = UNIT.toMillis();
        long now = System.currentTimeMillis();
        Instant open = Instant.ofEpochMilli(now / minute * minute);
        if (now % minute < minute / 3 && linesSince(open).isEmpty()) {
            return open;
        }
        long border = (now / minute + 1) * minute;
        Await.until("the next window", System::currentTimeMillis, time -> time >= border);
        return Instant.ofEpochMilli(border);
    }

    private static String place(LakeTable<?> table) {
        return sweeper.settings().text("lake.warehouse") + "/trawl/" + table.name() + "/data/source=proxy";
    }

    /** Waits until a job has begun to write files of the window. */
    private static void awaitFiles(LakeTable<?> table) throws Exception {
        Set<String> before = files(place(table));
        Await.until("files of lake." + table.name(), () -> files(place(table)), now -> !before.containsAll(now));
    }

    /** Kills when a job has written files of the window and not yet committed them; gives when. */
    private static Instant killInFlight(LakeTable<?> table, Callable<?> kill) throws Exception {
        String place = place(table);
        Set<String> before = files(place);
        Await.often("files of lake." + table.name() + " that are not committed", () -> files(place), now -> {
            now.removeAll(before);
            return !now.isEmpty();
        });
        kill.call();
        return Instant.now();
    }

    private static Instant killInFlight(LakeTable<?> table, Runnable kill) throws Exception {
        return killInFlight(table, () -> {
            kill.run();
            return kill;
        });
    }

    private static Set<String> files(String place) throws IOException {
        Set<String> files = new HashSet<>();
        org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(place);
        FileSystem hdfs = folder.getFileSystem(Sweeper.HADOOP);
        if (hdfs.exists(folder)) {
            for (RemoteIterator<LocatedFileStatus> all = hdfs.listFiles(folder, true); all.hasNext(); ) {
                files.add(all.next().getPath().toString());
            }
        }
        return files;
    }

    /** Holds that a stage of the window was done, and only after this instant. */
    private static void assertNothingWasCommittedBefore(Instant killed, String stage) throws Exception {
        assertThat(sweeper.runs(stage, window))
                .isNotEmpty()
                .extracting(Ledger.Entry::ended)
                .allMatch(ended -> ended.isAfter(killed), "ended after " + killed);
    }

    private static void awaitTry(String task, int number) {
        Await.until(
                "try " + number + " of " + task,
                () -> airflow.task(DAG, run, task).path("try_number").asInt(),
                tries -> tries >= number);
    }

    private static void awaitJvm(String main) {
        Await.until("a JVM of " + main, () -> jvms(main), found -> !found.isEmpty());
    }

    private static void killJvm(String main) {
        List<ProcessHandle> found = jvms(main);
        assertThat(found).as("JVMs of " + main).isNotEmpty();
        found.forEach(ProcessHandle::destroyForcibly);
    }

    private static List<ProcessHandle> jvms(String main) {
        return Processes.of(stack, "spark-worker", main);
    }
}
