package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import io.trawl.stack.Await;
import io.trawl.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand lines that no format reads, and a format that is mended, through the real servers. */
class ReplayIT {
    private static final int HEALED = 1_000;
    private static final int GOOD = 100;
    private static final int BROKEN = 5;

    private static final String FORMAT = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            grammar:
              delimited: {columns: time client url more, least: 3, most: %d}
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    @TempDir
    Path folder;

    /** Declares the format on HDFS: it reads lines of three columns up to a number. Gives its folder. */
    private static String format(Site site, int most) throws Exception {
        return site.declare("formats", "my-gateway", FORMAT.formatted(most));
    }

    /** Whether the newest state of the events is another one than the ledger names: a run is between its two commits. */
    private static boolean isBetween(Sweeper source, Window window) throws Exception {
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            Ledger.Entry entry = new Ledger(lake).require(source.source(), Stage.VALIDATE, window);
            Lake.Commit newest = Objects.requireNonNull(lake.newest(LakeTable.PROXY_EVENTS, source.source(), window));
            return newest.snapshot() != entry.output(LakeTable.PROXY_EVENTS);
        }
    }

    @Test
    void aThousandLinesAreHealedWhileAJobIsKilled() throws Exception {
        Path conf = SharedStack.stores().conf();
        String name = Sweeper.unique("replay");
        String evil = "evil-" + name + ".example";
        Site site = Site.of(conf, folder, name);
        Map<String, String> settings = new HashMap<>(HotJob.settings(name));
        settings.put("formats.folder", format(site, 3));
        settings.put("source." + name + ".format", "my-gateway");
        Sweeper source = site.source(name, settings);
        try (Broker broker = new Broker(source.settings().text("kafka.bootstrap"))) {
            broker.create(name, 2, Map.of());
            Path feed = Files.writeString(folder.resolve("feed.txt"), evil + "\n");
            source.mustRun("refresh-indicators", null, "--feeds", feed.toString());
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < HEALED; i++) {
                lines.add("2026-01-05T10:00:00Z,10.0.0." + i % 250 + ",http://www." + evil + "/" + i + ",more");
            }
            for (int i = 0; i < GOOD; i++) {
                lines.add("2026-01-05T10:00:00Z,10.0.1." + i + ",http://www." + evil + "/good/" + i);
            }
            for (int i = 0; i < BROKEN; i++) {
                lines.add("broken " + i);
            }
            List<Message> messages = new ArrayList<>(
                    Broker.log(0, name + "-p1", 0, lines.subList(0, 600).toArray(new String[0])));
            messages.addAll(Broker.log(
                    1, name + "-p2", 0, lines.subList(600, lines.size()).toArray(new String[0])));
            Window window;
            try (HotJob hot = HotJob.running(source)) {
                window = source.fill(broker, messages);
                source.sweep(window);
                HotJob.awaitCommitted(source, messages.size());
                assertThat(hot.alive()).isTrue();
            }
            assertThat(source.counts("audit", window))
                    .containsEntry("valid", (long) GOOD)
                    .containsEntry("invalid", (long) HEALED + BROKEN)
                    .containsEntry("warnings", 1L);
            TreeMap<String, List<String>> before = source.everything(window);

            format(site, 4);
            source.mustRun("replay", window, "--dry-run");
            assertThat(source.everything(window)).isEqualTo(before);
            Process job = source.start("replay", window);
            Await.until(
                    "the first commit of replay, or its end",
                    () -> !job.isAlive() || isBetween(source, window),
                    done -> done);
            job.destroyForcibly().waitFor();
            if (source.runs("validate", window).size() == 1) {
                assertThat(source.everything(window))
                        .as("as far as the ledger says, nothing has happened")
                        .isEqualTo(before);
            }
            source.mustRun("replay", window);
            for (String stage : List.of("enrich", "load", "audit")) {
                source.mustRun(stage, window);
            }
            assertThat(source.counts("validate", window))
                    .containsEntry("raw", (long) messages.size())
                    .containsEntry("valid", (long) GOOD + HEALED)
                    .containsEntry("invalid", (long) BROKEN)
                    .containsEntry("invalid.syntax", (long) BROKEN);
            assertThat(source.counts("audit", window))
                    .containsEntry("valid", (long) GOOD + HEALED)
                    .containsEntry("invalid", (long) BROKEN)
                    .containsEntry("hot_equal", (long) GOOD)
                    .containsEntry("hot_batch_only.healed", (long) HEALED)
                    .containsEntry("hot_unexplained", 0L);
            assertThat(source.column(LakeTable.DETECTIONS, "enrich", window, "value"))
                    .hasSize(GOOD + HEALED);

            // Whatever comes after it, the result is the same.
            TreeMap<String, List<String>> after = source.everything(window);
            source.sweep(window);
            assertThat(source.everything(window)).isEqualTo(after);
            source.mustRun("replay", window);
            assertThat(source.everything(window)).isEqualTo(after);
            assertThat(source.run("audit", window).error()).isEmpty();
        }
    }
}
