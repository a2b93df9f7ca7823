package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.Json;
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
import io.trawl.record.RawLine;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.testing.Lines;
import io.trawl.validate.ValidateJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
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
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid lines of windows, each a log file, that a mended format reads. */
class ReplayJobTest {
    private static final Instant START = Instant.parse("2026-01-05T12:00:00Z");

    private static final String FORMAT = """
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

    private static final String[] LINES = {
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

    private LakeFolder lake;
    private Settings settings;

    @BeforeAll
    static void sweep() throws Exception {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\n");
        format(3);
        try (LakeFolder lake = LakeFolder.open(folder.resolve("lake"))) {
            ReplayJobTest test = new ReplayJobTest();
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

    private static Window window(int number) {
        Instant start = START.plusSeconds(number);
        return new Window(start, start.plusSeconds(1));
    }

    private void came(int number, String... lines) throws Exception {
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

    private String run(Job job, String... arguments) {
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

    private String run(Job job, int number, String... more) {
        List<String> all = new ArrayList<>(
                List.of("--source", Sweep.SOURCE, "--window", window(number).toString()));
        all.addAll(List.of(more));
        return run(job, all.toArray(new String[0]));
    }

    private void mustRun(int number, List<Supplier<Job>> jobs) {
        jobs.forEach(job -> assertThat(run(job.get(), number)).isEmpty());
    }

    private void follows(int number) {
        mustRun(number, List.of(EnrichJob::new, AuditJob::new));
    }

    private JsonNode replay(int number, String... more) throws Exception {
        assertThat(run(new ReplayJob(), number, more)).isEmpty();
        return report("replay", number);
    }

    private JsonNode report(String job, int number) throws Exception {
        return Objects.requireNonNull(State.at(settings.text("reports.dir"), LakeRows.HADOOP)
                .read(job + "/" + Sweep.SOURCE + "/"
                        + window(number).start().toString().replace(":", "") + ".json"));
    }

    private Ledger.Entry validate(int number) throws Exception {
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            return new Ledger(open).require(Sweep.SOURCE, Stage.VALIDATE, window(number));
        }
    }

    /** A window's rows in events and invalid records, as the ledger names them. */
    private Map<String, List<String>> named(int number) throws Exception {
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

    private List<String> events(int number) throws Exception {
        return Objects.requireNonNull(named(number).get("proxy_events"));
    }

    private List<String> invalid(int number) throws Exception {
        return Objects.requireNonNull(named(number).get("invalid_records"));
    }

    private List<String> files(int number) throws Exception {
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

    private int snapshots() throws Exception {
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
    private Map<String, List<String>> expected(int number) throws Exception {
        mustRun(number, List.of(ValidateJob::new));
        return named(number);
    }

    @Test
    void exactlyTheSelectedLinesBecomeEvents() throws Exception {
        List<String> before = events(0);
        List<String> files = files(0);
        assertThat(before).hasSize(2);
        assertThat(invalid(0)).hasSize(5);

        JsonNode report = replay(0, "--pattern", "evil\\.example/[a-z]", "--reason", "syntax");
        assertThat(report.path("counts").path("selected").asLong()).isEqualTo(1);
        assertThat(report.path("counts").path("healed").asLong()).isEqualTo(1);
        assertThat(report.path("windows").toString()).isEqualTo("[\"" + window(0) + "\"]");
        assertThat(events(0)).hasSize(3).containsAll(before);
        assertThat(files(0)).as("the files that were there stay").hasSize(2).containsAll(files);
        assertThat(invalid(0)).hasSize(4);
        assertThat(run(new AuditJob(), 0)).contains("rerun enrich and what follows it");
        follows(0);
        assertThat(report("audit", 0).path("counts").path("valid").asLong()).isEqualTo(3);
        assertThat(report("audit", 0).path("counts").path("invalid").asLong()).isEqualTo(4);
        assertThat(report("enrich", 0).path("counts").path("detections").asLong())
                .isEqualTo(2);
        assertThat(validate(0).counts())
                .containsEntry("raw", 7L)
                .containsEntry("valid", 3L)
                .containsEntry("invalid", 4L)
                .containsEntry("invalid.syntax", 3L)
                .containsEntry("invalid.timestamp", 1L);
        assertThat(validate(0).versions().get("replay"))
                .startsWith("reason syntax, pattern evil\\.example/[a-z], of run ");
    }

    @Test
    void afterAllReasonsTheWindowIsThatOfAnotherValidate() throws Exception {
        assertThat(replay(0).path("counts").path("healed").asLong()).isEqualTo(3);
        follows(0);
        Map<String, List<String>> replayed = named(0);
        Map<String, Long> counts = validate(0).counts();
        assertThat(replayed).isEqualTo(expected(0));
        assertThat(counts).containsAllEntriesOf(validate(0).counts());
        follows(0);
        Ledger.Entry last = validate(0);
        JsonNode again = replay(0);
        assertThat(again.path("windows")).isEmpty();
        assertThat(again.path("notes").toString()).contains("of 2 invalid lines 0 become events", "nothing changes");
        assertThat(validate(0).sequence()).isEqualTo(last.sequence());
        assertThat(run(new AuditJob(), 0)).isEmpty();
    }

    /** The try that comes after it must not take its windows for done. */
    @Test
    void aTryThatDiedAfterTheLedgerLeavesItsWindowsToFollow() throws Exception {
        replay(0);
        JsonNode next = replay(0);
        assertThat(next.path("notes").toString()).contains("nothing changes");
        assertThat(next.path("windows").toString()).isEqualTo("[\"" + window(0) + "\"]");
        assertThat(replay(0, "--dry-run").path("windows")).isEmpty();
        follows(0);
        assertThat(replay(0).path("windows")).isEmpty();
    }

    @Test
    void copiesStayCopies() throws Exception {
        assertThat(replay(1).path("counts").path("healed").asLong()).isEqualTo(1);
        follows(1);
        replay(0);
        follows(0);
        assertThat(run(new AuditJob(), 1)).isEmpty();
        assertThat(validate(1).counts()).containsEntry("copies_earlier", 2L).containsEntry("valid", 1L);
        assertThat(named(1)).isEqualTo(expected(1));
    }

    @ParameterizedTest
    @CsvSource({
        ReplayJob.COMMIT_EVENTS + ", replay",
        ReplayJob.COMMIT_INVALID + ", replay",
        ReplayJob.COMMIT_INVALID + ", validate",
        ReplayJob.RECORD + ", replay",
        ReplayJob.RECORD + ", validate"
    })
    void killedAtAnyStepTheWindowIsWhatTheLedgerSays(String step, String next) throws Exception {
        Map<String, List<String>> before = named(0);
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(step)) {
                                throw new IllegalStateException("killed");
                            }
                        }),
                        0))
                .contains("killed");
        assertThat(named(0)).as("no line in both tables, none in neither").isEqualTo(before);
        if (!step.equals(ReplayJob.COMMIT_EVENTS)) {
            assertThat(run(new AuditJob(), 0)).contains("has a result of the window that the ledger does not name");
        }
        assertThat(run(next.equals("replay") ? new ReplayJob() : new ValidateJob(), 0))
                .isEmpty();
        follows(0);
        Map<String, List<String>> after = named(0);
        assertThat(after.get("proxy_events")).hasSize(5);
        assertThat(after).isEqualTo(expected(0));
    }

    @Test
    void anotherRunThatIsRecordedMeanwhileIsNotLost() throws Exception {
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(ReplayJob.COMMIT_EVENTS)) {
                                assertThat(run(new ValidateJob(), 0)).isEmpty();
                            }
                        }),
                        0,
                        "--pattern",
                        "evil"))
                .contains(
                        "another run of the same window committed while this one ran; nothing of this run was applied");
        assertThat(events(0)).hasSize(5);
        // Between the two commits.
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(ReplayJob.COMMIT_INVALID)) {
                                assertThat(run(new ValidateJob(), 1)).isEmpty();
                            }
                        }),
                        1))
                .contains("another run of the same window committed while this one ran");
        assertThat(events(1)).hasSize(1);
        follows(0);
        follows(1);
    }

    /** It brings no file of events that the added ones could meet. */
    @Test
    void anotherRunThatClearsTheEventsMeanwhileIsNotLost() throws Exception {
        Path file = folder.resolve("formats/my-gateway.yaml");
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(ReplayJob.COMMIT_EVENTS)) {
                                try {
                                    Files.writeString(
                                            file,
                                            FORMAT.replace("more, least: 3, most: %d", "more last, least: 5, most: 5"));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                                assertThat(run(new ValidateJob(), 0)).isEmpty();
                            }
                        }),
                        0))
                .contains("another run of the same window committed while this one ran");
        assertThat(events(0)).isEmpty();
        assertThat(files(0)).isEmpty();
        assertThat(invalid(0)).hasSize(7);
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() throws Exception {
        int snapshots = snapshots();
        Map<String, List<String>> before = named(0);
        JsonNode report = replay(0, "--dry-run");
        assertThat(report.path("windows")).isEmpty();
        assertThat(report.path("notes").get(0).asText())
                .isEqualTo("window " + window(0)
                        + ": of 5 invalid lines 3 would become events, 2 would stay invalid (syntax 1, timestamp 1)");
        List<String> lines = new ArrayList<>();
        report.path("notes").forEach(note -> lines.add(note.asText()));
        assertThat(lines)
                .hasSize(6)
                .contains("would be an event: " + LINES[1])
                .anyMatch(line -> line.startsWith("stays invalid, syntax: ") && line.endsWith(": broken ?[31m"))
                .noneMatch(line -> line.contains("\u001b"));
        assertThat(snapshots()).isEqualTo(snapshots);
        assertThat(named(0)).isEqualTo(before);
        assertThat(run(new AuditJob(), 0)).isEmpty();
    }

    @Test
    void aReasonThatChangesIsWritten() throws Exception {
        Files.writeString(
                folder.resolve("formats/my-gateway.yaml"),
                FORMAT.formatted(3).replace("least: 3", "least: 1").replace("refused: syntax", "refused: timestamp"));
        assertThat(invalid(0))
                .filteredOn(row -> row.contains("broken"))
                .first(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("reason=syntax");
        JsonNode report = replay(0, "--pattern", "^broken");
        assertThat(report.path("counts").path("healed").asLong()).isZero();
        assertThat(invalid(0))
                .hasSize(5)
                .filteredOn(row -> row.contains("broken"))
                .first(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("reason=timestamp");
        assertThat(events(0)).hasSize(2);
        follows(0);
    }

    @Test
    void anAuditWarnsOfTooManyInvalidLines() throws Exception {
        JsonNode audit = report("audit", 0);
        assertThat(audit.path("counts").path("warnings").asLong()).isEqualTo(1);
        List<String> notes = new ArrayList<>();
        audit.path("notes").forEach(note -> notes.add(note.asText()));
        assertThat(notes)
                .contains("warning: 5 of 7 lines are invalid, 71.43 %: more than 10 % (setting audit.invalid.limit)."
                        + " Reasons: syntax 4, timestamp 1. Mend the format, then replay")
                .noneMatch(note -> note.contains("\u001b"));
        assertThat(notes.stream().filter(note -> note.startsWith("invalid, "))).hasSize(3);
        replay(0);
        mustRun(0, List.of(EnrichJob::new));
        assertThat(run(new AuditJob(), 0, "--set", "audit.invalid.limit=30")).isEmpty();
        assertThat(report("audit", 0).path("counts").has("warnings")).isFalse();
    }

    @Test
    void sinceAnInstantWindowsThatWereNeverValidatedAreLeftOut() throws Exception {
        came(2, LINES);
        Clock later = Clock.fixed(window(4).end(), java.time.ZoneOffset.UTC);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                new String[] {
                    "--conf",
                    lake.conf().toString(),
                    "--source",
                    Sweep.SOURCE,
                    "--since",
                    START.plusMillis(100).toString(),
                    "--report",
                    "since.json"
                },
                new ReplayJob(),
                later,
                new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(status).isZero();
        JsonNode report = Objects.requireNonNull(
                State.at(settings.text("reports.dir"), LakeRows.HADOOP).read("since.json"));
        assertThat(report.path("windows").toString()).isEqualTo("[\"" + window(0) + "\",\"" + window(1) + "\"]");
        assertThat(report.path("counts").path("healed").asLong()).isEqualTo(4);
        // What follows takes the list as it is.
        String both = window(0) + "," + window(1);
        assertThat(run(new EnrichJob(), "--source", Sweep.SOURCE, "--window", both))
                .isEmpty();
        assertThat(run(new AuditJob(), "--source", Sweep.SOURCE, "--window", both))
                .isEmpty();
        assertThat(run(new ReplayJob(), 2))
                .isEqualTo("1 trawl replay: window " + window(2) + " of source files has no"
                        + " validate yet: run validate --source files --window " + window(2) + " first");
    }

    @Test
    void aWindowThatCannotBeRerunExactlyIsRefusedIfItWouldChange() throws Exception {
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        "maintain/horizon.json",
                        Json.MAPPER.readTree("{\"ended_before\": \"2100-01-01T00:00:00Z\", \"unfinished_before\":"
                                + " \"2100-01-01T00:00:00Z\", \"unfinished_before_of\": {}}"));
        Map<String, List<String>> before = named(0);
        assertThat(run(
                        new ReplayJob(),
                        "--source",
                        Sweep.SOURCE,
                        "--window",
                        window(0) + "," + window(1),
                        "--pattern",
                        "id=8"))
                .startsWith("2 trawl replay: window " + window(1)
                        + " of source files can no longer be rerun: its last run ended ")
                .contains("2100-01-01T00:00:00Z");
        assertThat(run(new ReplayJob(), 0, "--pattern", "nowhere")).isEmpty();
        assertThat(named(0)).isEqualTo(before);
    }

    /** Puts raw lines into the lake, as an agent sends them that adds the line of the file which names the columns. */
    private record Sent(String header, List<String> lines) implements Job {
        @Override
        public String name() {
            return "ingest";
        }

        @Override
        public String purpose() {
            return "Stores lines.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.RAW_LINES);
        }

        @Override
        public void run(Run run) {
            run.count("raw", lines.size());
            run.replacing(LakeTable.RAW_LINES).fill(to -> {
                for (int i = 0; i < lines.size(); i++) {
                    RawLine line = Lines.line(Sweep.SOURCE, run.window(), i, lines.get(i));
                    line.setHeaderLine(header);
                    to.accept(line);
                }
            });
        }
    }

    private static final String COLUMNS = "#Fields: c-ip cs-uri date time";

    private void sent(int number) {
        List<String> lines = List.of("10.0.0.7 http://www.evil.example/ 2026-01-05 10:00:00", LINES[1]);
        assertThat(run(new Sent(COLUMNS, lines), number)).isEmpty();
        assertThat(run(new ValidateJob(), number, "--set", "source.files.format=squid"))
                .isEmpty();
    }

    @Test
    void aLineIsReadByTheColumnsThatALineOfItsFileNamed() throws Exception {
        sent(5);
        assertThat(invalid(5)).hasSize(2);
        assertThat(run(new ReplayJob(), 5, "--format", "squid", "--set", "source.files.format=w3c"))
                .isEmpty();
        assertThat(events(5)).hasSize(1).allMatch(row -> row.contains("source_address=10.0.0.7 "));
        assertThat(invalid(5)).hasSize(1);
    }

    @Test
    void ifTheRawLinesAreGoneALineIsReadByItsOwnBytesAlone() throws Exception {
        sent(5);
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            Table raw = open.table(LakeTable.RAW_LINES);
            raw.newDelete()
                    .deleteFromRowFilter(Lake.of(Sweep.SOURCE, window(5)))
                    .commit();
            raw.expireSnapshots()
                    .expireOlderThan(System.currentTimeMillis())
                    .retainLast(1)
                    .cleanExpiredFiles(false)
                    .commit();
        }
        // Nobody knows any more which columns it has.
        assertThat(run(new ReplayJob(), 5, "--set", "source.files.format=w3c")).isEmpty();
        assertThat(events(5)).isEmpty();
        assertThat(replay(5).path("counts").path("healed").asLong()).isEqualTo(1);
        assertThat(events(5)).hasSize(1).allMatch(row -> row.contains("source_address=10.0.0.2 "));
        assertThat(invalid(5)).hasSize(1);
    }

    @Test
    void aValidateOfOlderLinesIsToBeRerun() throws Exception {
        mustRun(0, List.of(IngestJob::new));
        assertThat(run(new ReplayJob(), 0))
                .contains("validate was made from snapshot ")
                .contains("rerun validate, which parses all lines by today's formats");
    }

    @Test
    void badArgumentsAreRefusedInOneLineEach() {
        assertThat(run(new ReplayJob(), 0, "--reason", "sintax"))
                .isEqualTo("2 trawl replay: --reason sintax: expected one of bug, directive, duration, empty, envelope,"
                        + " expectation, oversize, size, status, syntax, timestamp");
        assertThat(run(new ReplayJob(), 0, "--format", "squid/1"))
                .isEqualTo(
                        "2 trawl replay: --format squid/1: expected the name of a format without version, for example"
                                + " squid");
        assertThat(run(new ReplayJob(), 0, "--pattern", "(a"))
                .startsWith("2 trawl replay: --pattern (a: ")
                .endsWith("; expected an expression of RE2, for example 'status=[0-9]{6}'");
        assertThat(run(new ReplayJob(), 0, "--pattern", "(a{1000}){1000}"))
                .isEqualTo("2 trawl replay: --pattern (a{1000}){1000}: its numbers of repetitions multiply to more than"
                        + " 1000; expected fewer, for example 'a{1,100}'");
        assertThat(run(new ReplayJob(), 0, "--since", "2026-01-05T12:00:00Z"))
                .isEqualTo("2 trawl replay: --since and --window are both given: expected one of them");
        assertThat(run(new ReplayJob(), "--source", Sweep.SOURCE, "--since", "yesterday"))
                .isEqualTo("2 trawl replay: --since yesterday: expected an instant with its zone, for example"
                        + " 2026-11-24T10:00:00Z");
        assertThat(run(new ReplayJob(), "--source", Sweep.SOURCE, "--since", "2100-01-01T00:00:00Z"))
                .startsWith(
                        "2 trawl replay: --since 2100-01-01T00:00:00Z: no window of source files has closed since then;"
                                + " expected a time before ");
        assertThat(run(new ReplayJob(), "--source", Sweep.SOURCE)).startsWith("2 trawl replay: --window is missing");
    }
}
