package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseReader.Target;
import io.trawl.it.Broker.Message;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import io.trawl.stack.SharedStack;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maintenance of a lake of its own on HDFS, between sweeps: what a rerun, the audit and HBase give is what it was. */
class MaintainIT {
    private static final String LINE =
            "1700000000.%03d     62 10.0.0.%d TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/192.0.2.7 text/html";
    private static final List<LakeTable<?>> TABLES = List.of(
            LakeTable.RAW_LINES,
            LakeTable.PROXY_EVENTS,
            LakeTable.INVALID_RECORDS,
            LakeTable.DETECTIONS,
            LakeTable.OBSERVABLES);

    @TempDir
    Path folder;

    private static Map<String, List<String>> rows(Sweeper source, Map<String, String> domains) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        for (LakeTable<?> table : TABLES) {
            rows.put(
                    table.name(),
                    Site.rows(source, table).stream()
                            .map(record -> record.struct().fields().stream()
                                    .map(field -> text(record.getField(field.name())))
                                    .toList()
                                    .toString())
                            .sorted()
                            .toList());
        }
        HBaseReader reader = new HBaseReader(source.settings());
        domains.values()
                .forEach(domain -> rows.put(
                        "sightings " + domain,
                        reader.sightings(Target.domain(domain), null, 1_000).newest().stream()
                                .map(HBaseReader.Sighting::toString)
                                .sorted()
                                .toList()));
        domains.values()
                .forEach(domain -> rows.put(
                        "detections " + domain,
                        reader
                                .detections(new HBaseReader.Query(null, null, Target.domain(domain), null, 1_000))
                                .stream()
                                .map(Object::toString)
                                .sorted()
                                .toList()));
        return rows;
    }

    private static String text(@Nullable Object value) {
        return value instanceof ByteBuffer bytes
                ? StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString()
                : String.valueOf(value);
    }

    @Test
    void afterMaintenanceBetweenSweepsRerunsAuditsAndHBaseAreTheSame() throws Exception {
        Path conf = SharedStack.stores().conf();
        String name = Sweeper.unique("maintain");
        Sweeper source = Site.of(conf, folder, name).source(name, Map.of());
        Map<String, String> domains = Map.of("evil", "evil-" + name + ".example", "good", "good-" + name + ".example");
        try (Broker broker = new Broker(source.settings().text("kafka.bootstrap"))) {
            broker.create(name, 3, Map.of());
            Path feed = Files.writeString(folder.resolve("feed.txt"), domains.get("evil") + "\n");
            source.mustRun("refresh-indicators", null, "--feeds", feed.toString());
            List<Window> windows = new ArrayList<>();
            long at = 0;
            for (int i = 0; i < 3; i++) {
                List<Message> messages = new ArrayList<>();
                for (int line = 0; line < 9; line++) {
                    byte[] text = LINE.formatted(line, line, domains.get(line % 2 == 0 ? "evil" : "good"))
                            .getBytes(StandardCharsets.ISO_8859_1);
                    messages.add(Message.of(line % 3, "p1", at, text));
                    at += text.length + 1;
                }
                windows.add(source.fill(broker, messages));
            }
            for (Window window : windows) {
                Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
            }
            List<String> audits = audits(source, windows);
            assertThat(audits).as("with them the windows are finished").containsOnly("");
            Map<String, List<String>> before = rows(source, domains);
            assertThat(before.get("raw_lines")).hasSize(27);
            assertThat(before.get("detections")).hasSize(15);
            assertThat(before.get("sightings " + domains.get("good"))).isNotEmpty();

            assertThat(Site.maintain(source, Duration.ofHours(71), "expire snapshots of lake.detections"))
                    .startsWith("1");
            assertThat(rows(source, domains)).isEqualTo(before);
            AtomicBoolean more = new AtomicBoolean(true);
            Thread meanwhile = new Thread(() -> {
                while (more.get()) {
                    Site.maintain(source, Duration.ofHours(71), "");
                }
            });
            meanwhile.start();
            try {
                for (Window window : windows) {
                    Sweeper.STAGES.forEach(stage -> untilItWins(source, stage, window));
                }
            } finally {
                more.set(false);
                meanwhile.join();
            }
            assertThat(Site.maintain(source, Duration.ofHours(71), "")).isEqualTo("0");
            assertThat(rows(source, domains)).isEqualTo(before);
            assertThat(audits(source, windows)).isEqualTo(audits);

            assertThat(Site.maintain(source, Duration.ofDays(6), "")).isEqualTo("0");
            assertThat(rows(source, domains)).isEqualTo(before);
            assertThat(source.run("validate", windows.get(0)).error()).contains("can no longer be rerun");
            // HBase can be filled again.
            source.mustRun("load", windows.get(0));
            assertThat(rows(source, domains)).isEqualTo(before);
            try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
                assertThat(new Ledger(lake).entries(name, Stage.LOAD, windows.get(0)))
                        .hasSize(3);
            }
        }
    }

    /** A run that lost to a compaction of its window says that it is to be run again. */
    private static void untilItWins(Sweeper source, String stage, Window window) {
        while (true) {
            Sweeper.Said said = source.run(stage, window);
            if (said.status() == 0) {
                return;
            }
            assertThat(said.error()).contains("another run of the same window committed");
        }
    }

    private static List<String> audits(Sweeper source, List<Window> windows) {
        return windows.stream()
                .map(window -> source.run("audit", window).error())
                .toList();
    }
}
