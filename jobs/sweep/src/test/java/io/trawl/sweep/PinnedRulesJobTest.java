package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.Ledger;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.schema.word.Stage;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which settings rules judge a window by when it is swept again. */
class PinnedRulesJobTest extends FilesLake {
    private static final String RULES = """
            title: A tool
            id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11
            level: high
            logsource: {category: proxy}
            detection:
              tool: {c-useragent|contains: 'NastyTool/'}
              condition: tool
            ---
            title: A tool, again
            id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d12
            level: critical
            correlation:
              type: event_count
              rules: [5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11]
              group-by: [c-ip]
              timespan: 10m
              condition: {gte: 2}
              generate: true
            """;

    PinnedRulesJobTest() {
        super(Instant.parse("2026-11-24T10:00:00Z"));
    }

    @BeforeAll
    static void beginning() throws Exception {
        begin(new PinnedRulesJobTest());
    }

    @Override
    Settings written() throws Exception {
        return lake.settings("squid-combined");
    }

    private static String line(int second) {
        return "10.0.0.1 - - [24/Nov/2026:10:00:%02d +0000] \"GET http://a.example/ HTTP/1.1\" 200 1380 \"-\" \"NastyTool/1\" TCP_MISS:HIER_DIRECT\n"
                .formatted(second);
    }

    @Override
    void before() throws Exception {
        Path rules = Files.writeString(folder.resolve("rules.yml"), RULES);
        assertThat(run(
                        new RefreshIndicatorsJob(),
                        "--feeds",
                        folder.resolve("feed.txt").toString(),
                        "--rules",
                        rules.toString()))
                .isEmpty();
        for (int second : new int[] {0, 5}) {
            cameFrom(second, "g" + second, line(second));
            mustRun(second, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        }
    }

    private String enrichAgain(int number, String... more) {
        return run(new EnrichJob(), number, more);
    }

    private long found(int number) throws Exception {
        return report("enrich", number).path("counts").path("detections").asLong();
    }

    private Map<String, String> versions(int number) throws Exception {
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            return new Ledger(open)
                    .require(Sweep.SOURCE, Stage.ENRICH, window(number))
                    .versions();
        }
    }

    @Test
    void aRerunJudgesByTheLogSourceOfTheFirstSweep() throws Exception {
        assertThat(found(0)).isEqualTo(1);
        for (String today : List.of("source.files.logsource=webserver", "source.files.format=nginx")) {
            assertThat(enrichAgain(0, "--set", today)).isEmpty();
            assertThat(found(0)).as(today).isEqualTo(1);
            assertThat(versions(0)).containsEntry("rules.source", "squid-combined");
        }

        assertThat(enrichAgain(0, "--indicators", "latest", "--set", "source.files.logsource=webserver"))
                .isEmpty();
        assertThat(found(0)).isZero();
        assertThat(versions(0)).containsEntry("rules.source", "webserver");

        assertThat(enrichAgain(0)).isEmpty();
        assertThat(found(0)).isZero();
    }

    @Test
    void aRerunReachesAsFarAsTheFirstSweep() throws Exception {
        // The event, and the group of both.
        assertThat(found(5)).isEqualTo(2);
        assertThat(report("enrich", 5).path("counts").path("rules_that_fired").asInt())
                .isEqualTo(2);
        assertThat(report("enrich", 5).path("notes").toString())
                .contains(
                        "\"rule A tool (5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11, high): 1 detection\"",
                        "\"rule A tool, again (5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d12, critical): 1 detection\"");
        assertThat(enrichAgain(5, "--set", "rules.correlation.reach=PT1S")).isEmpty();
        assertThat(found(5)).isEqualTo(2);
        assertThat(versions(5)).containsEntry("rules.reach", "P1D");

        assertThat(enrichAgain(5, "--indicators", "latest", "--set", "rules.correlation.reach=PT1S"))
                .isEmpty();
        assertThat(found(5)).isEqualTo(1);
        assertThat(enrichAgain(5)).isEmpty();
        assertThat(found(5)).isEqualTo(1);
    }

    @Test
    void aPinOfAnEarlierVersionTakesTheSettingsOfToday() throws Exception {
        State state = State.at(settings.text("state.dir"), LakeRows.HADOOP);
        String pin =
                "indicators/" + Sweep.SOURCE + "/" + State.fileName(window(0).start()) + "/000000.json";
        ObjectNode written = (ObjectNode) Objects.requireNonNull(state.read(pin));
        assertThat(written.remove("rule_settings"))
                .hasToString("{\"logsource\":\"\",\"reach\":\"P1D\",\"formats\":[\"squid-combined\"]}");
        state.replace(pin, written);

        assertThat(enrichAgain(0, "--set", "source.files.logsource=webserver")).isEmpty();
        assertThat(found(0)).isZero();
        assertThat(enrichAgain(0)).isEmpty();
        assertThat(found(0)).isEqualTo(1);
    }
}
