package io.trawl.it;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Store;
import io.trawl.hbase.HBaseStore;
import io.trawl.kafka.HotProgress;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SweepStep;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** A window that was swept, and what the hot path found in it. */
final class SweptSource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Broker broker;
    private final Path folder;
    private final Sweeper sweeper;
    final LogSource source;
    final Settings settings;
    final Window window;
    final long snapshot;
    final List<RawLine> lines;
    final List<Detection> hot;

    SweptSource(
            Broker broker,
            Path folder,
            Sweeper sweeper,
            Window window,
            IndicatorSnapshot indicators,
            List<RawLine> lines) {
        this.broker = broker;
        this.folder = folder;
        this.sweeper = sweeper;
        this.window = window;
        this.settings = sweeper.settings();
        this.source = settings.source(sweeper.source());
        this.snapshot = indicators.id();
        this.lines = lines;
        ListStore<Detection> found = Store.list("found");
        Flow.of(lines)
                .then(parse(source.parser()))
                .then(expect(ProxyEvent.class))
                .then(new SweepStep(indicators, settings, source, SweepKind.HOT))
                .into(found)
                .run();
        this.hot = new ArrayList<>(found.records());
        this.hot.sort(Comparator.comparing(Detection::getDetectionId));
    }

    Sweeper sweeper() {
        return sweeper;
    }

    /** Puts detections as the hot path does. */
    void put(List<Detection> detections) {
        put(settings, detections);
    }

    /** The same as the hot path of another source, with windows of the same length. */
    void putOf(String another, Detection detection) {
        Settings both = settings;
        for (String key : List.of("topic", "format", "window")) {
            String value = settings.text("source." + source.name() + "." + key);
            both = both.with("source." + another + "." + key, value);
        }
        put(both, List.of(detection));
    }

    private static void put(Settings settings, List<Detection> detections) {
        Flow.of(detections).into(HBaseStore.hotDetections(settings)).run();
    }

    /** The hot path took up these indicators when the topic was empty, and has stored up to here. */
    void ran(long indicators, Map<Integer, Long> offsets) throws Exception {
        ObjectNode file = JSON.createObjectNode().put("snapshot", indicators).put("index", "hdfs://any");
        file.put("run_id", "r").put("taken", Instant.now().toString());
        file.putObject("from").put("0", 0).put("1", 0);
        State state = State.at(settings.text("state.dir"), Sweeper.HADOOP);
        assertThat(state.create("hot/" + source.name() + "/indicators/000000.json", file))
                .isTrue();
        broker.commit(HotProgress.group(source), source.topic(), offsets);
    }

    /** One whose line came once. */
    Detection one() {
        return hot.stream()
                .filter(detection -> detection.getPartition() == 1
                        && String.valueOf(detection.getObserverHostname()).endsWith("-p2"))
                .findFirst()
                .orElseThrow();
    }

    /** All that the topic has. */
    Map<Integer, Long> ends() {
        Map<Integer, Long> ends = new HashMap<>();
        lines.forEach(line -> ends.merge(line.getPartition(), line.getOffset() + 1, Math::max));
        return ends;
    }

    /** What parity says of the window; the exit status has to be this one. */
    JsonNode parity(int status) throws Exception {
        Trawl said = trawl("parity", "--json");
        assertThat(said.end()).as(said.err()).isEqualTo(status);
        assertThat(said.err()).isEmpty();
        return JSON.readTree(said.out());
    }

    Trawl trawl(String subcommand, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(subcommand));
        arguments.addAll(sweeper.arguments(subcommand.equals("parity") ? window : null, more));
        return Trawl.start(folder, arguments);
    }

    /** What the audit counts of the hot path, with the note that it makes of it. */
    Map<String, Long> audit(Consumer<String> note) throws Exception {
        sweeper.mustRun("audit", window);
        List<String> notes = new ArrayList<>();
        Objects.requireNonNull(sweeper.report("audit", window)).path("notes").forEach(one -> notes.add(one.asText()));
        assertThat(notes)
                .filteredOn(one -> one.startsWith("hot path"))
                .hasSize(1)
                .allSatisfy(note);
        Map<String, Long> counts = new HashMap<>(sweeper.counts("audit", window));
        counts.keySet().removeIf(name -> !name.startsWith("hot_"));
        return counts;
    }

    long batch() throws Exception {
        return sweeper.counts("enrich", window).get("detections");
    }
}
