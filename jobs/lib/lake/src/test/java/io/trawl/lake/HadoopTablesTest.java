package io.trawl.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Buffers;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lake of a Hadoop catalog, as it moves to another one. */
class HadoopTablesTest {
    private static final Window OTHER = Window.parse("2026-11-24T11:00:00Z/2026-11-24T12:00:00Z");
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path folder;

    private Settings before;
    private Settings after;

    @BeforeEach
    void settings() {
        after = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        before = after.with("lake.type", "hadoop");
    }

    private static LakeStore<RawLine> replace(Lake lake, Window window, Long base, String... lines) {
        LakeStore<RawLine> store = store(lake, window, base);
        fill(store, window, lines);
        return store;
    }

    private static LakeStore<RawLine> store(Lake lake, Window window, Long base) {
        return lake.replacing(
                LakeTable.RAW_LINES, Lake.of("proxy", window), base, Map.of("trawl.run-id", "r"), 1 << 20);
    }

    private static void fill(LakeStore<RawLine> store, Window window, String... lines) {
        store.fill(to -> {
            for (int i = 0; i < lines.length; i++) {
                to.accept(Lines.line("proxy", window, i, lines[i]));
            }
        });
    }

    private static List<String> bodies(Lake lake, Window window, long snapshot) throws Exception {
        List<String> bodies = new ArrayList<>();
        try (CloseableIterable<RawLine> read =
                lake.records(LakeTable.RAW_LINES, "proxy", window, snapshot, Expressions.alwaysTrue())) {
            read.forEach(line ->
                    bodies.add(new String(Buffers.bytes(line.getBody()), java.nio.charset.StandardCharsets.UTF_8)));
        }
        return bodies;
    }

    @Test
    void aLakeOfTodayMovesWithItsSnapshotsAndNobodyCommitsToTheOldOneAnyMore() throws Exception {
        long first;
        long second;
        try (Lake old = Lake.open(before, HADOOP)) {
            first = replace(old, Lines.WINDOW, old.snapshot(LakeTable.RAW_LINES), "a", "b")
                    .committed()
                    .snapshotId();
            second = replace(old, OTHER, old.snapshot(LakeTable.RAW_LINES), "x")
                    .committed()
                    .snapshotId();
            old.table(LakeTable.LEDGER);
            LakeStore<RawLine> stalled = store(old, Lines.WINDOW, second);

            List<HadoopTables.Moved> moved = HadoopTables.move(after, HADOOP);

            assertThat(moved).extracting(HadoopTables.Moved::name).containsExactly("lake.ledger", "lake.raw_lines");
            assertThat(moved.get(1).metadata()).endsWith("/raw_lines/metadata/v3.metadata.json");
            // A writer that had read the table before it moved.
            assertThatThrownBy(() -> fill(stalled, Lines.WINDOW, "late")).isInstanceOf(RuntimeException.class);
        }
        try (Lake old = Lake.open(before, HADOOP)) {
            assertThatThrownBy(() -> old.snapshot(LakeTable.RAW_LINES)).isInstanceOf(RuntimeException.class);
        }
        try (Lake lake = Lake.open(after, HADOOP)) {
            assertThat(lake.snapshot(LakeTable.RAW_LINES)).isEqualTo(second);
            assertThat(bodies(lake, Lines.WINDOW, first)).containsExactly("a", "b");
            assertThat(bodies(lake, OTHER, second)).containsExactly("x");
            assertThat(lake.table(LakeTable.RAW_LINES).properties())
                    .containsEntry("write.metadata.delete-after-commit.enabled", "true");
            long third = replace(lake, Lines.WINDOW, second, "c").committed().snapshotId();
            assertThat(bodies(lake, Lines.WINDOW, third)).containsExactly("c");
            assertThat(bodies(lake, Lines.WINDOW, first))
                    .as("what the ledger names")
                    .containsExactly("a", "b");

            assertThat(HadoopTables.move(after, HADOOP))
                    .as("done before")
                    .containsExactly(
                            new HadoopTables.Moved("lake.ledger", null),
                            new HadoopTables.Moved("lake.raw_lines", null));
            assertThat(lake.snapshot(LakeTable.RAW_LINES)).isEqualTo(third);
        }
    }

    /** The day's state of the move would be taken for the lake's. */
    @Test
    void aMovedLakeWhoseCatalogIsLostIsNotMovedAgain() throws Exception {
        try (Lake old = Lake.open(before, HADOOP)) {
            replace(old, Lines.WINDOW, old.snapshot(LakeTable.RAW_LINES), "a");
        }
        HadoopTables.move(after, HADOOP);
        Settings lost = after.with("lake.catalog.uri", "jdbc:sqlite:" + folder.resolve("other.db"));
        try (Lake lake = Lake.open(lost, HADOOP)) {
            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> lake.snapshot(LakeTable.RAW_LINES))
                    .withMessageContaining(" was moved to the catalog jdbc:sqlite:")
                    .withMessageContaining("or restore its database");
        }
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> HadoopTables.move(lost, HADOOP))
                .withMessageContaining(" was moved to the catalog jdbc:sqlite:");
    }

    @Test
    void aMoveThatWasKilledWhileItFencedATableGoesOn() throws Exception {
        try (Lake old = Lake.open(before, HADOOP)) {
            replace(old, Lines.WINDOW, old.snapshot(LakeTable.RAW_LINES), "a");
            Path metadata = folder.resolve("lake/trawl/raw_lines/metadata");
            Files.createFile(metadata.resolve("v3.metadata.json"));
        }
        assertThat(HadoopTables.move(after, HADOOP))
                .extracting(HadoopTables.Moved::name)
                .containsExactly("lake.raw_lines");
    }

    @Test
    void aLakeThatHasNotMovedIsRefusedAndNotTakenForAnEmptyOne() throws Exception {
        try (Lake old = Lake.open(before, HADOOP)) {
            replace(old, Lines.WINDOW, old.snapshot(LakeTable.RAW_LINES), "a");
        }
        try (Lake lake = Lake.open(after, HADOOP)) {
            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> lake.snapshot(LakeTable.RAW_LINES))
                    .withMessageContaining("move it with 'bin/trawl migrate-lake --from hadoop'");
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> HadoopTables.move(before, HADOOP))
                .withMessageContaining("name the catalog that the lake should have");
    }
}
