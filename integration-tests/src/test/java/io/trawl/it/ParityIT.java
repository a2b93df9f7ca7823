package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.base.LogSource;
import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.KafkaLines;
import io.trawl.lake.Lake;
import io.trawl.record.Detection;
import io.trawl.record.RawLine;
import io.trawl.stack.SharedStack;
import io.trawl.steps.IndicatorSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What the hot path's detections are beside the batch sweep's, as {@code trawl parity} and the audit say it. Tests run
 * side by side, each on a source of its own.
 */
class ParityIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String FEED = """
            evil.example
            portal.example:8443
            192.0.2.7
            192.0.2.9:8080
            198.51.100.0/24
            2001:db8::bad
            hxxps://www.evil[.]example/a/b?q=1
            odd.example/p/*
            /gate.php
            """;

    private static final String ALLOWLIST = """
            {"name":"Ours","version":7,"type":"hostname","list":["fine.evil.example"]}
            """;

    private static final List<String> URLS = List.of(
            "GET http://www.evil.example/a",
            "GET https://www.evil.example/a/b?q=1",
            "GET http://fine.evil.example/",
            "CONNECT portal.example:8443",
            "GET http://192.0.2.9:8080/",
            "GET http://[2001:db8::bad]/",
            "GET http://odd.example/p/x",
            "GET http://nothing.example/gate.php",
            "GET http://nothing.example/",
            "POST http://198.51.100.200:8080/");

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        Path allowlist = Files.writeString(folder.resolve("ours.json"), ALLOWLIST);
        broker = Sweeper.begin(conf, folder, FEED, "--allowlists", allowlist.toString());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static SweptSource sweep(String name) throws Exception {
        String unique = Sweeper.unique(name);
        broker.create(unique, 2, Map.of());
        Sweeper sweeper = new Sweeper(conf, unique, Map.of());
        Window window = sweeper.fill(broker, messages(unique));
        sweeper.sweep(window);
        IndicatorSnapshot indicators;
        try (Lake lake = Lake.open(sweeper.settings(), Sweeper.HADOOP)) {
            indicators = Objects.requireNonNull(IndicatorSnapshot.latest(lake));
        }
        LogSource source = sweeper.settings().source(unique);
        List<RawLine> lines = broker.lines(unique, KafkaLines.Reader.ofWindows(source)).stream()
                .filter(line -> line.getWindow().equals(window.start()))
                .toList();
        SweptSource swept = new SweptSource(broker, folder, sweeper, window, indicators, lines);
        assertThat(swept.hot.stream().map(Detection::getIndicatorType))
                .contains("domain", "domain-port", "ipv4", "ip-port", "cidr", "ipv6", "url", "url-prefix", "url-path");
        assertThat(swept.hot.stream().map(Detection::getSuppressedBy)).contains("Ours");
        return swept;
    }

    /** Lines of two proxies that no other source has: the same line of the same proxy is one row in HBase. */
    private static List<Message> messages(String name) {
        List<String> lines = new ArrayList<>();
        for (String url : URLS) {
            for (String peer : List.of("192.0.2.7", "203.0.113.5")) {
                lines.add("1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 " + url + " - HIER_DIRECT/" + peer
                        + " text/html");
            }
        }
        List<Message> messages = new ArrayList<>(Broker.log(0, name + "-p1", 0, lines.toArray(new String[0])));
        messages.addAll(Broker.log(1, name + "-p2", 0, lines.toArray(new String[0])));
        // A line again: batch and hot path keep the first.
        messages.addAll(Broker.log(1, name + "-p1", 0, lines.get(0)));
        return messages;
    }

    private static JsonNode reason(JsonNode parity, String kind, String reason) {
        return parity.path(kind).path("reasons").path(reason);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void bothFoundTheSame() throws Exception {
        SweptSource swept = sweep("same");
        swept.put(swept.hot);
        // Another source has a window that begins then, too.
        Detection strange = Detection.newBuilder(swept.hot.get(0))
                .setSource("another")
                .setDetectionId("0123456789abcdef0123456789abcdef")
                .build();
        swept.putOf("another", strange);
        swept.ran(swept.snapshot, swept.ends());
        long batch = swept.batch();
        assertThat(batch).isGreaterThan(20);

        JsonNode parity = swept.parity(0);
        assertThat(parity.path("judged").asBoolean()).isTrue();
        assertThat(parity.path("behind").asLong()).isZero();
        assertThat(parity.path("equal").asLong()).isEqualTo(batch);
        assertThat(parity.path("moved").asLong()).isZero();
        for (String kind : List.of("only_hot", "only_batch", "different")) {
            assertThat(parity.path(kind).path("count").asLong()).as(kind).isZero();
        }
        Trawl table = swept.trawl("parity");
        assertThat(table.end()).as(table.err()).isZero();
        assertThat(table.out().lines().toList().get(1).split(" +"))
                .containsExactly(swept.window.toString(), Long.toString(batch), "0", "0", "0", "0");

        assertThat(swept.audit(note -> assertThat(note).isEqualTo("hot path: " + batch + " equal")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "hot_equal", batch,
                        "hot_only", 0L,
                        "hot_batch_only", 0L,
                        "hot_different", 0L,
                        "hot_unexplained", 0L,
                        "hot_behind", 0L));
        assertThat(status(swept)).containsExactly("confirmed");
    }

    /** What detections say of the source's. */
    private static TreeSet<String> status(SweptSource swept, String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("--json", "--limit", "100000"));
        options.addAll(List.of(more));
        Trawl said = swept.trawl("detections", options.toArray(new String[0]));
        assertThat(said.end()).as(said.err()).isZero();
        TreeSet<String> status = new TreeSet<>();
        for (String line : said.out().lines().toList()) {
            JsonNode detection = JSON.readTree(line);
            if (detection.path("source").asText().equals(swept.source.name())) {
                status.add(detection.path("status").asText());
            }
        }
        return status;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aDetectionThatTheHotPathLostIsUnexplained() throws Exception {
        SweptSource swept = sweep("lost");
        swept.put(swept.hot);
        swept.ran(swept.snapshot, swept.ends());
        Detection lost = swept.one();
        swept.sweeper().deleteFromHBase("detections", "hot:", swept.window, lost.getDetectionId());
        long equal = swept.batch() - 1;

        JsonNode parity = swept.parity(1);
        assertThat(parity.path("equal").asLong()).isEqualTo(equal);
        assertThat(parity.path("unexplained").asLong()).isEqualTo(1);
        JsonNode unexplained = reason(parity, "only_batch", "unexplained");
        assertThat(unexplained.path("count").asLong()).isEqualTo(1);
        assertThat(unexplained.path("examples").get(0).path("detection_id").asText())
                .isEqualTo(lost.getDetectionId());
        Trawl table = swept.trawl("parity");
        assertThat(table.end()).isEqualTo(1);
        assertThat(table.out()).contains("1 only batch, unexplained", lost.getDetectionId(), "the same indicators");

        assertThat(swept.audit(
                        note -> assertThat(note).startsWith("hot path disagrees: " + equal + " equal, 1 only batch")))
                .containsEntry("hot_equal", equal)
                .containsEntry("hot_batch_only", 1L)
                .containsEntry("hot_batch_only.unexplained", 1L)
                .containsEntry("hot_unexplained", 1L);
        assertThat(status(swept)).containsExactly("batch-only", "confirmed");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aDetectionOfOtherIndicatorsIsExplainedAndOneOfTheSameIsNot() throws Exception {
        SweptSource swept = sweep("more");
        swept.put(swept.hot);
        swept.ran(swept.snapshot, swept.ends());
        Detection first = swept.one();
        swept.put(List.of(Detection.newBuilder(first)
                .setDetectionId("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
                .setIndicatorSnapshot(7)
                .build()));
        JsonNode parity = swept.parity(0);
        assertThat(parity.path("equal").asLong()).isEqualTo(swept.batch());
        assertThat(reason(parity, "only_hot", "other_indicators").path("count").asLong())
                .isEqualTo(1);
        assertThat(reason(parity, "only_hot", "other_indicators")
                        .path("examples")
                        .get(0)
                        .path("why")
                        .asText())
                .isEqualTo("indicators 7 in the hot path, " + swept.snapshot + " in the batch sweep");
        assertThat(swept.audit(note -> assertThat(note).endsWith(" equal, 1 only hot (1 other indicators)")))
                .containsEntry("hot_only", 1L)
                .containsEntry("hot_only.other_indicators", 1L)
                .containsEntry("hot_unexplained", 0L);
        assertThat(status(swept)).containsExactly("confirmed", "hot-only-or-pending");
        assertThat(status(swept, "--ledger")).containsExactly("confirmed", "hot-only");

        swept.put(List.of(Detection.newBuilder(first)
                .setDetectionId("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
                .build()));
        assertThat(reason(swept.parity(1), "only_hot", "unexplained")
                        .path("count")
                        .asLong())
                .isEqualTo(1);
        assertThat(swept.audit(note -> assertThat(note).startsWith("hot path disagrees: ")))
                .containsEntry("hot_only", 2L)
                .containsEntry("hot_only.unexplained", 1L)
                .containsEntry("hot_unexplained", 1L);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void otherIndicatorsOfTheHotPathExplainWhatItDidNotFind() throws Exception {
        SweptSource swept = sweep("older");
        swept.ran(7, swept.ends());
        JsonNode parity = swept.parity(0);
        assertThat(parity.path("judged").asBoolean()).isTrue();
        assertThat(reason(parity, "only_batch", "other_indicators")
                        .path("count")
                        .asLong())
                .isEqualTo(swept.batch());
        assertThat(reason(parity, "only_batch", "other_indicators").path("examples"))
                .hasSize(5);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatTheHotPathHasNotPassedIsNotYetThere() throws Exception {
        SweptSource swept = sweep("behind");
        List<Detection> first = swept.hot.stream()
                .filter(detection -> detection.getPartition() == 0)
                .toList();
        long inSecond = swept.ends().get(1);
        swept.put(first);
        swept.ran(swept.snapshot, Map.of(0, swept.ends().get(0)));

        JsonNode parity = swept.parity(0);
        assertThat(parity.path("judged").asBoolean()).isFalse();
        assertThat(parity.path("behind").asLong()).isEqualTo(inSecond);
        assertThat(parity.path("equal").asLong()).isEqualTo(first.size());
        assertThat(reason(parity, "only_batch", "not_yet").path("count").asLong())
                .isEqualTo(swept.batch() - first.size());
        Trawl table = swept.trawl("parity");
        assertThat(table.end()).isZero();
        assertThat(table.out())
                .contains("not judged yet, the hot path is " + inSecond + " lines short of the window's end");
        assertThat(swept.audit(
                        note -> assertThat(note).endsWith("it is " + inSecond + " lines behind, so this is not final")))
                .containsEntry("hot_behind", inSecond)
                .containsEntry("hot_unexplained", 0L);

        // It goes on.
        swept.put(swept.hot);
        broker.commit(HotProgress.group(swept.source), swept.source.topic(), swept.ends());
        assertThat(swept.parity(0).path("equal").asLong()).isEqualTo(swept.batch());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aFieldThatDiffersIsNamed() throws Exception {
        SweptSource swept = sweep("field");
        Detection changed = Detection.newBuilder(swept.one())
                .setHow("guessed")
                .setConfidence(3)
                .build();
        List<Detection> hot = new ArrayList<>(swept.hot);
        hot.replaceAll(detection -> detection.getDetectionId().equals(changed.getDetectionId()) ? changed : detection);
        swept.put(hot);
        swept.ran(swept.snapshot, swept.ends());
        JsonNode parity = swept.parity(1);
        assertThat(parity.path("equal").asLong()).isEqualTo(swept.batch() - 1);
        assertThat(reason(parity, "different", "unexplained")
                        .path("examples")
                        .get(0)
                        .path("why")
                        .asText())
                .isEqualTo("fields that differ: confidence, how");
        assertThat(swept.audit(note -> assertThat(note).startsWith("hot path disagrees: ")))
                .containsEntry("hot_different", 1L)
                .containsEntry("hot_unexplained", 1L);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void linesThatTheHotPathHasInTheWindowBeforeAreTheSameLines() throws Exception {
        SweptSource swept = sweep("border");
        Window before = swept.window.previous();
        List<Detection> hot = new ArrayList<>();
        for (Detection detection : swept.hot) {
            hot.add(
                    detection.getPartition() == 0
                            ? detection
                            : Detection.newBuilder(detection)
                                    .setWindow(before.start())
                                    .build());
        }
        swept.put(hot);
        swept.ran(swept.snapshot, swept.ends());
        long moved =
                hot.stream().filter(detection -> detection.getPartition() == 1).count();
        JsonNode parity = swept.parity(0);
        assertThat(parity.path("equal").asLong()).isEqualTo(swept.batch());
        assertThat(parity.path("moved").asLong()).isGreaterThan(0).isLessThanOrEqualTo(moved);

        // And in that window nothing is missing.
        swept.sweeper().sweep(before);
        SweptSource other = new SweptSource(
                broker,
                folder,
                swept.sweeper(),
                before,
                new IndicatorSnapshot(swept.snapshot, latestIndex(swept), null, null),
                List.of());
        JsonNode elsewhere = other.parity(0);
        assertThat(reason(elsewhere, "only_hot", "border").path("count").asLong())
                .isEqualTo(parity.path("moved").asLong());
    }

    private static String latestIndex(SweptSource swept) throws Exception {
        try (Lake lake = Lake.open(swept.settings, Sweeper.HADOOP)) {
            return Objects.requireNonNull(IndicatorSnapshot.latest(lake)).index();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whereThereIsNothingToCompareItIsSaid() throws Exception {
        SweptSource swept = sweep("never");
        Trawl never = swept.trawl("parity");
        assertThat(never.end()).isEqualTo(1);
        assertThat(never.err().lines())
                .containsExactly("trawl parity: the hot path never ran for source " + swept.source.name()
                        + ", so there is nothing to compare: start it with trawl run hot-detect --source "
                        + swept.source.name());
        assertThat(swept.sweeper().counts("audit", swept.window))
                .containsKey("detections")
                .doesNotContainKeys("hot_equal", "hot_only", "hot_behind");
        assertThat(status(swept)).containsExactly("batch-only");

        swept.ran(swept.snapshot, swept.ends());
        Window next = new Window(swept.window.end(), swept.window.end().plus(Sweeper.UNIT));
        List<String> arguments = new ArrayList<>(List.of("parity"));
        arguments.addAll(swept.sweeper().arguments(next));
        Trawl notSwept = Trawl.start(folder, arguments);
        assertThat(notSwept.end()).isEqualTo(1);
        assertThat(notSwept.err().lines())
                .containsExactly("trawl parity: window " + next + " of source " + swept.source.name()
                        + " has no ingest yet: run ingest --source " + swept.source.name() + " --window " + next
                        + " first");

        swept.sweeper().mustRun("enrich", swept.window);
        Trawl notLoaded = swept.trawl("parity");
        assertThat(notLoaded.end()).isEqualTo(1);
        assertThat(notLoaded.err().lines())
                .hasSize(1)
                .allMatch(line -> line.contains("was swept again since it was loaded: run load"));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aServerThatIsAwayIsOneLine() throws Exception {
        SweptSource swept = sweep("away");
        swept.ran(swept.snapshot, swept.ends());
        Trawl noHBase = swept.trawl("parity", "--set", "hbase.port=1");
        Trawl noKafka = swept.trawl("parity", "--set", "kafka.bootstrap=127.0.0.1:1");
        Trawl noState = swept.trawl("parity", "--set", "state.dir=hdfs://127.0.0.1:1/trawl/state");
        assertThat(noHBase.end()).isEqualTo(1);
        assertThat(noHBase.err().lines())
                .hasSize(1)
                .allMatch(line -> line.startsWith("trawl parity: HBase at ZooKeeper 127.0.0.1:1 does not answer"));
        assertThat(noKafka.end()).isEqualTo(1);
        assertThat(noKafka.err().lines())
                .hasSize(1)
                .allMatch(line -> line.startsWith("trawl parity: Kafka at 127.0.0.1:1 does not answer"));
        assertThat(noState.end()).isEqualTo(1);
        assertThat(noState.err().lines())
                .hasSize(1)
                .allMatch(line -> line.startsWith("trawl parity: HDFS at 127.0.0.1:1 does not answer: "));
    }
}
