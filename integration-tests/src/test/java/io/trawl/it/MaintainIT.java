package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.trawl.etl.HBaseReader;
import io.trawl.etl.HBaseReader.Target;
import io.trawl.etl.Jobs;
import io.trawl.etl.Lake;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.State;
import io.trawl.etl.Window;
import io.trawl.it.Broker.Message;
import io.trawl.maintain.MaintainJob;
import io.trawl.stack.SharedStack;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
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

    /** A source whose lake, state and reports nobody else has; HBase and Kafka are shared. */
    private Sweeper site(Path conf, String name) throws Exception {
        Sweeper shared = new Sweeper(conf, name, Map.of());
        String root = shared.settings().text("state.dir") + "-" + name;
        return new Sweeper(
                conf,
                name,
                Map.of(
                        "lake.warehouse",
                        root + "/lake",
                        "lake.type",
                        "jdbc",
                        "lake.catalog.uri",
                        "jdbc:sqlite:" + folder.resolve("catalog.db"),
                        "state.dir",
                        root + "/state",
                        "reports.dir",
                        root + "/reports",
                        "maintain.compact.files",
                        "2"));
    }

    private static Map<String, List<String>> rows(Sweeper source, Map<String, String> domains) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            for (LakeTable<?> table : TABLES) {
                List<String> all = new ArrayList<>();
                try (CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(table)).build()) {
                    records.forEach(record -> all.add(record.struct().fields().stream()
                            .map(field -> text(record.getField(field.name())))
                            .toList()
                            .toString()));
                }
                all.sort(null);
                rows.put(table.name(), all);
            }
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

    private static String maintain(Sweeper source, Duration later, String dieBefore) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                source.arguments(null).toArray(new String[0]),
                new MaintainJob(Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC), step -> {
                    if (step.equals(dieBefore)) {
                        throw new IllegalStateException("killed");
                    }
                }),
                Clock.systemUTC(),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + err.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void afterMaintenanceBetweenSweepsRerunsAuditsAndHBaseAreTheSame() throws Exception {
        Path conf = SharedStack.get().conf();
        String name = Sweeper.unique("maintain");
        Sweeper source = site(conf, name);
        Map<String, String> domains = Map.of("evil", "evil-" + name + ".example", "good", "good-" + name + ".example");
        // What this test's clock would take for old in HBase is other tests'.
        State.at(source.settings().text("state.dir"), Sweeper.HADOOP)
                .replace(
                        "maintain/hbase.json",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("done", Instant.now().toString()));
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
                    messages.add(Message.of(line % 3, "p1", "g" + line % 3, at, text));
                    at += text.length + 1;
                }
                windows.add(source.fill(broker, messages));
            }
            for (Window window : windows) {
                Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
            }
            // The audit may name byte gaps of these made-up files; what it says must stay the same.
            List<String> audits = audits(source, windows);
            Map<String, List<String>> before = rows(source, domains);
            assertThat(before.get("raw_lines")).hasSize(27);
            assertThat(before.get("detections")).hasSize(15);
            assertThat(before.get("sightings " + domains.get("good"))).isNotEmpty();

            assertThat(maintain(source, Duration.ofHours(71), "expire snapshots of lake.detections"))
                    .startsWith("1");
            assertThat(rows(source, domains)).isEqualTo(before);
            AtomicBoolean more = new AtomicBoolean(true);
            Thread meanwhile = new Thread(() -> {
                while (more.get()) {
                    maintain(source, Duration.ofHours(71), "");
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
            assertThat(maintain(source, Duration.ofHours(71), "")).isEqualTo("0");
            assertThat(rows(source, domains)).isEqualTo(before);
            assertThat(audits(source, windows)).isEqualTo(audits);

            assertThat(maintain(source, Duration.ofDays(6), "")).isEqualTo("0");
            assertThat(rows(source, domains)).isEqualTo(before);
            assertThat(source.run("validate", windows.get(0)).error()).contains("can no longer be rerun");
            // HBase can be filled again.
            source.mustRun("load", windows.get(0));
            assertThat(rows(source, domains)).isEqualTo(before);
            try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
                assertThat(new Ledger(lake).entries(name, "load", windows.get(0)))
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
