package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.flow.Store;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Indicator;
import io.trawl.record.RawLine;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Loads;
import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintainJobTest {
    private static final Instant HOUR =
            Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));
    /** After all that a run may need has expired. */
    private static final Duration LATER = Duration.ofDays(5);

    /** Read once: its files are many. */
    private static final Configuration HADOOP = new Configuration();

    private static SparkSession spark;

    @TempDir
    Path folder;

    private final Map<String, String> set = new LinkedHashMap<>();

    /** One for all: each run takes a session of its own from it. Code would take longer to generate than it runs. */
    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.adaptive.enabled", "false")
                .config("spark.sql.codegen.wholeStage", "false")
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .getOrCreate();
    }

    @AfterAll
    static void endSpark() {
        spark.close();
    }

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

    /** Stores lines of a window, each in a file of its own, as a stage; audit and load store none, and audit finds problems. */
    private record Stage(String name, int lines, long problems) implements Job {
        Stage(String name, int lines) {
            this(name, lines, 0);
        }

        @Override
        public boolean needsHistory() {
            return !name.equals("load");
        }

        @Override
        public String purpose() {
            return "Stores lines.";
        }

        private boolean stores() {
            return !name.equals("audit") && !name.equals("load");
        }

        @Override
        public List<LakeTable<?>> writes() {
            return stores() ? List.of(LakeTable.RAW_LINES) : List.of();
        }

        @Override
        public boolean recorded() {
            return true;
        }

        @Override
        public void run(Run run) throws Exception {
            if (stores()) {
                fill(run.replacing(LakeTable.RAW_LINES), run.source().name(), run.window(), lines);
            } else {
                run.sequence(1);
                run.count("problems", problems);
            }
        }
    }

    private static void fill(LakeStore<RawLine> store, Window window, int lines) throws Exception {
        fill(store, "proxy", window, lines);
    }

    private static void fill(LakeStore<RawLine> store, String source, Window window, int lines) throws Exception {
        List<Serializable> receipts = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Store.Writer<RawLine> writer = store.open(i, i);
            writer.write(line(source, window, i));
            receipts.add(writer.close());
        }
        store.commit(receipts);
    }

    private static RawLine line(String source, Window window, int offset) {
        RawLine line = new RawLine();
        line.setSource(source);
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
        return Objects.requireNonNull(State.at(set.get("reports.dir"), HADOOP).read("maintain.json"))
                .path("counts");
    }

    private Lake lake() {
        return Lake.open(Settings.load(null, set), HADOOP);
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
        try (Lake lake = lake()) {
            Table table = lake.table(LakeTable.RAW_LINES);
            // It knows the table as it was, and asks for Spark next.
            Compaction compaction = new Compaction(
                    () -> {
                        sweep(window(4), "ingest");
                        return spark.newSession();
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

    /** A table's operations before whose commits another run commits each time. */
    private static TableOperations behind(TableOperations own, Runnable other) {
        return (TableOperations) Proxy.newProxyInstance(
                TableOperations.class.getClassLoader(),
                new Class<?>[] {TableOperations.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        other.run();
                    }
                    try {
                        return method.invoke(own, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void snapshotsStayWhereOtherRunsCommitAllTheTime() throws Exception {
        sweep(window(2), "ingest", "audit");
        sweep(window(1), "ingest", "audit");
        Terms terms = Terms.of(Settings.load(null, set), Instant.now().plus(LATER), Set.of());
        try (Lake lake = lake()) {
            lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commit.retry.num-retries", "2")
                    .commit();
            Kept kept = Kept.of(lake.table(LakeTable.LEDGER), terms);
            AtomicInteger commits = new AtomicInteger();
            Runnable other = () -> lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commits", "" + commits.incrementAndGet())
                    .commit();
            Table busy = new BaseTable(
                    behind(((HasTableOperations) lake.table(LakeTable.RAW_LINES)).operations(), other), "busy");

            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> Expiry.expire(LakeTable.RAW_LINES, busy, Set.of(), kept, terms.cutoff()))
                    .withMessage(
                            "lake.raw_lines: no snapshots were expired, since other runs committed all the time; run maintain again")
                    .withCauseInstanceOf(CommitFailedException.class);

            assertThat(commits).as("tries").hasValue(3);
            assertThat(lake.table(LakeTable.RAW_LINES).snapshots()).hasSize(2);
            assertThat(Expiry.expire(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), Set.of(), kept, terms.cutoff()))
                    .isEqualTo(1);
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
            List<Long> between = new ArrayList<>();
            new Ledger(lake)
                    .entries("proxy", "ingest", window(0))
                    .forEach(entry -> between.add(entry.output(LakeTable.RAW_LINES)));
            between.remove(2);
            assertThat(maintain(LATER).path("snapshots_expired.raw_lines").asInt())
                    .isEqualTo(2);
            // The one of the window that is not audited stays, those between go.
            Set<Long> left = new TreeSet<>();
            lake.table(LakeTable.RAW_LINES).snapshots().forEach(one -> left.add(one.snapshotId()));
            assertThat(left)
                    .doesNotContainAnyElementsOf(between)
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
        Path heartbeat = old(folder.resolve("reports/hot/proxy/heartbeat.json"), 100);
        Path foreign = old(folder.resolve("reports/notes.txt"), 100);
        Path report = old(folder.resolve("reports/ingest/proxy/old.json"), 100);
        Map<Instant, Integer> before = windows();

        maintain(LATER);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(go).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(orphan).doesNotExist();
        assertThat(report).doesNotExist();
        assertThat(heartbeat).exists();
        assertThat(foreign).exists();
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
    void bordersOfAWindowThatCanBeRerunStay() throws Exception {
        set.put("maintain.keep.raw_lines", "P12D");
        sweep(window(20), "ingest", "audit");
        List<Path> stay = List.of(
                border(window(20).start(), 15),
                border(window(20).end(), 15),
                border(window(12).start(), 2),
                border(window(1).start(), 30),
                border(window(1).end(), 30),
                border(window(0).start(), 30),
                border(window(0).end(), 30));
        Path gone = border(window(25).start(), 15);

        maintain(Duration.ZERO);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(gone).doesNotExist();
        maintain(LATER);
        assertThat(stay.subList(0, 3)).allSatisfy(file -> assertThat(file).doesNotExist());
    }

    private Path border(Instant at, int daysOld) throws IOException {
        return file("offsets/proxy/" + at.toString().replace(":", "") + ".json", daysOld);
    }

    private String again(Window window) {
        return run(new Stage("ingest", 1), "--source", "proxy", "--window", window.toString());
    }

    private void audit(Window window, long problems) {
        assertThat(run(new Stage("audit", 0, problems), "--source", "proxy", "--window", window.toString()))
                .isEqualTo("0 ");
    }

    @Test
    void aWindowIsFinishedByAnAuditSinceItsLastRunThatFoundNothingWrong() throws Exception {
        sweep(window(1), "ingest");
        audit(window(1), 1);
        sweep(window(2), "ingest", "audit", "ingest");
        sweep(window(3), "ingest");
        audit(window(3), 1);
        audit(window(3), 0);
        sweep(window(4), "ingest", "audit");
        audit(window(4), 2);
        Path pin = file("indicators/proxy/" + name(window(1)) + "/000000.json", 30);
        maintain(LATER);

        assertThat(again(window(1))).as("a failed audit").isEqualTo("0 ");
        assertThat(again(window(2))).as("run again after its audit").isEqualTo("0 ");
        assertThat(again(window(3))).startsWith("2 ").contains("can no longer be rerun");
        assertThat(again(window(4))).as("whose newest audit failed").isEqualTo("0 ");
        assertThat(pin).exists();
    }

    @Test
    void aWindowThatIsNotFinishedHasAGraceToo() throws Exception {
        sweep(window(1), "ingest");
        Path pin = file("indicators/proxy/" + name(window(1)) + "/000000.json", 30);
        maintain(Duration.ofDays(30).plusHours(12));
        assertThat(again(window(1))).startsWith("2 ").contains("can no longer be rerun");
        assertThat(pin).exists();
        maintain(Duration.ofDays(32));
        assertThat(pin).doesNotExist();
    }

    /** Results without a row. */
    private record Enrich(String name) implements Job {
        @Override
        public String purpose() {
            return "Stores results.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.DETECTIONS, LakeTable.OBSERVABLES);
        }

        @Override
        public void run(Run run) throws Exception {
            run.replacing(LakeTable.DETECTIONS).fill(to -> {});
            run.replacing(LakeTable.OBSERVABLES).fill(to -> {});
        }
    }

    /** Writes the manifests of a load. */
    private record Manifests(boolean finish) implements Job {
        @Override
        public String name() {
            return "load";
        }

        @Override
        public boolean needsHistory() {
            return false;
        }

        @Override
        public String purpose() {
            return "Writes manifests.";
        }

        @Override
        public void run(Run run) throws Exception {
            Loads loads = Loads.of(
                    run, Loads.Result.of(run.ledger().require(run.source().name(), "enrich", run.window())));
            loads.begin(8);
            if (finish) {
                loads.done();
            }
        }
    }

    private void must(Job job, Window window) {
        assertThat(run(job, "--source", "proxy", "--window", window.toString())).isEqualTo("0 ");
    }

    @Test
    void whatALoadThatWasNeverDoneHasToTakeOutStays() throws Exception {
        must(new Enrich("enrich"), window(1));
        must(new Manifests(true), window(1));
        must(new Enrich("enrich"), window(1));
        must(new Manifests(false), window(1));
        must(new Enrich("enrich"), window(2));
        must(new Manifests(true), window(2));
        must(new Enrich("enrich"), window(0));
        audit(window(1), 0);
        audit(window(2), 0);
        Path loads = folder.resolve("state/loads/proxy");

        maintain(LATER);

        assertThat(loads.resolve(name(window(1)))).exists();
        assertThat(loads.resolve(name(window(2)))).doesNotExist();
        try (Lake lake = lake()) {
            List<Ledger.Entry> results = new Ledger(lake).entries("proxy", "enrich", window(1));
            assertThat(results)
                    .hasSize(2)
                    .allSatisfy(result -> assertThat(List.of(
                                    lake.has(LakeTable.DETECTIONS, result.output(LakeTable.DETECTIONS)),
                                    lake.has(LakeTable.OBSERVABLES, result.output(LakeTable.OBSERVABLES))))
                            .containsOnly(true));
        }
        must(new Manifests(true), window(1));
        maintain(LATER);
        assertThat(loads.resolve(name(window(1)))).doesNotExist();
    }

    @Test
    void theNewestCommitOfAWindowThatCanBeRerunStaysAlsoWhereNoEntryNamesIt() throws Exception {
        sweep(window(1), "ingest");
        try (Lake lake = lake()) {
            fill(store(lake, window(1), lake.snapshot(LakeTable.RAW_LINES)), window(1), 1);
            sweep(window(0), "ingest", "audit");
            maintain(LATER);
            assertThat(Objects.requireNonNull(lake.newest(LakeTable.RAW_LINES, "proxy", window(1)))
                            .run())
                    .as("of a run that was killed before its entry")
                    .isEqualTo("r");
        }
    }

    @Test
    void aWindowThatCannotBeCompactedKeepsNothingElseFromBeingDone() throws Exception {
        sweep(window(4), "ingest", "audit", "ingest", "audit");
        sweep(window(3), "ingest", "audit");
        try (Lake lake = lake();
                CloseableIterable<FileScanTask> files = lake.table(LakeTable.RAW_LINES)
                        .newScan()
                        .filter(Lake.of("proxy", window(4)))
                        .planFiles()) {
            for (FileScanTask file : files) {
                Files.delete(Path.of(file.file().location().replaceFirst("^file:/+", "/")));
            }
        }
        Path report = old(folder.resolve("reports/ingest/proxy/old.json"), 100);
        Clock clock = Clock.fixed(Instant.now().plus(LATER), ZoneOffset.UTC);

        assertThat(run(new MaintainJob(clock, step -> {})))
                .matches(
                        "(?s)1 trawl maintain: 1 of [0-9]+ steps failed, the others are done: compact lake.raw_lines: window "
                                + window(4).start() + " of source proxy: [^\n]*");

        JsonNode counts = Objects.requireNonNull(
                        State.at(set.get("reports.dir"), HADOOP).read("maintain.json"))
                .path("counts");
        try (Lake lake = lake()) {
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources()
                            .get("proxy"))
                    .as("the other window is compacted")
                    .containsOnly(
                            Map.entry(window(4).start(), 3), Map.entry(window(3).start(), 1));
        }
        assertThat(counts.path("snapshots_expired.raw_lines").asInt()).isPositive();
        assertThat(report).doesNotExist();
    }

    @Test
    void rowsOfLogFilesStayAlsoWhenTheirSourceHasLeftTheSettings() throws Exception {
        Map<String, String> without = new LinkedHashMap<>(set);
        for (String source : List.of("logs", "topic")) {
            set.put("source." + source + ".topic", source);
            set.put("source." + source + ".format", "squid");
            set.put("source." + source + ".from", source.equals("logs") ? "files" : "kafka");
            for (String stage : List.of("ingest", "audit")) {
                assertThat(run(
                                new Stage(stage, 1),
                                "--source",
                                source,
                                "--window",
                                window(40).toString()))
                        .isEqualTo("0 ");
            }
        }
        file("offsets/topic/" + name(window(40)) + ".json", 1);
        set.clear();
        set.putAll(without);

        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isEqualTo(1);
        assertThat(windows()).containsExactly(Map.entry(window(40).start(), 1));
        try (Lake lake = lake()) {
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources())
                    .containsOnlyKeys("logs");
        }
    }

    @Test
    void aLogThatWasNotSweptToItsEndCanBeRunAsLongAsLinesAreKept() throws Exception {
        set.put("source.logs.topic", "logs");
        set.put("source.logs.format", "squid");
        set.put("source.logs.from", "files");
        // Windows of log files are numbers: any day.
        Window log = window(400);
        assertThat(run(new Stage("ingest", 1), "--source", "logs", "--window", log.toString()))
                .isEqualTo("0 ");
        sweep(window(0), "ingest", "audit");
        Path pin = file("indicators/logs/" + name(log) + "/000000.json", 30);
        maintain(LATER);
        assertThat(pin).exists();
        try (Lake lake = lake()) {
            assertThat(lake.has(
                            LakeTable.RAW_LINES,
                            new Ledger(lake).require("logs", "ingest", log).output(LakeTable.RAW_LINES)))
                    .isTrue();
        }
        maintain(Duration.ofDays(40));
        assertThat(pin).doesNotExist();
        assertThat(run(new Stage("ingest", 1), "--source", "logs", "--window", log.toString()))
                .startsWith("2 ")
                .contains("can no longer be rerun");
    }

    @Test
    void anOldWindowThatComesMeanwhileIsNotDeleted() throws Exception {
        sweep(window(40), "ingest", "audit");
        Terms terms = Terms.of(Settings.load(null, set), Instant.now().plus(LATER), Set.of());
        try (Lake lake = lake()) {
            Supplier<Kept> sweptMeanwhile = () -> {
                Kept kept = Kept.of(lake.table(LakeTable.LEDGER), terms);
                sweep(window(40), "ingest");
                sweep(window(41), "ingest");
                return kept;
            };
            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> Retention.apply(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), terms, sweptMeanwhile, Map.of()))
                    .withMessage(
                            "lake.raw_lines: old rows were not deleted, since another run committed meanwhile; run maintain again");
            assertThat(windows())
                    .containsOnly(
                            Map.entry(window(40).start(), 3),
                            Map.entry(window(41).start(), 3));
            Supplier<Kept> anotherMeanwhile = () -> {
                sweep(window(42), "ingest");
                return Kept.of(lake.table(LakeTable.LEDGER), terms);
            };
            sweep(window(40), "audit");
            sweep(window(41), "audit");
            assertThat(Retention.apply(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), terms, anotherMeanwhile, Map.of()))
                    .isEqualTo(2);
            assertThat(windows()).containsExactly(Map.entry(window(42).start(), 3));
        }
    }

    @Test
    void pinsAreReadTwiceHoweverManyIndexFilesGo() throws Exception {
        indicators("named");
        for (int i = 0; i < 5; i++) {
            file("index/old-" + i + ".index", 30);
        }
        Terms terms = Terms.of(Settings.load(null, set), Instant.now(), Set.of());
        AtomicInteger reads = new AtomicInteger();
        try (Lake lake = lake()) {
            Folders folders = new Folders(
                    State.at(set.get("state.dir"), HADOOP),
                    new Ledger(lake),
                    Kept.of(lake.table(LakeTable.LEDGER), terms),
                    terms);
            assertThat(folders.indicators(() -> {
                        reads.incrementAndGet();
                        return lake.table(LakeTable.INDICATORS);
                    }))
                    .isEqualTo(5);
        }
        assertThat(reads).hasValue(2);
    }

    @Test
    void manifestsAreOrderedWhereThatMakesThemFewer() throws Exception {
        Compaction compaction = new Compaction(
                () -> {
                    throw new IllegalStateException("Spark is not needed");
                },
                Map.of());
        try (Lake lake = lake()) {
            for (int i = 0; i < 55; i++) {
                fill(store(lake, window(31 * i), lake.snapshot(LakeTable.RAW_LINES)), window(31 * i), 1);
            }
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .as("a month each")
                    .isFalse();
            for (int i = 0; i < 44; i++) {
                Instant start = HOUR.minus(Duration.ofDays(2_000)).plus(Duration.ofHours(i));
                Window window = new Window(start, start.plus(Duration.ofHours(1)));
                fill(store(lake, window, lake.snapshot(LakeTable.RAW_LINES)), window, 1);
            }
            lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commit.manifest-merge.enabled", "false")
                    .commit();
            for (int i = 44; i < 54; i++) {
                Instant start = HOUR.minus(Duration.ofDays(2_000)).plus(Duration.ofHours(i));
                Window window = new Window(start, start.plus(Duration.ofHours(1)));
                fill(store(lake, window, lake.snapshot(LakeTable.RAW_LINES)), window, 1);
            }
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .isTrue();
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .as("again")
                    .isFalse();
        }
    }

    @Test
    void aFolderOfReportsThatHoldsOrLiesInAnotherIsRefused() {
        set.put("reports.dir", folder.toUri().toString());
        assertThat(run(new MaintainJob(), "--check"))
                .startsWith("2 trawl maintain: setting reports.dir = ")
                .endsWith(": expected a folder apart from state.dir (" + set.get("state.dir")
                        + "), since old files in it are deleted");
        set.put("reports.dir", folder.resolve("lake/trawl").toUri().toString());
        assertThat(run(new MaintainJob(), "--check")).contains("expected a folder apart from lake.warehouse (");
        set.put("reports.dir", folder.resolve("state-reports").toUri().toString());
        assertThat(run(new MaintainJob(), "--check")).isEqualTo("0 ");
    }

    @Test
    void termsThatContradictEachOtherAreRefused() {
        set.put("maintain.keep.raw_lines", "P10D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.keep.raw_lines = PT240H: expected at least maintain.rerun + maintain.grace + 8 days (PT288H)");
        set.put("maintain.keep.raw_lines", "P30D");
        set.put("source.proxy.keep.raw_lines", "P8D");
        assertThat(run(new MaintainJob()))
                .startsWith("2 trawl maintain: setting source.proxy.keep.raw_lines = PT192H: expected at least");
        set.put("source.proxy.keep.raw_lines", "");
        set.put("maintain.keep.ledger", "P700D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.keep.ledger = PT16800H: expected at least the longest time of the other tables (PT17520H)");
        set.put("maintain.keep.ledger", "P730D");
        set.put("maintain.grace", "PT0S");
        assertThat(run(new MaintainJob()))
                .isEqualTo("2 trawl maintain: setting maintain.grace = PT0S: expected at least six hours (PT6H)");
        set.put("maintain.grace", "P1D");
        set.put("maintain.orphans", "PT23H");
        assertThat(run(new MaintainJob()))
                .isEqualTo("2 trawl maintain: setting maintain.orphans = PT23H: expected at least a day (PT24H)");
        set.put("maintain.orphans", "P3D");
        set.put("maintain.grace", "P4D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.orphans = PT72H: expected at least maintain.grace (PT96H)");
        set.put("maintain.grace", "P1D");
        set.put("lake.type", "hadoop");
        assertThat(run(new MaintainJob()))
                .startsWith("2 trawl maintain: setting lake.type = hadoop: files of such a catalog cannot be deleted");
    }
}
