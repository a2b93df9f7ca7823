package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Job;
import io.trawl.run.Reads;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A lake of two windows, each a log file, that were swept by a format which reads too few of the lines; since then the
 * format has been mended. Tests of a replay extend it: each begins with that lake.
 */
abstract class ReplayedLake extends FilesLake {
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

    ReplayedLake() {
        super(START);
    }

    @BeforeAll
    static void sweep() throws Exception {
        format(3);
        begin(new ReplayedLake() {});
    }

    /** Two windows are swept by a format that reads lines of three columns only. */
    @Override
    void before() throws Exception {
        came(0, LINES);
        // Its first two lines came before.
        came(1, LINES[0], LINES[1], LINES[3].replace("id=7", "id=8"));
        for (int number = 0; number < 2; number++) {
            mustRun(number, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
        }
    }

    @BeforeEach
    void mend() throws Exception {
        format(4);
    }

    @Override
    Settings written() throws Exception {
        return lake.settings(List.of("my-gateway"), folder.resolve("formats").toString(), Map.of());
    }

    /** The format, which reads lines of three columns up to a number. */
    private static void format(int most) throws Exception {
        Files.createDirectories(folder.resolve("formats"));
        Files.writeString(folder.resolve("formats/my-gateway.yaml"), FORMAT.formatted(most));
    }

    /** These lines came in a window: the log's file from its beginning. */
    void came(int number, String... lines) throws Exception {
        cameFrom(number, "day", String.join("\n", lines) + "\n");
    }

    void follows(int number) {
        mustRun(number, List.of(EnrichJob::new, AuditJob::new));
    }

    JsonNode replay(int number, String... more) throws Exception {
        assertThat(run(new ReplayJob(), number, more)).isEmpty();
        return report("replay", number);
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
                    records.forEach(record -> all.add(LakeRows.text(record)));
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

    /** Validate, with more to do before it is recorded. */
    record Also(ValidateJob job, Consumer<Run> then) implements Job {
        @Override
        public String name() {
            return job.name();
        }

        @Override
        public String purpose() {
            return job.purpose();
        }

        @Override
        public List<Reads> reads() {
            return job.reads();
        }

        @Override
        public List<LakeTable<?>> writes() {
            return job.writes();
        }

        @Override
        public void run(Run run) throws Exception {
            job.run(run);
            then.accept(run);
        }

        @Override
        public void afterwards(Run run) {
            job.afterwards(run);
        }
    }

    /** Parses all lines of a window by the formats of today. */
    void validateByToday(int number) {
        assertThat(run(new ValidateJob(), number, "--formats", "latest")).isEmpty();
    }

    /** What a validate of the whole window by the mended format gives. */
    Map<String, List<String>> expected(int number) throws Exception {
        validateByToday(number);
        return named(number);
    }
}
