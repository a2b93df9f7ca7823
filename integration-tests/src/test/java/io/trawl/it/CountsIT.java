package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseReader.Query;
import io.trawl.hbase.HBaseReader.Target;
import io.trawl.it.Written.Host;
import io.trawl.lake.LakeTable;
import io.trawl.schema.word.SweepKind;
import io.trawl.stack.SharedStack;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.hbase.Cell;
import org.apache.iceberg.data.Record;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every count of two sources' windows, whatever happens to the windows: {@link Written} reckons it from the lines alone. */
class CountsIT {
    /** Days whose beginnings are written in one window each: six days, five midnights. */
    private static final int[][] BEFORE = {{0, 1}, {2}};

    private static final int[][] AFTER = {{3, 4}};
    private static final int[][] LAST = {{5}};

    private static final Duration LATER = Duration.ofHours(71);

    @TempDir
    Path folder;

    private final String name = Sweeper.unique("counts");
    private final Written written = new Written(name);
    /** How often each stage of each window was run to its end. */
    private final TreeMap<String, Integer> runs = new TreeMap<>();

    private Broker broker;
    /** Its agent sends renamed files again, and it has a hot path. */
    private Sweeper one;

    private Sweeper two;
    private HBaseReader reader;

    @BeforeEach
    void start() throws Exception {
        Site site = Site.of(SharedStack.stores().conf(), folder, name);
        String first = name + "-one";
        String second = name + "-two";
        Map<String, String> settings = new HashMap<>(HotJob.settings(first));
        settings.put("hot.suppression", "PT1S");
        for (String source : List.of(first, second)) {
            settings.putAll(Sweeper.settingsOf(source));
        }
        one = site.source(first, settings);
        two = site.source(second, settings);
        reader = new HBaseReader(one.settings());
        broker = new Broker(one.settings().text("kafka.bootstrap"));
        for (Sweeper source : sources()) {
            broker.create(source.source(), 2, Map.of());
            // The same clients in both.
            written.log(source.source(), source.source() + "-a", 0, "10.7", source == one);
            written.log(source.source(), source.source() + "-b", 1, "10.8", false);
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private List<Sweeper> sources() {
        return List.of(one, two);
    }

    @Test
    void everyCountIsRightAfterRotationsUnitChangesCompactionsAndReruns() throws Exception {
        Set<Host> both = Set.of(Host.EVIL, Host.NOISE);
        Set<Host> less = Set.of(Host.EVIL);
        indicators(both);
        List<Window> before;
        try (HotJob hot = HotJob.running(one)) {
            before = send(BEFORE, both);
            hot.kill();
        }
        sweep(range(before));

        // Another feed, and a window swept again with it: what HBase no longer has must never come back.
        Window changed = before.get(1);
        Map<StoredCells, List<Cell>> stalled = new LinkedHashMap<>();
        for (String table : List.of(HBase.DETECTIONS, HBase.OBSERVABLES)) {
            StoredCells cells = new StoredCells(one.settings(), table);
            stalled.put(cells, cells.live(cell -> isBatch(cell) && cell.window().equals(changed)));
        }
        indicators(less);
        List<Window> after;
        try (HotJob next = HotJob.start(one)) {
            for (Sweeper source : sources()) {
                long hits = written.audit(source.source(), changed).get("detections");
                run(source, "enrich", changed, "--indicators", "latest");
                run(source, "load", changed);
                run(source, "audit", changed);
                written.swept(source.source(), changed, less);
                assertThat(written.audit(source.source(), changed).get("detections"))
                        .as("detections that go")
                        .isBetween(1L, hits - 1);
            }
            assertRefused(one, changed, Duration.ofSeconds(1));
            compact(stalled);
            rerun(changed);
            assertEveryCountIsRight();

            assertRefused(two, changed, Duration.ofSeconds(4));
            next.awaitRunning();
            after = send(AFTER, less);
            next.kill();
        }
        List<Window> last;
        // What it drops were copies to the driver before it, too.
        try (HotJob third = HotJob.start(one)) {
            sweep(range(after));
            third.awaitRunning();
            last = send(LAST, less);
            third.awaitHeartbeat("copies", beat -> beat.path("copies").asLong() > 0);
            third.terminate();
        }
        sweep(range(last));
        compact(stalled);
        assertRefused(one, after.get(0), Duration.ofSeconds(10));
        for (Window all : List.of(range(before), range(after), range(last))) {
            rerun(all);
            sources().forEach(source -> run(source, "audit", all, "--deep"));
        }
        assertEveryCountIsRight();
    }

    private void indicators(Set<Host> hosts) throws Exception {
        String feed = hosts.stream().map(written::domain).collect(Collectors.joining("\n"));
        one.mustRun(
                "refresh-indicators",
                null,
                "--feeds",
                Files.writeString(folder.resolve("feed.txt"), feed).toString());
    }

    /** Days go by; the hot path reads along. Gives the windows that they were written in. */
    private List<Window> send(int[][] windows, Set<Host> indicators) throws Exception {
        List<Window> known = written.windows();
        for (int[] days : windows) {
            written.send(broker, days);
        }
        HotJob.awaitCommitted(one, written.messages(one.source()));
        List<Window> sent = written.windows().stream()
                .filter(window -> !known.contains(window))
                .toList();
        for (Window window : sent) {
            written.read(one.source(), window, indicators);
            sources().forEach(source -> written.swept(source.source(), window, indicators));
        }
        return sent;
    }

    private static Window range(List<Window> windows) {
        return new Window(
                windows.get(0).start(), windows.get(windows.size() - 1).end());
    }

    private void run(Sweeper source, String stage, Window range, String... more) {
        source.mustRun(stage, range, more);
        range.units(Sweeper.UNIT, 1_000)
                .forEach(window -> runs.merge(source.source() + " " + stage + " " + window, 1, Integer::sum));
    }

    private void sweep(Window range) throws Exception {
        Sweeper.awaitEnd(range);
        rerun(range);
        sources().forEach(source -> run(source, "audit", range));
    }

    private void rerun(Window range) {
        for (Sweeper source : sources()) {
            Sweeper.STAGES.forEach(stage -> run(source, stage, range));
        }
    }

    private boolean isBatch(CellName cell) {
        return cell.source().startsWith(name) && cell.isOf(SweepKind.BATCH);
    }

    /** Compacts lake and HBase; then a load that was stalled since the beginning puts what it had. */
    private void compact(Map<StoredCells, List<Cell>> stalled) throws Exception {
        assertThat(Site.maintain(one, LATER, "")).isEqualTo("0");
        assertThat(State.at(one.settings().text("reports.dir"), Sweeper.HADOOP)
                        .read("maintain.json")
                        .path("counts")
                        .path("files_compacted")
                        .asLong())
                .as("files of the lake that became one with others")
                .isPositive();
        for (Map.Entry<StoredCells, List<Cell>> table : stalled.entrySet()) {
            table.getKey().compact();
            assertThat(table.getValue()).isNotEmpty();
            table.getKey().putAgain(table.getValue());
        }
    }

    /** No stage takes a window of another length where one was swept. */
    private static void assertRefused(Sweeper source, Window swept, Duration unit) throws Exception {
        long millis = unit.toMillis();
        Instant start = Instant.ofEpochMilli(swept.start().toEpochMilli() / millis * millis);
        Window window = new Window(start, start.plus(unit));
        Sweeper.awaitEnd(window);
        String setting = "source." + source.source() + ".window";
        for (String stage : List.of("ingest", "validate", "enrich", "load", "audit")) {
            Sweeper.Said said = source.run(stage, window, "--set", setting + "=" + unit);
            assertThat(said.error())
                    .startsWith(
                            "trawl " + stage + ": window " + window + " of source " + source.source() + " overlaps ")
                    .contains(": set " + setting + " = " + Sweeper.UNIT + " for those windows")
                    .doesNotContain("\n");
            assertThat(said.status()).isEqualTo(2);
        }
    }

    private void assertEveryCountIsRight() throws Exception {
        assertLakeHasEachLineOnce();
        assertHBaseHasNoMoreAndNoLess();
        assertLedgerHasEachRun();
        assertThat(HotJob.alerts(one))
                .allMatch(alert -> alert.getRevision() == 1 && alert.getCount() == 1)
                .extracting(alert -> alert.getClient() + " " + alert.getIndicatorValue())
                .containsExactlyInAnyOrderElementsOf(written.alerts());
    }

    private void assertLakeHasEachLineOnce() throws Exception {
        List<Record> raw = Site.rows(one, LakeTable.RAW_LINES);
        assertThat(texts(raw, CountsIT::place)).isEqualTo(written.rawLines());
        assertThat(texts(raw, row -> text(row, "source", "event_id")).stream().distinct())
                .hasSize(written.lines());

        List<Record> events = Site.rows(one, LakeTable.PROXY_EVENTS);
        List<Record> invalid = Site.rows(one, LakeTable.INVALID_RECORDS);
        List<String> ids = texts(events, row -> text(row, "event_id"));
        ids.addAll(texts(invalid, row -> text(row, "event_id")));
        assertThat(ids).hasSize(written.lines()).doesNotHaveDuplicates();
        assertThat(texts(
                        events,
                        row -> place(row) + " "
                                + text(row, "observer_hostname", "source_address", "timestamp", "url_original")))
                .isEqualTo(written.proxyEvents());
        assertThat(texts(invalid, row -> place(row) + " " + text(row, "host", "file_offset", "raw")))
                .isEqualTo(written.invalidRecords());
        assertThat(texts(
                        Site.rows(one, LakeTable.DETECTIONS),
                        row -> place(row) + " " + text(row, "sweep", "client", "indicator_value")))
                .isEqualTo(written.detections());
        assertThat(texts(Site.rows(one, LakeTable.OBSERVABLES), CountsIT::observable))
                .isEqualTo(written.observables());
    }

    private static String place(Record row) {
        return text(row, "source", "window") + " " + text(row, "partition") + ":" + text(row, "offset");
    }

    private static String observable(Record row) {
        StringBuilder text =
                new StringBuilder(text(row, "source") + " " + window(row) + " " + text(row, "type", "value", "events"));
        for (Object client : (List<?>) row.getField("clients")) {
            text.append(' ').append(text((Record) client, "client", "first_seen", "last_seen", "events"));
        }
        return text.toString();
    }

    private static Window window(Record row) {
        Instant start = ((OffsetDateTime) row.getField("window")).toInstant();
        return new Window(start, start.plus(Sweeper.UNIT));
    }

    private static List<String> texts(List<Record> rows, Function<Record, String> text) {
        List<String> texts = new ArrayList<>(rows.stream().map(text).toList());
        texts.sort(null);
        return texts;
    }

    private static String text(Record row, String... columns) {
        return Arrays.stream(columns).map(row::getField).map(CountsIT::text).collect(Collectors.joining(" "));
    }

    private static String text(Object value) {
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toString();
        }
        return value instanceof ByteBuffer bytes
                ? StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString()
                : String.valueOf(value);
    }

    private void assertHBaseHasNoMoreAndNoLess() throws Exception {
        assertThat(cells(HBase.DETECTIONS)).isEqualTo(written.cellsOfDetections());
        assertThat(cells(HBase.OBSERVABLES)).isEqualTo(written.cellsOfObservables());
        List<HBaseReader.Sighting> seen = new ArrayList<>();
        for (Host host : Host.values()) {
            String domain = written.domain(host);
            HBaseReader.Sightings all = reader.sightings(Target.domain(domain), null, 10_000);
            assertThat(all.total()).isEqualTo(all.newest().size());
            seen.addAll(all.newest());
            for (Query query : List.of(
                    new Query(null, null, Target.domain(domain), null, 10_000),
                    new Query(null, domain, null, null, 10_000))) {
                assertThat(reader.detections(query))
                        .as("%s", query)
                        .extracting(found -> found.path("source").asText() + " "
                                + found.path("client").asText() + " "
                                + seenBy(found.path("seen_by")))
                        .containsExactlyInAnyOrderElementsOf(written.found(host));
            }
        }
        // Other tests have the addresses, too.
        reader.sightings(Target.addresses("198.51.100.0/24"), null, 100_000).newest().stream()
                .filter(one -> one.source().startsWith(name))
                .forEach(seen::add);
        assertThat(seen)
                .extracting(one -> one.source() + " " + one.window() + " " + one.type() + " " + one.value() + " "
                        + Written.sighting(one.client(), one.first(), one.last(), one.events()))
                .containsExactlyInAnyOrderElementsOf(written.sightings());
    }

    private static List<String> seenBy(Iterable<JsonNode> cells) {
        List<String> names = new ArrayList<>();
        cells.forEach(cell -> names.add(cell.asText()));
        return names;
    }

    private TreeMap<String, Long> cells(String table) throws Exception {
        TreeMap<String, Long> cells = new TreeMap<>();
        new StoredCells(one.settings(), table)
                .live(cell -> cell.source().startsWith(name))
                .forEach(cell -> cells.merge(StoredCells.nameOf(cell) + " " + StoredCells.kindOf(cell), 1L, Long::sum));
        return cells;
    }

    private void assertLedgerHasEachRun() throws Exception {
        TreeMap<String, Integer> entries = new TreeMap<>();
        Map<String, Record> newest = new HashMap<>();
        for (Record row : Site.rows(one, LakeTable.LEDGER)) {
            if (text(row, "source").startsWith(name)) {
                String run = text(row, "source", "stage") + " " + text(row, "window") + "/" + text(row, "window_end");
                entries.merge(run, 1, Integer::sum);
                newest.merge(
                        run,
                        row,
                        (a, b) -> Comparator.comparing((Record entry) -> (OffsetDateTime) entry.getField("ended"))
                                                .compare(a, b)
                                        < 0
                                ? b
                                : a);
            }
        }
        assertThat(entries).isEqualTo(runs);
        for (Sweeper source : sources()) {
            for (Window window : written.windows()) {
                Record audit = newest.get(source.source() + " audit " + window);
                assertThat(audit.getField("counts"))
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .as("%s %s", source.source(), window)
                        .containsAllEntriesOf(written.audit(source.source(), window));
            }
        }
    }
}
