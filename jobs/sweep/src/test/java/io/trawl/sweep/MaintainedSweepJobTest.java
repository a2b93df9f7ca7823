package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.load.LoadJob;
import io.trawl.maintain.MaintainJob;
import io.trawl.record.OffsetSpan;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Windows that were swept, after maintenance. Longer than other classes, since all its tests begin with one lake that was
 * swept twice.
 */
class MaintainedSweepJobTest {
    private static final String LINE =
            "1700000000.%03d     62 10.0.0.%d TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/192.0.2.7 text/html\n";

    @TempDir
    static Path folder;

    private static SparkSession spark;
    /** The lake when both logs have been swept, and swept again. */
    private static KeptFolder kept;
    /** What the second sweep found, without the ids of snapshots. */
    private static JsonNode found;

    @BeforeAll
    static void sweepTwice() throws Exception {
        Files.writeString(folder.resolve("feed.txt"), "evil.example\nbad.example\n");
        for (int i = 0; i < 2; i++) {
            StringBuilder lines = new StringBuilder("broken " + i + "\n");
            for (int line = 0; line < 6; line++) {
                lines.append(LINE.formatted(line, i + line, line % 2 == 0 ? "www.evil.example" : "good.example"));
            }
            Files.writeString(log(i), lines);
        }
        try (LakeFolder lake = LakeFolder.open(folder.resolve("lake"))) {
            spark = QuickSpark.start(lake.settings("squid"));
        }
        try (Site site = new Site()) {
            site.sweep();
            found = found(site.sweep());
        }
        kept = new KeptFolder(folder.resolve("lake"), folder.resolve("kept"));
    }

    @AfterAll
    static void end() {
        spark.close();
    }

    private static Path log(int number) {
        return folder.resolve("access-" + number + ".log");
    }

    /** A lake of two logs, each swept twice. */
    private static Site swept() throws Exception {
        kept.restore();
        return new Site();
    }

    /** A lake of two logs. */
    private static final class Site implements AutoCloseable {
        private final LakeFolder lake = LakeFolder.open(folder.resolve("lake"));
        private final Settings settings;
        private final List<LogInputs.Swept> logs;
        /** With a catalog of its own, which knows nothing of the lake before. */
        private final SparkSession own = spark.newSession();

        private final Sweep sweep;

        Site() throws Exception {
            lake.settings("squid");
            // Each line a task and so a file of its own; each window is due at once.
            Files.writeString(
                    lake.conf(),
                    "ingest.task.messages = 1\nmaintain.compact.files = 2\nmaintain.compact.after = P1D\n",
                    StandardOpenOption.APPEND);
            settings = Settings.load(lake.conf(), Map.of());
            PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
            logs = LogInputs.register(
                    List.of(log(0).toString(), log(1).toString()), System.in, lake, settings, nowhere);
            sweep = new Sweep(lake, settings, own, new Progress(nowhere, Instant.now()));
        }

        ObjectNode sweep() throws Exception {
            return sweep.run(
                    new SweptBy(
                            List.of(folder.resolve("feed.txt")), List.of(), List.of(), null, null, null, null, "none"),
                    logs,
                    true);
        }

        String maintain(Duration later, String dieBefore) throws Exception {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status = Jobs.run(
                    new String[] {"--conf", lake.conf().toString(), "--report", "maintain.json"},
                    new MaintainJob(Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC), step -> {
                        if (step.equals(dieBefore)) {
                            throw new IllegalStateException("killed");
                        }
                    }),
                    Clock.systemUTC(),
                    new PrintStream(err, true, StandardCharsets.UTF_8));
            return status + err.toString(StandardCharsets.UTF_8).strip();
        }

        /** What it counted. */
        JsonNode maintain(Duration later) throws Exception {
            assertThat(maintain(later, "")).isEqualTo("0");
            return Objects.requireNonNull(State.at(settings.text("reports.dir"), LakeRows.HADOOP)
                            .read("maintain.json"))
                    .path("counts");
        }

        Map<String, List<String>> rows() throws Exception {
            return LakeRows.of(settings);
        }

        /** Every row of the windows as the ledger names it, by each way in which jobs read. */
        Map<String, List<String>> named() throws Exception {
            Map<String, List<String>> rows = new TreeMap<>();
            try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
                for (LogInputs.Swept log : logs) {
                    Window window = log.window();
                    Ledger ledger = new Ledger(open);
                    for (Ledger.Entry entry : ledger.entries("files", Stage.ENRICH, window)) {
                        for (LakeTable<?> table : List.of(LakeTable.DETECTIONS, LakeTable.OBSERVABLES)) {
                            add(rows, open, table, window, entry.output(table));
                        }
                        add(rows, open, LakeTable.PROXY_EVENTS, window, entry.input(LakeTable.PROXY_EVENTS));
                    }
                    for (Ledger.Entry entry : ledger.entries("files", Stage.VALIDATE, window)) {
                        add(rows, open, LakeTable.RAW_LINES, window, entry.input(LakeTable.RAW_LINES));
                        add(rows, open, LakeTable.INVALID_RECORDS, window, entry.output(LakeTable.INVALID_RECORDS));
                    }
                }
            }
            return rows;
        }

        private void add(Map<String, List<String>> rows, Lake open, LakeTable<?> table, Window window, long snapshot) {
            String name = table + " " + window + " " + snapshot;
            Dataset<Row> bySpark = open.rows(own, table, "files", window, snapshot);
            List<String> all = new ArrayList<>();
            bySpark.toJSON().collectAsList().forEach(all::add);
            all.sort(null);
            rows.put(name, all);
            try (CloseableIterable<?> records =
                    open.records(table, "files", window, snapshot, Expressions.alwaysTrue())) {
                int[] count = new int[1];
                records.forEach(record -> count[0]++);
                assertThat(count[0]).isEqualTo(all.size());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            assertThat(open.read(own, table, "files", window, snapshot).count()).isEqualTo(all.size());
            assertThat(open.isEmpty(table, "files", window, snapshot)).isEqualTo(all.isEmpty());
        }

        List<Snapshot> snapshots(LakeTable<?> table) throws Exception {
            try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
                List<Snapshot> all = new ArrayList<>();
                open.table(table).snapshots().forEach(all::add);
                return all;
            }
        }

        @Override
        public void close() throws Exception {
            lake.close();
        }
    }

    /** What a sweep found, without the ids of snapshots. */
    private static JsonNode found(ObjectNode summary) {
        ObjectNode found = summary.deepCopy();
        found.remove("indicators");
        return found;
    }

    @Test
    void afterMaintenanceARerunGivesTheSame() throws Exception {
        try (Site site = swept()) {
            Map<String, List<String>> rows = site.rows();
            Map<String, List<String>> named = site.named();
            assertThat(named).hasSize(2 * 2 * 5);
            assertThat(rows.get("detections")).hasSize(6);
            assertThat(rows.get("invalid_records")).hasSize(2);

            JsonNode counts = site.maintain(Duration.ofDays(2));
            assertThat(counts.path("files_compacted").asLong())
                    .as(counts.toString())
                    .isPositive();
            assertThat(expired(counts)).isZero();
            assertThat(site.rows()).isEqualTo(rows);
            assertThat(site.named()).isEqualTo(named);

            // Shortly before it can no longer be rerun: nothing that the ledger names is gone.
            counts = site.maintain(Duration.ofHours(71));
            assertThat(counts.path("files_compacted").asLong()).as("again").isZero();
            assertThat(site.rows()).isEqualTo(rows);
            assertThat(site.named()).isEqualTo(named);
            assertThat(found(site.sweep())).isEqualTo(found);
            assertThat(site.rows()).isEqualTo(rows);
        }
    }

    @Test
    void killedBeforeAnyStepItLosesNothing() throws Exception {
        try (Site site = swept()) {
            Map<String, List<String>> rows = site.rows();
            Map<String, List<String>> named = site.named();
            List<String> steps = new ArrayList<>();
            steps.add("compact lake.proxy_events");
            steps.add("order manifests of lake.observables");
            steps.add("delete pins and manifests");
            steps.add("expire snapshots of lake.raw_lines");
            steps.add("expire snapshots of lake.ledger");
            steps.add("delete orphan files");
            for (String step : steps) {
                assertThat(site.maintain(Duration.ofHours(71), step))
                        .as(step)
                        .startsWith("1")
                        .contains("killed");
                assertThat(site.rows()).as(step).isEqualTo(rows);
            }
            assertThat(site.named()).isEqualTo(named);
            assertThat(found(site.sweep())).isEqualTo(found);
            site.maintain(Duration.ofHours(71));
            assertThat(found(site.sweep())).isEqualTo(found);
            assertThat(site.rows()).isEqualTo(rows);
        }
    }

    @Test
    void behindTheHorizonARunIsRefusedAndTheRowsStay() throws Exception {
        try (Site site = swept()) {
            Map<String, List<String>> rows = site.rows();

            JsonNode counts = site.maintain(Duration.ofDays(5));

            assertThat(expired(counts)).isPositive();
            // Those that its compaction made go the next time.
            site.maintain(Duration.ofDays(5));
            for (LakeTable<?> table : LakeRows.TABLES) {
                assertThat(site.snapshots(table)).as(table.toString()).hasSizeLessThanOrEqualTo(2);
            }
            assertThat(site.rows()).isEqualTo(rows);
            // What other windows' audits read of these is what it was.
            assertThat(lastOfEach(site))
                    .allSatisfy((name, all) -> assertThat(all).isNotEmpty());
            String window = site.logs.get(0).window().toString();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status = Jobs.run(
                    new String[] {"--conf", site.lake.conf().toString(), "--source", "files", "--window", window},
                    new io.trawl.validate.ValidateJob(),
                    Clock.systemUTC(),
                    new PrintStream(err, true, StandardCharsets.UTF_8));
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .startsWith("trawl validate: window " + window
                            + " of source files can no longer be rerun: its last run ended 20")
                    .endsWith("is no longer kept (settings maintain.rerun, maintain.keep.*)\n");
            assertThat(status).isEqualTo(2);
            assertThat(site.rows()).isEqualTo(rows);
        }
    }

    /** The exit status of a job of a log's window, and what it said. */
    private static String run(Site site, Job job, LogInputs.Swept log) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                new String[] {
                    "--conf",
                    site.lake.conf().toString(),
                    "--source",
                    "files",
                    "--window",
                    log.window().toString()
                },
                job,
                Clock.systemUTC(),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + " " + err.toString(StandardCharsets.UTF_8).strip();
    }

    /** As a lake is that a version left which had no such column yet. */
    @Test
    void rowsThatLackAColumnOfTodayAreRead() throws Exception {
        try (Site site = swept()) {
            Map<String, List<String>> rows = site.rows();
            try (Lake open = Lake.open(site.settings, LakeRows.HADOOP)) {
                for (LakeTable<?> table : List.of(LakeTable.RAW_LINES, LakeTable.INVALID_RECORDS)) {
                    open.table(table).updateSchema().deleteColumn("header_line").commit();
                }
            }

            for (LogInputs.Swept log : site.logs) {
                assertThat(run(site, new io.trawl.validate.ValidateJob(), log)).isEqualTo("0 ");
            }
            assertThat(found(site.sweep())).isEqualTo(found);
            assertThat(site.rows()).isEqualTo(rows);
        }
    }

    @Test
    void ingestDoesNotReplaceAWindowThatIsShorterNow() throws Exception {
        try (Site site = swept()) {
            Map<String, List<String>> rows = site.rows();
            LogInputs.Swept log = site.logs.get(0);
            int partition = log.file().number();
            // As if its borders, since deleted, had held more.
            Job longer = new Job() {
                @Override
                public String name() {
                    return "ingest";
                }

                @Override
                public String purpose() {
                    return "Says that it read more.";
                }

                @Override
                public boolean recorded() {
                    return true;
                }

                @Override
                public void run(Run run) {
                    run.offsets(List.of(new OffsetSpan(partition, 0L, 100L)), List.of());
                    run.sequence(Long.MAX_VALUE);
                }
            };
            assertThat(run(site, longer, log)).isEqualTo("0 ");
            assertThat(run(site, new IngestJob(), log))
                    .startsWith("1 trawl ingest: window " + log.window() + ": run ")
                    .endsWith(" read offsets 0 to 99 of partition " + partition
                            + ", which the window no longer has: were its pinned borders deleted? lake.raw_lines still holds them,"
                            + " so ingest does not replace them: run validate instead");
            assertThat(site.rows()).isEqualTo(rows);
        }
    }

    @Test
    void aLoadThatCannotKnowWhatToTakeOutPutsNothing() throws Exception {
        try (Site site = swept()) {
            // Logs are swept in the order of their windows: the other one's results are the newest.
            LogInputs.Swept log = site.logs.stream()
                    .min(Comparator.comparing(one -> one.window().start()))
                    .orElseThrow();
            State state = State.at(site.settings.text("state.dir"), LakeRows.HADOOP);
            try (Lake open = Lake.open(site.settings, LakeRows.HADOOP)) {
                List<Ledger.Entry> results = new Ledger(open).entries("files", Stage.ENRICH, log.window());
                assertThat(results).hasSize(2);
                long old = results.get(0).output(LakeTable.DETECTIONS);
                state.create(
                        "loads/files/" + log.window().start().toString().replace(":", "") + "/"
                                + String.format("%019d", results.get(0).sequence()),
                        new ObjectMapper()
                                .createObjectNode()
                                .put("version", results.get(0).sequence())
                                .put("detections", old)
                                .put("observables", results.get(0).output(LakeTable.OBSERVABLES)));
                open.table(LakeTable.DETECTIONS)
                        .expireSnapshots()
                        .expireOlderThan(0)
                        .expireSnapshotId(old)
                        .expireSnapshotId(results.get(1).output(LakeTable.DETECTIONS))
                        .commit();
                assertThat(run(site, new LoadJob(), log))
                        .isEqualTo("1 trawl load: window " + log.window()
                                + " of source files: lake.detections no longer has snapshot " + old
                                + ", which an earlier load put into HBase, so load cannot know what to remove from HBase; nothing was"
                                + " put (docs/hbase.md says what to do: A load that cannot know what to take out)");
            }
        }
    }

    /** Snapshots that went, of tables whose rows a rerun reads. */
    private static long expired(JsonNode counts) {
        return LakeRows.TABLES.stream()
                .mapToLong(table ->
                        counts.path("snapshots_expired." + table.name()).asLong())
                .sum();
    }

    private static Map<String, List<String>> lastOfEach(Site site) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        try (Lake open = Lake.open(site.settings, LakeRows.HADOOP)) {
            for (LogInputs.Swept log : site.logs) {
                Ledger.Entry ingest = new Ledger(open).require("files", Stage.INGEST, log.window());
                site.add(rows, open, LakeTable.RAW_LINES, log.window(), ingest.output(LakeTable.RAW_LINES));
            }
        }
        return rows;
    }
}
