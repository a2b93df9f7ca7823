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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Domains that a source never saw before, as rules and scores have them. */
class NewDomainsJobTest extends FilesLake {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final int DAY = 86_400;
    /** Lines of each window. */
    private static final int LINES = 6;

    private static final String RULE = """
            title: New domain
            id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d41
            level: low
            logsource:
                category: proxy
            detection:
                new:
                    trawl.domain.new: %s
                condition: %s
            """;

    NewDomainsJobTest() {
        super(START);
    }

    @BeforeAll
    static void indicators() throws Exception {
        begin(new NewDomainsJobTest());
    }

    @Override
    Settings written() throws Exception {
        return lake.settings("squid");
    }

    @Override
    void before() throws Exception {
        Path rules = Files.createDirectory(folder.resolve("rules"));
        Files.writeString(rules.resolve("new.yml"), RULE.formatted("true", "new"));
        Files.writeString(
                rules.resolve("known.yml"), RULE.formatted("true", "not new").replace("7d41", "7d42"));
        Files.writeString(
                rules.resolve("old.yml"), RULE.formatted("false", "new").replace("7d41", "7d43"));
        Path brands = Files.writeString(folder.resolve("brands.txt"), "paypal.com\n");
        assertThat(run(
                        new RefreshIndicatorsJob(),
                        "--feeds",
                        folder.resolve("feed.txt").toString(),
                        "--rules",
                        rules.toString(),
                        "--set",
                        "brands.file=" + brands))
                .isEmpty();
    }

    private static String line(int second, String host) {
        return (1_700_000_000 + second) + ".123     62 10.0.0.1 TCP_MISS/200 1380 GET http://" + host
                + "/ - HIER_DIRECT/192.0.2.7 text/html\n";
    }

    private void came(int number, String generation, Iterable<String> hosts) throws Exception {
        StringBuilder text = new StringBuilder();
        int second = 0;
        for (String host : hosts) {
            text.append(line(second++, host));
        }
        // A window never loses lines: what it no longer says is a line that cannot be read.
        text.append("broken\n".repeat(LINES - second));
        cameFrom(number, generation, text.toString());
        mustRun(number, List.of(IngestJob::new, ValidateJob::new));
    }

    /** @return the windows that the sweep says are to be swept again, by their numbers */
    private Set<Integer> sweep(int number) throws Exception {
        mustRun(number, List.of(EnrichJob::new));
        JsonNode report = report("enrich", number);
        Set<Integer> again = new TreeSet<>();
        for (JsonNode note : report.path("notes")) {
            String text = note.asText();
            if (text.startsWith("new domains: ")) {
                for (String window : text.substring(text.indexOf(" on: ") + 5).split(", ")) {
                    again.add((int) (Instant.parse(window).getEpochSecond() - START.getEpochSecond()));
                }
            }
        }
        assertThat(again)
                .hasSize(report.path("counts").path("windows_to_sweep_again").asInt(-1));
        return again;
    }

    /** The hosts that a rule found, by their windows' numbers. */
    private Map<Integer, Set<String>> found(String rule) throws Exception {
        Map<Integer, Set<String>> found = new TreeMap<>();
        for (Record row : detections()) {
            if (rule.equals(row.getField("rule_id"))) {
                Instant start = ((java.time.OffsetDateTime) row.getField("window")).toInstant();
                found.computeIfAbsent(
                                (int) (start.getEpochSecond() - START.getEpochSecond()), number -> new TreeSet<>())
                        .add((String) row.getField("url_domain"));
            }
        }
        return found;
    }

    private List<Record> detections() throws Exception {
        List<Record> rows = new ArrayList<>();
        try (Lake open = Lake.open(settings, LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(LakeTable.DETECTIONS)).build()) {
            records.forEach(rows::add);
        }
        return rows;
    }

    private static final String NEW = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d41";
    private static final String NOT_NEW = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d42";
    private static final String OLD = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d43";

    private static String domain(String host) {
        return host.substring(host.indexOf('.') + 1);
    }

    /** Which hosts of a window are new or not, from all that any window has. */
    private static Set<String> scan(SortedMap<Integer, Set<String>> windows, int number, boolean isNew) {
        Set<String> before = new HashSet<>();
        windows.headMap(number).values().forEach(hosts -> hosts.forEach(host -> before.add(domain(host))));
        Set<String> found = new TreeSet<>();
        for (String host : windows.getOrDefault(number, Set.of())) {
            if (before.contains(domain(host)) != isNew) {
                found.add(host);
            }
        }
        return found;
    }

    /** Windows in any order, swept again with other lines or the same: always what a scan of all windows says. */
    @Test
    void whatIsNewIsWhatAScanOfAllWindowsSays() throws Exception {
        for (int seed = 1; seed <= 2; seed++) {
            if (seed > 1) {
                close();
                open();
            }
            Random random = new Random(seed);
            List<Integer> numbers = List.of(0, 7, 3600, DAY, DAY + 7, 3 * DAY, 3 * DAY + 1);
            TreeMap<Integer, Set<String>> windows = new TreeMap<>();
            Set<Integer> stale = new TreeSet<>();
            for (int step = 0; step < 9; step++) {
                int number = numbers.get(random.nextInt(numbers.size()));
                if (!windows.containsKey(number) || random.nextBoolean()) {
                    Set<String> hosts = new TreeSet<>();
                    for (int i = random.nextInt(5); i >= 0; i--) {
                        hosts.add((random.nextBoolean() ? "www." : "mail.") + "d" + random.nextInt(9) + ".example");
                    }
                    windows.put(number, hosts);
                    came(number, "s" + seed + "." + step, hosts);
                }
                Set<Integer> again = sweep(number);
                stale.remove(number);
                stale.addAll(again);
                check(windows, stale, "seed " + seed + " step " + step + " window " + number);
            }
            while (!stale.isEmpty()) {
                int number = stale.iterator().next();
                stale.remove(number);
                stale.addAll(sweep(number));
            }
            check(windows, stale, "seed " + seed + " at the end");
        }
    }

    private void check(SortedMap<Integer, Set<String>> windows, Set<Integer> stale, String when) throws Exception {
        Map<Integer, Set<String>> isNew = found(NEW);
        Map<Integer, Set<String>> notNew = found(NOT_NEW);
        assertThat(found(OLD)).as(when).isEqualTo(notNew);
        Set<Integer> wrong = new TreeSet<>();
        for (int number : windows.keySet()) {
            if (!scan(windows, number, true).equals(isNew.getOrDefault(number, Set.of()))
                    || !scan(windows, number, false).equals(notNew.getOrDefault(number, Set.of()))) {
                wrong.add(number);
            }
        }
        // Every window that is wrong was named. One that was named may have become right since.
        assertThat(stale).as(when + ": " + windows + " " + isNew).containsAll(wrong);
        if (stale.isEmpty()) {
            assertThat(wrong).as(when).isEmpty();
        }
    }

    @Test
    void aLookAlikeThatWasSeenBeforeCountsLess() throws Exception {
        came(0, "one", List.of("www.paypa1.com"));
        came(1, "two", List.of("mail.paypa1.com"));
        sweep(0);
        sweep(1);

        Map<String, String> why = new TreeMap<>();
        Map<String, Integer> scores = new TreeMap<>();
        for (Record row : detections()) {
            if ("lookalike-homoglyph".equals(row.getField("rule_id"))) {
                String host = (String) row.getField("url_domain");
                why.put(host, String.valueOf(row.getField("why")));
                scores.put(host, (Integer) row.getField("score"));
            }
        }
        assertThat(why).hasSize(2);
        assertThat(why.get("www.paypa1.com")).contains("+8 not seen before");
        assertThat(why.get("mail.paypa1.com")).contains("-8 seen before");
        assertThat(Objects.requireNonNull(scores.get("mail.paypa1.com")))
                .isLessThan(Objects.requireNonNull(scores.get("www.paypa1.com")));
    }

    /** Too many domains: nobody knows what is new, and a rule that asks for it is not run. */
    @Test
    void whatIsTooMuchIsLeftOutAndSaid() throws Exception {
        came(0, "one", List.of("www.a.example", "www.b.example"));
        assertThat(run(new EnrichJob(), 0, "--set", "domains.most=1")).isEmpty();
        assertThat(found(NEW)).isEmpty();
        assertThat(found(NOT_NEW)).isEmpty();
        assertThat(report("enrich", 0)
                        .path("counts")
                        .path("new_domains_left_out")
                        .asInt())
                .isEqualTo(1);

        assertThat(run(new EnrichJob(), 0, "--set", "domains.most=0")).isEmpty();
        assertThat(found(NOT_NEW)).isEmpty();

        sweep(0);
        assertThat(found(NEW)).isEqualTo(Map.of(0, Set.of("www.a.example", "www.b.example")));
    }
}
