package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.kafka.files.LogFile;
import io.trawl.kafka.files.LogScan;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.schema.word.Stage;
import io.trawl.validate.ValidateJob;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake of two windows, each a log file, that were swept by a format which reads too few of the lines; since then the
 * format has been mended. Tests of a replay extend it: each begins with that lake.
 */
abstract class ReplayedLake {
    static final Instant START = Instant.parse("2026-01-05T12:00:00Z");

    static final String FORMAT = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            grammar:
              delimited: {columns: time client url more, least: 3, most: %d}
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    static final String[] LINES = {
        "2026-01-05T10:00:00Z,10.0.0.1,http://good.example/",
        "2026-01-05T10:00:01Z,10.0.0.2,http://www.evil.example/a,x",
        "2026-01-05T10:00:02Z,10.0.0.3,http://www.evil.example/b",
        "2026-01-05T10:00:03Z,10.0.0.4,http://good.example/id=7,x",
        "yesterday,10.0.0.5,http://good.example/",
        "2026-01-05T10:00:04Z,10.0.0.6,http://good.example/c,x",
        "broken \u001b[31m"
    };

    @TempDir
    static Path folder;

    private static SparkSession spark;
    /** A lake of two windows that were swept by a format that reads lines of three columns only. */
    private static KeptFolder kept;

    LakeFolder lake;
    Settings settings;

    @BeforeAll
    static void sweep() throws Exception {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\n");
        format(3);
        try (LakeFolder lake = LakeFolder.open(folder.resolve("lake"))) {
            ReplayedLake test = new ReplayedLake() {};
            test.lake = lake;
            test.settings = test.written();
            spark = QuickSpark.start(test.settings);
            assertThat(test.run(new RefreshIndicatorsJob(), "--feeds", feed.toString()))
                    .isEmpty();
            test.came(0, LINES);
            // Its first two lines came before.
            test.came(1, LINES[0], LINES[1], LINES[3].replace("id=7", "id=8"));
            for (int number = 0; number < 2; number++) {
                test.mustRun(number, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
            }
        }
        kept = new KeptFolder(folder.resolve("lake"), folder.resolve("kept"));
    }

    @AfterAll
    static void end() {
        spark.close();
    }

    @BeforeEach
    void open() throws Exception {
        kept.restore();
        lake = LakeFolder.open(folder.resolve("lake"));
        settings = written();
        format(4);
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    private Settings written() throws Exception {
        return lake.settings(List.of("my-gateway"), folder.resolve("formats").toString());
    }

    /** The format, which reads lines of three columns up to a number. */
    private static void format(int most) throws Exception {
        Files.createDirectories(folder.resolve("formats"));
        Files.writeString(folder.resolve("formats/my-gateway.yaml"), FORMAT.formatted(most));
    }

    static Window window(int number) {
        Instant start = START.plusSeconds(number);
        return new Window(start, start.plusSeconds(1));
    }

    void came(int number, String... lines) throws Exception {
        Path file = Files.writeString(folder.resolve(number + ".log"), String.join("\n", lines) + "\n");
        LogScan scan = LogScan.of(file, Long.MAX_VALUE, Collections.emptySortedSet(), 1000);
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        LogFile.name(Sweep.SOURCE, window(number).start()),
                        new LogFile(
                                        number,
                                        window(number).start(),
                                        "access.log",
                                        "day",
                                        file.toString(),
                                        scan.bytes(),
                                        scan.lines(),
                                        scan.digest())
                                .json());
    }

    String run(Job job, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--conf", lake.conf().toString()));
        all.addAll(List.of(arguments));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                all.toArray(new String[0]),
                job,
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        return status == 0
                ? ""
                : status + " " + said.toString(StandardCharsets.UTF_8).strip();
    }

    String run(Job job, int number, String... more) {
        List<String> all = new ArrayList<>(
                List.of("--source", Sweep.SOURCE, "--window", window(number).toString()));
        all.addAll(List.of(more));
        return run(job, all.toArray(new String[0]));
    }

    void mustRun(int number, List<Supplier<Job>> jobs) {
        jobs.forEach(job -> assertThat(run(job.get(), number)).isEmpty());
    }

    void follows(int number) {
        mustRun(number, List.of(EnrichJob::new, AuditJob::new));
    }

    JsonNode replay(int number, String... more) throws Exception {
        assertThat(run(new ReplayJob(), number, more)).isEmpty();
        return report("replay", number);
    }

    JsonNode report(String job, int number) throws Exception {
        return Objects.requireNonNull(State.at(settings.text("reports.dir"), LakeRows.HADOOP)
                .read(job + "/" + Sweep.SOURCE + "/"
                        + window(number).start().toString().replace(":", "") + ".json"));
    }

    /** Replays all windows since the first one. */
    JsonNode since(String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of("--source", Sweep.SOURCE, "--since", START.toString()));
        all.addAll(List.of("--report", "since.json"));
        all.addAll(List.of(more));
        assertThat(run(new ReplayJob(), all.toArray(new String[0]))).isEmpty();
        return Objects.requireNonNull(
                State.at(settings.text("reports.dir"), LakeRows.HADOOP).read("since.json"));
    }

    Ledger.Entry validate(int number) throws Exception {
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            return new Ledger(open).require(Sweep.SOURCE, Stage.VALIDATE, window(number));
        }
    }

    /** A window's rows in events and invalid records, as the ledger names them. */
    Map<String, List<String>> named(int number) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        Ledger.Entry entry = validate(number);
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            for (LakeTable<?> table : List.of(LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS)) {
                List<String> all = new ArrayList<>();
                try (CloseableIterable<Record> records = IcebergGenerics.read(open.table(table))
                        .useSnapshot(entry.output(table))
                        .where(Lake.of(Sweep.SOURCE, window(number)))
                        .build()) {
                    for (Record record : records) {
                        StringBuilder row = new StringBuilder();
                        record.struct().fields().forEach(field -> {
                            Object value = record.getField(field.name());
                            row.append(field.name()).append('=');
                            row.append(
                                    value instanceof ByteBuffer bytes
                                            ? StandardCharsets.UTF_8.decode(bytes.duplicate())
                                            : value);
                            row.append(' ');
                        });
                        all.add(row.toString());
                    }
                }
                all.sort(null);
                rows.put(table.name(), all);
            }
        }
        return rows;
    }

    List<String> events(int number) throws Exception {
        return Objects.requireNonNull(named(number).get("proxy_events"));
    }

    List<String> invalid(int number) throws Exception {
        return Objects.requireNonNull(named(number).get("invalid_records"));
    }

    List<String> files(int number) throws Exception {
        List<String> files = new ArrayList<>();
        try (Lake open = Lake.open(settings, LakeRows.HADOOP);
                CloseableIterable<FileScanTask> tasks = open.table(LakeTable.PROXY_EVENTS)
                        .newScan()
                        .filter(Lake.of(Sweep.SOURCE, window(number)))
                        .planFiles()) {
            tasks.forEach(task -> files.add(task.file().location()));
        }
        return files;
    }

    int snapshots() throws Exception {
        int count = 0;
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            for (LakeTable<?> table : LakeRows.TABLES) {
                for (Snapshot snapshot : open.table(table).snapshots()) {
                    count += snapshot.snapshotId() == 0 ? 0 : 1;
                }
            }
        }
        return count;
    }

    /** What a validate of the whole window by the mended format gives. */
    Map<String, List<String>> expected(int number) throws Exception {
        mustRun(number, List.of(ValidateJob::new));
        return named(number);
    }
}
