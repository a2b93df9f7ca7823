package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Settings;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is weak alone, added up by client and day. */
class RiskJobTest extends FilesLake {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final int DAY = 86_400;
    private static final int LINES = 6;
    private static final int THRESHOLD = 80;
    private static final String[] LEVELS = {"informational", "low", "medium", "high"};
    private static final int[] SCORES = {10, 25, 50, 75};

    RiskJobTest() {
        super(START);
    }

    @BeforeAll
    static void indicators() throws Exception {
        begin(new RiskJobTest());
    }

    @Override
    Settings written() throws Exception {
        return lake.settings("squid");
    }

    @Override
    void before() throws Exception {
        Path rules = Files.createDirectory(folder.resolve("rules"));
        for (int i = 0; i < LEVELS.length; i++) {
            Files.writeString(rules.resolve(i + ".yml"), """
                    title: R%d
                    id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d5%d
                    level: %s
                    logsource:
                        category: proxy
                    detection:
                        one:
                            cs-host: r%d.example
                        condition: one
                    """.formatted(i, i, LEVELS[i], i));
        }
        assertThat(run(
                        new RefreshIndicatorsJob(),
                        "--feeds",
                        folder.resolve("feed.txt").toString(),
                        "--rules",
                        rules.toString()))
                .isEmpty();
    }

    /** An event of a client that a rule finds. */
    private record Hit(int client, int rule) {}

    private void came(int number, String generation, List<Hit> hits) throws Exception {
        StringBuilder text = new StringBuilder();
        int second = 0;
        for (Hit hit : hits) {
            text.append(1_700_000_000 + second++)
                    .append(".123     62 10.0.0.")
                    .append(hit.client())
                    .append(" TCP_MISS/200 1380 GET http://r")
                    .append(hit.rule())
                    .append(".example/ - HIER_DIRECT/192.0.2.7 text/html\n");
        }
        // A window never loses lines.
        cameFrom(number, generation, text + "broken\n".repeat(LINES - second));
        mustRun(number, List.of(IngestJob::new, ValidateJob::new));
    }

    private Set<Integer> sweep(int number) throws Exception {
        assertThat(run(new EnrichJob(), number, "--set", "risk.threshold=" + THRESHOLD))
                .isEmpty();
        JsonNode report = report("enrich", number);
        Set<Integer> again = new TreeSet<>();
        for (JsonNode note : report.path("notes")) {
            String text = note.asText();
            if (text.startsWith("risk of clients: ")) {
                for (String window : text.substring(text.indexOf(" on: ") + 5).split(", ")) {
                    again.add((int) (Instant.parse(window).getEpochSecond() - START.getEpochSecond()));
                }
            }
        }
        return again;
    }

    private List<Record> risks() throws Exception {
        List<Record> rows = new ArrayList<>();
        try (Lake open = Lake.open(settings, LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(LakeTable.DETECTIONS)).build()) {
            for (Record record : records) {
                if ("risk".equals(record.getField("how"))) {
                    rows.add(record);
                }
            }
        }
        return rows;
    }

    /** Window, client and sum of each risk, as the lake has them. */
    private Set<String> stored() throws Exception {
        Set<String> stored = new TreeSet<>();
        for (Record row : risks()) {
            Instant start = ((java.time.OffsetDateTime) row.getField("window")).toInstant();
            String text = String.valueOf(((List<?>) row.getField("why")).get(0));
            stored.add((start.getEpochSecond() - START.getEpochSecond()) + " " + row.getField("client") + " "
                    + text.replaceAll("(?s).*[^0-9]([0-9]+) of .*", "$1"));
        }
        return stored;
    }

    /** The same, from all lines: by hand, a client and a day at a time. */
    private static Set<String> scan(Map<Integer, List<Hit>> windows) {
        Set<String> found = new TreeSet<>();
        for (int client = 1; client <= 3; client++) {
            int day = -1;
            Set<Integer> rules = new TreeSet<>();
            boolean fired = false;
            for (Map.Entry<Integer, List<Hit>> window : windows.entrySet()) {
                if (window.getKey() / DAY != day) {
                    day = window.getKey() / DAY;
                    rules.clear();
                    fired = false;
                }
                for (Hit hit : window.getValue()) {
                    if (hit.client() == client && SCORES[hit.rule()] < 75) {
                        rules.add(hit.rule());
                    }
                }
                int sum = rules.stream().mapToInt(rule -> SCORES[rule]).sum();
                if (sum >= THRESHOLD && !fired) {
                    fired = true;
                    found.add(window.getKey() + " 10.0.0." + client + " " + sum);
                }
            }
        }
        return found;
    }

    @Test
    void aSumIsOneDetectionOfTheFirstWindowWithWhichItIsEnough() throws Exception {
        Random random = new Random(3);
        List<Integer> numbers = List.of(0, 7, DAY - 1, DAY, DAY + 7);
        TreeMap<Integer, List<Hit>> windows = new TreeMap<>();
        Set<Integer> stale = new TreeSet<>();
        int most = 0;
        for (int step = 0; step < 14; step++) {
            int number = numbers.get(random.nextInt(numbers.size()));
            List<Hit> hits = new ArrayList<>();
            for (int i = random.nextInt(LINES); i >= 0; i--) {
                hits.add(new Hit(1 + random.nextInt(3), random.nextInt(LEVELS.length)));
            }
            windows.put(number, hits);
            came(number, "s" + step, hits);
            Set<Integer> again = sweep(number);
            stale.remove(number);
            stale.addAll(again);
            if (stale.isEmpty()) {
                assertThat(stored()).as("step " + step).isEqualTo(scan(windows));
            }
            most = Math.max(most, scan(windows).size());
        }
        for (int turn = 0; turn < 20 && !stale.isEmpty(); turn++) {
            int number = stale.iterator().next();
            stale.remove(number);
            stale.addAll(sweep(number));
        }
        assertThat(stored()).isEqualTo(scan(windows));
        assertThat(most).isGreaterThan(1);
    }

    @Test
    void aRiskSaysItsParts() throws Exception {
        came(0, "one", List.of(new Hit(1, 1), new Hit(1, 1), new Hit(1, 0), new Hit(2, 2), new Hit(1, 3)));
        came(1, "two", List.of(new Hit(1, 2), new Hit(1, 2)));
        assertThat(sweep(0)).isEmpty();
        assertThat(risks()).isEmpty();
        sweep(1);

        assertThat(risks()).hasSize(1);
        Record risk = risks().get(0);
        assertThat(risk.getField("client")).isEqualTo("10.0.0.1");
        assertThat(risk.getField("rule_id")).isEqualTo("risk");
        assertThat(risk.getField("rule_level")).isEqualTo("high");
        assertThat(risk.getField("score")).isEqualTo(85);
        assertThat(String.valueOf(risk.getField("why")))
                .contains("85 of 80 on 2026-03-01")
                .contains("10 R0 (1)")
                .contains("25 R1 (2)")
                .contains("50 R2 (2)")
                .doesNotContain("R3");

        // The same again: the same detection, once.
        Object id = risk.getField("detection_id");
        assertThat(sweep(1)).isEmpty();
        assertThat(sweep(0)).isEmpty();
        assertThat(risks()).hasSize(1);
        assertThat(risks().get(0).getField("detection_id")).isEqualTo(id);

        // Off: none is left.
        assertThat(run(new EnrichJob(), 1)).isEmpty();
        assertThat(risks()).isEmpty();
    }
}
