package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.etl.IndicatorSnapshot;
import io.trawl.etl.Job;
import io.trawl.etl.JobFailure;
import io.trawl.etl.Jobs;
import io.trawl.etl.Lake;
import io.trawl.etl.LakeStore;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.Run;
import io.trawl.etl.Settings;
import io.trawl.etl.State;
import io.trawl.etl.Store;
import io.trawl.etl.Window;
import io.trawl.record.Indicator;
import io.trawl.record.RawLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintainJobTest {
    private static final Instant HOUR =
            Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));
    /** After all that a run may need has expired. */
    private static final Duration LATER = Duration.ofDays(5);

    @TempDir
    Path folder;

    private final Map<String, String> set = new LinkedHashMap<>();

    @BeforeEach
    void settings() {
        set.put("lake.warehouse", folder.resolve("lake").toUri().toString());
        set.put("state.dir", folder.resolve("state").toUri().toString());
        set.put("reports.dir", folder.resolve("reports").toUri().toString());
        set.put("hbase.quorum", "");
        set.put("maintain.compact.files", "2");
    }

    private static Window window(int daysAgo) {
        Instant start = HOUR.minus(Duration.ofDays(daysAgo));
        return new Window(start, start.plus(Duration.ofHours(1)));
    }

    /** Stores lines of a window, each in a file of its own, as a stage; audit and load store none. */
    private record Stage(String name, int lines) implements Job {
        @Override
        public boolean needsHistory() {
            return !name.equals("load");
        }

        @Override
        public String purpose() {
            return "Stores lines.";
        }

        @Override
        public void run(Run run) throws Exception {
            if (name.equals("audit") || name.equals("load")) {
                run.sequence(1);
            } else {
                Long base = run.lake().snapshot(LakeTable.RAW_LINES);
                LakeStore<RawLine> store = run.replacing(LakeTable.RAW_LINES, base);
                fill(store, run.window(), lines);
                run.output(LakeTable.RAW_LINES, store.committed());
            }
            run.record();
        }
    }

    private static void fill(LakeStore<RawLine> store, Window window, int lines) throws Exception {
        List<Serializable> receipts = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Store.Writer<RawLine> writer = store.open(i, i);
            writer.write(line(window, i));
            receipts.add(writer.close());
        }
        store.commit(receipts);
    }

    private static RawLine line(Window window, int offset) {
        RawLine line = new RawLine();
        line.setSource("proxy");
        line.setWindow(window.start());
        line.setTopic("t");
        line.setPartition(0);
        line.setOffset((long) offset);
        line.setAppendTime(window.start());
        line.setEventId(String.format("%032x", offset));
        line.setHeaders(Map.of());
        line.setBody(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        return line;
    }

    private String run(Job job, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        set.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                all.toArray(new String[0]), job, Clock.systemUTC(), new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + " " + err.toString(StandardCharsets.UTF_8).strip();
    }

    private void sweep(Window window, String... stages) {
        for (String stage : stages) {
            assertThat(run(new Stage(stage, 3), "--source", "proxy", "--window", window.toString()))
                    .isEqualTo("0 ");
        }
    }

    private JsonNode maintain(Duration later) throws IOException {
        Clock clock = Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC);
        assertThat(run(new MaintainJob(clock, step -> {}))).isEqualTo("0 ");
        return Objects.requireNonNull(
                        State.at(set.get("reports.dir"), new Configuration()).read("maintain.json"))
                .path("counts");
    }

    private Lake lake() {
        return Lake.open(Settings.load(null, set), new Configuration());
    }

    /** Starts of the windows that a table has rows of, with their number. */
    private Map<Instant, Integer> windows() throws Exception {
        Map<Instant, Integer> windows = new LinkedHashMap<>();
        try (Lake lake = lake();
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(LakeTable.RAW_LINES)).build()) {
            records.forEach(record -> windows.merge(Kept.instant(record.getField("window")), 1, Integer::sum));
        }
        return windows;
    }

    @Test
    void rowsLeaveATableWhenTheyAreTooOldForIt() throws Exception {
        sweep(window(40), "ingest", "audit");
        sweep(window(20), "ingest", "audit");
        assertThat(maintain(Duration.ZERO).path("windows_deleted.raw_lines").asInt())
                .as("it can be rerun, old as it is")
                .isZero();
        assertThat(windows()).hasSize(2);

        set.put("source.proxy.keep.raw_lines", "P60D");
        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isZero();
        set.put("source.proxy.keep.raw_lines", "");
        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isEqualTo(1);

        assertThat(windows()).containsExactly(Map.entry(window(20).start(), 3));
    }

    @Test
    void aCompactionIsNoObstacleToARunOfAnotherWindow() throws Exception {
        sweep(window(4), "ingest", "audit");
        sweep(window(0), "ingest", "audit");
        try (Lake lake = lake()) {
            Long base = lake.snapshot(LakeTable.RAW_LINES);
            Lake.Commit newest = lake.newest(LakeTable.RAW_LINES, "proxy", window(4));

            assertThat(maintain(Duration.ZERO).path("files_compacted").asInt()).isEqualTo(3);

            assertThat(lake.newest(LakeTable.RAW_LINES, "proxy", window(4))).isEqualTo(newest);
            assertThat(lake.table(LakeTable.RAW_LINES).currentSnapshot().operation())
                    .isEqualTo("replace");
            LakeStore<RawLine> other = store(lake, window(0), base);
            fill(other, window(0), 2);
            LakeStore<RawLine> same = store(lake, window(4), base);
            assertThatExceptionOfType(LakeStore.Overtaken.class)
                    .isThrownBy(() -> fill(same, window(4), 1))
                    .withMessageContaining("nothing of this run was applied, run it again");
            LakeStore<RawLine> again = store(lake, window(4), lake.snapshot(LakeTable.RAW_LINES));
            fill(again, window(4), 1);
        }
        assertThat(windows())
                .containsOnly(
                        Map.entry(window(0).start(), 2), Map.entry(window(4).start(), 1));
    }

    private static LakeStore<RawLine> store(Lake lake, Window window, Long base) {
        return lake.replacing(
                LakeTable.RAW_LINES,
                Lake.of("proxy", window),
                base,
                Map.of("trawl.run-id", "r", "trawl.source", "proxy", "trawl.window", window.toString()),
                1 << 20);
    }

    @Test
    void aCompactionThatComesSecondLeavesTheWindowToTheRunThatWasFirst() throws Exception {
        sweep(window(4), "ingest", "audit");
        try (SparkSession spark = SparkSession.builder()
                        .master("local[2]")
                        .config("spark.ui.enabled", "false")
                        .getOrCreate();
                Lake lake = lake()) {
            Table table = lake.table(LakeTable.RAW_LINES);
            // It knows the table as it was, and asks for Spark next.
            Compaction compaction = new Compaction(
                    () -> {
                        sweep(window(4), "ingest");
                        return spark;
                    },
                    Map.of());
            compaction.windows(LakeTable.RAW_LINES, table, Contents.of(LakeTable.RAW_LINES, table), HOUR, 2);
            assertThat(compaction.lost()).isEqualTo(1);
            assertThat(compaction.rewritten()).isZero();
            assertThat(windows()).containsExactly(Map.entry(window(4).start(), 3));
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources()
                            .get("proxy"))
                    .as("small files, as many as the run wrote")
                    .containsExactly(Map.entry(window(4).start(), 3));
        }
    }

    @Test
    void manifestsInOrderAreNoObstacleToARun() throws Exception {
        sweep(window(1), "ingest");
        sweep(window(0), "ingest");
        try (Lake lake = lake()) {
            Long base = lake.snapshot(LakeTable.RAW_LINES);
            lake.table(LakeTable.RAW_LINES)
                    .rewriteManifests()
                    .clusterBy(file -> "all")
                    .commit();
            fill(store(lake, window(0), base), window(0), 1);
        }
        assertThat(windows())
                .containsOnly(
                        Map.entry(window(0).start(), 1), Map.entry(window(1).start(), 3));
    }

    @Test
    void aWindowThatWasNeverAuditedCanBeRunAsLongAsItsLinesAreThere() throws Exception {
        sweep(window(1), "ingest");
        sweep(window(2), "ingest", "audit");
        maintain(LATER);
        assertThat(run(
                        new Stage("ingest", 1),
                        "--source",
                        "proxy",
                        "--window",
                        window(1).toString()))
                .isEqualTo("0 ");
        assertThat(run(
                        new Stage("ingest", 1),
                        "--source",
                        "proxy",
                        "--window",
                        window(2).toString()))
                .startsWith("2 trawl ingest: window " + window(2) + " of source proxy can no longer be rerun");
        assertThat(run(
                        new Stage("ingest", 1),
                        "--source",
                        "proxy",
                        "--window",
                        window(3).toString()))
                .as("one that nobody swept yet")
                .isEqualTo("0 ");

        maintain(Duration.ofDays(60));

        assertThat(run(
                        new Stage("ingest", 1),
                        "--source",
                        "proxy",
                        "--window",
                        window(1).toString()))
                .startsWith("2 ");
    }

    @Test
    void anOldWindowCanBeLoadedAndIsAsOldAsBefore() throws Exception {
        sweep(window(3), "ingest", "audit");
        sweep(window(2), "ingest", "audit");
        maintain(LATER);
        sweep(window(3), "load");
        assertThat(run(
                        new Stage("ingest", 1),
                        "--source",
                        "proxy",
                        "--window",
                        window(3).toString()))
                .startsWith("2 trawl ingest: window " + window(3) + " of source proxy can no longer be rerun");
        try (Lake lake = lake()) {
            long old = new Ledger(lake).require("proxy", "ingest", window(3)).output(LakeTable.RAW_LINES);
            assertThat(lake.table(LakeTable.RAW_LINES).snapshot(old))
                    .as("expired")
                    .isNull();
            assertThat(lake.isEmpty(LakeTable.RAW_LINES, "proxy", window(3), old))
                    .as("read where it is still the same")
                    .isFalse();
            fill(store(lake, window(3), lake.snapshot(LakeTable.RAW_LINES)), window(3), 1);
            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> lake.isEmpty(LakeTable.RAW_LINES, "proxy", window(3), old))
                    .withMessage(
                            "lake.raw_lines no longer has snapshot " + old + ", which the ledger names, and window "
                                    + window(3).start() + " of source proxy was replaced since");
        }
    }

    @Test
    void theNewestCommitOfAWindowIsFoundBehindOnesThatExpired() throws Exception {
        sweep(window(3), "ingest");
        for (int i = 0; i < 3; i++) {
            sweep(window(0), "ingest", "audit");
        }
        try (Lake lake = lake()) {
            Lake.Commit newest = lake.newest(LakeTable.RAW_LINES, "proxy", window(3));
            assertThat(maintain(LATER).path("snapshots_expired.raw_lines").asInt())
                    .isPositive();
            // The one of the window that is not audited stays, those between go.
            Set<Long> left = new TreeSet<>();
            lake.table(LakeTable.RAW_LINES).snapshots().forEach(one -> left.add(one.snapshotId()));
            assertThat(left)
                    .hasSizeLessThan(4)
                    .contains(Objects.requireNonNull(newest).snapshot());
            assertThat(lake.newest(LakeTable.RAW_LINES, "proxy", window(3))).isEqualTo(newest);
        }
    }

    @Test
    void theLedgerIsAFileForEachStageOfADayThenOfAMonth() throws Exception {
        for (int hours = 0; hours < 4; hours++) {
            Instant start =
                    HOUR.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(70)).plus(Duration.ofHours(hours));
            sweep(new Window(start, start.plus(Duration.ofHours(1))), "ingest", "audit");
        }
        sweep(window(0), "ingest", "audit");
        try (Lake lake = lake()) {
            Ledger ledger = new Ledger(lake);
            List<String> before = entries(ledger);
            assertThat(before).hasSize(5);

            maintain(Duration.ZERO);

            assertThat(entries(ledger)).isEqualTo(before);
            assertThat(Compaction.files(LakeTable.LEDGER, lake.table(LakeTable.LEDGER), Expressions.alwaysTrue()))
                    .as("two stages of a month, and two of today")
                    .isEqualTo(4);
            maintain(LATER);
            assertThat(entries(ledger)).isEqualTo(before);
        }
    }

    private static List<String> entries(Ledger ledger) {
        List<String> all = new ArrayList<>();
        ledger.current("proxy", "ingest", Instant.EPOCH, HOUR.plus(Duration.ofDays(1)))
                .forEach((start, entry) -> all.add(start + " " + entry.runId() + " " + entry.sequence() + " "
                        + entry.output(LakeTable.RAW_LINES)));
        return all;
    }

    @Test
    void filesThatNobodyNamesGo() throws Exception {
        sweep(window(2), "ingest", "audit");
        sweep(window(1), "ingest");
        indicators("named");
        Path state = folder.resolve("state");
        List<Path> stay = List.of(
                file("index/named.index", 30),
                file("index/young.index", -4),
                file("index/pinned.index", 30),
                Files.writeString(
                        file("indicators/proxy/" + name(window(1)) + "/000000.json", 30),
                        "{\"snapshot\":1,\"index\":\""
                                + state.resolve("index/pinned.index").toUri() + "\"}"),
                file("seen/proxy/" + name(window(1)) + "/before.json", 30),
                file("hot/proxy/indicators/000000.json", 300),
                file("offsets/proxy/2026-01-01T010000Z.json", 300),
                file("offsets/proxy/2026-01-01T020000Z.json", 300),
                file("windows/proxy/2026-01-01/000001.json", 300));
        List<Path> go = List.of(
                file("index/nobody.index", 30),
                file("index/killed.index.unused", 30),
                file("allowlists/nobody.zip", 30),
                file("indicators/proxy/" + name(window(2)) + "/000000.json", 30),
                file("loads/proxy/" + name(window(2)) + "/0000000000000000001", 30),
                file("seen/proxy/" + name(window(2)) + "/before.json", 30),
                file("index/.half.index.0", 30),
                file("offsets/proxy/2026-01-01T000000Z.json", 300),
                file("windows/proxy/2026-01-01/000000.json", 300));
        Path orphan = old(folder.resolve("lake/trawl/raw_lines/data/orphan.parquet"), 4);
        Path moved = old(folder.resolve("lake/trawl/raw_lines/metadata/v7.metadata.json"), 4);
        Path young = old(folder.resolve("lake/trawl/raw_lines/data/young.parquet"), -4);
        Path report = old(folder.resolve("reports/ingest/proxy/old.json"), 100);
        Map<Instant, Integer> before = windows();

        maintain(LATER);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(go).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(orphan).doesNotExist();
        assertThat(report).doesNotExist();
        assertThat(moved).exists();
        assertThat(young).exists();
        assertThat(windows()).isEqualTo(before);
        try (Stream<Path> left = Files.walk(state)) {
            assertThat(left.map(Path::toString)).noneMatch(file -> file.endsWith(".unused"));
        }
    }

    private static String name(Window window) {
        return window.start().toString().replace(":", "");
    }

    private Path file(String name, int daysOld) throws IOException {
        return old(folder.resolve("state").resolve(name), daysOld);
    }

    private static Path old(Path file, int days) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    /** A snapshot of indicators that names an index file. */
    private long indicators(String index) throws Exception {
        try (Lake lake = lake()) {
            LakeStore<Indicator> store = lake.replacing(
                    LakeTable.INDICATORS,
                    Expressions.alwaysTrue(),
                    lake.snapshot(LakeTable.INDICATORS),
                    Map.of(
                            IndicatorSnapshot.INDEX,
                            folder.resolve("state/index/" + index + ".index")
                                    .toUri()
                                    .toString()),
                    1 << 20);
            store.fill(to -> {});
            return store.committed().snapshotId();
        }
    }

    @Test
    void theNewestIndicatorsStayAlsoBehindACompaction() throws Exception {
        long first = indicators("first");
        long second = indicators("second");
        try (Lake lake = lake()) {
            lake.table(LakeTable.INDICATORS)
                    .rewriteManifests()
                    .clusterBy(file -> "")
                    .commit();
            maintain(LATER);
            List<Long> left = new ArrayList<>();
            for (Snapshot one : lake.table(LakeTable.INDICATORS).snapshots()) {
                left.add(one.snapshotId());
            }
            assertThat(left).contains(second).doesNotContain(first);
            assertThat(Objects.requireNonNull(IndicatorSnapshot.latest(lake)).id())
                    .isEqualTo(second);
        }
    }

    @Test
    void termsThatContradictEachOtherAreRefused() {
        set.put("maintain.keep.raw_lines", "P3D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.keep.raw_lines = PT72H: expected at least maintain.rerun + maintain.grace (PT96H)");
        set.put("maintain.keep.raw_lines", "P30D");
        set.put("maintain.orphans", "PT1H");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.orphans = PT1H: expected at least maintain.grace (PT24H)");
        set.put("maintain.orphans", "P3D");
        set.put("lake.type", "hadoop");
        assertThat(run(new MaintainJob()))
                .startsWith("2 trawl maintain: setting lake.type = hadoop: files of such a catalog cannot be deleted");
    }
}
