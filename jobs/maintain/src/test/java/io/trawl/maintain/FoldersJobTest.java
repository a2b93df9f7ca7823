package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Indicator;
import io.trawl.run.Job;
import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.Test;

/** Which files of the state folder, the reports and the tables go. */
class FoldersJobTest extends MaintainedLake {
    @Test
    void filesThatNobodyNamesGo() throws Exception {
        sweep(window(2), "ingest", "audit");
        sweep(window(1), "ingest");
        indicators("named");
        Path state = folder.resolve("state");
        List<Path> stay = List.of(
                file("index/named.index", 30),
                file("index/young.index", -4),
                file("index/pinned.index", 30),
                Files.writeString(
                        file("indicators/proxy/" + name(window(1)) + "/000000.json", 30),
                        "{\"snapshot\":1,\"index\":\""
                                + state.resolve("index/pinned.index").toUri() + "\"}"),
                file("seen/proxy/" + name(window(1)) + "/before.json", 30),
                file("hot/proxy/indicators/000000.json", 300),
                file("offsets/proxy/2026-01-01T010000Z.json", 300),
                file("offsets/proxy/2026-01-01T020000Z.json", 300),
                file("windows/proxy/2026-01-01/000001.json", 300));
        List<Path> go = List.of(
                file("index/nobody.index", 30),
                file("index/killed.index.unused", 30),
                file("allowlists/nobody.zip", 30),
                file("indicators/proxy/" + name(window(2)) + "/000000.json", 30),
                file("loads/proxy/" + name(window(2)) + "/0000000000000000001", 30),
                file("seen/proxy/" + name(window(2)) + "/before.json", 30),
                file("index/.half.index.0", 30),
                file("offsets/proxy/2026-01-01T000000Z.json", 300),
                file("windows/proxy/2026-01-01/000000.json", 300));
        Path orphan = old(folder.resolve("lake/trawl/raw_lines/data/orphan.parquet"), 4);
        Path moved = old(folder.resolve("lake/trawl/raw_lines/metadata/v7.metadata.json"), 4);
        Path young = old(folder.resolve("lake/trawl/raw_lines/data/young.parquet"), -4);
        Path heartbeat = old(folder.resolve("reports/hot/proxy/heartbeat.json"), 100);
        Path foreign = old(folder.resolve("reports/notes.txt"), 100);
        Path report = old(folder.resolve("reports/ingest/proxy/old.json"), 100);
        Map<Instant, Integer> before = windows();

        maintain(LATER);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(go).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(orphan).doesNotExist();
        assertThat(report).doesNotExist();
        assertThat(heartbeat).exists();
        assertThat(foreign).exists();
        assertThat(moved).exists();
        assertThat(young).exists();
        assertThat(windows()).isEqualTo(before);
        try (Stream<Path> left = Files.walk(state)) {
            assertThat(left.map(Path::toString)).noneMatch(file -> file.endsWith(".unused"));
        }
    }

    /** A result that was parsed by a format of the site. */
    private record Parsed(String digest) implements Job {
        @Override
        public String name() {
            return "validate";
        }

        @Override
        public String purpose() {
            return "Names a declaration.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.PROXY_EVENTS);
        }

        @Override
        public void run(Run run) {
            run.replacing(LakeTable.PROXY_EVENTS).fill(to -> {});
            run.version("format.my-gateway", digest);
        }
    }

    private void parsed(Window window, String digest) {
        assertThat(run(new Parsed(digest), "--source", "proxy", "--window", window.toString()))
                .isEqualTo("0 ");
    }

    @Test
    void declarationsOfWindowsThatCanBeRerunStay() throws Exception {
        parsed(window(1), "first");
        parsed(window(1), "second");
        parsed(window(2), "second");
        parsed(window(3), "done");
        audit(window(3), 0);
        List<Path> stay = List.of(
                file("formats/first.yaml", 30), file("formats/second.yaml", 30), file("formats/young.yaml", -4));
        List<Path> go = List.of(
                file("formats/done.yaml", 30), file("formats/nobody.yaml", 30), file("formats/killed.yaml.unused", 30));
        Path back = file("formats/meanwhile.yaml.unused", -4);

        assertThat(maintain(LATER).path("declarations_deleted").asLong()).isEqualTo(3);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(go).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(back).doesNotExist();
        assertThat(folder.resolve("state/formats/meanwhile.yaml")).exists();
    }

    @Test
    void domainsThatNoSweepAskedForGo() throws Exception {
        Path young = file("domains/proxy/young.all.gz", -4);
        Path old = file("domains/proxy/old.day.gz", 30);

        maintain(LATER);

        assertThat(young).exists();
        assertThat(old).doesNotExist();
    }

    /** A snapshot of indicators that names an index file. */
    private long indicators(String index) throws Exception {
        try (Lake lake = lake()) {
            LakeStore<Indicator> store = lake.replacing(
                    LakeTable.INDICATORS,
                    Expressions.alwaysTrue(),
                    lake.snapshot(LakeTable.INDICATORS),
                    Map.of(
                            IndicatorSnapshot.INDEX,
                            folder.resolve("state/index/" + index + ".index")
                                    .toUri()
                                    .toString()),
                    1 << 20);
            store.fill(to -> {});
            return store.committed().snapshotId();
        }
    }

    @Test
    void theNewestIndicatorsStayAlsoBehindACompaction() throws Exception {
        long first = indicators("first");
        long second = indicators("second");
        try (Lake lake = lake()) {
            lake.table(LakeTable.INDICATORS)
                    .rewriteManifests()
                    .clusterBy(file -> "")
                    .commit();
            maintain(LATER);
            List<Long> left = new ArrayList<>();
            for (Snapshot one : lake.table(LakeTable.INDICATORS).snapshots()) {
                left.add(one.snapshotId());
            }
            assertThat(left).contains(second).doesNotContain(first);
            assertThat(Objects.requireNonNull(IndicatorSnapshot.latest(lake)).id())
                    .isEqualTo(second);
        }
    }

    @Test
    void bordersOfAWindowThatCanBeRerunStay() throws Exception {
        set.put("maintain.keep.raw_lines", "P12D");
        sweep(window(20), "ingest", "audit");
        List<Path> stay = List.of(
                border(window(20).start(), 15),
                border(window(20).end(), 15),
                border(window(12).start(), 2),
                border(window(1).start(), 30),
                border(window(1).end(), 30),
                border(window(0).start(), 30),
                border(window(0).end(), 30));
        Path gone = border(window(25).start(), 15);

        maintain(Duration.ZERO);

        assertThat(stay).allSatisfy(file -> assertThat(file).exists());
        assertThat(gone).doesNotExist();
        maintain(LATER);
        assertThat(stay.subList(0, 3)).allSatisfy(file -> assertThat(file).doesNotExist());
    }

    private Path border(Instant at, int daysOld) throws IOException {
        return file("offsets/proxy/" + at.toString().replace(":", "") + ".json", daysOld);
    }

    @Test
    void pinsAreReadTwiceHoweverManyIndexFilesGo() throws Exception {
        indicators("named");
        for (int i = 0; i < 5; i++) {
            file("index/old-" + i + ".index", 30);
        }
        Terms terms = Terms.of(Settings.load(null, set), Instant.now(), Set.of());
        AtomicInteger reads = new AtomicInteger();
        try (Lake lake = lake()) {
            Folders folders = new Folders(
                    State.at(set.get("state.dir"), HADOOP),
                    new Ledger(lake),
                    Kept.of(lake.table(LakeTable.LEDGER), terms),
                    terms);
            assertThat(folders.indicators(() -> {
                        reads.incrementAndGet();
                        return lake.table(LakeTable.INDICATORS);
                    }))
                    .isEqualTo(5);
        }
        assertThat(reads).hasValue(2);
    }

    @Test
    void aFolderOfReportsThatHoldsOrLiesInAnotherIsRefused() {
        set.put("reports.dir", folder.toUri().toString());
        assertThat(run(new MaintainJob(), "--check"))
                .startsWith("2 trawl maintain: setting reports.dir = ")
                .endsWith(": expected a folder apart from state.dir (" + set.get("state.dir")
                        + "), since old files in it are deleted");
        set.put("reports.dir", folder.resolve("lake/trawl").toUri().toString());
        assertThat(run(new MaintainJob(), "--check")).contains("expected a folder apart from lake.warehouse (");
        set.put("reports.dir", folder.resolve("state-reports").toUri().toString());
        assertThat(run(new MaintainJob(), "--check")).isEqualTo("0 ");
    }
}
