package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.JobFailure;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Job;
import io.trawl.run.Loads;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which windows can be rerun, and what of them stays for that. */
class KeptJobTest extends MaintainedLake {
    private String again(Window window) {
        return run(new StageJob("ingest", 1), "--source", "proxy", "--window", window.toString());
    }

    @Test
    void aWindowThatWasNeverAuditedCanBeRunAsLongAsItsLinesAreThere() throws Exception {
        sweep(window(1), "ingest");
        sweep(window(2), "ingest", "audit");
        maintain(LATER);
        assertThat(again(window(1))).isEqualTo("0 ");
        assertThat(again(window(2)))
                .startsWith("2 trawl ingest: window " + window(2) + " of source proxy can no longer be rerun");
        assertThat(again(window(3))).as("one that nobody swept yet").isEqualTo("0 ");

        maintain(Duration.ofDays(60));

        assertThat(again(window(1))).startsWith("2 ");
    }

    @Test
    void anOldWindowCanBeLoadedAndIsAsOldAsBefore() throws Exception {
        sweep(window(3), "ingest", "audit");
        sweep(window(2), "ingest", "audit");
        maintain(LATER);
        sweep(window(3), "load");
        assertThat(again(window(3)))
                .startsWith("2 trawl ingest: window " + window(3) + " of source proxy can no longer be rerun");
        try (Lake lake = lake()) {
            long old =
                    new Ledger(lake).require("proxy", Stage.INGEST, window(3)).output(LakeTable.RAW_LINES);
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
                    run, Loads.Result.of(run.ledger().require(run.source().name(), Stage.ENRICH, run.window())));
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
            List<Ledger.Entry> results = new Ledger(lake).entries("proxy", Stage.ENRICH, window(1));
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
    void aLogThatWasNotSweptToItsEndCanBeRunAsLongAsLinesAreKept() throws Exception {
        set.put("source.logs.topic", "logs");
        set.put("source.logs.format", "squid");
        set.put("source.logs.from", "files");
        // Windows of log files are numbers: any day.
        Window log = window(400);
        assertThat(run(new StageJob("ingest", 1), "--source", "logs", "--window", log.toString()))
                .isEqualTo("0 ");
        sweep(window(0), "ingest", "audit");
        Path pin = file("indicators/logs/" + name(log) + "/000000.json", 30);
        maintain(LATER);
        assertThat(pin).exists();
        try (Lake lake = lake()) {
            assertThat(lake.has(
                            LakeTable.RAW_LINES,
                            new Ledger(lake).require("logs", Stage.INGEST, log).output(LakeTable.RAW_LINES)))
                    .isTrue();
        }
        maintain(Duration.ofDays(40));
        assertThat(pin).doesNotExist();
        assertThat(run(new StageJob("ingest", 1), "--source", "logs", "--window", log.toString()))
                .startsWith("2 ")
                .contains("can no longer be rerun");
    }
}
