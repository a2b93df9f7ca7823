package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.stack.Await;
import io.trawl.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that sends a file again after each rotation, as Flume's TAILDIR does where a rename gives the log another name:
 * windows that are swept in another order, and copies of which the hot path alone has the indicator. CountsIT holds that a
 * line is one event in lake, HBase, counts and alerts.
 */
class ResendIT {
    private static final String EVIL =
            "1700000000.123     62 %s TCP_MISS/200 1380 GET http://www.evil.example/a - HIER_DIRECT/192.0.2.7 text/html";
    private static final String FINE =
            "1700000002.123     62 10.0.0.3 TCP_MISS/200 1380 GET http://fine.example/ - HIER_DIRECT/192.0.2.8 text/html";
    private static final String BROKEN = "1700000002.123     62 10.0.0.3";
    /** Lines of the first day. */
    private static final int DAY = 8;

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        broker = Sweeper.begin(conf, folder, "evil[.]example\n");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Sweeper source(String name) throws Exception {
        String unique = Sweeper.unique(name);
        broker.create(unique, 2, Map.of());
        Map<String, String> settings = new HashMap<>(HotJob.settings(unique));
        // Shorter than a driver's start: what it knows of a line, it does not know from an open alert.
        settings.put("hot.suppression", "PT1S");
        // Long enough that a file lands in one: what has to be sent again would be one rotation more.
        settings.put("source." + unique + ".window", "PT5S");
        return new Sweeper(conf, unique, settings);
    }

    /** A line in four is broken, one in four is of the indicator, each by a client of its own. */
    private static String line(int number) {
        return switch (number % 4) {
            case 1 -> EVIL.formatted("10.2.0." + number);
            case 3 -> BROKEN;
            default -> FINE;
        };
    }

    /** The file of one proxy from its beginning. */
    private static List<Message> file(String proxy, int lines) {
        String[] all = new String[lines];
        for (int i = 0; i < lines; i++) {
            all[i] = line(i);
        }
        return Broker.log(0, proxy, 0, all);
    }

    private static long hits(int from, int until) {
        long hits = 0;
        for (int i = from; i < until; i++) {
            hits += i % 4 == 1 ? 1 : 0;
        }
        return hits;
    }

    @Test
    void aWindowThatWasSweptBeforeAnEarlierOneIsNamedAndMended() throws Exception {
        Sweeper source = source("order");
        String proxy = source.source();
        Window first = source.fill(broker, file(proxy, DAY));
        Window second = source.fill(broker, file(proxy, DAY + 2));
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, second));
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, first));
        assertThat(source.hbase("detections", second)).isNotEmpty();

        Sweeper.Said early = source.run("audit", first);
        assertThat(early.status()).isEqualTo(1);
        assertThat(early.error())
                .contains(DAY + " lines of this window are stored in window " + second + ", too")
                .contains("rerun validate and what follows it for that window");
        Sweeper.Said late = source.run("audit", second);
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.error())
                .contains(DAY + " lines came again from window " + first + ", but validate dropped 0")
                .contains("rerun validate and what follows it");

        List.of("validate", "enrich", "load", "audit").forEach(stage -> source.mustRun(stage, second));
        source.mustRun("audit", first);
        assertThat(source.counts("audit", second)).containsEntry("copies_earlier", (long) DAY);
        assertThat(source.hbase("detections", second).stream().filter(cell -> cell.contains("indicator_value")))
                .hasSize((int) hits(DAY, DAY + 2));
    }

    @Test
    void whatOnlyTheHotPathFindsInACopyIsExplained() throws Exception {
        Sweeper source = source("copy");
        String proxy = source.source();
        List<Message> file = Broker.log(0, proxy, 0, EVIL.formatted("10.3.0.1").replace("evil", proxy));
        Window second;
        try (HotJob job = HotJob.running(source)) {
            Window first = source.fill(broker, file);
            HotJob.awaitCommitted(source, 1);
            source.sweep(first);
            long before = job.heartbeat().path("snapshot").asLong();
            Path more = Files.writeString(folder.resolve("more.txt"), proxy + ".example\nevil.example\n");
            source.mustRun("refresh-indicators", null, "--feeds", more.toString());
            // Taken up by a batch with lines.
            AtomicLong sent = new AtomicLong();
            Await.until(
                    "new indicators",
                    () -> {
                        long at = sent.getAndIncrement() * (FINE.length() + 1);
                        broker.send(source.source(), Broker.log(1, "other-" + proxy, at, FINE));
                        HotJob.awaitCommitted(source, sent.get() + 1);
                        return job.heartbeat().path("snapshot").asLong();
                    },
                    snapshot -> snapshot != before);
            second = source.fill(broker, file);
            HotJob.awaitCommitted(source, sent.get() + 2);
            assertThat(HotJob.alerts(source)).hasSize(1);
            job.terminate();
            // The first window was swept without the indicator and keeps the line: it is judged there.
            source.sweep(new Window(first.start(), second.end()));
        } finally {
            source.mustRun(
                    "refresh-indicators",
                    null,
                    "--feeds",
                    folder.resolve("feed.txt").toString());
        }
        assertThat(source.counts("audit", second))
                .containsEntry("copies_earlier", 1L)
                .containsEntry("detections", 0L)
                .containsEntry("hot_only", 1L)
                .containsEntry("hot_only.copy", 1L)
                .containsEntry("hot_unexplained", 0L);
    }
}
