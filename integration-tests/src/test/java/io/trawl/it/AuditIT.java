package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.stack.SharedStack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the jobs left out or left over, put in by hand: the audit names each. */
@Execution(ExecutionMode.CONCURRENT)
class AuditIT {
    private static final String FINE =
            "1700000002.123     62 10.0.0.3 TCP_MISS/200 1380 GET http://fine.example/ - HIER_DIRECT/192.0.2.8 text/html";
    private static final long LENGTH = FINE.length() + 1L;

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        broker = Sweeper.begin(conf, folder, "fine[.]example\n");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Sweeper source(String name) throws Exception {
        String unique = Sweeper.unique(name);
        broker.create(unique, 2, Map.of());
        return new Sweeper(conf, unique, Map.of("audit.unswept.after", "PT0S"));
    }

    private static Message line(String generation, long at) {
        return Message.of(0, "p1", generation, at, FINE.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The first line of a file, which says what the agent knows of the file before. */
    private static Message first(String generation, String follows) {
        return new Message(
                0,
                Message.envelope(
                        Map.of(
                                "host", "p1",
                                "key", "p1",
                                "log", "access",
                                "generation", generation,
                                "byteoffset", "0",
                                "follows", follows),
                        FINE.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** What the audit says of a window of these messages. */
    private static String audit(Sweeper source, Message... messages) throws Exception {
        Window window = source.fill(broker, List.of(messages));
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, window));
        return source.run("audit", window).error();
    }

    @Test
    void theEndOfAFileThatNeverCameIsNamed() throws Exception {
        Sweeper source = source("ends");
        assertThat(audit(source, first("one", "none"), line("one", LENGTH))).isEmpty();
        assertThat(audit(source, first("two", "one " + 2 * LENGTH))).isEmpty();
        assertThat(audit(source, first("three", "two " + (LENGTH + 300))))
                .contains("bytes " + LENGTH + " to " + (LENGTH + 299) + " of log p1/access/two never came (300 bytes)");
        assertThat(audit(source, first("five", "four 800")))
                .contains("bytes 0 to 799 of log p1/access/four never came");
        // While lines of the old file still come, its end is awaited.
        assertThat(audit(source, line("five", LENGTH), first("six", "five " + 4 * LENGTH)))
                .isEmpty();
        assertThat(audit(source, line("five", 2 * LENGTH), line("five", 3 * LENGTH), line("six", LENGTH)))
                .isEmpty();
        assertThat(audit(source, line("six", 2 * LENGTH), first("seven", "six " + 9 * LENGTH)))
                .isEmpty();
        assertThat(audit(source, line("seven", LENGTH)))
                .contains("bytes " + 3 * LENGTH + " to " + (9 * LENGTH - 1) + " of log p1/access/six never came");
        // What nobody can know is said, and fails nothing.
        assertThat(audit(source, first("eight", "none"))).isEmpty();
        assertThat(audit(source, first("nine", "eight " + LENGTH + "+"))).isEmpty();
    }

    @Test
    void aResultThatTheLedgerDoesNotNameIsNamed() throws Exception {
        Sweeper source = source("ahead");
        Window window = source.fill(broker, List.of(first("one", "none")));
        source.sweep(window);
        try (Lake lake = Lake.open(source.settings(), Sweeper.HADOOP)) {
            // What a run leaves that dies between its first commit and its second.
            lake.replacing(
                            LakeTable.DETECTIONS,
                            Lake.of(source.source(), window),
                            lake.snapshot(LakeTable.DETECTIONS),
                            Map.of(
                                    "trawl.run-id",
                                    "enrich-died",
                                    "trawl.source",
                                    source.source(),
                                    "trawl.window",
                                    window.toString()))
                    .commit(List.of());
        }
        assertThat(source.run("audit", window).error())
                .contains("detections has a result of the window that the ledger does not name: snapshot ")
                .contains(" of run enrich-died, where the ledger names snapshot ")
                .contains(": rerun enrich and what follows it");
        List.of("enrich", "load", "audit").forEach(stage -> source.mustRun(stage, window));
    }

    @Test
    void aWindowThatWasNeverIngestedIsNamedByEveryLaterAuditUntilItIs() throws Exception {
        Sweeper source = source("unswept");
        source.sweep(source.fill(broker, List.of(line("one", 0))));
        Window forgotten = source.fill(broker, List.of(line("one", LENGTH), line("one", 2 * LENGTH)));
        String named = " was never ingested: 2 messages of the topic are in no window";
        assertThat(audit(source, line("one", 3 * LENGTH))).contains(named);
        Window last = source.fill(broker, List.of(line("one", 4 * LENGTH)));
        Sweeper.STAGES.forEach(stage -> source.mustRun(stage, last));
        assertThat(source.run("audit", last).error()).contains(named);
        source.sweep(forgotten);
        source.mustRun("audit", last);
        assertThat(audit(source, line("one", 5 * LENGTH))).isEmpty();
    }
}
