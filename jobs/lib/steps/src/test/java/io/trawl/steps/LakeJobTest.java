package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.Buffers;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.flow.Flow;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.LedgerEntry;
import io.trawl.record.RawLine;
import io.trawl.run.Jobs;
import io.trawl.schema.word.Stage;
import io.trawl.testing.Lines;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The lake in a catalog of JDBC; {@link HadoopLakeJobTest} has the same cases for one of Hadoop. */
class LakeJobTest {
    private static final Window OTHER = Window.parse("2026-11-24T11:00:00Z/2026-11-24T12:00:00Z");

    @TempDir
    Path folder;

    private SparkSession spark;
    private Lake lake;

    /** The setting lake.type. */
    String catalog() {
        return "jdbc";
    }

    @BeforeEach
    void open() {
        Settings settings = Settings.defaults()
                .with("lake.type", catalog())
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        SparkConf conf = new SparkConf();
        Jobs.configure(conf, settings);
        // One Spark for all tests, unless one has ended it: to start it takes longer than most of them.
        spark = SparkSession.builder().master("local[2]").getOrCreate().newSession();
        for (Tuple2<String, String> setting : conf.getAll()) {
            if (setting._1().startsWith("spark.sql.")) {
                spark.conf().set(setting._1(), setting._2());
            }
        }
        lake = Lake.open(settings, spark.sparkContext().hadoopConfiguration());
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    @AfterAll
    static void endSpark() {
        SparkSession.getDefaultSession().foreach(session -> {
            session.stop();
            return null;
        });
    }

    private LakeStore<RawLine> replace(Window window, Long base, String... lines) {
        LakeStore<RawLine> store =
                lake.replacing(LakeTable.RAW_LINES, Lake.of("proxy", window), base, Map.of("trawl.run-id", "r"));
        List<RawLine> records = new java.util.ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            records.add(Lines.line("proxy", window, i, lines[i]));
        }
        Flow.of(JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(records, 2))
                .into(store)
                .run();
        return store;
    }

    private Long base() {
        return lake.snapshot(LakeTable.RAW_LINES);
    }

    private List<String> bodies(Window window, long snapshot) {
        return lake
                .read(spark, LakeTable.RAW_LINES, "proxy", window, snapshot)
                .map(line -> new String(Buffers.bytes(line.getBody()), java.nio.charset.StandardCharsets.UTF_8))
                .collect()
                .stream()
                .sorted()
                .toList();
    }

    @Test
    void whatIsStoredIsReadBackWithEveryField() {
        long snapshot = replace(Lines.WINDOW, base(), "a").committed().snapshotId();
        RawLine read = lake.read(spark, LakeTable.RAW_LINES, "proxy", Lines.WINDOW, snapshot)
                .first();
        assertThat(read).isEqualTo(Lines.line(0, "a"));
    }

    @Test
    void whatIsStoredIsReadWithoutSparkToo() throws Exception {
        replace(OTHER, base(), "x");
        long snapshot = replace(Lines.WINDOW, base(), "a", "b").committed().snapshotId();
        replace(Lines.WINDOW, base(), "later");
        try (CloseableIterable<RawLine> read = lake.records(
                LakeTable.RAW_LINES, "proxy", Lines.WINDOW, snapshot, Expressions.lessThan("offset", 1L))) {
            assertThat(read).containsExactly(Lines.line(0, "a"));
        }
    }

    @Test
    void aRerunReplacesItsWindowAndLeavesTheOthers() {
        replace(OTHER, base(), "x");
        replace(Lines.WINDOW, base(), "a", "b", "c");
        long snapshot = replace(Lines.WINDOW, base(), "b", "d").committed().snapshotId();
        assertThat(bodies(Lines.WINDOW, snapshot)).containsExactly("b", "d");
        assertThat(bodies(OTHER, snapshot)).containsExactly("x");
    }

    @Test
    void aRerunThatFindsNothingClearsTheWindow() {
        replace(OTHER, base(), "x");
        replace(Lines.WINDOW, base(), "a");
        long snapshot = replace(Lines.WINDOW, base()).committed().snapshotId();
        assertThat(bodies(Lines.WINDOW, snapshot)).isEmpty();
        assertThat(bodies(OTHER, snapshot)).containsExactly("x");
    }

    @Test
    void windowsAreReadTogetherEachAtItsOwnSnapshot() {
        long other = replaceNamed(OTHER, "x");
        long empty = replaceNamed(Window.parse("2026-11-24T12:00:00Z/2026-11-24T13:00:00Z"));
        long first = replaceNamed(Lines.WINDOW, "a");
        long second = replaceNamed(Lines.WINDOW, "b", "c");
        Instant here = Lines.WINDOW.start();
        Instant there = OTHER.start();
        // The older of two results: the other window still is what the newest snapshot has.
        assertThat(linesOf(Map.of(here, first, there, other))).containsExactly("10 a", "11 x");
        assertThat(linesOf(Map.of(here, second, there, other))).containsExactly("10 b", "10 c", "11 x");
        // A run that committed and died before it came into the ledger is not asked for.
        replaceNamed(OTHER, "y");
        assertThat(linesOf(Map.of(here, second, there, other))).containsExactly("10 b", "10 c", "11 x");
        long last = replaceNamed(Lines.WINDOW, "d");
        assertThat(linesOf(Map.of(here, last, there, other, Instant.parse("2026-11-24T12:00:00Z"), empty)))
                .containsExactly("10 d", "11 x");
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> linesOf(Map.of(here, 1L)))
                .withMessageContaining("no longer has snapshot 1");
    }

    private long replaceNamed(Window window, String... lines) {
        LakeStore<RawLine> store = lake.replacing(
                LakeTable.RAW_LINES,
                Lake.of("proxy", window),
                base(),
                Map.of(Lake.SOURCE, "proxy", Lake.WINDOW, window.toString()));
        List<RawLine> records = new java.util.ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            records.add(Lines.line("proxy", window, i, lines[i]));
        }
        Flow.of(records).into(store).run();
        return store.committed().snapshotId();
    }

    /** Hour of the window and text of every line. */
    private List<String> linesOf(Map<Instant, Long> windows) {
        return lake
                .rows(spark, LakeTable.RAW_LINES, "proxy", windows)
                .selectExpr("date_format(`window`, 'HH') || ' ' || cast(body as string)")
                .collectAsList()
                .stream()
                .map(row -> row.getString(0))
                .sorted()
                .toList();
    }

    @Test
    void anEmptyWindowCommitsToo() {
        assertThat(replace(Lines.WINDOW, base()).committed().snapshotId()).isPositive();
        assertThat(replace(OTHER, base()).committed().snapshotId()).isPositive();
    }

    @Test
    void aRunThatWasOvertakenIsRefusedAndChangesNothing() {
        replace(Lines.WINDOW, base(), "a");
        Long before = base();
        long newer = replace(Lines.WINDOW, before, "b").committed().snapshotId();
        assertThatExceptionOfType(LakeStore.Overtaken.class)
                .isThrownBy(() -> replace(Lines.WINDOW, before, "late"))
                .withMessageContaining("another run of the same window committed");
        assertThat(bodies(Lines.WINDOW, base())).containsExactly("b");
        assertThat(base()).isEqualTo(newer);
    }

    @Test
    void ofTwoFirstRunsOfAWindowOneIsRefused() {
        Long before = base();
        replace(Lines.WINDOW, before, "a");
        assertThatExceptionOfType(LakeStore.Overtaken.class).isThrownBy(() -> replace(Lines.WINDOW, before, "late"));
        assertThat(bodies(Lines.WINDOW, base())).containsExactly("a");
    }

    @Test
    void aRunThatClearsAWindowOvertakesToo() {
        replace(Lines.WINDOW, base(), "a");
        Long before = base();
        replace(Lines.WINDOW, before);
        assertThatExceptionOfType(LakeStore.Overtaken.class).isThrownBy(() -> replace(Lines.WINDOW, before, "late"));
        assertThat(bodies(Lines.WINDOW, base())).isEmpty();
    }

    @Test
    void windowsSideBySideDoNotGetInEachOthersWay() {
        replace(OTHER, base(), "x");
        Long before = base();
        replace(OTHER, before, "y");
        long snapshot = replace(Lines.WINDOW, before, "a").committed().snapshotId();
        assertThat(bodies(OTHER, snapshot)).containsExactly("y");
        assertThat(bodies(Lines.WINDOW, snapshot)).containsExactly("a");
    }

    @Test
    void theLedgersEntryWithTheHighestSequenceCounts() {
        Ledger ledger = new Ledger(lake);
        assertThat(ledger.current("proxy", Stage.INGEST, Lines.WINDOW)).isNull();
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> ledger.require("proxy", Stage.INGEST, Lines.WINDOW))
                .withMessageContaining("run ingest --source proxy --window " + Lines.WINDOW + " first");
        ledger.add(entry("new", 9, 70));
        ledger.add(entry("old", 5, 60));
        Ledger.Entry current = ledger.require("proxy", Stage.INGEST, Lines.WINDOW);
        assertThat(current.runId()).isEqualTo("new");
        assertThat(current.output(LakeTable.RAW_LINES)).isEqualTo(70);
        assertThat(current.counts()).containsEntry("raw", 3L);
        assertThat(current.spans("offsets")).hasSize(1);
        assertThat(ledger.latestBefore("proxy", Stage.INGEST, OTHER).runId()).isEqualTo("new");
        assertThat(ledger.latestBefore("proxy", Stage.INGEST, Lines.WINDOW)).isNull();
        Instant start = Lines.WINDOW.start();
        Instant end = Lines.WINDOW.end();
        assertThat(ledger.current("proxy", Stage.INGEST, end.minusMillis(1), end))
                .hasSize(1)
                .hasEntrySatisfying(start, entry -> assertThat(entry.runId()).isEqualTo("new"));
        assertThat(ledger.current("proxy", Stage.INGEST, end, end.plusSeconds(1)))
                .isEmpty();
        assertThat(ledger.current("proxy", Stage.INGEST, start.minusSeconds(1), start))
                .isEmpty();
    }

    @Test
    void theLatestEntryBeforeAWindowIsFoundInTheOneFileThatHasIt() {
        Ledger ledger = new Ledger(lake);
        List<Window> windows =
                Window.parse("2026-11-24T00:00:00Z/2026-11-25T00:00:00Z").units(java.time.Duration.ofHours(1), 24);
        for (int i = 0; i < windows.size(); i++) {
            ledger.add(entry(windows.get(i), "run-" + i, i + 1, i));
        }
        ledger.add(entry(windows.get(7), "again-7", 100, 7));
        // As a writer leaves it that commits late.
        ledger.add(entry(windows.get(7), "late-7", 3, 7));
        for (int i = 0; i < windows.size(); i++) {
            Ledger.Entry before = ledger.latestBefore("proxy", Stage.INGEST, windows.get(i));
            if (i == 0) {
                assertThat(before).isNull();
            } else {
                assertThat(before.runId()).isEqualTo(i == 8 ? "again-7" : "run-" + (i - 1));
            }
        }
        assertThat(ledger.filesBefore("proxy", Stage.INGEST, windows.get(20))).isEqualTo(1);
        assertThat(ledger.filesBefore("proxy", Stage.INGEST, windows.get(8))).isEqualTo(3);

        // All of them in one file.
        SparkActions.get(spark)
                .rewriteDataFiles(lake.table(LakeTable.LEDGER))
                .option("rewrite-all", "true")
                .execute();
        assertThat(ledger.latestBefore("proxy", Stage.INGEST, windows.get(8)).runId())
                .isEqualTo("again-7");
        assertThat(ledger.latestBefore("proxy", Stage.INGEST, windows.get(21)).runId())
                .isEqualTo("run-20");
        assertThat(ledger.latestBefore("proxy", Stage.INGEST, windows.get(0))).isNull();
    }

    private static LedgerEntry entry(String run, long sequence, long snapshot) {
        return entry(Lines.WINDOW, run, sequence, snapshot);
    }

    private static LedgerEntry entry(Window window, String run, long sequence, long snapshot) {
        LedgerEntry entry = new LedgerEntry();
        entry.setSource("proxy");
        entry.setStage("ingest");
        entry.setWindow(window.start());
        entry.setWindowEnd(window.end());
        entry.setRunId(run);
        entry.setSequence(sequence);
        entry.setStarted(Instant.parse("2026-11-24T12:00:00Z"));
        entry.setEnded(Instant.parse("2026-11-24T12:00:01Z"));
        entry.setCounts(new HashMap<>(Map.of("raw", 3L)));
        entry.setInputs(new HashMap<>());
        entry.setOutputs(new HashMap<>(Map.of("raw_lines", snapshot)));
        entry.setOffsets(List.of(new io.trawl.record.OffsetSpan(0, 1L, 4L)));
        entry.setHoles(List.of());
        entry.setVersions(new HashMap<>());
        return entry;
    }

    @Test
    void aPinHasOneWinnerHoweverManyTry() throws Exception {
        State state = State.at(folder.resolve("state").toUri().toString(), new Configuration());
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> tries = new java.util.ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                tries.add(() ->
                        state.create("a/b.json", Json.MAPPER.createObjectNode().put("n", number)));
            }
            long winners = 0;
            for (var result : pool.invokeAll(tries)) {
                winners += result.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
            assertThat(state.list("a")).containsExactly("b.json");
        } finally {
            pool.shutdown();
        }
    }
}
