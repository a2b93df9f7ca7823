package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.hbase.HBaseReader;
import io.trawl.it.Broker.Message;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.stack.Await;
import io.trawl.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/**
 * What must hold of the jobs, whatever the order and however often: on real Kafka, HDFS and HBase. Tests run side by side;
 * one that changes the indicators runs alone.
 *
 * <p>Longer than other classes, since its tests share one lake of servers, each on a source of its own, and a start
 * of Spark.
 */
@ResourceLock(value = JobsIT.INDICATORS, mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class JobsIT {
    static final String INDICATORS = "indicators";

    private static final String EVIL =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://www.evil.example/a - HIER_DIRECT/192.0.2.7 text/html";
    private static final String BAD_ADDRESS =
            "1700000001.123     62 10.0.0.2 TCP_TUNNEL/200 1380 CONNECT 203.0.113.9:443 u HIER_DIRECT/203.0.113.9 -";
    private static final String FINE =
            "1700000002.123     62 10.0.0.3 TCP_MISS/200 1380 GET http://fine.example/ - HIER_DIRECT/192.0.2.8 text/html";
    private static final String BROKEN = "1700000002.123     62 10.0.0.3";

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        broker =
                Sweeper.begin(conf, folder, "evil[.]example\n203.0.113.0/24\n203.0.113.9\nhxxp://www.evil.example/a\n");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Sweeper source(String name, String... more) throws Exception {
        String unique = Sweeper.unique(name);
        broker.create(unique, 2, Map.of());
        Map<String, String> settings = new java.util.HashMap<>();
        for (int i = 0; i < more.length; i += 2) {
            settings.put("source." + unique + "." + more[i], more[i + 1]);
        }
        return new Sweeper(conf, unique, settings);
    }

    private static Window fill(Sweeper source, List<Message> messages) throws Exception {
        return source.fill(broker, messages);
    }

    private static List<Message> usual() {
        List<Message> messages = new ArrayList<>(Broker.log(0, "p1", 0, EVIL, FINE, BROKEN, BAD_ADDRESS));
        messages.addAll(Broker.log(1, "p2", 0, FINE, EVIL));
        return messages;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everyLineIsAccountedForAndEveryHitIsFound() throws Exception {
        Sweeper source = source("usual");
        Window window = fill(source, usual());
        source.sweep(window);
        assertThat(source.counts("audit", window))
                .containsEntry("messages", 6L)
                .containsEntry("raw", 6L)
                .containsEntry("valid", 5L)
                .containsEntry("invalid", 1L)
                .containsEntry("copies", 0L)
                .containsEntry("problems", 0L);
        // Twice evil.example as parent domain and by URL; the address by itself and by its range, as host and as peer.
        assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "indicator_value"))
                .containsExactly(
                        "203.0.113.0/24",
                        "203.0.113.0/24",
                        "203.0.113.9",
                        "203.0.113.9",
                        "evil.example",
                        "evil.example",
                        "http://www.evil.example/a",
                        "http://www.evil.example/a");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void eachJobAndEachPairOfJobsRerunLeavesEverythingAsAfterOneRun() throws Exception {
        Sweeper source = source("rerun");
        Window window = fill(source, usual());
        source.sweep(window);
        var once = source.everything(window);
        assertThat(once.get("hbase.detections")).isNotEmpty();
        // In it each stage follows each, itself too, exactly once.
        String before = "";
        for (int number : new int[] {0, 0, 1, 0, 2, 0, 3, 1, 1, 2, 1, 3, 2, 2, 3, 3, 0}) {
            String stage = Sweeper.STAGES.get(number);
            source.mustRun(stage, window);
            assertThat(source.everything(window)).as(before + " then " + stage).isEqualTo(once);
            before = stage;
        }
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
        source.mustRun("audit", window);
        assertThat(source.everything(window)).isEqualTo(once);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aStageMadeFromAnInputThatWasReplacedFailsTheAuditUntilItIsRerun() throws Exception {
        Sweeper source = source("stale");
        Window window = fill(source, usual());
        source.sweep(window);
        source.mustRun("validate", window);
        Sweeper.Said said = source.run("audit", window);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error()).contains("enrich was made from snapshot").contains("rerun enrich and what follows it");
        source.mustRun("enrich", window);
        source.mustRun("load", window);
        source.mustRun("audit", window);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void detectionsThatHBaseLacksOrHasOfAnOlderLoadFailTheAudit() throws Exception {
        Sweeper source = source("lacks");
        Window window = fill(source, usual());
        source.sweep(window);
        assertThat(source.counts("audit", window)).containsEntry("detections", 8L);
        source.mustRun("enrich", window);
        Sweeper.Said said = source.run("audit", window);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error()).contains("HBase lacks 8 of 8 detections (as ").contains("): rerun load");
        source.mustRun("load", window);
        source.mustRun("audit", window);

        String id = source.column(LakeTable.DETECTIONS, "enrich", window, "detection_id")
                .get(0);
        source.deleteFromHBase("detections", window, id);
        assertThat(source.run("audit", window).error())
                .contains("HBase lacks 1 of 8 detections (as " + id + "): rerun load");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theSameWindowTwiceAtTheSameTimeEndsAsAfterOneRun() throws Exception {
        Sweeper source = source("twice");
        Window window = fill(source, usual());
        source.sweep(window);
        var once = source.everything(window);
        for (String stage : Sweeper.STAGES) {
            Process one = source.start(stage, window);
            Process other = source.start(stage, window);
            assertThat(List.of(Await.end(stage, one), Await.end(stage + ", the other one", other)))
                    .as(stage)
                    .contains(0)
                    .isSubsetOf(0, 1);
        }
        assertThat(source.everything(window)).isEqualTo(once);
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
        source.mustRun("audit", window);
        assertThat(source.everything(window)).isEqualTo(once);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(INDICATORS)
    void aRerunWithOtherIndicatorsTakesOutOfHBaseWhatIsNoLongerFound() throws Exception {
        Sweeper source = source("latest");
        Window window = fill(source, usual());
        source.sweep(window);
        Path feed = Files.writeString(folder.resolve("feed.txt"), "fine.example\n");
        try {
            source.mustRun("refresh-indicators", null, "--feeds", feed.toString());
            source.mustRun("enrich", window);
            assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "indicator_value"))
                    .as("pinned: the rerun still has the first sweep's indicators")
                    .hasSize(8);
            source.mustRun("enrich", window, "--indicators", "latest");
            source.mustRun("load", window);
            source.mustRun("audit", window);
            assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "indicator_value"))
                    .containsExactly("fine.example", "fine.example");
            assertThat(source.hbase("detections", window)).allMatch(cell -> !cell.contains("evil.example\\x00"));
            assertThat(source.hbase("detections", window).stream().filter(cell -> cell.contains("indicator_value")))
                    .hasSize(2);
        } finally {
            Path before = Files.writeString(
                    folder.resolve("feed.txt"),
                    "evil[.]example\n203.0.113.0/24\n203.0.113.9\nhxxp://www.evil.example/a\n");
            source.mustRun("refresh-indicators", null, "--feeds", before.toString());
        }
    }

    /** A list as MISP has them. */
    private static Path allowlist(String name, String type, String... entries) throws Exception {
        Path file = folder.resolve("lists").resolve(name).resolve("list.json");
        Files.createDirectories(file.getParent());
        return Files.writeString(
                file,
                "{\"name\":\"" + name + "\",\"version\":1,\"type\":\"" + type + "\",\"list\":[\""
                        + String.join("\",\"", entries) + "\"]}");
    }

    private static List<String> suppressions(Sweeper source, Window window) throws Exception {
        return source.records(LakeTable.DETECTIONS, "enrich", window).stream()
                .map(row -> row.get("indicator_value") + " at " + row.get("field") + ": " + row.get("suppressed_by"))
                .sorted()
                .toList();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(INDICATORS)
    void whatIsAllowlistedIsKeptAsSuppressedAndTheListsOfAWindowsFirstSweepStay() throws Exception {
        Sweeper source = source("allowed");
        String feed = Files.writeString(
                        folder.resolve("allowed.txt"),
                        "evil.example\nhttp://www.evil.example/a\n203.0.113.0/24\n203.0.113.9\ngithub.io\nevil.github.io\n")
                .toString();
        allowlist("names", "hostname", "github.io", "www.evil.example");
        allowlist("resolvers", "cidr", "203.0.113.9/32");
        String lists = folder.resolve("lists").toString();
        String client = "198.18.9.1";
        String page = EVIL.replace("10.0.0.1", client);
        List<String> lines = List.of(
                page,
                page.replace("www.evil.example/a", "www.github.io/"),
                page.replace("www.evil.example/a", "github.io/"),
                page.replace("www.evil.example/a", "evil.github.io/"),
                BAD_ADDRESS.replace("10.0.0.2", client));
        List<String> first = List.of(
                "203.0.113.0/24 at destination.ip: resolvers",
                "203.0.113.0/24 at url.domain: resolvers",
                "203.0.113.9 at destination.ip: resolvers",
                "203.0.113.9 at url.domain: resolvers",
                "evil.example at url.domain: names",
                "evil.github.io at url.domain: null",
                "github.io at url.domain: names",
                "http://www.evil.example/a at url.full: null");
        try {
            source.mustRun("refresh-indicators", null, "--feeds", feed, "--allowlists", lists);
            assertThat(indicators(source))
                    .containsExactly(
                            "203.0.113.0/24 null",
                            "203.0.113.9 resolvers",
                            "evil.example null",
                            "evil.github.io null",
                            "github.io names",
                            "http://www.evil.example/a null");
            JsonNode report = State.at(source.settings().text("reports.dir"), Sweeper.HADOOP)
                    .read("refresh-indicators.json");
            assertThat(report.path("counts").path("allowlisted").asLong()).isEqualTo(2);
            assertThat(report.path("notes").toString())
                    .contains("on allowlist 'names': 1 indicator, for example github.io")
                    .contains("on allowlist 'resolvers': 1 indicator, for example 203.0.113.9");

            Window window = fill(source, Broker.log(0, "p1", 0, lines.toArray(new String[0])));
            source.sweep(window);
            assertThat(suppressions(source, window)).isEqualTo(first);
            assertThat(source.counts("enrich", window))
                    .containsEntry("detections", 8L)
                    .containsEntry("suppressed", 6L);
            assertThat(source.counts("audit", window))
                    .containsEntry("detections", 8L)
                    .containsEntry("suppressed", 6L)
                    .containsEntry("problems", 0L);
            assertThat(new HBaseReader(source.settings()).detections(ask(client, null, null)))
                    .extracting(found -> found.path("indicator_value").asText() + " at "
                            + found.path("field").asText() + ": "
                            + found.path("suppressed_by").asText("null"))
                    .containsExactlyInAnyOrderElementsOf(first);
            var once = source.everything(window);
            String pinned = source.runs("enrich", window).get(0).versions().get("allowlists");

            // The lists alone change: that is another snapshot, and no other answer for a window already swept.
            long before = snapshot(source);
            allowlist("names", "hostname", "evil.example", "evil.github.io");
            source.mustRun("refresh-indicators", null, "--feeds", feed, "--allowlists", lists);
            assertThat(snapshot(source)).isNotEqualTo(before);
            source.mustRun("refresh-indicators", null, "--feeds", feed, "--allowlists", lists);
            Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
            source.mustRun("audit", window);
            assertThat(source.everything(window)).isEqualTo(once);

            source.mustRun("enrich", window, "--indicators", "latest");
            source.mustRun("load", window);
            source.mustRun("audit", window);
            List<String> second = List.of(
                    "203.0.113.0/24 at destination.ip: resolvers",
                    "203.0.113.0/24 at url.domain: resolvers",
                    "203.0.113.9 at destination.ip: resolvers",
                    "203.0.113.9 at url.domain: resolvers",
                    "evil.example at url.domain: names",
                    "evil.github.io at url.domain: names",
                    "github.io at url.domain: null",
                    "http://www.evil.example/a at url.full: null");
            assertThat(suppressions(source, window)).isEqualTo(second);
            assertThat(source.runs("enrich", window))
                    .extracting(run -> run.versions().get("indicators"))
                    .containsExactly("pinned", "pinned", "latest");
            assertThat(source.runs("enrich", window))
                    .extracting(run -> run.versions().get("allowlists").equals(pinned))
                    .containsExactly(true, true, false);
            assertThat(source.report("audit", window).path("notes").toString())
                    .contains("(latest), allowlists "
                            + source.runs("enrich", window).get(2).versions().get("allowlists"));
            // What was pinned anew stays, too, though there are no lists any more.
            source.mustRun("refresh-indicators", null, "--feeds", feed);
            source.mustRun("enrich", window);
            assertThat(suppressions(source, window)).isEqualTo(second);
        } finally {
            source.mustRun(
                    "refresh-indicators",
                    null,
                    "--feeds",
                    folder.resolve("feed.txt").toString());
        }
    }

    private static long snapshot(Sweeper source) throws Exception {
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            return lake.snapshot(LakeTable.INDICATORS);
        }
    }

    /** Every indicator with the list that it stands on. */
    private static List<String> indicators(Sweeper source) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(LakeTable.INDICATORS)).build()) {
            records.forEach(row -> rows.add(row.getField("value") + " " + row.getField("allowlisted")));
        }
        rows.sort(null);
        return rows;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anAllowlistThatIsNotThereOrIsNoneIsNamedInOneLine() throws Exception {
        Sweeper source = source("nolist");
        long before = snapshot(source);
        String feed = folder.resolve("feed.txt").toString();
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"name\":\"n\",\"type\":\"string\"");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"objects\":[]}");
        String absent = folder.resolve("absent.json").toString();
        assertOneLine(
                source.run("refresh-indicators", null, "--feeds", feed, "--allowlists", absent),
                2,
                "--allowlists " + absent + ": no such file or folder");
        assertOneLine(
                source.run("refresh-indicators", null, "--feeds", feed, "--set", "allowlists.folder=" + broken),
                2,
                "--allowlists " + broken + ": not JSON in line 1; expected");
        assertOneLine(
                source.run("refresh-indicators", null, "--feeds", feed, "--allowlists", other.toString()),
                2,
                "--allowlists " + other + ": not an allowlist; expected JSON with name, type and list");
        assertThat(snapshot(source)).isEqualTo(before);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aWindowThatHasNotClosedIsRefused() throws Exception {
        Sweeper source = source("open");
        long unit = Sweeper.UNIT.toMillis();
        java.time.Instant start = java.time.Instant.ofEpochMilli((System.currentTimeMillis() / unit + 100) * unit);
        for (String stage : List.of("ingest", "validate", "enrich", "load", "audit")) {
            Sweeper.Said said = source.run(stage, new Window(start, start.plus(Sweeper.UNIT)));
            assertThat(said.status()).isEqualTo(2);
            assertThat(said.error())
                    .startsWith("trawl " + stage + ": window " + start)
                    .contains("has not closed yet")
                    .doesNotContain("\n");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void expiredOffsetsAreAnErrorWithTheNumbersAndAcceptedLossIsRecorded() throws Exception {
        Sweeper source = source("expired");
        Window before = fill(source, Broker.log(0, "p1", 0, FINE, FINE, FINE));
        source.sweep(before);
        List<Message> more = new ArrayList<>();
        long at = 3L * (FINE.length() + 1);
        more.addAll(Broker.log(0, "p1", at, FINE, EVIL, FINE, FINE));
        Window window = fill(source, more);
        source.mustRun("ingest", window.previous());
        broker.deleteBefore(source.source(), 0, 5);
        Sweeper.Said said = source.run("ingest", window);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error())
                .contains("retention has deleted messages of topic " + source.source())
                .contains("partition 0: 2 messages (offsets 3 to 4)")
                .contains("--accept-loss");
        source.mustRun("ingest", window, "--accept-loss");
        assertThat(source.counts("ingest", window))
                .containsEntry("lost", 2L)
                .containsEntry("messages", 2L)
                .containsEntry("raw", 2L);
        for (String stage : List.of("ingest", "validate", "enrich", "load")) {
            source.mustRun(stage, window);
        }
        // The hole is no secret: the bytes that never came are named.
        Sweeper.Said audited = source.run("audit", window);
        assertThat(audited.status()).isEqualTo(1);
        assertThat(audited.error())
                .contains("bytes " + at + " to")
                .contains("never came")
                .doesNotContain("lost)");
        assertThat(source.counts("audit", window)).containsEntry("holes", 2L).containsEntry("messages", 2L);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatTheLakeHoldsIsNotReplacedByWhatRetentionHasLeft() throws Exception {
        Sweeper source = source("kept");
        Window window = fill(source, Broker.log(0, "p1", 0, FINE, EVIL, FINE));
        source.sweep(window);
        broker.deleteBefore(source.source(), 0, 2);
        Sweeper.Said said = source.run("ingest", window, "--accept-loss");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error()).contains("lake.raw_lines still holds 2 of them");
        assertThat(source.lake(LakeTable.RAW_LINES, "ingest", window)).hasSize(3);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aLineThatWasSentTwiceIsOneEventAndALateOneBelongsToTheWindowThatTookIt() throws Exception {
        Sweeper source = source("copies");
        List<Message> messages = new ArrayList<>(Broker.log(0, "p1", 0, EVIL, BROKEN, FINE));
        messages.addAll(Broker.log(0, "p1", 0, EVIL, BROKEN));
        messages.addAll(Broker.log(1, "p1", 0, EVIL));
        Collections.reverse(messages);
        Window window = fill(source, messages);
        source.sweep(window);
        assertThat(source.counts("audit", window))
                .containsEntry("raw", 6L)
                .containsEntry("valid", 2L)
                .containsEntry("invalid", 1L)
                .containsEntry("copies", 3L);
        assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "how")).containsExactly("exact", "subdomain");
        int cells = source.hbase("detections", window).size();

        // Again in the next window, with a line that is older than all before it.
        List<Message> late = new ArrayList<>(Broker.log(0, "p1", 0, EVIL));
        late.addAll(Broker.log(
                0,
                "p1",
                1L + EVIL.length() + 1 + BROKEN.length() + FINE.length() + 1,
                EVIL.replace("1700000000", "1600000000")));
        Window next = fill(source, late);
        source.sweep(next);
        assertThat(source.column(LakeTable.DETECTIONS, "enrich", next, "timestamp"))
                .contains("2020-09-13T12:26:40.123Z")
                .doesNotContain("2023-11-14T22:13:20.123Z");
        assertThat(source.counts("audit", next)).containsEntry("valid", 1L).containsEntry("copies_earlier", 1L);
        assertThat(source.hbase("detections", window)).hasSize(cells);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aLineThatCameAgainInALaterWindowIsACopyThere() throws Exception {
        Sweeper source = source("again");
        Window first = fill(source, Broker.log(0, "p1", 0, EVIL, BROKEN));
        source.sweep(first);
        // Twice in the later window, by another partition, with a broken line that came again and one that is new.
        List<Message> again = new ArrayList<>(Broker.log(1, "p1", 0, EVIL, BROKEN, FINE));
        again.addAll(Broker.log(0, "p1", 0, EVIL));
        Window second = fill(source, again);
        source.sweep(second);
        assertThat(source.counts("audit", first)).containsEntry("copies_earlier", 0L);
        assertThat(source.counts("audit", second))
                .containsEntry("raw", 4L)
                .containsEntry("valid", 1L)
                .containsEntry("invalid", 0L)
                .containsEntry("copies", 3L)
                .containsEntry("copies_earlier", 2L)
                .containsEntry("copies_elsewhere", 0L)
                .containsEntry("problems", 0L);
        assertThat(source.report("audit", second).path("notes").toString())
                .contains("2 lines came again: earlier windows also have them, and keep them");
        // The first window's rows, and nothing of the second one.
        assertThat(mainRows(source, first)).hasSize(2);
        assertThat(source.hbase("detections", second)).isEmpty();
        assertThat(source.hbase("observables", second)).noneMatch(cell -> cell.contains("evil"));

        // The lines of a window are those of its current ingest, whichever the newest one of the others is.
        source.mustRun("ingest", first);
        source.mustRun("audit", second);
        assertThat(source.counts("audit", second)).containsEntry("copies_earlier", 2L);
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, first));
        source.mustRun("audit", first);
        assertThat(source.counts("audit", first)).containsEntry("copies_earlier", 0L);
        var everything = source.everything(second);
        source.sweep(second);
        assertThat(source.everything(second)).isEqualTo(everything);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aLineOfNoKnownFileThatCameAgainIsCountedAndKept() throws Exception {
        Sweeper source = source("unknown");
        byte[] line = EVIL.getBytes(StandardCharsets.ISO_8859_1);
        List<Message> once = List.of(Message.of(0, source.source(), "unknown", 0, line));
        Window first = fill(source, once);
        source.sweep(first);
        Window second = fill(source, once);
        source.sweep(second);
        assertThat(source.counts("audit", second))
                .containsEntry("valid", 1L)
                .containsEntry("copies", 0L)
                .containsEntry("copies_elsewhere", 1L);
        // One row, with a cell for each window.
        assertThat(mainRows(source, second)).isNotEmpty().isEqualTo(mainRows(source, first));
        source.mustRun("audit", second, "--set", "audit.copies.lookback=PT0S");
        assertThat(source.counts("audit", second)).containsEntry("copies_elsewhere", 0L);
        assertOneLine(
                source.run("audit", second, "--set", "audit.copies.lookback=P2D"),
                2,
                "audit.copies.lookback = PT48H: expected PT0S (not at all) to P1D, for example PT1H");
    }

    /** Rows of the detections of a window in HBase, without the index rows. */
    private static java.util.Set<String> mainRows(Sweeper source, Window window) throws Exception {
        return source.hbase("detections", window).stream()
                .filter(cell -> cell.contains("indicator_value"))
                .map(cell -> cell.substring(0, cell.indexOf(' ')))
                .collect(java.util.stream.Collectors.toSet());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void emptyWindowsAndWindowsOfInvalidLinesOnlyAreSwept() throws Exception {
        Sweeper source = source("empty");
        Window none = Sweeper.nextWindow();
        Sweeper.awaitEnd(none);
        source.sweep(none);
        assertThat(source.counts("audit", none)).containsEntry("messages", 0L).containsEntry("raw", 0L);
        byte[] latin = "caf\u00e9 \u0000 \u00ff".getBytes(StandardCharsets.ISO_8859_1);
        List<Message> messages = new ArrayList<>();
        messages.add(Message.of(0, "p1", 0, latin));
        messages.add(Message.of(0, "p1", latin.length + 1, new byte[0]));
        messages.add(new Message(0, "{\"not\":\"an envelope\"}".getBytes(StandardCharsets.UTF_8)));
        Window invalid = fill(source, messages);
        source.sweep(invalid);
        assertThat(source.counts("audit", invalid)).containsEntry("valid", 0L).containsEntry("invalid", 3L);
        assertThat(source.column(LakeTable.INVALID_RECORDS, "validate", invalid, "raw"))
                .containsExactlyInAnyOrder(
                        new String(latin, StandardCharsets.ISO_8859_1), "", "{\"not\":\"an envelope\"}");
        assertThat(source.column(LakeTable.INVALID_RECORDS, "validate", invalid, "reason"))
                .contains("empty", "envelope");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aLineOfAMegabyteComesThroughWhole() throws Exception {
        String name = Sweeper.unique("huge");
        broker.create(name, 1, Map.of("max.message.bytes", "2097152"));
        Sweeper source = new Sweeper(conf, name, Map.of());
        String url = "http://www.evil.example/" + "a".repeat((1 << 20) - 200);
        String line = EVIL.replace("http://www.evil.example/a", url);
        try (Broker big = new Broker(source.settings().text("kafka.bootstrap"), 2 << 20)) {
            Window window = Sweeper.nextWindow();
            big.send(name, Broker.log(0, "p1", 0, line));
            Sweeper.awaitEnd(window);
            source.sweep(window);
            assertThat(source.column(LakeTable.PROXY_EVENTS, "validate", window, "url_original"))
                    .containsExactly(url);
            assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "indicator_value"))
                    .containsExactly("evil.example");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aPartitionThatIsAddedInAWindowIsReadFromItsBeginning() throws Exception {
        Sweeper source = source("grown");
        Window first = fill(source, Broker.log(0, "p1", 0, FINE));
        source.sweep(first);
        broker.addPartitions(source.source(), 3);
        List<Message> messages = new ArrayList<>(Broker.log(2, "p3", 0, EVIL, FINE));
        messages.addAll(Broker.log(1, "p2", 0, FINE));
        Window second = fill(source, messages);
        source.sweep(second);
        assertThat(source.counts("audit", second)).containsEntry("messages", 3L).containsEntry("raw", 3L);
    }

    /** As after a broker's clock was set back: a later border was pinned where the log then ended. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void bordersThatAreNotPinnedInTheirOrderDoNotCross() throws Exception {
        Sweeper source = source("back");
        Window first = fill(source, Broker.log(0, "p1", 0, FINE, EVIL));
        source.mustRun("ingest", first);
        Window window = fill(source, Broker.log(0, "p1", FINE.length() + EVIL.length() + 2L, FINE, FINE, FINE));
        State state = State.at(source.settings().text("state.dir"), Sweeper.HADOOP);
        String folder = "offsets/" + source.source() + "/";
        ObjectNode pin = (ObjectNode) Objects.requireNonNull(
                state.read(folder + first.end().toString().replace(":", "") + ".json"));
        Window next = next(window);
        Window last = next(next);
        ((ObjectNode) pin.path("partitions")).put("0", 3);
        assertThat(state.create(folder + next.end().toString().replace(":", "") + ".json", pin))
                .isTrue();

        Sweeper.awaitEnd(last);
        List<Long> messages = new ArrayList<>();
        for (Window each : List.of(first, window, next, last)) {
            source.mustRun("ingest", each);
            messages.add(source.counts("ingest", each).get("messages"));
        }
        assertThat(messages).containsExactly(2L, 1L, 0L, 2L);
    }

    private static Window next(Window window) {
        return new Window(window.end(), window.end().plus(Sweeper.UNIT));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aProxyThatFallsSilentIsNamed() throws Exception {
        Sweeper source = source("silent", "silence", "PT2S", "hosts", "p1,p9");
        Window first = fill(source, usual());
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, first));
        Sweeper.Said said = source.run("audit", first);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error()).contains("proxy p9 has never been heard of").doesNotContain("proxy p1");
        Window second = fill(source, Broker.log(0, "p1", usualBytes(), FINE));
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, second));
        assertThat(source.run("audit", second).error())
                .contains("proxy p2 is silent")
                .doesNotContain("proxy p1");
    }

    private static long usualBytes() {
        return EVIL.length() + FINE.length() + BROKEN.length() + BAD_ADDRESS.length() + 4L;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aGapInALogIsNamedInAWindowAndBetweenWindows() throws Exception {
        Sweeper source = source("gap");
        Window whole = fill(source, usual());
        source.sweep(whole);
        List<Message> messages = new ArrayList<>(Broker.log(0, "p1", usualBytes(), FINE));
        messages.addAll(Broker.log(0, "p1", usualBytes() + FINE.length() + 1 + 100, FINE));
        messages.addAll(Broker.log(1, "p2", 5_000, FINE));
        Window window = fill(source, messages);
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
        Sweeper.Said said = source.run("audit", window);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error())
                .contains("of log p1/access/gen1 never came (100 bytes)")
                .contains("to 4999 of log p2/access/gen1 never came");

        // Nobody expects what came before the window; what it lacks itself is missing still.
        Sweeper.Said since =
                source.run("audit", window, "--set", "source." + source.source() + ".audit.from=" + window.start());
        assertThat(since.status()).isEqualTo(1);
        assertThat(since.error())
                .contains("of log p1/access/gen1 never came (100 bytes)")
                .doesNotContain("p2/access/gen1 never came");
        assertThat(source.report("audit", window).path("notes").toString())
                .contains("log p2/access/gen1: bytes before this window's first line are not expected (source."
                        + source.source() + ".audit.from = " + window.start() + ")");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void linesOfUnknownGenerationAreCountedAndMakeNoGap() throws Exception {
        Sweeper source = source("nofile", "silence", "PT2S");
        Window first = fill(source, Broker.log(0, "p1", 0, FINE));
        source.sweep(first);
        long length = FINE.length() + 1;
        // Of two files that share the name: a hole, bytes that overlap, and a beginning in mid-file.
        List<Message> messages = new ArrayList<>(Broker.log(0, "p1", length, FINE));
        for (long at : new long[] {700, 9_000, 9_010}) {
            messages.add(unknownGeneration("p1", at));
        }
        Window window = fill(source, messages);
        source.sweep(window);
        assertThat(source.counts("audit", first)).containsEntry("unknown_generation", 0L);
        assertThat(source.counts("audit", window))
                .containsEntry("raw", 4L)
                .containsEntry("unknown_generation", 3L)
                .containsEntry("problems", 0L);
        assertThat(source.report("audit", window).path("notes").toString())
                .contains("3 lines of host p1 were found in no file (generation unknown)");
        // They are heard of, and nothing of theirs is missed later.
        Window later = fill(source, List.of(unknownGeneration("p1", 90_000)));
        source.sweep(later);
        // A hole in a known file is one still; lines that may fill it are named.
        List<Message> hole = new ArrayList<>(Broker.log(0, "p1", 4 * length, FINE));
        hole.add(unknownGeneration("p1", 3 * length));
        Window last = fill(source, hole);
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, last));
        Sweeper.Said said = source.run("audit", last);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.error())
                .contains("of log p1/access/gen1 never came (" + 2 * length
                        + " bytes), unless they are among the lines of generation unknown there (1)");
        assertThat(source.counts("audit", last)).containsEntry("problems", 1L);
    }

    private static Message unknownGeneration(String host, long at) {
        return Message.of(0, host, "unknown", at, FINE.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void hbaseAnswersByClientIndicatorHostAddressAndByAllOfThemTogether() throws Exception {
        Sweeper source = source("asked");
        String client = "198.18.7.1";
        String other = "198.18.7.2";
        String name = "asked" + System.nanoTime() + ".evil.example";
        List<String> lines = List.of(
                EVIL.replace("10.0.0.1", client).replace("www.evil.example/a", name + "/x"),
                EVIL.replace("10.0.0.1", other).replace("www.evil.example/a", name + "/y"),
                BAD_ADDRESS.replace("10.0.0.2", client));
        Window window = fill(source, Broker.log(0, "p1", 0, lines.toArray(new String[0])));
        source.sweep(window);
        HBaseReader reader = new HBaseReader(source.settings());
        HBaseReader.Target domain = HBaseReader.Target.domain(name);
        HBaseReader.Target range = HBaseReader.Target.addresses("203.0.113.8/30");

        assertThat(reader.detections(ask(client, null, null))).hasSize(5);
        assertThat(reader.detections(ask(client, "evil.example", null))).hasSize(1);
        assertThat(reader.detections(ask(null, "evil.example", domain))).hasSize(2);
        assertThat(reader.detections(ask(client, null, domain))).hasSize(1);
        assertThat(reader.detections(ask(client, null, range))).hasSize(4);
        assertThat(reader.detections(ask(other, null, range))).isEmpty();
        assertThat(reader.detections(ask(client, "evil.example", range))).isEmpty();
        assertThat(reader.detections(new HBaseReader.Query(client, null, null, null, 2)))
                .as("at most two, the newest")
                .allMatch(found -> found.path("timestamp").asText().equals("2023-11-14T22:13:21.123Z"))
                .hasSize(2);
        assertThat(reader.detections(
                        new HBaseReader.Query(client, null, null, java.time.Instant.parse("2023-11-14T22:13:21Z"), 9)))
                .hasSize(4);

        HBaseReader.Sightings seen = reader.sightings(domain, null, 100);
        assertThat(seen.total()).isEqualTo(2);
        assertThat(seen.newest())
                .extracting(HBaseReader.Sighting::client)
                .as("at the same time: by name")
                .containsExactly(client, other);
        assertThat(seen.newest())
                .allMatch(one -> one.window().equals(window)
                        && one.source().equals(source.source())
                        && one.value().equals(name));
        assertThat(reader.sightings(domain, null, 1).newest()).hasSize(1);
        assertThat(reader.sightings(domain, java.time.Instant.parse("2026-11-14T22:13:21Z"), 9))
                .isEqualTo(new HBaseReader.Sightings(List.of(), 0));
        assertThat(reader.sightings(range, null, 1_000).newest())
                .filteredOn(sighting -> sighting.client().equals(client))
                .extracting(HBaseReader.Sighting::value)
                .containsExactly("203.0.113.9");
    }

    private static HBaseReader.Query ask(String client, String indicator, HBaseReader.Target value) {
        return new HBaseReader.Query(client, indicator, value, null, 1_000);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatIsWrongWithATopicIsSaidInOneLine() throws Exception {
        String created = Sweeper.unique("createtime");
        broker.create(created, 1, Map.of("message.timestamp.type", "CreateTime"));
        String compacted = Sweeper.unique("compacted");
        broker.create(compacted, 1, Map.of("cleanup.policy", "compact"));
        Window window = new Window(
                java.time.Instant.parse("2026-01-01T00:00:00Z"), java.time.Instant.parse("2026-01-01T00:00:02Z"));
        assertOneLine(
                new Sweeper(conf, created, Map.of()).run("ingest", window), 1, "message.timestamp.type=CreateTime");
        assertOneLine(new Sweeper(conf, compacted, Map.of()).run("ingest", window), 1, "is compacted");
        assertOneLine(new Sweeper(conf, Sweeper.unique("absent"), Map.of()).run("ingest", window), 1, "does not exist");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aWrongArgumentEndsWithStatusTwoAndOneLine() throws Exception {
        Sweeper source = source("wrong");
        Window window = new Window(
                java.time.Instant.parse("2026-01-01T00:00:00Z"), java.time.Instant.parse("2026-01-01T00:00:02Z"));
        for (String job : List.of("ingest", "validate", "enrich", "load", "audit")) {
            assertOneLine(source.run(job, null), 2, "--source is missing");
            assertOneLine(
                    source.run(job, null, "--source", "nope", "--window", window.toString()),
                    2,
                    "source nope is not in trawl.conf");
            assertOneLine(source.run(job, null, "--source", source.source()), 2, "--window is missing");
            assertOneLine(
                    source.run(job, null, "--source", source.source(), "--window", "today"),
                    2,
                    "for example 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
            assertOneLine(source.run(job, window, "--frobnicate"), 2, "--frobnicate");
            assertOneLine(source.run(job, window, "--set", "window.margin=soon"), 2, "window.margin = soon");
            assertOneLine(source.run(job, window, "--conf", "/nonexistent/trawl.conf"), 2, "/nonexistent/trawl.conf");
        }
        assertOneLine(source.run("enrich", window, "--indicators", "newest"), 2, "pinned");
        assertOneLine(
                source.run(
                        "refresh-indicators",
                        null,
                        "--feeds",
                        folder.resolve("absent").toString()),
                2,
                "absent");
        assertOneLine(source.run("refresh-indicators", window), 2, "takes no --source");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aJobThatHasNothingToWorkOnSaysWhatToRunFirst() throws Exception {
        Sweeper source = source("first");
        Window window = fill(source, usual());
        assertOneLine(source.run("validate", window), 1, "has no ingest yet: run ingest --source " + source.source());
        assertOneLine(source.run("enrich", window), 1, "has no validate yet");
        assertOneLine(source.run("load", window), 1, "has no enrich yet");
        assertOneLine(source.run("audit", window), 1, "has no ingest yet");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aServerThatDoesNotAnswerIsNamed() throws Exception {
        Sweeper source = source("away");
        Window window = fill(source, usual());
        source.sweep(window);
        // Each is waited for as long as it may take to start again.
        Executor threads = work -> new Thread(work).start();
        List<CompletableFuture<Void>> all = List.of(
                CompletableFuture.runAsync(
                        () -> assertOneLine(
                                source.run("ingest", window, "--set", "kafka.bootstrap=127.0.0.1:1"),
                                1,
                                "Kafka at 127.0.0.1:1 does not answer"),
                        threads),
                CompletableFuture.runAsync(
                        () -> assertOneLine(
                                source.run("load", window, "--set", "hbase.port=1"),
                                1,
                                "HBase at ZooKeeper 127.0.0.1:1 does not answer"),
                        threads),
                CompletableFuture.runAsync(
                        () -> assertOneLine(
                                source.run(
                                        "validate",
                                        window,
                                        "--set",
                                        "lake.warehouse=hdfs://127.0.0.1:1/lake",
                                        "--set",
                                        "lake.catalog.uri=jdbc:sqlite:" + folder.resolve("away.db")),
                                1,
                                ":1 does not answer: Connection refused"),
                        threads));
        all.forEach(CompletableFuture::join);
    }

    private static void assertOneLine(Sweeper.Said said, int status, String part) {
        assertThat(said.error()).contains(part);
        assertThat(said.error()
                        .lines()
                        .filter(line -> line.startsWith("trawl "))
                        .toList())
                .hasSize(1);
        assertThat(said.status()).isEqualTo(status);
    }
}
