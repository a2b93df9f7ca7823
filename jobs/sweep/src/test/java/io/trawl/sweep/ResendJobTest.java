package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.audit.AuditJob;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.copies.EarlierCopies;
import io.trawl.copies.SeenFiles;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.LedgerEntry;
import io.trawl.run.Job;
import io.trawl.schema.word.Stage;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.actions.SparkActions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An agent that sends a file again: windows whose lines lie in one file of the proxy, as a log file of a window each.
 *
 * <p>Longer than other classes, since its tests share one lake and one Spark, and tell whole stories of files that
 * come again.
 */
class ResendJobTest extends FilesLake {
    private static final Instant START = Instant.parse("2026-01-05T23:59:57Z");
    private static final String BROKEN = "broken\n";

    ResendJobTest() {
        super(START);
    }

    @BeforeAll
    static void indicators() throws Exception {
        begin(new ResendJobTest());
    }

    @Override
    Settings written() throws Exception {
        return lake.settings("squid");
    }

    private static String line(int second, String host) {
        return (1_700_000_000 + second) + ".123     62 10.0.0.1 TCP_MISS/200 1380 GET http://" + host
                + "/ - HIER_DIRECT/192.0.2.7 text/html\n";
    }

    private void came(int number, String generation, String... lines) throws Exception {
        cameFrom(number, generation, String.join("", lines));
    }

    private void mustRun(Job job, String... arguments) {
        assertThat(run(job, arguments)).isEmpty();
    }

    private void sweep(int number) {
        mustRun(number, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
    }

    private long count(String job, int number, String count) throws Exception {
        return report(job, number).path("counts").path(count).asLong(-1);
    }

    /** A column of the rows of a table, each with the number of its window. */
    private List<String> rows(LakeTable<?> table, String column) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Lake open = Lake.open(settings, LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(table)).build()) {
            for (Record record : records) {
                Instant start = ((java.time.OffsetDateTime) record.getField("window")).toInstant();
                rows.add((start.getEpochSecond() - START.getEpochSecond()) + " " + record.getField(column));
            }
        }
        rows.sort(null);
        return rows;
    }

    private List<String> everything() throws Exception {
        List<String> all = new ArrayList<>();
        all.addAll(rows(LakeTable.PROXY_EVENTS, "event_id"));
        all.addAll(rows(LakeTable.INVALID_RECORDS, "event_id"));
        all.addAll(rows(LakeTable.DETECTIONS, "detection_id"));
        return all;
    }

    private static String[] day(int lines) {
        String[] day = new String[lines];
        for (int i = 0; i < lines; i++) {
            day[i] = i % 5 == 3 ? BROKEN : line(i, i % 5 == 1 ? "www.evil.example" : "good.example");
        }
        return day;
    }

    @Test
    void aFileThatIsSentAgainFiveTimesIsOneEventALine() throws Exception {
        came(0, "day", day(5));
        sweep(0);
        for (int rotation = 1; rotation <= 5; rotation++) {
            came(rotation, "day", day(5 + rotation));
            sweep(rotation);
            assertThat(count("validate", rotation, "copies")).isEqualTo(4 + rotation);
            assertThat(count("validate", rotation, "copies_earlier")).isEqualTo(4 + rotation);
            assertThat(count("audit", rotation, "copies")).isEqualTo(4 + rotation);
            assertThat(count("audit", rotation, "copies_earlier")).isEqualTo(4 + rotation);
        }
        // Ten lines: two broken, two of an indicator.
        assertThat(rows(LakeTable.PROXY_EVENTS, "url_domain"))
                .containsExactly(
                        "0 good.example",
                        "0 good.example",
                        "0 good.example",
                        "0 www.evil.example",
                        "1 good.example",
                        "2 www.evil.example",
                        "3 good.example",
                        "5 good.example");
        assertThat(rows(LakeTable.INVALID_RECORDS, "file_offset")).hasSize(2);
        assertThat(rows(LakeTable.DETECTIONS, "value")).containsExactly("0 www.evil.example", "2 www.evil.example");
        assertThat(rows(LakeTable.OBSERVABLES, "value").stream().filter(row -> row.contains("evil")))
                .hasSize(2);
        List<String> once = everything();
        sweep(3);
        assertThat(everything()).isEqualTo(once);
    }

    /** A file that is written for longer than that: what was kept of it does not lead further back than the ledger does. */
    @Test
    void copiesAreLookedForInEightDaysWithAndWithoutWhatWasKept() throws Exception {
        int late = (int) SeenFiles.REMEMBERED.toSeconds();
        came(0, "day", day(3));
        mustRun(0, List.of(IngestJob::new, ValidateJob::new));
        // At the same places, other lines.
        came(late - 9, "day", line(7, "a.example"), line(8, "b.example"));
        mustRun(late - 9, List.of(IngestJob::new));
        for (int number = late - 8; number < late; number++) {
            ingested(number, "{\"files\": {\"files\": {\"access.log\": {\"other\": [0, 9]}}}}");
        }
        for (int number : new int[] {late, late + 1}) {
            came(number, "day", day(3));
        }
        // It is kept when many entries had to be read.
        mustRun(late, List.of(IngestJob::new, ValidateJob::new));
        assertThat(count("validate", late, "copies_earlier")).isEqualTo(3);
        deleteWhatWasKept();
        mustRun(late, List.of(ValidateJob::new));
        assertThat(count("validate", late, "copies_earlier")).isEqualTo(3);
        assertThat(folder.resolve("lake/state/seen")).isNotEmptyDirectory();
        // Its window does not count here: its lines are those of the first one.
        ingested(late, "{\"files\": {\"files\": {\"access.log\": {\"other\": [0, 9]}}}}");
        mustRun(late + 1, List.of(IngestJob::new, ValidateJob::new));
        assertThat(count("validate", late + 1, "copies_earlier")).isZero();
        deleteWhatWasKept();
        mustRun(late + 1, List.of(ValidateJob::new));
        assertThat(count("validate", late + 1, "copies_earlier")).isZero();
    }

    private void deleteWhatWasKept() throws Exception {
        try (Stream<Path> kept = Files.walk(folder.resolve("lake/state/seen"))) {
            for (Path file : kept.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aLineBelowThePlacesSeenThatNeverCameIsKept() throws Exception {
        came(0, "day", line(0, "a.example"), line(1, "b.example"), line(2, "c.example"));
        sweep(0);
        // At a place of a line that came, another one; the two around it came again.
        came(1, "day", line(0, "a.example"), line(1, "d.example"), line(2, "c.example"));
        // The same lines in the next file.
        came(2, "next day", line(0, "a.example"), line(1, "b.example"));
        sweep(1);
        sweep(2);
        assertThat(count("validate", 1, "copies_earlier")).isEqualTo(2);
        assertThat(count("validate", 2, "copies_earlier")).isZero();
        assertThat(rows(LakeTable.PROXY_EVENTS, "url_domain"))
                .containsExactly(
                        "0 a.example", "0 b.example", "0 c.example", "1 d.example", "2 a.example", "2 b.example");
    }

    @Test
    void ofAFileWithoutANameNothingIsDropped() throws Exception {
        for (int number = 0; number < 2; number++) {
            came(number, "unknown", line(0, "a.example"));
            sweep(number);
        }
        assertThat(rows(LakeTable.PROXY_EVENTS, "url_domain")).containsExactly("0 a.example", "1 a.example");
        assertThat(count("audit", 1, "copies_earlier")).isZero();
        mustRun(
                new AuditJob(),
                "--source",
                Sweep.SOURCE,
                "--window",
                window(1).toString(),
                "--set",
                "audit.copies.lookback=PT1H");
        assertThat(count("audit", 1, "copies_elsewhere")).isEqualTo(1);
    }

    @Test
    void aWindowThatWasValidatedBeforeAnEarlierOneWasIngestedIsNamed() throws Exception {
        came(0, "day", day(5));
        came(1, "day", day(7));
        sweep(1);
        assertThat(count("audit", 1, "copies")).isZero();
        mustRun(0, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        assertThat(run(new AuditJob(), 0))
                .contains("5 lines of this window are stored in window " + window(1) + ", too")
                .contains("rerun validate and what follows it for that window");
        assertThat(run(new AuditJob(), 1))
                .contains("5 lines came again from window " + window(0) + ", but validate dropped 0")
                .contains("rerun validate and what follows it");
        mustRun(1, List.of(ValidateJob::new, EnrichJob::new, AuditJob::new));
        mustRun(0, List.of(AuditJob::new));
        assertThat(count("audit", 1, "copies_earlier")).isEqualTo(5);
        List<String> once = everything();
        // As it would have been in order.
        sweep(0);
        sweep(1);
        assertThat(everything()).isEqualTo(once);
        assertThat(rows(LakeTable.PROXY_EVENTS, "url_domain").stream().filter(row -> row.startsWith("1 ")))
                .hasSize(2);
    }

    @Test
    void aWindowThatCanNoLongerBeRerunKeepsItsLines() throws Exception {
        came(0, "day", day(5));
        came(1, "day", day(7));
        sweep(1);
        List<String> once = everything();
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        "maintain/horizon.json",
                        new ObjectMapper()
                                .createObjectNode()
                                .put("ended_before", Instant.now().toString())
                                .put("unfinished_before", START.toString()));
        assertThat(run(new ValidateJob(), 1)).contains("can no longer be rerun");
        sweep(0);
        assertThat(count("validate", 0, "copies_earlier")).isEqualTo(5);
        assertThat(count("audit", 0, "copies_earlier")).isEqualTo(5);
        assertThat(report("audit", 0).path("notes").toString())
                .contains("5 lines are kept by later windows, which can no longer be rerun");
        assertThat(everything()).isEqualTo(once);
        sweep(0);
        assertThat(everything()).isEqualTo(once);
    }

    /** It was validated before the later window was too old: it still can be. */
    @Test
    void aWindowThatKeptWhatALaterOneKeepsForGoodIsValidatedAgain() throws Exception {
        came(0, "day", day(5));
        came(1, "day", day(7));
        sweep(1);
        Instant before = Instant.now();
        mustRun(0, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        "maintain/horizon.json",
                        new ObjectMapper()
                                .createObjectNode()
                                .put("ended_before", before.toString())
                                .put("unfinished_before", START.toString()));
        assertThat(run(new AuditJob(), 0))
                .contains("5 lines are kept by window " + window(1)
                        + ", which can no longer be rerun, but validate dropped 0: rerun validate and what follows it")
                .doesNotContain("for that window");
        mustRun(0, List.of(ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(count("audit", 0, "copies_earlier")).isEqualTo(5);
    }

    /** A merged file has the number of a commit that is newer than what is in it. */
    @Test
    void aMergedLedgerHidesNoWindowThatWasValidatedBefore() throws Exception {
        // On both sides of midnight: a day is merged by itself.
        came(2, "day", day(5));
        came(3, "day", day(7));
        came(4, "next day", day(1));
        sweep(3);
        sweep(4);
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            long merged = SparkActions.get(spark.newSession())
                    .rewriteDataFiles(open.table(LakeTable.LEDGER))
                    .filter(Expressions.greaterThanOrEqual(
                            "window", window(3).start().getEpochSecond() * 1_000_000))
                    .option("min-input-files", "2")
                    .execute()
                    .rewrittenDataFilesCount();
            assertThat(merged).isGreaterThanOrEqualTo(4);
        }
        assertThat(run(new AuditJob(), 2)).contains("5 lines of this window are stored in window " + window(3));
    }

    @Test
    void aWindowThatKeepsLinesAndWasNeverValidatedIsNamed() throws Exception {
        came(0, "day", day(3));
        came(1, "day", day(4));
        mustRun(0, List.of(IngestJob::new));
        mustRun(1, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        assertThat(run(new AuditJob(), 1))
                .contains("3 lines came again from window " + window(0)
                        + ", which keeps them and was never validated: run validate");
        mustRun(0, List.of(ValidateJob::new));
        mustRun(1, List.of(AuditJob::new));
    }

    /** What parity calls a copy: not what validate lost, and not what it calls invalid. */
    @Test
    void droppedIsWhatAnEarlierWindowHasAndThisOneHasNot() throws Exception {
        came(0, "day", day(5));
        came(1, "day", day(9));
        for (int number = 0; number < 2; number++) {
            mustRun(number, List.of(IngestJob::new, ValidateJob::new));
        }
        List<String> first = ids(LakeTable.RAW_LINES, 0);
        List<String> asked = new ArrayList<>(ids(LakeTable.RAW_LINES, 1));
        assertThat(first).hasSize(5).isSubsetOf(asked);
        assertThat(ids(LakeTable.PROXY_EVENTS, 1)).hasSize(3);
        assertThat(ids(LakeTable.INVALID_RECORDS, 1)).hasSize(1);
        asked.add("0123456789abcdef0123456789abcdef");
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            Ledger ledger = new Ledger(open);
            assertThat(EarlierCopies.dropped(ledger, Sweep.SOURCE, window(1), new TreeSet<>(asked)))
                    .containsExactlyInAnyOrderElementsOf(first);
            assertThat(EarlierCopies.dropped(ledger, Sweep.SOURCE, window(0), new TreeSet<>(asked)))
                    .isEmpty();
        }
    }

    private List<String> ids(LakeTable<?> table, int number) throws Exception {
        String prefix = number + " ";
        return rows(table, "event_id").stream()
                .filter(row -> row.startsWith(prefix))
                .map(row -> row.substring(prefix.length()))
                .toList();
    }

    @Test
    void windowsMayBeIngestedInAnyOrder() throws Exception {
        for (int number = 0; number < 4; number++) {
            came(number, "day", day(3 + number));
        }
        for (int number : new int[] {2, 0, 3, 1}) {
            mustRun(number, List.of(IngestJob::new));
        }
        for (int number : new int[] {3, 1, 2, 0}) {
            mustRun(number, List.of(ValidateJob::new, EnrichJob::new));
        }
        for (int number = 0; number < 4; number++) {
            mustRun(number, List.of(AuditJob::new));
            assertThat(count("audit", number, "copies_earlier")).isEqualTo(number == 0 ? 0 : 2 + number);
        }
    }

    /** Puts an entry for a window's ingest into the ledger that has another detail. */
    private void noted(int number, String detail) throws Exception {
        ingested(number, number, detail);
    }

    /** The same for a window that nothing came in. */
    private void ingested(int number, String detail) throws Exception {
        ingested(0, number, detail);
    }

    private void ingested(int like, int number, String detail) throws Exception {
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            Ledger ledger = new Ledger(open);
            Ledger.Entry known = ledger.require(Sweep.SOURCE, Stage.INGEST, window(like));
            LedgerEntry entry = new LedgerEntry();
            entry.setSource(Sweep.SOURCE);
            entry.setStage("ingest");
            entry.setWindow(window(number).start());
            entry.setWindowEnd(window(number).end());
            entry.setRunId("by hand");
            entry.setSequence(known.sequence() + 100);
            entry.setStarted(known.ended());
            entry.setEnded(known.ended());
            entry.setCounts(known.counts());
            entry.setInputs(Map.of());
            entry.setOutputs(Map.of("raw_lines", known.output(LakeTable.RAW_LINES)));
            entry.setOffsets(known.spans("offsets"));
            entry.setHoles(known.spans("holes"));
            entry.setVersions(known.versions());
            entry.setDetail(detail);
            ledger.add(entry);
        }
    }

    @Test
    void whatIngestNotedOfPlacesIsComparedWithTheLines() throws Exception {
        came(0, "day", line(0, "a.example"), line(1, "b.example"));
        sweep(0);
        noted(0, "{\"files\": {\"files\": {\"access.log\": {\"day\": [0, 50]}}}}");
        assertThat(run(new AuditJob(), 0))
                .contains("ingest noted the lines of 1 files elsewhere than lake.raw_lines has them,"
                        + " for example of files/access.log/day at 0 to 50, not at 0 to 105"
                        + ": rerun ingest and what follows it");
        StringBuilder many = new StringBuilder("{\"files\": {");
        for (int host = 0; host < 1_000; host++) {
            many.append(host == 0 ? "" : ", ")
                    .append("\"host\u202e")
                    .append(host)
                    .append("\": {\"a\": {\"b\": [0, 9]}}");
        }
        noted(0, many.append("}}").toString());
        assertThat(run(new AuditJob(), 0))
                .contains("ingest noted the lines of 1001 files elsewhere")
                .contains("for example of files/access.log/day at none, not at 0 to 105:")
                .hasSizeLessThan(1_000);
    }

    @Test
    void aWindowOfAnEarlierVersionIsNotedAndDropsWhatCameBefore() throws Exception {
        came(0, "day", day(5));
        came(1, "day", day(5));
        came(2, "day", day(6));
        sweep(0);
        mustRun(1, List.of(IngestJob::new));
        noted(1, null);
        mustRun(1, List.of(ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(count("audit", 1, "copies_earlier")).isEqualTo(5);
        sweep(2);
        assertThat(count("audit", 2, "copies_earlier")).isEqualTo(5);
        assertThat(report("audit", 2).path("notes").toString())
                .contains("windows before " + window(1).end() + " were ingested by an earlier version");
    }
}
