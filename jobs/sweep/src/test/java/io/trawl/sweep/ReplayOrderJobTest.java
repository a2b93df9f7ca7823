package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Jobs;
import io.trawl.validate.ValidateJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replays among other runs of their windows: before, after, at the same time, and killed. */
class ReplayOrderJobTest extends ReplayedLake {
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
        if (next.equals("replay")) {
            replay(0);
        } else {
            validateByToday(0);
        }
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
                                validateByToday(0);
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
                                validateByToday(1);
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
                                validateByToday(0);
                            }
                        }),
                        0))
                .contains("another run of the same window committed while this one ran");
        assertThat(events(0)).isEmpty();
        assertThat(files(0)).isEmpty();
        assertThat(invalid(0)).hasSize(7);
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

    /** What runs from before it read and wrote is no longer kept. */
    private void horizon(Instant before) throws Exception {
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        "maintain/horizon.json",
                        Json.MAPPER
                                .createObjectNode()
                                .put("ended_before", before.toString())
                                .put("unfinished_before", before.toString())
                                .set("unfinished_before_of", Json.MAPPER.createObjectNode()));
    }

    @Test
    void sinceAnInstantWindowsThatCannotBeRerunAreSkipped() throws Exception {
        horizon(Instant.parse("2100-01-01T00:00:00Z"));
        JsonNode none = since();
        assertThat(none.path("counts").path("skipped").asLong()).isEqualTo(2);
        assertThat(none.path("notes").toString())
                .contains(
                        "2 windows, from " + window(0) + " to " + window(1) + ", were skipped: they can no longer be");
        assertThat(none.path("windows")).isEmpty();
        horizon(validate(1).ended());
        Map<String, List<String>> before = named(0);
        String skipped =
                "1 window, " + window(0) + ", was skipped: it can no longer be rerun exactly, since what earlier"
                        + " runs read and wrote is no longer kept (settings maintain.rerun, maintain.keep.*)";
        for (JsonNode report : List.of(since("--dry-run"), since())) {
            assertThat(report.path("counts").path("skipped").asLong()).isEqualTo(1);
            assertThat(report.path("notes").get(0).asText()).isEqualTo(skipped);
        }
        assertThat(validate(1).versions()).containsKey("replay");
        assertThat(named(0)).isEqualTo(before);
        assertThat(run(new ReplayJob(), 0))
                .startsWith("2 trawl replay: window " + window(0) + " of source files can no longer be rerun: ");
    }

    @Test
    void aWindowThatCannotBeRerunExactlyIsRefusedIfItWouldChange() throws Exception {
        horizon(Instant.parse("2100-01-01T00:00:00Z"));
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

    @Test
    void aValidateOfOlderLinesIsToBeRerun() throws Exception {
        mustRun(0, List.of(IngestJob::new));
        assertThat(run(new ReplayJob(), 0))
                .contains("validate was made from snapshot ")
                .endsWith("): rerun validate, then replay");
    }

    /** Millions of windows have closed since, of which two were validated. */
    @Test
    void sinceAnInstantOnlyWindowsThatWereValidatedCount() throws Exception {
        JsonNode report = since("--set", "window.most=2");
        assertThat(report.path("windows").toString()).isEqualTo("[\"" + window(0) + "\",\"" + window(1) + "\"]");
        assertThat(run(
                        new ReplayJob(),
                        "--source",
                        Sweep.SOURCE,
                        "--since",
                        START.toString(),
                        "--set",
                        "window.most=1"))
                .isEqualTo("2 trawl replay: --since " + START + ": 2 windows of source files were validated since then;"
                        + " expected at most 1 (setting window.most): give a later time, or --window");
    }

    @Test
    void aWindowWhoseLinesAreNewerIsRefusedOnlyIfOneOfThemIsSelected() throws Exception {
        mustRun(0, List.of(IngestJob::new));
        assertThat(since("--pattern", "id=8").path("windows").toString()).isEqualTo("[\"" + window(1) + "\"]");
    }

    @Test
    void whatADeadReplayLeftIsPutRightByOneThatSelectsNothing() throws Exception {
        Map<String, List<String>> before = named(0);
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(ReplayJob.COMMIT_INVALID)) {
                                throw new IllegalStateException("killed");
                            }
                        }),
                        0))
                .contains("killed");
        assertThat(replay(0, "--pattern", "nowhere", "--dry-run").path("windows"))
                .isEmpty();
        assertThat(run(new AuditJob(), 0)).contains("has a result of the window that the ledger does not name");

        JsonNode report = replay(0, "--pattern", "nowhere");
        assertThat(report.path("windows").toString()).isEqualTo("[\"" + window(0) + "\"]");
        assertThat(report.path("notes").toString())
                .contains("rows of a run that died were in the tables; they are again as the ledger named them");
        assertThat(named(0)).isEqualTo(before);
        assertThat(files(0)).as("the newest state has what the ledger names").hasSize(1);
        follows(0);
        assertThat(replay(0, "--pattern", "nowhere").path("windows")).isEmpty();
    }

    @Test
    void aValidateThatAReplayOvertakesBeforeItIsRecordedSaysSo() throws Exception {
        String said = run(
                new Also(
                        new ValidateJob(),
                        run -> assertThat(run(new ReplayJob(), 0, "--run-id", "replay-1", "--pattern", "evil"))
                                .isEmpty()),
                0);
        assertThat(said)
                .isEqualTo("1 trawl validate: window " + window(0)
                        + " of source files was overtaken by run replay-1, whose result counts: run it again");
        assertThat(events(0)).hasSize(3);
        mustRun(0, List.of(ValidateJob::new));
        assertThat(events(0)).hasSize(5);
        follows(0);
    }

    @Test
    void aReplayThatIsRefusedSaysNothingOfWhatItWouldHaveDone() throws Exception {
        assertThat(run(
                        new ReplayJob(now -> {
                            if (now.equals(ReplayJob.COMMIT_INVALID)) {
                                assertThat(run(new ValidateJob(), 0)).isEmpty();
                            }
                        }),
                        0))
                .contains(
                        "this run's events were added to lake.proxy_events before, its invalid records were not written, and the"
                                + " ledger names neither");
        JsonNode report = report("replay", 0);
        assertThat(report.path("counts").has("healed")).isFalse();
        assertThat(report.path("counts").has("valid")).isFalse();
        assertThat(report.path("notes")).isEmpty();
    }
}
