package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.RawLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens where a source's windows get another length. */
class WindowClaimsTest {
    private static final String DAY = "2026-11-24T";
    private static final String HOUR = DAY + "10:00:00Z/" + DAY + "11:00:00Z";
    private static final String QUARTER = DAY + "10:00:00Z/" + DAY + "10:15:00Z";
    private static final String LATER_QUARTER = DAY + "10:30:00Z/" + DAY + "10:45:00Z";
    private static final String NEXT_QUARTER = DAY + "11:00:00Z/" + DAY + "11:15:00Z";

    @TempDir
    Path folder;

    /** Looks at its window, and stores nothing. */
    private static final class Looks implements Job {
        private final boolean windowed;

        Looks(boolean windowed) {
            this.windowed = windowed;
        }

        @Override
        public String name() {
            return "looks";
        }

        @Override
        public String purpose() {
            return "Looks at a window.";
        }

        @Override
        public boolean windowed() {
            return windowed;
        }

        @Override
        public boolean sourced() {
            return true;
        }

        @Override
        public void run(Run run) throws IOException {
            if (!windowed) {
                run.requireUnit(Instant.parse(DAY + "10:20:00Z"));
            }
        }
    }

    /** Stores nothing for a window, and says so in the ledger. */
    private static final class Notes implements Job {
        private final boolean records;
        private final ThrowingRunnable meanwhile;

        Notes(boolean records, ThrowingRunnable meanwhile) {
            this.records = records;
            this.meanwhile = meanwhile;
        }

        @Override
        public String name() {
            return "ingest";
        }

        @Override
        public String purpose() {
            return "Notes a window.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.RAW_LINES);
        }

        @Override
        public void run(Run run) throws IOException {
            LakeStore<RawLine> store = run.replacing(LakeTable.RAW_LINES);
            if (!records) {
                throw new JobFailure("it dies", null);
            }
            meanwhile.run();
            store.fill(to -> {});
        }
    }

    private interface ThrowingRunnable {
        void run() throws IOException;
    }

    private record Ended(int status, String line) {}

    private Ended run(String unit, String window) {
        return run(unit, window, new Notes(true, () -> {}));
    }

    private Ended run(String unit, @Nullable String window, Job job) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("--source", "proxy"));
        if (window != null) {
            arguments.addAll(List.of("--window", window));
        }
        for (String set : new String[] {
            "source.proxy.window=" + unit,
            "lake.warehouse=" + folder.resolve("lake").toUri(),
            "reports.dir=" + folder.resolve("reports").toUri(),
            "state.dir=" + folder.resolve("state").toUri()
        }) {
            arguments.addAll(List.of("--set", set));
        }
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                job,
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        return new Ended(status, error.toString(StandardCharsets.UTF_8).strip());
    }

    private void forgetClaims() throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("state/windows"))) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private List<String> ledger() throws Exception {
        Settings settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        try (Lake lake = Lake.open(settings, new Configuration())) {
            return new Ledger(lake)
                    .overlapping("proxy", Window.parse(DAY + "00:00:00Z/2026-11-25T00:00:00Z")).stream()
                            .map(Window::toString)
                            .sorted()
                            .toList();
        }
    }

    @Test
    void aChangedUnitIsRefusedWhereWindowsAreSweptAndBackIsNot() throws Exception {
        assertThat(run("PT1H", HOUR).status()).isZero();
        for (String window : List.of(QUARTER, LATER_QUARTER)) {
            Ended quarter = run("PT15M", window);
            assertThat(quarter.status()).isEqualTo(2);
            assertThat(quarter.line())
                    .isEqualTo("trawl ingest: window " + window + " of source proxy overlaps " + HOUR
                            + ", which is in the ledger: set source.proxy.window = PT1H for those windows; windows of PT15M"
                            + " may begin after the last one that was swept");
        }
        assertThat(run("PT1H", HOUR).status()).as("a rerun").isZero();
        assertThat(ledger()).containsExactly(HOUR);
    }

    @Test
    void aLongerUnitIsRefusedToo() {
        assertThat(run("PT15M", LATER_QUARTER).status()).isZero();
        Ended hour = run("PT1H", HOUR);
        assertThat(hour.status()).isEqualTo(2);
        assertThat(hour.line()).contains("overlaps " + LATER_QUARTER).contains("set source.proxy.window = PT15M");
    }

    @Test
    void aLedgerOfBeforeThereWereClaimsIsAsked() throws Exception {
        assertThat(run("PT1H", HOUR).status()).isZero();
        forgetClaims();
        assertThat(run("PT15M", QUARTER).line()).contains("overlaps " + HOUR + ", which is in the ledger");
        assertThat(run("PT1H", HOUR).status()).isZero();
    }

    @Test
    void aUnitMayChangeAtABorderBehindWhatIsSwept() throws Exception {
        assertThat(run("PT1H", HOUR).status()).isZero();
        assertThat(run("PT15M", NEXT_QUARTER).status()).isZero();
        assertThat(run("PT1H", HOUR).status()).isZero();
        assertThat(run("PT1H", DAY + "11:00:00Z/" + DAY + "12:00:00Z").line()).contains("overlaps " + NEXT_QUARTER);
        assertThat(ledger()).containsExactly(HOUR, NEXT_QUARTER);
    }

    @Test
    void aClaimOfARunThatCameToNothingSaysWhichFileHoldsIt() throws Exception {
        assertThat(run("PT1H", DAY + "09:00:00Z/" + DAY + "10:00:00Z").status()).isZero();
        assertThat(run("PT15M", QUARTER, new Notes(false, () -> {})).status()).isEqualTo(1);
        Ended hour = run("PT1H", HOUR);
        assertThat(hour.status()).isEqualTo(2);
        assertThat(hour.line())
                .contains("overlaps " + QUARTER + ", which a run has claimed")
                .contains("windows/proxy/2026-11-24/000001.json and what follows it");
        Files.delete(folder.resolve("state/windows/proxy/2026-11-24/000001.json"));
        assertThat(run("PT1H", HOUR).status()).isZero();
    }

    @Test
    void ofAClaimWhoseFileMaintenanceDeletedTheFolderIsNamed() throws Exception {
        assertThat(run("PT15M", QUARTER, new Notes(false, () -> {})).status()).isEqualTo(1);
        assertThat(run("PT15M", NEXT_QUARTER, new Notes(false, () -> {})).status())
                .isEqualTo(1);
        Files.delete(folder.resolve("state/windows/proxy/2026-11-24/000000.json"));
        Ended hour = run("PT1H", HOUR);
        assertThat(hour.status()).isEqualTo(2);
        assertThat(hour.line())
                .contains("overlaps " + QUARTER + ", which a run has claimed")
                .doesNotContain(".json")
                .contains("no job of that day runs, delete the folder ")
                .contains("windows/proxy/2026-11-24: windows in the ledger are claimed again)");
    }

    @Test
    void ofTwoUnitsAtTheSameMomentOneIsRefused() throws Exception {
        for (int hour = 10; hour < 22; hour++) {
            String start = DAY + hour + ":00:00Z/" + DAY;
            CyclicBarrier both = new CyclicBarrier(2);
            List<CompletableFuture<Ended>> runs = new ArrayList<>();
            for (String[] one : List.of(
                    new String[] {"PT1H", start + (hour + 1) + ":00:00Z"},
                    new String[] {"PT15M", start + hour + ":15:00Z"})) {
                runs.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        both.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return run(one[0], one[1]);
                }));
            }
            assertThat(runs.stream().map(CompletableFuture::join))
                    .extracting(Ended::status)
                    .containsExactlyInAnyOrder(0, 2);
        }
        assertThat(ledger()).hasSize(12);
    }

    @Test
    void aRunThatStoresNothingClaimsNothing() {
        assertThat(run("PT15M", QUARTER, new Looks(true)).status()).isZero();
        assertThat(run("PT1H", HOUR).status()).isZero();
        assertThat(run("PT15M", QUARTER, new Looks(true)).line()).contains("overlaps " + HOUR);
    }

    @Test
    void aJobWithoutAWindowIsRefusedWhereItsSourceHasWindowsOfAnotherLength() {
        assertThat(run("PT1H", HOUR).status()).isZero();
        assertThat(run("PT1H", null, new Looks(false)).status()).isZero();
        Ended quarter = run("PT15M", null, new Looks(false));
        assertThat(quarter.status()).isEqualTo(2);
        assertThat(quarter.line()).contains("overlaps " + HOUR);
    }

    @Test
    void aRunWhoseClaimWasTakenAwayCommitsNothing() throws Exception {
        Ended ended = run("PT1H", HOUR, new Notes(true, this::forgetClaims));
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.line()).contains("is no longer claimed in").contains("Nothing was committed");
        assertThat(ledger()).isEmpty();
    }

    @Test
    void aDaysClaimsAreFewHoweverManyWindowsItHas() throws Exception {
        run("PT15M", DAY + "00:00:00Z/" + DAY + "06:00:00Z");
        String[] files =
                folder.resolve("state/windows/proxy/2026-11-24").toFile().list((dir, name) -> name.endsWith(".json"));
        assertThat(files).hasSize(24);
        Arrays.sort(files);
        assertThat(Files.readString(
                        folder.resolve("state/windows/proxy/2026-11-24").resolve(files[23])))
                .contains("\"from\" : \"2026-11-24T00:00:00Z\"")
                .contains("\"until\" : \"2026-11-24T06:00:00Z\"")
                .containsOnlyOnce("\"unit\"");
    }
}
