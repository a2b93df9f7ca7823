package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.RawLine;
import io.trawl.schema.word.Stage;
import io.trawl.testing.Lines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job cannot forget to say what it read and wrote. */
class BooksJobTest {
    @TempDir
    Path folder;

    private interface Work {
        void run(Run run) throws Exception;
    }

    private record Given(String name, List<Reads> reads, List<LakeTable<?>> writes, Work work) implements Job {
        @Override
        public String purpose() {
            return "Does what a test wants.";
        }

        @Override
        public void run(Run run) throws Exception {
            work.run(run);
        }
    }

    private static final List<Reads> LINES = List.of(Reads.of(Stage.INGEST, LakeTable.RAW_LINES));

    private String run(String name, List<Reads> reads, List<LakeTable<?>> writes, Work work) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("--source", "proxy", "--window", Lines.WINDOW.toString()));
        for (String set : List.of(
                "source.proxy.window=PT1H",
                "lake.warehouse=" + folder.resolve("lake").toUri(),
                "reports.dir=" + folder.resolve("reports").toUri(),
                "state.dir=" + folder.resolve("state").toUri())) {
            arguments.addAll(List.of("--set", set));
        }
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                new Given(name, reads, writes, work),
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        return status + " " + error.toString(StandardCharsets.UTF_8).strip();
    }

    private String ingest() {
        return run(
                "ingest",
                List.of(),
                List.of(LakeTable.RAW_LINES),
                run -> run.replacing(LakeTable.RAW_LINES).fill(to -> to.accept(Lines.line(0, "a"))));
    }

    private Lake lake() {
        return Lake.open(
                Settings.defaults()
                        .with("lake.warehouse", folder.resolve("lake").toUri().toString()),
                new Configuration());
    }

    private void commitMeanwhile() throws Exception {
        try (Lake other = lake()) {
            LakeStore<RawLine> store = other.replacing(
                    LakeTable.RAW_LINES, Lake.of("proxy", Lines.WINDOW), other.snapshot(LakeTable.RAW_LINES), Map.of());
            store.fill(to -> to.accept(Lines.line(1, "b")));
        }
    }

    private List<Ledger.Entry> entries(String stage) throws Exception {
        try (Lake lake = lake()) {
            return new Ledger(lake).entries("proxy", new Stage(stage), Lines.WINDOW);
        }
    }

    @Test
    void whatAJobReadsAndWritesStandsInTheLedgerWithoutAWordOfItsOwn() throws Exception {
        assertThat(ingest()).isEqualTo("0 ");
        assertThat(run("next", LINES, List.of(LakeTable.PROXY_EVENTS), run -> {
                    assertThat(run.reading(LakeTable.RAW_LINES).isEmpty()).isFalse();
                    run.replacing(LakeTable.PROXY_EVENTS).fill(to -> {});
                }))
                .isEqualTo("0 ");
        Ledger.Entry ingest = entries("ingest").get(0);
        Ledger.Entry next = entries("next").get(0);
        assertThat(next.input(LakeTable.RAW_LINES)).isEqualTo(ingest.output(LakeTable.RAW_LINES));
        try (Lake lake = lake()) {
            assertThat(next.output(LakeTable.PROXY_EVENTS)).isEqualTo(lake.snapshot(LakeTable.PROXY_EVENTS));
            assertThat(next.sequence())
                    .isEqualTo(
                            lake.table(LakeTable.PROXY_EVENTS).currentSnapshot().sequenceNumber());
        }
    }

    @Test
    void theStageThatAJobReadsIsRequiredBeforeItRuns() {
        assertThat(run("next", LINES, List.of(), run -> {
                    throw new IllegalStateException("it ran");
                }))
                .startsWith("1 trawl next: window")
                .contains("has no ingest yet");
    }

    @Test
    void aTableThatIsReadOrWrittenWithoutAWordIsRefused() throws Exception {
        assertThat(ingest()).isEqualTo("0 ");
        assertThat(run("next", List.of(), List.of(), run -> run.reading(LakeTable.RAW_LINES)))
                .isEqualTo("1 trawl next: job next reads lake.raw_lines without having said so; expected it in reads(),"
                        + " for example Reads.of(Stage.INGEST, LakeTable.RAW_LINES)");
        assertThat(run("next", LINES, List.of(), run -> run.replacing(LakeTable.PROXY_EVENTS)))
                .isEqualTo("1 trawl next: job next writes lake.proxy_events without having said so; expected it in"
                        + " writes(), for example List.of(LakeTable.PROXY_EVENTS)");
        assertThat(entries("next")).isEmpty();
    }

    /** By the lake itself, too. */
    @Test
    void theBooksCannotBePassedBy() throws Exception {
        assertThat(ingest()).isEqualTo("0 ");
        assertThat(run("next", List.of(), List.of(LakeTable.PROXY_EVENTS), run -> {
                    long snapshot = run.ledger()
                            .require("proxy", Stage.INGEST, run.window())
                            .output(LakeTable.RAW_LINES);
                    run.lake().isEmpty(LakeTable.RAW_LINES, "proxy", run.window(), snapshot);
                    run.replacing(LakeTable.PROXY_EVENTS).fill(to -> {});
                }))
                .isEqualTo(
                        "1 trawl next: job next read lake.raw_lines of its window, and the ledger would not say so; expected"
                                + " it in reads() or inspects()");
        assertThat(run(
                        "next",
                        List.of(),
                        List.of(),
                        run -> run.lake().replacing(LakeTable.PROXY_EVENTS, Expressions.alwaysTrue(), null, Map.of())))
                .contains("writes lake.proxy_events without having said so");
        assertThat(entries("next")).isEmpty();
    }

    @Test
    void whatAJobSaysAndDoesNotDoIsRefused() throws Exception {
        assertThat(ingest()).isEqualTo("0 ");
        assertThat(run("next", LINES, List.of(), run -> {}))
                .startsWith("1 trawl next: job next has lake.raw_lines in reads() and did not read it");
        assertThat(run("next", List.of(), List.of(LakeTable.PROXY_EVENTS), run -> {}))
                .startsWith("1 trawl next: job next has lake.proxy_events in writes() and committed nothing to it");
        assertThat(entries("next")).isEmpty();
    }

    /** A fence that is put up after reading is none. */
    @Test
    void aCommitMadeWhileAJobRanIsSeenHoweverLateItAsksForItsStore() throws Exception {
        assertThat(ingest()).isEqualTo("0 ");
        assertThat(run("ingest", List.of(), List.of(LakeTable.RAW_LINES), run -> {
                    commitMeanwhile();
                    run.replacing(LakeTable.RAW_LINES).fill(to -> to.accept(Lines.line(2, "c")));
                }))
                .contains("lake.raw_lines: another run of the same window committed while this one ran");
        assertThat(run("ingest", List.of(), List.of(LakeTable.RAW_LINES), run -> {
                    commitMeanwhile();
                    Long late = run.lake().snapshot(LakeTable.RAW_LINES);
                    run.lake().replacing(LakeTable.RAW_LINES, Lake.of("proxy", Lines.WINDOW), late, Map.of());
                }))
                .contains("job ingest would replace rows of lake.raw_lines as of snapshot")
                .contains("taken after it had begun to read; expected run.base(table)");
        assertThat(entries("ingest")).hasSize(1);
    }

    @Test
    void aRunThatFoundSomethingIsRecordedAndFails() throws Exception {
        assertThat(run("ingest", List.of(), List.of(LakeTable.RAW_LINES), run -> {
                    run.replacing(LakeTable.RAW_LINES).fill(to -> {});
                    run.failed("two are missing");
                }))
                .isEqualTo("1 trawl ingest: two are missing");
        assertThat(entries("ingest")).hasSize(1);
    }
}
