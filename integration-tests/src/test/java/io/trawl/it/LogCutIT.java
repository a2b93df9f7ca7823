package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.lake.LakeTable;
import io.trawl.stack.SharedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that has lost the end of its log, and one that wants a login. */
class LogCutIT {
    private static final String LINE =
            "1700000002.123     62 10.0.0.%d TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/192.0.2.8 text/html";

    @TempDir
    Path folder;

    private SharedKafka kafka;
    private Broker broker;
    private long sent;

    @BeforeEach
    void start() {
        kafka = SharedKafka.get();
        broker = new Broker(kafka.bootstrap());
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Sweeper source(Map<String, String> more) throws Exception {
        String name = Sweeper.unique("cut");
        broker.create(name, 1, Map.of());
        Map<String, String> settings = new HashMap<>(Map.of(
                "lake.warehouse", folder.resolve("lake").toUri().toString(),
                "lake.catalog.uri", "jdbc:sqlite:" + folder.resolve("catalog.db"),
                "state.dir", folder.resolve("state").toUri().toString(),
                "reports.dir", folder.resolve("reports").toUri().toString(),
                "hbase.quorum", ""));
        settings.putAll(more);
        Sweeper source = new Sweeper(kafka.conf(), name, settings);
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\n");
        source.mustRun("refresh-indicators", null, "--feeds", feed.toString());
        return source;
    }

    /** Sends lines one by one, a batch of the log each, and gives the window that took them. */
    private Window fill(Sweeper source, int lines) throws Exception {
        Window window = Sweeper.nextWindow();
        for (int i = 0; i < lines; i++) {
            String line = LINE.formatted(i, "host" + sent + ".example");
            List<Message> one = Broker.log(0, "p1", sent, line);
            sent += line.length() + 1;
            assertThat(broker.send(source.source(), one).get(0).timestamp())
                    .as("taken within the window")
                    .isBetween(window.start().toEpochMilli(), window.end().toEpochMilli() - 1);
        }
        Sweeper.awaitEnd(window);
        return window;
    }

    private static void sweep(Sweeper source, Window window, String... ingest) {
        source.mustRun("ingest", window, ingest);
        for (String stage : List.of("validate", "enrich", "audit")) {
            source.mustRun(stage, window);
        }
    }

    private static Window next(Window window) {
        return new Window(window.end(), window.end().plus(Sweeper.UNIT));
    }

    private static void assertOneLine(Sweeper.Said said, String part) {
        assertThat(said.status()).as(said.error()).isEqualTo(1);
        assertThat(said.error()).contains(part);
        assertThat(said.error().lines().filter(line -> line.startsWith("trawl ")))
                .hasSize(1);
    }

    /** Messages that were swept, and cannot be any more: the broker takes as many under the same offsets. */
    @Test
    void linesUnderOffsetsOfASweptWindowAreNotPassedOver() throws Exception {
        Sweeper source = source(Map.of());
        Window first = fill(source, 5);
        sweep(source, first);
        kafka.cut(source.source(), 0, 3);
        assertThat(broker.messages(source.source())).isEqualTo(3);
        Window second = fill(source, 6);

        String lost = "topic " + source.source()
                + " was cut short: of partition 0 the broker has lost 2 messages that it had (offsets 3 to 4)";
        assertOneLine(source.run("ingest", second), lost);
        assertOneLine(source.run("ingest", second), "ingest --accept-loss continues with the new lines");
        assertOneLine(source.run("audit", first), lost);
        assertOneLine(source.run("ingest", first), lost);

        sweep(source, second, "--accept-loss");
        sweep(source, next(first));
        source.mustRun("audit", first);
        assertThat(source.counts("audit", second)).containsEntry("raw", 6L);
        assertThat(source.counts("audit", next(first))).containsEntry("raw", 0L);
        assertThat(source.report("audit", next(first)).path("notes").toString()).contains(lost);
        assertThat(source.column(LakeTable.RAW_LINES, "ingest", first, "offset"))
                .containsExactly("0", "1", "2", "3", "4");
        assertThat(source.column(LakeTable.RAW_LINES, "ingest", second, "offset"))
                .containsExactly("3", "4", "5", "6", "7", "8");
        assertOneLine(source.run("ingest", first, "--accept-loss"), "lake.raw_lines still holds 2 of them from run");

        // And once more, in the windows that came since.
        kafka.cut(source.source(), 0, 1);
        Window third = fill(source, 2);
        assertOneLine(source.run("ingest", third), "has lost 8 messages that it had (offsets 1 to 8)");
        sweep(source, third, "--accept-loss");
        source.mustRun("audit", second);
        source.mustRun("audit", first);
        assertThat(source.column(LakeTable.RAW_LINES, "ingest", third, "offset"))
                .containsExactly("1", "2");
        Window last = fill(source, 1);
        sweep(source, last);
        assertThat(source.counts("audit", last)).containsEntry("raw", 1L);
    }

    @Test
    void aLogThatHasNotGrownAgainIsNotTakenForAnEmptyWindow() throws Exception {
        Sweeper source = source(Map.of());
        Window first = fill(source, 4);
        sweep(source, first);
        kafka.cut(source.source(), 0, 2);
        Window second = fill(source, 0);
        assertOneLine(source.run("ingest", second), "has lost 2 messages that it had (offsets 2 to 3)");
        sweep(source, second, "--accept-loss");
        Window third = fill(source, 1);
        sweep(source, third);
        assertThat(source.column(LakeTable.RAW_LINES, "ingest", third, "offset"))
                .containsExactly("2");
        source.mustRun("audit", first);
    }

    @Test
    void aRestartOfTheBrokerAndRetentionAreNoCut() throws Exception {
        Sweeper source = source(Map.of());
        Window first = fill(source, 4);
        sweep(source, first);
        kafka.cut(source.source(), 0, 4);
        broker.deleteBefore(source.source(), 0, 3);
        Window second = fill(source, 2);
        sweep(source, second);
        assertThat(source.counts("audit", second)).containsEntry("raw", 2L);
        source.mustRun("audit", first);
    }

    @Test
    void aLoginReachesEveryClient() throws Exception {
        Sweeper source = source(kafka.login());
        Window window = fill(source, 3);
        sweep(source, window);
        assertThat(source.counts("audit", window)).containsEntry("raw", 3L);

        Path conf = Files.copy(kafka.conf(), folder.resolve("login.conf"));
        StringBuilder more = new StringBuilder("\n");
        kafka.login()
                .forEach((key, value) ->
                        more.append(key).append(" = ").append(value).append('\n'));
        Files.writeString(conf, more, StandardOpenOption.APPEND);
        Trawl tail = Trawl.start(folder, List.of("tail", "--conf", conf.toString(), "--for", "PT1S"));
        assertThat(tail.end()).as(tail.err()).isZero();
        Trawl doctor = Trawl.start(folder, List.of("doctor", "--conf", conf.toString()));
        doctor.end();
        assertThat(doctor.out()).containsPattern("(?i)kafka").doesNotContainPattern("(?m)^.*FAIL.*[Kk]afka");

        String without = "kafka.consumer.security.protocol=PLAINTEXT";
        assertOneLine(source.run("ingest", window, "--set", without), "Kafka at 127.0.0.1:");
    }
}
