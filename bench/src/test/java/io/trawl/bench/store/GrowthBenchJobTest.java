package io.trawl.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.store.GrownLake.Plan;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthBenchJobTest {
    /** The third cloned day is the first of a month. */
    private static final Instant BEGIN = Instant.parse("2100-01-30T00:00:00Z");
    /** What can be rerun and what is kept is so short that much of it goes in a week. */
    private static final Map<String, String> TERMS = Map.of(
            "maintain.rerun", "PT0S",
            "maintain.grace", "PT6H",
            "maintain.keep.observables", "P3D");

    @TempDir
    Path folder;

    @Test
    void whatIsClonedEndsAsRealCommitsDo() throws Exception {
        int last = 150;
        Plan plan = Plan.of(0, last, Duration.ofHours(6));
        assertThat(plan).isEqualTo(new Plan(0, 72));
        GrownLake real = lake("real", Plan.REAL);
        GrownLake cloned = lake("cloned", plan);
        ObjectNode measured = Outcome.json();
        try (SparkSession spark = GrowthBench.spark(folder)) {
            assertThat(spark.sparkContext().isLocal()).isTrue();
            GrowthBench.compare(real, last, cloned, last).addTo(measured);
        }

        assertThat(contents(cloned)).isEqualTo(contents(real));
        for (GrownLake grown : List.of(cloned, real)) {
            try (Lake lake = grown.open()) {
                Table ledger = lake.table(LakeTable.LEDGER);
                // Iceberg merges a hundred; how many there are since depends on how many there were.
                assertThat(ledger.currentSnapshot().allManifests(ledger.io())).hasSizeLessThan(100);
                // 30 entries since maintain, the newest before it, and what it made of the ledger.
                assertThat(size(ledger.snapshots())).isBetween(31, 33);
            }
        }
        for (String name : List.of("commit_seconds", "ledger_seconds")) {
            assertThat(figure(measured, "early." + name)).as(name + measured).isPositive();
            assertThat(figure(measured, "late." + name)).as(name + measured).isPositive();
        }
        for (String name : List.of("metadata_bytes", "heap_bytes")) {
            // Its log of metadata files is shorter yet: there were fewer than a hundred commits since the clone.
            assertThat(figure(measured, "late." + name) / figure(measured, "early." + name))
                    .as(name + measured)
                    .isBetween(0.7, 1.05);
        }
    }

    @Test
    void theFirstWindowsAndThoseThatCanBeRerunAreReal() {
        assertThat(Plan.of(26, 216, Duration.ofHours(6))).isEqualTo(new Plan(72, 144));
        assertThat(Plan.of(26, 215, Duration.ofHours(6))).isEqualTo(Plan.REAL);
        assertThat(Plan.of(100, 10_000, Duration.ofDays(4))).isEqualTo(new Plan(144, 9_864));
        assertThat(Plan.of(100, 300, Duration.ofDays(4))).isEqualTo(Plan.REAL);
    }

    private GrownLake lake(String name, Plan plan) throws IOException {
        return new GrownLake(folder.resolve(name), BEGIN, plan, TERMS, line -> {});
    }

    private static double figure(ObjectNode object, String name) {
        return object.path("figures").path("growth." + name).asDouble();
    }

    /** What a lake has, by table and kind. */
    private static Map<String, Object> contents(GrownLake grown) throws Exception {
        Map<String, Object> contents = new TreeMap<>();
        try (Lake lake = grown.open()) {
            for (LakeTable<?> one : List.of(LakeTable.RAW_LINES, LakeTable.OBSERVABLES, LakeTable.LEDGER)) {
                Table table = lake.table(one);
                Map<String, Integer> files = new TreeMap<>();
                try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                    tasks.forEach(task ->
                            files.merge(task.spec().partitionToPath(task.file().partition()), 1, Integer::sum));
                }
                contents.put(one + " files by partition", files);
                if (!one.equals(LakeTable.LEDGER)) {
                    contents.put(
                            one + " manifests",
                            table.currentSnapshot().allManifests(table.io()).size());
                    contents.put(one + " snapshots", size(table.snapshots()));
                    contents.put(one + " history", table.history().size());
                }
                contents.put(one + " rows", rows(table));
                contents.put(one + " data files on disk", onDisk(table, "data", ".parquet"));
                assertThat(onDisk(table, "metadata", ".metadata.json"))
                        .as("metadata files of " + one)
                        .isLessThanOrEqualTo(101);
            }
        }
        return contents;
    }

    /** Windows that a table has rows of, with the stage of an entry of the ledger. */
    private static Set<String> rows(Table table) throws IOException {
        Set<String> rows = new TreeSet<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            for (Record record : records) {
                String stage = table.schema().findField("stage") == null ? "" : " " + record.getField("stage");
                assertThat(rows.add(record.getField("window") + stage))
                        .as("twice")
                        .isTrue();
            }
        }
        return rows;
    }

    private static long onDisk(Table table, String kind, String end) throws IOException {
        Path location = Path.of(java.net.URI.create(table.location()).getPath());
        try (Stream<Path> all = Files.walk(location.resolve(kind))) {
            return all.filter(file -> file.toString().endsWith(end)).count();
        }
    }

    private static int size(Iterable<?> all) {
        int size = 0;
        for (Object one : all) {
            size += one == null ? 0 : 1;
        }
        return size;
    }
}
