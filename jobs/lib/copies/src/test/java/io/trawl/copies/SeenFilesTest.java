package io.trawl.copies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.lake.Lake;
import io.trawl.lake.Ledger;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.LedgerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of files is the same, whatever of it was kept. */
class SeenFilesTest {
    private static final String SOURCE = "proxy";
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final Duration UNIT = Duration.ofHours(12);
    /** So many windows are looked at. */
    private static final int REMEMBERED = (int) SeenFiles.REMEMBERED.dividedBy(UNIT);
    /** A file that each window has lines of. */
    private static final ProxyFile LONG = new ProxyFile("host", "access.log", "long");

    @TempDir
    Path folder;

    private Lake lake;
    private State state;

    @BeforeEach
    void open() throws Exception {
        Settings settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        lake = Lake.open(settings, new Configuration());
        state = State.at(folder.resolve("state").toUri().toString(), new Configuration());
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    private static Instant window(int number) {
        return START.plus(UNIT.multipliedBy(number));
    }

    /** Each window has a file of its own, and some bytes more of the long one. */
    private void ingest(int number) {
        FileRanges ranges = new FileRanges();
        ranges.add(new ProxyFile("host", "access.log", "of " + number), new FileRanges.Range(0, 9));
        ranges.add(LONG, new FileRanges.Range(number * 10L, number * 10L + 9));
        ObjectNode detail = Json.MAPPER.createObjectNode();
        ranges.into(detail);
        LedgerEntry entry = new LedgerEntry();
        entry.setSource(SOURCE);
        entry.setStage("ingest");
        entry.setWindow(window(number));
        entry.setWindowEnd(window(number + 1));
        entry.setRunId("run " + number);
        entry.setSequence(number);
        entry.setStarted(window(number));
        entry.setEnded(window(number));
        entry.setCounts(Map.of("raw", 2L));
        entry.setInputs(Map.of());
        entry.setOutputs(Map.of());
        entry.setOffsets(List.of());
        entry.setHoles(List.of());
        entry.setVersions(Map.of());
        entry.setDetail(detail.toString());
        new Ledger(lake).add(entry);
    }

    private TreeMap<ProxyFile, SeenFiles.Seen> before(int number) throws IOException {
        FileRanges all = new FileRanges();
        for (int window = 0; window < 30; window++) {
            all.add(new ProxyFile("host", "access.log", "of " + window), new FileRanges.Range(0, 0));
        }
        return SeenFiles.before(
                        new Ledger(lake),
                        state,
                        SOURCE,
                        window(number),
                        window -> "seen/" + window.toString().replace(":", "") + "/before.json")
                .suspected(all);
    }

    private List<Path> kept() throws IOException {
        Path seen = folder.resolve("state/seen");
        if (!Files.exists(seen)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(seen)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** It names all files of eight days, so not each window keeps one. */
    @Test
    void itIsKeptOnceInSomeWindowsAndTellsTheSame() throws IOException {
        TreeMap<Integer, TreeMap<ProxyFile, SeenFiles.Seen>> known = new TreeMap<>();
        for (int number = 0; number < 24; number++) {
            known.put(number, before(number));
            ingest(number);
        }
        assertThat(kept()).hasSizeBetween(2, 24 / SeenFiles.WORTH);
        // Of files of one window each, those of the last days.
        known.forEach(
                (number, files) -> assertThat(files).as("before %s", number).hasSize(Math.min(number, REMEMBERED)));
        // A rerun tells the same, and so does one without what was kept.
        for (int number : new int[] {23, 8, 15}) {
            assertThat(before(number)).isEqualTo(known.get(number));
        }
        for (Path file : kept().stream().sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
        }
        for (int number : new int[] {9, 16, 23}) {
            assertThat(before(number)).isEqualTo(known.get(number));
        }
        assertThat(kept()).hasSize(2);
    }

    @Test
    void aWindowThatIsIngestedLateIsNotMissed() throws IOException {
        for (int number = 0; number < 20; number++) {
            if (number != 6) {
                before(number);
                ingest(number);
            }
        }
        assertThat(kept()).isNotEmpty();
        assertThat(before(19)).hasSize(REMEMBERED - 1);
        ingest(6);
        assertThat(before(19)).hasSize(REMEMBERED);
    }
}
