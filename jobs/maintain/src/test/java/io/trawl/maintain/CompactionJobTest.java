package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.RawLine;
import io.trawl.schema.word.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;

/** Small files and manifests become big ones, and no run is in the way of that or the other way round. */
class CompactionJobTest extends MaintainedLake {
    @Test
    void aCompactionIsNoObstacleToARunOfAnotherWindow() throws Exception {
        sweep(window(4), "ingest", "audit");
        sweep(window(0), "ingest", "audit");
        try (Lake lake = lake()) {
            Long base = lake.snapshot(LakeTable.RAW_LINES);
            Lake.Commit newest = lake.newest(LakeTable.RAW_LINES, "proxy", window(4));

            assertThat(maintain(Duration.ZERO).path("files_compacted").asInt()).isEqualTo(3);

            assertThat(lake.newest(LakeTable.RAW_LINES, "proxy", window(4))).isEqualTo(newest);
            assertThat(lake.table(LakeTable.RAW_LINES).currentSnapshot().operation())
                    .isEqualTo("replace");
            LakeStore<RawLine> other = store(lake, window(0), base);
            fill(other, window(0), 2);
            LakeStore<RawLine> same = store(lake, window(4), base);
            assertThatExceptionOfType(LakeStore.Overtaken.class)
                    .isThrownBy(() -> fill(same, window(4), 1))
                    .withMessageContaining("nothing of this run was applied, run it again");
            LakeStore<RawLine> again = store(lake, window(4), lake.snapshot(LakeTable.RAW_LINES));
            fill(again, window(4), 1);
        }
        assertThat(windows())
                .containsOnly(
                        Map.entry(window(0).start(), 2), Map.entry(window(4).start(), 1));
    }

    @Test
    void aCompactionThatComesSecondLeavesTheWindowToTheRunThatWasFirst() throws Exception {
        sweep(window(4), "ingest", "audit");
        try (Lake lake = lake()) {
            Table table = lake.table(LakeTable.RAW_LINES);
            // It knows the table as it was, and asks for Spark next.
            Compaction compaction = new Compaction(
                    () -> {
                        sweep(window(4), "ingest");
                        return spark.newSession();
                    },
                    Map.of());
            compaction.windows(LakeTable.RAW_LINES, table, Contents.of(LakeTable.RAW_LINES, table), HOUR, 2);
            assertThat(compaction.lost()).isEqualTo(1);
            assertThat(compaction.rewritten()).isZero();
            assertThat(windows()).containsExactly(Map.entry(window(4).start(), 3));
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources()
                            .get("proxy"))
                    .as("small files, as many as the run wrote")
                    .containsExactly(Map.entry(window(4).start(), 3));
        }
    }

    @Test
    void manifestsInOrderAreNoObstacleToARun() throws Exception {
        sweep(window(1), "ingest");
        sweep(window(0), "ingest");
        try (Lake lake = lake()) {
            Long base = lake.snapshot(LakeTable.RAW_LINES);
            lake.table(LakeTable.RAW_LINES)
                    .rewriteManifests()
                    .clusterBy(file -> "all")
                    .commit();
            fill(store(lake, window(0), base), window(0), 1);
        }
        assertThat(windows())
                .containsOnly(
                        Map.entry(window(0).start(), 1), Map.entry(window(1).start(), 3));
    }

    @Test
    void theLedgerIsAFileForEachStageOfADayThenOfAMonth() throws Exception {
        for (int hours = 0; hours < 4; hours++) {
            Instant start =
                    HOUR.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(70)).plus(Duration.ofHours(hours));
            sweep(new Window(start, start.plus(Duration.ofHours(1))), "ingest", "audit");
        }
        sweep(window(0), "ingest", "audit");
        try (Lake lake = lake()) {
            Ledger ledger = new Ledger(lake);
            List<String> before = entries(ledger);
            assertThat(before).hasSize(5);

            maintain(Duration.ZERO);

            assertThat(entries(ledger)).isEqualTo(before);
            assertThat(Compaction.files(LakeTable.LEDGER, lake.table(LakeTable.LEDGER), Expressions.alwaysTrue()))
                    .as("two stages of a month, and two of today")
                    .isEqualTo(4);
            maintain(LATER);
            assertThat(entries(ledger)).isEqualTo(before);
        }
    }

    private static List<String> entries(Ledger ledger) {
        List<String> all = new ArrayList<>();
        ledger.current("proxy", Stage.INGEST, Instant.EPOCH, HOUR.plus(Duration.ofDays(1)))
                .forEach((start, entry) -> all.add(start + " " + entry.runId() + " " + entry.sequence() + " "
                        + entry.output(LakeTable.RAW_LINES)));
        return all;
    }

    @Test
    void aWindowThatCannotBeCompactedKeepsNothingElseFromBeingDone() throws Exception {
        sweep(window(4), "ingest", "audit", "ingest", "audit");
        sweep(window(3), "ingest", "audit");
        try (Lake lake = lake();
                CloseableIterable<FileScanTask> files = lake.table(LakeTable.RAW_LINES)
                        .newScan()
                        .filter(Lake.of("proxy", window(4)))
                        .planFiles()) {
            for (FileScanTask file : files) {
                Files.delete(Path.of(file.file().location().replaceFirst("^file:/+", "/")));
            }
        }
        Path report = old(folder.resolve("reports/ingest/proxy/old.json"), 100);
        Clock clock = Clock.fixed(Instant.now().plus(LATER), ZoneOffset.UTC);

        assertThat(run(new MaintainJob(clock, step -> {})))
                .matches(
                        "(?s)1 trawl maintain: 1 of [0-9]+ steps failed, the others are done: compact lake.raw_lines: window "
                                + window(4).start() + " of source proxy: [^\n]*");

        JsonNode counts = Objects.requireNonNull(
                        State.at(set.get("reports.dir"), HADOOP).read("maintain.json"))
                .path("counts");
        try (Lake lake = lake()) {
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources()
                            .get("proxy"))
                    .as("the other window is compacted")
                    .containsOnly(
                            Map.entry(window(4).start(), 3), Map.entry(window(3).start(), 1));
        }
        assertThat(counts.path("snapshots_expired.raw_lines").asInt()).isPositive();
        assertThat(report).doesNotExist();
    }

    @Test
    void manifestsAreOrderedWhereThatMakesThemFewer() throws Exception {
        Compaction compaction = new Compaction(
                () -> {
                    throw new IllegalStateException("Spark is not needed");
                },
                Map.of());
        try (Lake lake = lake()) {
            for (int i = 0; i < 55; i++) {
                fill(store(lake, window(31 * i), lake.snapshot(LakeTable.RAW_LINES)), window(31 * i), 1);
            }
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .as("a month each")
                    .isFalse();
            for (int i = 0; i < 44; i++) {
                Instant start = HOUR.minus(Duration.ofDays(2_000)).plus(Duration.ofHours(i));
                Window window = new Window(start, start.plus(Duration.ofHours(1)));
                fill(store(lake, window, lake.snapshot(LakeTable.RAW_LINES)), window, 1);
            }
            lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commit.manifest-merge.enabled", "false")
                    .commit();
            for (int i = 44; i < 54; i++) {
                Instant start = HOUR.minus(Duration.ofDays(2_000)).plus(Duration.ofHours(i));
                Window window = new Window(start, start.plus(Duration.ofHours(1)));
                fill(store(lake, window, lake.snapshot(LakeTable.RAW_LINES)), window, 1);
            }
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .isTrue();
            assertThat(compaction.manifests(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES)))
                    .as("again")
                    .isFalse();
        }
    }
}
