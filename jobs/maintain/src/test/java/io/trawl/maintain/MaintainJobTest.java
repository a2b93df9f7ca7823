package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.junit.jupiter.api.Test;

/** Which rows and snapshots go, and which settings are refused. */
class MaintainJobTest extends MaintainedLake {
    @Test
    void rowsLeaveATableWhenTheyAreTooOldForIt() throws Exception {
        sweep(window(40), "ingest", "audit");
        sweep(window(20), "ingest", "audit");
        assertThat(maintain(Duration.ZERO).path("windows_deleted.raw_lines").asInt())
                .as("it can be rerun, old as it is")
                .isZero();
        assertThat(windows()).hasSize(2);

        set.put("source.proxy.keep.raw_lines", "P60D");
        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isZero();
        set.put("source.proxy.keep.raw_lines", "");
        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isEqualTo(1);

        assertThat(windows()).containsExactly(Map.entry(window(20).start(), 3));
    }

    /** A table's operations before whose commits another run commits each time. */
    private static TableOperations behind(TableOperations own, Runnable other) {
        return (TableOperations) Proxy.newProxyInstance(
                TableOperations.class.getClassLoader(),
                new Class<?>[] {TableOperations.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        other.run();
                    }
                    try {
                        return method.invoke(own, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void snapshotsStayWhereOtherRunsCommitAllTheTime() throws Exception {
        sweep(window(2), "ingest", "audit");
        sweep(window(1), "ingest", "audit");
        Terms terms = Terms.of(Settings.load(null, set), Instant.now().plus(LATER), Set.of());
        try (Lake lake = lake()) {
            lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commit.retry.num-retries", "2")
                    .commit();
            Kept kept = Kept.of(lake.table(LakeTable.LEDGER), terms);
            AtomicInteger commits = new AtomicInteger();
            Runnable other = () -> lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("commits", "" + commits.incrementAndGet())
                    .commit();
            Table busy = new BaseTable(
                    behind(((HasTableOperations) lake.table(LakeTable.RAW_LINES)).operations(), other), "busy");

            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> Expiry.expire(LakeTable.RAW_LINES, busy, Set.of(), kept, terms.cutoff()))
                    .withMessage(
                            "lake.raw_lines: no snapshots were expired, since other runs committed all the time; run maintain again")
                    .withCauseInstanceOf(CommitFailedException.class);

            assertThat(commits).as("tries").hasValue(3);
            assertThat(lake.table(LakeTable.RAW_LINES).snapshots()).hasSize(2);
            assertThat(Expiry.expire(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), Set.of(), kept, terms.cutoff()))
                    .isEqualTo(1);
        }
    }

    @Test
    void theNewestCommitOfAWindowIsFoundBehindOnesThatExpired() throws Exception {
        sweep(window(3), "ingest");
        for (int i = 0; i < 3; i++) {
            sweep(window(0), "ingest", "audit");
        }
        try (Lake lake = lake()) {
            Lake.Commit newest = lake.newest(LakeTable.RAW_LINES, "proxy", window(3));
            List<Long> between = new ArrayList<>();
            new Ledger(lake)
                    .entries("proxy", Stage.INGEST, window(0))
                    .forEach(entry -> between.add(entry.output(LakeTable.RAW_LINES)));
            between.remove(2);
            assertThat(maintain(LATER).path("snapshots_expired.raw_lines").asInt())
                    .isEqualTo(2);
            // The one of the window that is not audited stays, those between go.
            Set<Long> left = new TreeSet<>();
            lake.table(LakeTable.RAW_LINES).snapshots().forEach(one -> left.add(one.snapshotId()));
            assertThat(left)
                    .doesNotContainAnyElementsOf(between)
                    .contains(Objects.requireNonNull(newest).snapshot());
            assertThat(lake.newest(LakeTable.RAW_LINES, "proxy", window(3))).isEqualTo(newest);
        }
    }

    @Test
    void rowsOfLogFilesStayAlsoWhenTheirSourceHasLeftTheSettings() throws Exception {
        Map<String, String> without = new LinkedHashMap<>(set);
        for (String source : List.of("logs", "topic")) {
            set.put("source." + source + ".topic", source);
            set.put("source." + source + ".format", "squid");
            set.put("source." + source + ".from", source.equals("logs") ? "files" : "kafka");
            for (String stage : List.of("ingest", "audit")) {
                assertThat(run(
                                new StageJob(stage, 1),
                                "--source",
                                source,
                                "--window",
                                window(40).toString()))
                        .isEqualTo("0 ");
            }
        }
        file("offsets/topic/" + name(window(40)) + ".json", 1);
        set.clear();
        set.putAll(without);

        assertThat(maintain(LATER).path("windows_deleted.raw_lines").asInt()).isEqualTo(1);
        assertThat(windows()).containsExactly(Map.entry(window(40).start(), 1));
        try (Lake lake = lake()) {
            assertThat(Contents.of(LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES))
                            .sources())
                    .containsOnlyKeys("logs");
        }
    }

    @Test
    void anOldWindowThatComesMeanwhileIsNotDeleted() throws Exception {
        sweep(window(40), "ingest", "audit");
        Terms terms = Terms.of(Settings.load(null, set), Instant.now().plus(LATER), Set.of());
        try (Lake lake = lake()) {
            Supplier<Kept> sweptMeanwhile = () -> {
                Kept kept = Kept.of(lake.table(LakeTable.LEDGER), terms);
                sweep(window(40), "ingest");
                sweep(window(41), "ingest");
                return kept;
            };
            assertThatExceptionOfType(JobFailure.class)
                    .isThrownBy(() -> Retention.apply(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), terms, sweptMeanwhile, Map.of()))
                    .withMessage(
                            "lake.raw_lines: old rows were not deleted, since another run committed meanwhile; run maintain again");
            assertThat(windows())
                    .containsOnly(
                            Map.entry(window(40).start(), 3),
                            Map.entry(window(41).start(), 3));
            Supplier<Kept> anotherMeanwhile = () -> {
                sweep(window(42), "ingest");
                return Kept.of(lake.table(LakeTable.LEDGER), terms);
            };
            sweep(window(40), "audit");
            sweep(window(41), "audit");
            assertThat(Retention.apply(
                            LakeTable.RAW_LINES, lake.table(LakeTable.RAW_LINES), terms, anotherMeanwhile, Map.of()))
                    .isEqualTo(2);
            assertThat(windows()).containsExactly(Map.entry(window(42).start(), 3));
        }
    }

    @Test
    void termsThatContradictEachOtherAreRefused() {
        set.put("maintain.keep.raw_lines", "P10D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.keep.raw_lines = PT240H: expected at least maintain.rerun + maintain.grace + 8 days (PT288H)");
        set.put("maintain.keep.raw_lines", "P30D");
        set.put("source.proxy.keep.raw_lines", "P8D");
        assertThat(run(new MaintainJob()))
                .startsWith("2 trawl maintain: setting source.proxy.keep.raw_lines = PT192H: expected at least");
        set.put("source.proxy.keep.raw_lines", "");
        set.put("maintain.keep.ledger", "P700D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.keep.ledger = PT16800H: expected at least the longest time of the other tables (PT17520H)");
        set.put("maintain.keep.ledger", "P730D");
        set.put("maintain.grace", "PT0S");
        assertThat(run(new MaintainJob()))
                .isEqualTo("2 trawl maintain: setting maintain.grace = PT0S: expected at least six hours (PT6H)");
        set.put("maintain.grace", "P1D");
        set.put("maintain.orphans", "PT23H");
        assertThat(run(new MaintainJob()))
                .isEqualTo("2 trawl maintain: setting maintain.orphans = PT23H: expected at least a day (PT24H)");
        set.put("maintain.orphans", "P3D");
        set.put("maintain.grace", "P4D");
        assertThat(run(new MaintainJob()))
                .isEqualTo(
                        "2 trawl maintain: setting maintain.orphans = PT72H: expected at least maintain.grace (PT96H)");
        set.put("maintain.grace", "P1D");
        set.put("lake.type", "hadoop");
        assertThat(run(new MaintainJob()))
                .startsWith("2 trawl maintain: setting lake.type = hadoop: files of such a catalog cannot be deleted");
    }
}
