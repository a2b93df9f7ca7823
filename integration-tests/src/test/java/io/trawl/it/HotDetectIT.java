package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.it.Broker.Message;
import io.trawl.kafka.HotProgress;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.record.Alert;
import io.trawl.stack.Await;
import io.trawl.stack.LocalStack;
import io.trawl.stack.SharedKafka;
import io.trawl.stack.SharedStack;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;
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
 * The hot job on real servers: that it agrees with the batch path, and that nothing that dies makes it lose or double.
 * Tests run side by side; one that kills servers, changes the indicators or measures a time runs alone.
 *
 * <p>Longer than other classes, since its tests share the servers, each on a source of its own; what starts the job
 * is in {@link HotJob}.
 */
@ResourceLock(value = HotDetectIT.STACK, mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class HotDetectIT {
    static final String STACK = "stack";

    private static final int LINES = 200_000;
    /** Of a message, as the stack's own topics have it. */
    private static final int LONGEST = 2 << 20;

    private static final String HIT =
            "1700000000.123     62 %s TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/203.0.113.5 text/html";

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static Broker broker;
    private static Path feeds;

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.stores();
        Sweeper any = new Sweeper(stack.conf(), "any", Map.of());
        broker = new Broker(any.settings().text("kafka.bootstrap"), LONGEST);
        feeds = Files.createDirectory(folder.resolve("feeds"));
        traffic().writeFeeds(feeds);
        Crafted.writeFeeds(feeds);
        Crafted.writeAllowlists(Files.createDirectory(folder.resolve("allowlists")));
        Crafted.writeRules(Files.createDirectory(folder.resolve("rules")));
        refresh(any);
    }

    /** Makes all that was written the newest snapshot. */
    private static void refresh(Sweeper source) {
        source.mustRun(
                "refresh-indicators",
                null,
                "--feeds",
                feeds.toString(),
                "--allowlists",
                folder.resolve("allowlists").toString(),
                "--rules",
                folder.resolve("rules").toString());
    }

    @AfterAll
    static void stop() {
        SharedStack.stores();
        broker.close();
    }

    private static Traffic traffic() {
        return Traffic.builder(11, LINES)
                .format(Format.SQUID_COMBINED)
                .hits(5)
                .nearMisses(5)
                .malformed(5)
                .build();
    }

    private static Sweeper source(String prefix, int partitions, Map<String, String> more) throws Exception {
        String name = Sweeper.unique(prefix);
        broker.create(name, partitions, Map.of("max.message.bytes", Integer.toString(LONGEST)));
        Map<String, String> settings = HotJob.settings(name);
        settings.putAll(more);
        return new Sweeper(stack.conf(), name, settings);
    }

    /** Lines of hits: a client each, all of one indicator. */
    private static List<Message> hits(int partition, int first, int count, String host) {
        List<String> lines = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            lines.add(HIT.formatted("10.1." + i / 250 + "." + i % 250, host));
        }
        return Broker.log(partition, "p" + partition, first * 1000L, lines.toArray(new String[0]));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void hotPathAndBatchSweepFindTheSameThroughAKill() throws Exception {
        Sweeper source = source("agree", 3, Map.of("hot.rate", "10000"));
        Map<String, String> format = Map.of("source." + source.source() + ".format", "squid-combined");
        Sweeper agreed = new Sweeper(stack.conf(), source.source(), with(source, format, "PT10S"));
        long first = System.currentTimeMillis() / 10_000 * 10_000;
        long sent = 0;
        HotJob killed = HotJob.running(agreed);
        try (killed) {
            List<Message> messages = new ArrayList<>();
            Map<String, Long> at = new HashMap<>();
            List<byte[]> lines = new ArrayList<>();
            for (Line line : traffic()) {
                lines.add(line.bytes());
            }
            List<String> crafted = Crafted.quoted(" TCP_MISS:HIER_DIRECT");
            for (int i = 0; i < crafted.size(); i++) {
                lines.add(i * (lines.size() / crafted.size()), crafted.get(i).getBytes(StandardCharsets.UTF_8));
            }
            List<String> correlated = Crafted.correlated(" TCP_MISS:HIER_DIRECT");
            int every = lines.size() / correlated.size() / 3 * 3;
            for (int i = 0; i < correlated.size(); i++) {
                // A client's lines are all in one partition, in their order.
                lines.add(i * every + i % 3, correlated.get(i).getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 0; i < lines.size(); i++) {
                String host = "p" + i % 3;
                long offset = at.merge(host, lines.get(i).length + 1L, Long::sum) - lines.get(i).length - 1;
                Message message = Message.of(i % 3, host, offset, lines.get(i));
                messages.add(message);
                if (i % 997 == 0) {
                    // Sent twice, as Flume does after a crash.
                    messages.add(message);
                }
            }
            for (int from = 0; from < messages.size(); from += 10_000) {
                sent = Math.min(from + 10_000, messages.size());
                broker.send(source.source(), messages.subList(from, (int) sent));
                long done = sent < 100_000 || !killed.alive() ? 0 : HotJob.committed(agreed);
                if (done > 0 && done < sent) {
                    killed.kill();
                }
            }
            if (killed.alive()) {
                awaitUnderWay(agreed, sent);
                killed.kill();
            }
        }
        try (HotJob second = HotJob.running(agreed)) {
            HotJob.awaitCommitted(agreed, sent);
            JsonNode beat =
                    second.awaitHeartbeat("no lag", one -> one.path("lag_lines").asLong() == 0);
            assertThat(beat.path("invalid").asLong()).isPositive();
            second.terminate();
        }
        long end = (System.currentTimeMillis() / 10_000 + 1) * 10_000;
        Window all = new Window(Instant.ofEpochMilli(first), Instant.ofEpochMilli(end));
        Sweeper.awaitEnd(all);
        agreed.sweep(all);

        Set<String> types = new TreeSet<>();
        long rows = 0;
        Map<String, Long> unsuppressed = new TreeMap<>();
        for (Window window : all.units(Duration.ofSeconds(10), 1000)) {
            Map<String, String> batch = cells(agreed, "batch", window);
            assertThat(cells(agreed, "hot", window)).as("rows of " + window).isEqualTo(batch);
            for (String cell : batch.values()) {
                if (!cell.isEmpty()) {
                    JsonNode detection = Json.MAPPER.readTree(cell);
                    rows++;
                    types.add(detection.path("indicator_type").asText());
                    if (!detection.has("suppressed_by")) {
                        unsuppressed.merge(
                                detection.path("client").asText() + " "
                                        + detection.path("indicator_type").asText() + " "
                                        + detection.path("indicator_value").asText(),
                                1L,
                                Long::sum);
                    }
                }
            }
        }
        assertThat(rows).isGreaterThan(1_000);
        assertThat(types)
                .contains(
                        "domain",
                        "ipv4",
                        "ipv6",
                        "cidr",
                        "url",
                        "url-prefix",
                        "url-path",
                        "ip-port",
                        "domain-port",
                        "user-agent",
                        "user-agent-regex",
                        "rule");
        assertThat(unsuppressed.entrySet().stream()
                        .filter(one -> one.getKey().contains("A transfer"))
                        .map(one -> one.getKey() + " " + one.getValue()))
                .as("groups of correlations")
                .hasSize(2 * Crafted.CLIENTS)
                .allMatch(text -> text.endsWith(" rule A transfer in many parts 1")
                        || text.endsWith(" rule A transfer that ended 1"));
        assertThat(HotJob.alerts(agreed).stream()
                        .filter(alert -> alert.getRuleId() != null)
                        .map(alert -> alert.getRuleLevel() + " " + alert.getRuleName() + ": " + alert.getReason())
                        .map(text -> text.replaceFirst("http://odd[^;]*", "URL"))
                        .collect(Collectors.toSet()))
                .as("alerts of rules")
                .hasSizeGreaterThanOrEqualTo(4)
                .anyMatch(text -> text.startsWith("high A scanner: agent: user_agent.original Mozilla/5.0 NIKTO"))
                .anyMatch(text -> text.startsWith("medium A tunnel to a port of its own: connect: "))
                .anyMatch(text -> text.startsWith("low No user agent, and a referrer: "))
                .noneMatch(text -> text.contains("For web servers"));

        Map<String, Alert> last = exactlyOnce(HotJob.alerts(agreed));
        Map<String, Long> counted = new TreeMap<>();
        for (Alert alert : last.values()) {
            counted.merge(
                    alert.getClient() + " " + alert.getIndicatorType() + " " + alert.getIndicatorValue(),
                    alert.getCount(),
                    Long::sum);
        }
        assertThat(counted).isEqualTo(unsuppressed);
        // One alert of each, for ten minutes: the second driver knew those that were open.
        assertThat(last).hasSize(unsuppressed.size());
    }

    private static Map<String, String> with(Sweeper source, Map<String, String> more, String window) {
        Map<String, String> settings = HotJob.settings(source.source());
        settings.putAll(more);
        settings.put("hot.rate", "10000");
        settings.put("ingest.task.messages", "20000");
        settings.put("source." + source.source() + ".window", window);
        return settings;
    }

    /** Waits until a batch has been committed and more is to come. */
    private static void awaitUnderWay(Sweeper source, long sent) {
        Await.often("a batch that is done", () -> HotJob.committed(source), done -> done > 0 && done < sent);
    }

    /** The last revision of each alert, when every revision came once and none is missing. */
    private static Map<String, Alert> exactlyOnce(List<Alert> alerts) {
        Map<String, Alert> last = new TreeMap<>();
        for (Alert alert : alerts) {
            Alert before = last.put(alert.getDetectionId(), alert);
            assertThat(alert.getRevision())
                    .as("revision of alert " + alert.getDetectionId())
                    .isEqualTo(before == null ? 1 : before.getRevision() + 1);
            if (before != null) {
                assertThat(alert.getCount()).isGreaterThan(before.getCount());
            }
        }
        return last;
    }

    /** Cells of a source's detections, by path and window, in main and index rows, without what names the path. */
    private static Map<String, String> cells(Sweeper source, String path, Window window) throws Exception {
        byte[] qualifier = new CellName(path, window, source.source()).bytes();
        Map<String, String> cells = new TreeMap<>();
        Set<String> own = new HashSet<>();
        List<String> indexes = new ArrayList<>();
        try (Table open = io.trawl.hbase.HBase.connection(source.settings()).getTable(TableName.valueOf("detections"));
                ResultScanner rows = open.getScanner(new Scan().addColumn(Bytes.toBytes("d"), qualifier))) {
            for (Result row : rows) {
                byte[] key = row.getRow();
                if (key[1] == 'T') {
                    ObjectNode detection =
                            (ObjectNode) Json.MAPPER.readTree(row.getValue(Bytes.toBytes("d"), qualifier));
                    if (detection.path("source").asText().equals(source.source())) {
                        detection.remove("sweep");
                        cells.put(Bytes.toStringBinary(key), detection.toString());
                        own.add(Bytes.toStringBinary(key, key.length - 24, 24));
                    }
                } else if (key[1] != 'W') {
                    // The hot path alone has rows by window.
                    indexes.add(Bytes.toStringBinary(key) + " " + Bytes.toStringBinary(key, key.length - 24, 24));
                }
            }
        }
        for (String index : indexes) {
            int space = index.lastIndexOf(' ');
            if (own.contains(index.substring(space + 1))) {
                cells.put(index.substring(0, space), "");
            }
        }
        return cells;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(STACK)
    void serversAreAwayAndNothingIsLostOrDoubled() throws Exception {
        Sweeper source = source("away", 2, Map.of());
        try (HotJob job = HotJob.running(source)) {
            broker.send(source.source(), hits(0, 0, 20, "evil.example"));
            HotJob.awaitCommitted(source, 20);

            stack.kill("hbase");
            broker.send(source.source(), hits(1, 20, 20, "evil.example"));
            job.awaitHeartbeat(
                    "a word on HBase",
                    beat -> beat.path("state").asText().equals("waiting")
                            && beat.path("because").asText().matches(".*(HBase|ZooKeeper).*"));
            // With a batch in hand, whose alerts and offsets it could not commit now.
            stack.kill("kafka");
            stack.start("hbase");
            stack.start("kafka");
            HotJob.awaitCommitted(source, 40);

            stack.kill("kafka");
            job.awaitHeartbeat(
                    "a word on Kafka",
                    beat -> beat.path("state").asText().equals("waiting")
                            && beat.path("because").asText().contains("Kafka"));
            stack.start("kafka");
            broker.send(source.source(), hits(0, 40, 20, "evil.example"));
            HotJob.awaitCommitted(source, 60);
            assertThat(job.alive()).as(job.said()).isTrue();
            job.awaitHeartbeat("no lag", beat -> beat.path("lag_lines").asLong() == 0);
        }
        Map<String, Alert> alerts = exactlyOnce(HotJob.alerts(source));
        assertThat(alerts).hasSize(60);
        assertThat(alerts.values()).allMatch(alert -> alert.getCount() == 1);
        assertThat(hotRows(source)).isEqualTo(60);
    }

    /** What a broker has lost was judged; what it takes since has the same offsets, and would never be read. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(STACK)
    void aLogThatWasCutShortEndsItInOneLineUntilTheLossIsAccepted() throws Exception {
        Sweeper source = source("cut", 1, Map.of());
        try (HotJob job = HotJob.running(source)) {
            sendOneByOne(source, 0, 5);
            HotJob.awaitCommitted(source, 5);
            job.terminate();
        }
        SharedKafka.LogTail.cut(stack, source.source(), 0, 3);
        sendOneByOne(source, 5, 4);
        assertThat(broker.messages(source.source())).isEqualTo(7);
        endsSaying(source, "of partition 0 the broker has lost 2 messages that it had (offsets 3 to 4)");

        try (HotJob job = HotJob.running(source, "--accept-loss")) {
            HotJob.awaitCommitted(source, 7);
            SharedKafka.LogTail.cut(stack, source.source(), 0, 6);
            sendOneByOne(source, 9, 3);
            assertThat(job.awaitEnd()).as(job.said()).isEqualTo(1);
            assertThat(job.said()).contains("cut short");
        }
        endsSaying(source, "of partition 0 the broker has lost 1 messages that it had (offsets 6 to 6)");
        try (HotJob job = HotJob.running(source, "--accept-loss")) {
            HotJob.awaitCommitted(source, 9);
            assertThat(job.said()).contains("accepted loss");
        }
        // And from here on as ever.
        try (HotJob job = HotJob.running(source)) {
            sendOneByOne(source, 12, 1);
            HotJob.awaitCommitted(source, 10);
            assertThat(job.alive()).isTrue();
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).as("5, 4, 3 and 1 lines").hasSize(13);
        assertThat(hotRows(source)).isEqualTo(13);
    }

    private static void endsSaying(Sweeper source, String what) throws Exception {
        try (HotJob job = HotJob.start(source)) {
            assertThat(job.awaitEnd()).as(job.said()).isEqualTo(2);
            assertThat(job.said().lines().filter(line -> line.startsWith("trawl hot-detect: ")))
                    .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                    .contains(what)
                    .contains("--take-over --accept-loss");
        }
    }

    /** Hits, each a batch of the log's own. */
    private static void sendOneByOne(Sweeper source, int first, int count) throws Exception {
        for (int i = first; i < first + count; i++) {
            broker.send(source.source(), hits(0, i, 1, "evil.example"));
        }
    }

    private static long hotRows(Sweeper source) throws Exception {
        AtomicLong rows = new AtomicLong();
        DetectionCells.each(source.settings(), (name, detection) -> {
            if (detection.path("source").asText().equals(source.source())) {
                rows.incrementAndGet();
            }
        });
        return rows.get();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(STACK)
    void aSecondDriverWaitsOrTakesOverAndSigtermEndsTheBatchInHand() throws Exception {
        Sweeper source = source("lease", 1, Map.of());
        HotJob first = HotJob.running(source);
        try (first;
                HotJob waits = HotJob.start(source)) {
            Await.until(
                    "a second driver that waits",
                    waits::said,
                    said -> said.contains("waiting for the lease, which " + first.runId() + " holds"));
            broker.send(source.source(), hits(0, 0, 10, "evil.example"));
            HotJob.awaitCommitted(source, 10);
            assertThat(waits.terminate()).isLessThan(10);

            try (HotJob newer = HotJob.running(source, "--take-over")) {
                assertThat(first.awaitEnd()).isEqualTo(1);
                assertThat(first.said()).contains("trawl hot-detect: superseded by run " + newer.runId());
                broker.send(source.source(), hits(0, 10, 10, "evil.example"));
                HotJob.awaitCommitted(source, 20);
                assertThat(newer.terminate()).isLessThan(10);
                assertThat(HotJob.committed(source)).isEqualTo(20);
                assertThat(newer.heartbeat().path("state").asText()).isEqualTo("stopped");
            }
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).hasSize(20);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void noMessageStopsItAndAddedPartitionsAreFollowed() throws Exception {
        Sweeper source = source("poison", 1, Map.of());
        try (HotJob job = HotJob.running(source)) {
            Random random = new Random(5);
            List<Message> messages = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                byte[] bytes = new byte[random.nextInt(2_000)];
                random.nextBytes(bytes);
                messages.add(i % 2 == 0 ? new Message(0, bytes) : Message.of(0, "p0", i * 5_000L, bytes));
            }
            messages.add(new Message(0, null));
            messages.addAll(hits(0, 9_000, 1, "evil.example"));
            // As long as the agent lets pass; the alert of it has to be a message, too.
            messages.addAll(hits(0, 9_002, 1, "evil.example/" + "x".repeat((1 << 20) - 200)));
            broker.send(source.source(), messages);
            broker.addPartitions(source.source(), 2);
            broker.send(source.source(), hits(1, 9_001, 1, "evil.example"));
            HotJob.awaitCommitted(source, messages.size() + 1L);
            JsonNode beat =
                    job.awaitHeartbeat("all hits", one -> one.path("detections").asLong() == 3);
            assertThat(beat.path("invalid").asLong()).isEqualTo(501);
            assertThat(beat.path("invalid_by").path("bug").isMissingNode()).isTrue();
            assertThat(job.alive()).isTrue();
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).hasSize(3);
    }

    /** All of it is one batch by its number of lines; by its bytes it is many, and each of them counts. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aBatchOfManyBytesIsDoneInSlicesThatStay() throws Exception {
        Sweeper source = source("megabytes", 2, Map.of("hot.batch.bytes", Integer.toString(2 << 20)));
        List<Message> messages = new ArrayList<>();
        String path = "/" + "x".repeat((1 << 20) - 200);
        for (int i = 0; i < 60; i++) {
            messages.addAll(hits(0, i, 1, (i % 10 == 0 ? "evil.example" : "fine.example") + path));
        }
        messages.addAll(hits(1, 500, 100, "evil.example"));
        broker.send(source.source(), messages);
        try (HotJob killed = HotJob.running(source)) {
            awaitUnderWay(source, messages.size());
            killed.kill();
        }
        long before = HotJob.committed(source);
        assertThat(before).isBetween(1L, messages.size() - 1L);
        try (HotJob second = HotJob.running(source)) {
            HotJob.awaitCommitted(source, messages.size());
            // The lines are a little less than a megabyte.
            JsonNode beat =
                    second.awaitHeartbeat("no lag", one -> one.path("lag_lines").asLong() == 0);
            assertThat(beat.path("batches").asLong()).isGreaterThanOrEqualTo((messages.size() - before) / 3);
            second.terminate();
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).hasSize(106);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatRetentionDeletedBeforeItWasReadIsPassedOverAndNoted() throws Exception {
        Sweeper source = source("deleted", 1, Map.of());
        try (HotJob job = HotJob.running(source)) {
            broker.send(source.source(), hits(0, 0, 10, "evil.example"));
            HotJob.awaitCommitted(source, 10);
            job.terminate();
        }
        broker.send(source.source(), hits(0, 10, 20, "evil.example"));
        broker.deleteBefore(source.source(), 0, 15);
        try (HotJob job = HotJob.running(source)) {
            HotJob.awaitCommitted(source, 30);
            assertThat(job.said()).contains("retention has deleted 5 messages");
            job.terminate();
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).hasSize(25);

        // Kafka forgets the offsets of a group that has long been away; where it was, its heartbeat says.
        broker.forget(HotProgress.group(source.settings().source(source.source())));
        broker.send(source.source(), hits(0, 30, 10, "evil.example"));
        try (HotJob job = HotJob.running(source)) {
            HotJob.awaitCommitted(source, 40);
            assertThat(job.said()).contains("it continues at {0=30}, the position of the last heartbeat");
        }
        assertThat(exactlyOnce(HotJob.alerts(source))).hasSize(35);
        List<JsonNode> taken = takeUps(source);
        assertThat(taken).hasSize(2);
        assertThat(taken.get(1).path("skipped").path("0").path("from").asLong()).isEqualTo(10);
        assertThat(taken.get(1).path("skipped").path("0").path("until").asLong())
                .isEqualTo(15);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(STACK)
    void detectionsOfAClientAndAnIndicatorAreOneAlertForAWhile() throws Exception {
        Sweeper source = source("suppress", 1, Map.of("hot.suppression", "PT8S"));
        String line = HIT.formatted("10.9.9.9", "evil.example");
        try (HotJob job = HotJob.running(source)) {
            // The first batch of a JVM may take as long as the window.
            broker.send(source.source(), Broker.log(0, "p", 0, HIT.formatted("10.9.9.9", "harmless.example")));
            HotJob.awaitCommitted(source, 1);
            broker.send(source.source(), Broker.log(0, "p", 500, line));
            HotJob.awaitCommitted(source, 2);
            broker.send(source.source(), Broker.log(0, "p", 1_000, line, line));
            HotJob.awaitCommitted(source, 4);
            job.kill();
        }
        try (HotJob again = HotJob.running(source)) {
            List<Alert> before = HotJob.alerts(source);
            assertThat(exactlyOnce(before)).hasSize(1);
            Alert known = before.get(before.size() - 1);
            assertThat(known.getCount()).isEqualTo(3);
            // Known to the driver that came after, too: one more within the window, or the next alert behind it.
            broker.send(source.source(), Broker.log(0, "p", 2_000, line));
            HotJob.awaitCommitted(source, 5);
            Instant open = known.getOpened().plusSeconds(8);
            Await.until("the window's end", Instant::now, open::isBefore);
            broker.send(source.source(), Broker.log(0, "p", 3_000, line));
            HotJob.awaitCommitted(source, 6);
            assertThat(metrics(again))
                    .contains(
                            "trawl_lines_Count",
                            "trawl_lag_lines_Value",
                            "trawl_lag_seconds_Value",
                            "trawl_snapshot_Value",
                            "trawl_batch_ms_99thPercentile",
                            "trawl_append_to_hbase_ms_99thPercentile",
                            "trawl_append_to_alert_ms_99thPercentile");
            again.terminate();
        }
        Map<String, Alert> last = exactlyOnce(HotJob.alerts(source));
        assertThat(last.values().stream().mapToLong(Alert::getCount).sum()).isEqualTo(5);
        for (Alert alert : last.values()) {
            assertThat(Duration.between(alert.getOpened(), alert.getAppendTime()))
                    .isLessThan(Duration.ofSeconds(8));
        }
        assertThat(last.size()).isGreaterThan(1);
    }

    /** What Prometheus is told, on the page that the heartbeat names. */
    private static String metrics(HotJob job) throws Exception {
        URI page = URI.create(job.heartbeat().path("metrics").asText());
        assertThat(page.getHost()).isIn("127.0.0.1", "localhost");
        HttpRequest asked =
                HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(20)).build();
        return HttpClient.newHttpClient()
                .send(asked, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(STACK)
    void aNewSnapshotIsTakenUpBetweenBatchesAndABrokenOneIsNot() throws Exception {
        Sweeper source = source("taken", 1, Map.of());
        Path list = Files.createDirectory(folder.resolve("more")).resolve("more.txt");
        try (HotJob job = HotJob.running(source)) {
            long before = job.heartbeat().path("snapshot").asLong();
            broker.send(source.source(), hits(0, 0, 1, "brand-new.example"));
            HotJob.awaitCommitted(source, 1);

            Files.writeString(list, "brand-new.example\n");
            source.mustRun("refresh-indicators", null, "--feeds", feeds + "," + list);
            // Taken up by the next batch with lines.
            long next = latest(source);
            assertThat(next).isNotEqualTo(before);
            Set<Integer> sent = new HashSet<>();
            Await.until(
                    "a detection with the new snapshot",
                    () -> {
                        sent.add(sent.size() + 1);
                        broker.send(source.source(), hits(0, sent.size(), 1, "brand-new.example"));
                        HotJob.awaitCommitted(source, sent.size() + 1L);
                        return HotJob.alerts(source);
                    },
                    alerts -> !alerts.isEmpty());
            List<Alert> alerts = HotJob.alerts(source);
            assertThat(alerts).allMatch(alert -> alert.getIndicatorSnapshot() == next);
            // The first line came before, so it is none of them.
            assertThat(alerts.size()).isLessThanOrEqualTo(sent.size());
            List<JsonNode> taken = takeUps(source);
            assertThat(taken).extracting(one -> one.path("snapshot").asLong()).containsExactly(before, next);
            assertThat(taken.get(1).path("from").path("0").asLong()).isPositive();

            String index = breakIndicators(source);
            JsonNode beat = job.awaitHeartbeat(
                    "a broken snapshot", one -> one.path("snapshot_refused").isObject());
            assertThat(beat.path("snapshot_refused").path("why").asText()).contains(index);
            assertThat(beat.path("snapshot").asLong()).isEqualTo(next);
        } finally {
            // What comes after wants whole indicators.
            refresh(source);
        }
    }

    private static List<JsonNode> takeUps(Sweeper source) throws Exception {
        State state = State.at(source.settings().text("state.dir"), Sweeper.HADOOP);
        List<JsonNode> taken = new ArrayList<>();
        String of = "hot/" + source.source() + "/indicators/";
        for (String name : state.list(of)) {
            taken.add(state.read(of + name));
        }
        return taken;
    }

    private static long latest(Sweeper source) throws Exception {
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            return lake.table(LakeTable.INDICATORS).currentSnapshot().snapshotId();
        }
    }

    /** Makes a snapshot the newest whose index was never there: one that is deleted might have been opened before. */
    private static String breakIndicators(Sweeper source) throws Exception {
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            var indicators = lake.table(LakeTable.INDICATORS);
            String index = indicators.currentSnapshot().summary().get(IndicatorSnapshot.INDEX) + ".gone";
            indicators.newAppend().set(IndicatorSnapshot.INDEX, index).commit();
            return index;
        }
    }
}
