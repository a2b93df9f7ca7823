package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules from their files to detections, as the jobs make them. */
class RulesJobTest {
    private static final String ID = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11";
    private static final String RULE = """
            title: A tool that nobody should use
            id: %s
            status: test
            level: high
            logsource:
                category: proxy
            detection:
                tool:
                    c-useragent|contains: 'NastyTool/'
                local:
                    cs-host|endswith: '.intern.example'
                condition: tool and not local
            tags:
                - attack.command-and-control
            references:
                - https://rules.example/nasty
            """.formatted(ID);
    private static final String OTHER_SOURCE = """
            title: For a web server
            id: 7e0c0e52-6a8c-4a5f-b1c2-3d9c1d3b1a22
            status: test
            level: low
            logsource:
                category: webserver
            detection:
                all:
                    cs-method: GET
                condition: all
            """;
    private static final String STIX =
            "[url:value LIKE '%/gate.php%' AND url:value LIKE '%id=%']\n[domain-name:value = 'evil.example']\n"
                    + "[windows-registry-key:key = 'x']\n";

    @TempDir
    Path folder;

    private Path rules;

    @BeforeEach
    void rules() throws IOException {
        rules = Files.createDirectory(folder.resolve("rules"));
        Files.writeString(rules.resolve("nasty.yml"), RULE);
        Files.writeString(rules.resolve("other.yml"), OTHER_SOURCE);
        Files.writeString(rules.resolve("patterns.stix"), STIX);
        Files.writeString(rules.resolve("broken.yml"), "title: no id\ndetection: 7\n");
    }

    private static String line(int client, String url, String agent) {
        return "10.0.0.%d - - [24/Nov/2026:10:00:0%d +0000] \"GET %s HTTP/1.1\" 200 1380 \"-\" \"%s\" TCP_MISS:HIER_DIRECT\n"
                .formatted(client, client, url, agent);
    }

    private String sweep(String... more) throws IOException {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "unseen.example\n");
        Path log = Files.writeString(
                folder.resolve("access.log"),
                line(1, "http://a.example/", "nastytool/2.0")
                        + line(2, "http://a.intern.example/", "NastyTool/2.0")
                        + line(3, "http://b.example/gate.php?id=7", "curl/8.0")
                        + line(4, "http://b.example/gate.php", "curl/8.0")
                        + line(5, "http://www.evil.example/", "curl/8.0"));
        List<String> arguments = new ArrayList<>(List.of(
                "--format=squid-combined",
                "--indicators=" + feed,
                "--rules=" + rules,
                "--lake=" + folder.resolve("lake"),
                log.toString()));
        arguments.addAll(0, List.of(more));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (SweepCommand command = new SweepCommand(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            int status = command.run(arguments.toArray(String[]::new));
            assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    private List<String> rows(LakeTable<?> table, Function<Record, String> text) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Lake lake = Lake.open(Settings.load(folder.resolve("lake/trawl.conf"), Map.of()), LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(table)).build()) {
            records.forEach(record -> rows.add(text.apply(record)));
        }
        return rows;
    }

    private List<String> detections() throws Exception {
        return rows(
                LakeTable.DETECTIONS,
                row -> row.getField("client") + " " + row.getField("how") + " " + row.getField("indicator_value") + " "
                        + row.getField("rule_level") + " " + row.getField("field"));
    }

    @Test
    void sigmaAndStixFindWhatTheySay() throws Exception {
        sweep();

        assertThat(detections())
                .hasSize(3)
                .contains("10.0.0.1 rule A tool that nobody should use high user_agent.original")
                .contains("10.0.0.5 subdomain evil.example null url.domain")
                .anyMatch(row -> row.startsWith("10.0.0.3 rule "));
        assertThat(rows(
                        LakeTable.DETECTIONS,
                        row -> row.getField("rule_id") + " " + row.getField("score") + " " + row.getField("tags") + " "
                                + row.getField("references")))
                .contains(ID + " 75 [attack.command-and-control] [https://rules.example/nasty]");
        assertThat(rows(LakeTable.DETECTIONS, row -> String.valueOf(row.getField("why"))))
                .anyMatch(why -> why.contains("tool, user_agent.original, nastytool/2.0, nastytool/"));
        assertThat(rows(
                        LakeTable.LEDGER,
                        row -> row.getField("stage") + " " + ((Map<?, ?>) row.getField("versions")).get("rules")))
                .anyMatch(row -> row.matches("enrich [0-9a-f]{64}"));
    }

    @Test
    void lookAlikesAndHostsThatAreNoneAreFound() throws Exception {
        Path brands = Files.writeString(folder.resolve("brands.txt"), "paypal.com\n");
        Files.writeString(
                folder.resolve("more.log"),
                line(6, "http://paypa1.com/login", "curl/8.0")
                        + line(7, "http://www.paypal.com/", "curl/8.0")
                        + line(8, "http://3221225993/x", "curl/8.0"));

        sweep(
                "--brands=" + brands,
                "--odd-hosts=high",
                folder.resolve("more.log").toString());

        List<String> found = rows(
                LakeTable.DETECTIONS,
                row -> row.getField("client") + " " + row.getField("rule_id") + " " + row.getField("value"));
        assertThat(found)
                .contains("10.0.0.6 lookalike-homoglyph paypa1.com")
                .anyMatch(row -> row.startsWith("10.0.0.8 ") && row.endsWith(" 3221225993"))
                .noneMatch(row -> row.startsWith("10.0.0.7 "));
        assertThat(rows(LakeTable.DETECTIONS, row -> String.valueOf(row.getField("why"))))
                .anyMatch(why -> why.contains("paypal.com") && why.contains("score"));
    }

    @Test
    void namesOfFieldsAndMistakesInBrandsAreTheCommands() throws Exception {
        Files.writeString(rules.resolve("nasty.yml"), RULE.replace("c-useragent|", "our-agent|"));
        Path fields = Files.writeString(folder.resolve("fields.yml"), "fields:\n  our-agent: user_agent.original\n");
        sweep("--fields=" + fields);
        assertThat(detections()).contains("10.0.0.1 rule A tool that nobody should use high user_agent.original");

        Path brands = Files.writeString(folder.resolve("brands.txt"), "paypal.com\n???\n");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (SweepCommand command = new SweepCommand(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            assertThat(command.run(
                            "--format=squid-combined",
                            "--indicators=" + folder.resolve("feed.txt"),
                            "--brands=" + brands,
                            folder.resolve("access.log").toString()))
                    .isEqualTo(2);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("trawl sweep: --brands " + brands + ", line 2: ")
                .hasLineCount(1);
    }

    /** A group that begins in one window and comes true in the next is the next one's. */
    @Test
    void aCorrelationReachesOverTheBorderOfAWindow() throws Exception {
        Files.writeString(rules.resolve("often.yml"), """
                title: A tool, again and again
                id: 5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d12
                status: test
                level: critical
                correlation:
                    type: event_count
                    rules:
                        - %s
                    group-by:
                        - src_ip
                    timespan: 10m
                    condition:
                        gte: 3
                """.formatted(ID));
        Path more = folder.resolve("more.log");
        String twice = line(1, "http://b.example/", "NastyTool/3.0") + line(1, "http://c.example/", "NastyTool/3.0");
        Files.writeString(more, twice + line(2, "http://c.example/", "NastyTool/3.0"));

        // Two of the three events are in one window, the third is in the other.
        sweep(more.toString());

        List<String> found = rows(
                LakeTable.DETECTIONS,
                row -> row.getField("client") + " " + row.getField("how") + " " + row.getField("rule_level") + " "
                        + row.getField("url_original"));
        assertThat(found)
                .filteredOn(row -> row.contains("correlation"))
                .hasSize(1)
                .allMatch(row -> row.startsWith("10.0.0.1 correlation critical "));
        assertThat(rows(LakeTable.DETECTIONS, row -> String.valueOf(row.getField("why"))))
                .anyMatch(
                        why -> why.contains("group, src_ip, 10.0.0.1") && why.contains("3 from 2026-11-24T10:00:01Z"));
        // The rule by itself is silent: it is the correlation's.
        assertThat(found).noneMatch(row -> row.contains("rule high"));
    }

    /** A window is swept with the rules of its first sweep; the command takes those of now. */
    @Test
    void aRuleThatChangesIsUsedTheNextTime() throws Exception {
        sweep();
        Files.writeString(rules.resolve("nasty.yml"), RULE.replace("NastyTool/", "curl/"));

        sweep();

        assertThat(detections())
                .filteredOn(row -> row.contains("A tool"))
                .extracting(row -> row.substring(0, 8))
                .containsExactlyInAnyOrder("10.0.0.3", "10.0.0.4", "10.0.0.5");
    }
}
