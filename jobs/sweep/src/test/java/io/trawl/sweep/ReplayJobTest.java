package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.RawLine;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Job;
import io.trawl.run.Run;
import io.trawl.testing.Lines;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a mended format makes of invalid lines. */
class ReplayJobTest extends ReplayedLake {
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

    @Test
    void aDryRunSaysWhatWouldChangeAndChangesNothing() throws Exception {
        int snapshots = snapshots();
        Map<String, List<String>> before = named(0);
        JsonNode report = replay(0, "--dry-run");
        assertThat(report.path("windows")).isEmpty();
        assertThat(report.path("counts").path("would_heal").asLong()).isEqualTo(3);
        assertThat(report.path("counts").has("healed")).isFalse();
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

    /** Strangers write what they like; Airflow's page and log show it. */
    @Test
    void aWarningShowsThreeLinesThatSteerNothing() throws Exception {
        String[] hostile = {
            "<script>alert(1)</script>", "red \u001b[31m\u0007 \u202eturned", "next\u2028[ERROR] forged\u0085\u009b2J"
        };
        came(2, hostile);
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
        List<String> lines = new ArrayList<>();
        report("audit", 2).path("notes").forEach(note -> {
            if (note.asText().startsWith("invalid, ")) {
                lines.add(note.asText());
            }
        });
        assertThat(lines)
                .hasSize(3)
                .allMatch(line -> line.startsWith("invalid, syntax: "))
                .anyMatch(line -> line.endsWith(": <script>alert(1)</script>"))
                .anyMatch(line -> line.endsWith(": red ?[31m? ?turned"))
                .anyMatch(line -> line.endsWith(": next?[ERROR] forged??2J"));
    }

    /** A format that is broken anew is seen, though the windows before were as bad once. */
    @Test
    void anAuditComparesWithTheWindowsBeforeAsTheyAreNow() throws Exception {
        List<String> lines = new ArrayList<>(List.of(LINES[0] + "other"));
        for (int i = 0; i < 12; i++) {
            lines.add("broken " + i);
        }
        came(2, lines.toArray(new String[0]));
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        String[] settings = {"--set", "audit.invalid.limit=100", "--set", "audit.invalid.growth=2"};
        assertThat(run(new AuditJob(), 2, settings)).isEmpty();
        assertThat(report("audit", 2).path("notes").toString()).doesNotContain("warning: ");
        for (int number = 0; number < 2; number++) {
            replay(number);
            follows(number);
        }
        assertThat(run(new AuditJob(), 2, settings)).isEmpty();
        assertThat(report("audit", 2).path("notes").toString())
                .contains("warning: 12 of 13 lines are invalid, 92.31 %: more than 2 times the 25.00 % of the 2 windows"
                        + " before (setting audit.invalid.growth)");
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

    private void sent(Job validate) {
        List<String> lines = List.of("10.0.0.7 http://www.evil.example/ 2026-01-05 10:00:00", LINES[1]);
        assertThat(run(new Sent(COLUMNS, lines), 5)).isEmpty();
        assertThat(run(validate, 5, "--set", "source.files.format=squid")).isEmpty();
    }

    @Test
    void aLineIsReadByTheColumnsThatALineOfItsFileNamed() throws Exception {
        sent(new ValidateJob());
        assertThat(invalid(5)).hasSize(2).allMatch(row -> row.contains("header_line=" + COLUMNS + " "));
        healed();
        assertThat(invalid(5)).allMatch(row -> row.contains("header_line=" + COLUMNS + " "));
    }

    private void healed() throws Exception {
        assertThat(run(new ReplayJob(), 5, "--format", "squid", "--set", "source.files.format=w3c"))
                .isEmpty();
        assertThat(events(5)).hasSize(1).allMatch(row -> row.contains("source_address=10.0.0.7 "));
        assertThat(invalid(5)).hasSize(1);
    }

    @Test
    void recordsThatDoNotSayWhatNamesTheirColumnsAreToBeMadeAnew() throws Exception {
        sent(new Also(new ValidateJob(), run -> run.version("invalid_records", "older")));
        String run = validate(5).runId();
        assertThat(run(new ReplayJob(), 5, "--set", "source.files.format=w3c"))
                .isEqualTo(
                        "1 trawl replay: window " + window(5) + " of source files: run " + run
                                + " of validate was of an older version of Trawl, which did not keep with an invalid line what"
                                + " names its columns: rerun validate (with --formats latest if the formats have changed since), then replay");
        assertThat(run(new ValidateJob(), 5)).isEmpty();
        assertThat(validate(5).versions().get("parser")).startsWith("squid/");
        healed();
    }

    @Test
    void badArgumentsAreRefusedInOneLineEach() {
        assertThat(run(new ReplayJob(), 0, "--reason", "sintax"))
                .isEqualTo(
                        "2 trawl replay: --reason sintax: expected one of bug, directive, duration, empty, expectation,"
                                + " size, status, syntax, timestamp");
        assertThat(run(new ReplayJob(), 0, "--reason", "oversize"))
                .startsWith("2 trawl replay: --reason oversize: no format reads such lines, since they did not arrive"
                        + " whole; expected one of bug, directive, ");
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
