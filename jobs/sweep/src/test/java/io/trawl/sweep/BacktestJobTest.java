package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.backtest.BacktestCommand;
import io.trawl.backtest.BacktestJob;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Jobs;
import io.trawl.schema.word.Stage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backtest says of a lake, compared with what a sweep by the same rules finds there. */
class BacktestJobTest {
    private static final String TOOL = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d11";
    private static final String OFTEN = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d12";
    private static final String SILENT = "5b1b3f7e-1d33-4c1e-9f6b-0c3f5b0a7d13";
    private static final String SIGMA = """
            title: A tool that nobody should use
            id: %s
            level: high
            logsource:
                category: proxy
            detection:
                tool:
                    c-useragent|contains: 'NastyTool/'
                condition: tool
            ---
            title: A download
            id: %s
            level: low
            logsource:
                category: proxy
            detection:
                file:
                    c-uri|endswith: '.exe'
                condition: file
            ---
            title: Downloads, again and again
            id: %s
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
            """.formatted(TOOL, SILENT, OFTEN, SILENT);
    private static final String OTHER_SOURCE = """
            title: For a web server
            id: 7e0c0e52-6a8c-4a5f-b1c2-3d9c1d3b1a22
            level: low
            logsource:
                category: webserver
            detection:
                all:
                    cs-method: GET
                condition: all
            """;
    private static final String ALLOWLIST =
            "{\"name\":\"ours\",\"type\":\"hostname\",\"list\":[\"good.example\"],\"version\":1,\"description\":\"d\",\"matching_attributes\":[\"domain\"]}";

    @TempDir
    Path folder;

    /** What a command said, on both ends, and its exit status. */
    private record Said(int status, String out, String err) {
        List<JsonNode> objects() {
            return out.lines()
                    .map(line -> {
                        try {
                            return Json.MAPPER.readTree(line);
                        } catch (IOException e) {
                            throw new IllegalStateException(line, e);
                        }
                    })
                    .toList();
        }

        JsonNode rule(String id) {
            return objects().stream()
                    .filter(one -> one.path("rule").path("id").asText().equals(id))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Said backtest(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = new BacktestCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(words);
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private void sweep(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--format=squid-combined");
        arguments.add("--indicators=" + Files.writeString(folder.resolve("feed.txt"), "unseen.example\n"));
        arguments.add("--allowlist=" + Files.writeString(folder.resolve("list.json"), ALLOWLIST));
        arguments.add("--lake=" + folder.resolve("lake"));
        for (String log : List.of("first.log", "second.log")) {
            arguments.add(folder.resolve(log).toString());
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (SweepCommand command = new SweepCommand(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            assertThat(command.run(arguments.toArray(String[]::new)))
                    .as(err.toString(StandardCharsets.UTF_8))
                    .isZero();
        }
    }

    private static String line(int day, int minute, int client, String url, String agent) {
        return "10.0.0.%d - - [%d/Nov/2026:10:%02d:00 +0000] \"GET %s HTTP/1.1\" 200 1380 \"-\" \"%s\" TCP_MISS:HIER_DIRECT\n"
                .formatted(client, day, minute, url, agent);
    }

    /** Two logs: events that each kind of rule meets, one group of which is in both. */
    private Path logs() throws IOException {
        StringBuilder first = new StringBuilder();
        for (int i = 0; i < 14; i++) {
            first.append(line(24, i, i, "http://a.example/" + i, "NastyTool/" + i));
        }
        first.append(line(24, 20, 30, "http://www.good.example/", "nastytool/1"))
                .append(line(24, 21, 31, "http://b.example/a.exe", "curl/8"))
                .append(line(24, 22, 31, "http://b.example/b.exe", "curl/8"))
                .append(line(24, 23, 32, "http://b.example/gate.php?id=7", "curl/8"));
        Files.writeString(folder.resolve("first.log"), first);
        Files.writeString(
                folder.resolve("second.log"),
                line(24, 24, 31, "http://b.example/c.exe", "curl/8")
                        + line(25, 0, 33, "http://www.evil.example/", "NastyTool/3")
                        + line(25, 1, 34, "http://c.example/", "curl/8"));
        Path rules = Files.createDirectory(folder.resolve("rules"));
        Files.writeString(rules.resolve("sigma.yml"), SIGMA);
        Files.writeString(rules.resolve("other.yml"), OTHER_SOURCE);
        Files.writeString(rules.resolve("broken.yml"), "title: no id\ndetection: 7\n");
        Files.writeString(
                rules.resolve("patterns.stix"),
                "[url:value LIKE '%/gate.php%' AND url:value LIKE '%id=%']\n[domain-name:value = 'evil.example']\n"
                        + "[windows-registry-key:key = 'x']\n");
        return rules;
    }

    private <T> T lake(Reading<T> reading) throws Exception {
        Settings settings = Settings.load(folder.resolve("lake/trawl.conf"), Map.of());
        try (Lake lake = Lake.open(settings, LakeRows.HADOOP)) {
            return reading.of(lake);
        }
    }

    private interface Reading<T> {
        T of(Lake lake) throws Exception;
    }

    /** How many detections the lake has of each rule, and how many of them an allowlist has. */
    private Map<String, String> detections() throws Exception {
        Map<String, long[]> counts = new TreeMap<>();
        lake(lake -> {
            try (CloseableIterable<Record> records =
                    IcebergGenerics.read(lake.table(LakeTable.DETECTIONS)).build()) {
                records.forEach(record -> {
                    long[] of =
                            counts.computeIfAbsent(String.valueOf(record.getField("indicator_id")), any -> new long[2]);
                    of[0]++;
                    of[1] += record.getField("suppressed_by") == null ? 0 : 1;
                });
            }
            return 0;
        });
        Map<String, String> texts = new TreeMap<>();
        counts.forEach((id, of) -> texts.put(id, of[0] + " " + of[1]));
        return texts;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> inside = Files.walk(folder.resolve("lake"))) {
            return inside.filter(Files::isRegularFile)
                    .map(file -> file + " " + file.toFile().length() + " "
                            + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void findsWhatASweepByTheSameRulesFinds() throws Exception {
        Path rules = logs();
        sweep();
        assertThat(detections()).isEmpty();
        List<String> before = files();

        Said said = backtest(rules.toString(), "--lake=" + folder.resolve("lake"), "--output=json");

        assertThat(said.err()).contains("1 rule is left out", "broken.yml:", "1 pattern asks for what no log says");
        assertThat(said.status()).isZero();
        // Not a byte of the lake, of its state or its reports has changed.
        assertThat(files()).isEqualTo(before);
        Map<String, String> counts = new TreeMap<>();
        said.objects().stream().filter(one -> one.has("rule")).forEach(one -> {
            if (one.path("found").asLong() > 0) {
                counts.put(
                        one.path("rule").path("id").asText(),
                        one.path("found").asLong() + " "
                                + one.path("suppressed").asLong());
            }
        });
        sweep("--rules=" + rules);
        assertThat(counts)
                .hasSize(4)
                .isEqualTo(detections())
                .containsEntry(TOOL, "16 1")
                .containsEntry(OFTEN, "1 0");
        assertThat(said.objects().get(0).path("refused").path("file").asText()).endsWith("broken.yml");
        assertThat(said.objects().get(1).path("not_sweepable").path("line").asInt())
                .isEqualTo(3);
        JsonNode whole = said.objects().get(said.objects().size() - 1).path("backtest");
        assertThat(whole.path("source").asText()).isEqualTo("files");
        assertThat(whole.path("windows").asInt()).isEqualTo(2);
        assertThat(whole.path("events").asInt()).isEqualTo(21);
        assertThat(whole.path("found").asInt()).isEqualTo(19);
        assertThat(whole.path("refused").asInt()).isEqualTo(1);
    }

    @Test
    void theJobSaysItInItsReport() throws Exception {
        Path rules = logs();
        sweep();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String conf = folder.resolve("lake/trawl.conf").toString();
        PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        String[] words = {
            "--conf=" + conf,
            "--source=files",
            "--rules=" + rules,
            "--from=2020-01-01T00:00:00Z",
            "--to=2030-01-01T00:00:00Z"
        };

        assertThat(Jobs.run(words, new BacktestJob(), Clock.systemUTC(), err))
                .as(said.toString(StandardCharsets.UTF_8))
                .isZero();

        JsonNode report = Json.MAPPER.readTree(
                folder.resolve("lake/reports/backtest.json").toFile());
        assertThat(report.path("counts"))
                .hasToString(
                        "{\"correlations_left_out\":0,\"events\":21,\"found\":19,\"rules\":5,\"rules_refused\":1,\"suppressed\":1,\"windows\":2}");
        assertThat(report.path("windows")).isEmpty();
        assertThat(report.path("outputs")).isEmpty();
        assertThat(report.path("notes").toString())
                .contains(
                        "1 rule is left out",
                        "A tool that nobody should use (" + TOOL + "): 16 found, 1 of them suppressed;"
                                + " 2026-11-24: 15, 2026-11-25: 1",
                        "example of A tool that nobody should use: 2026-11-24T10:00:00Z");
        assertThat(detections()).isEmpty();

        words[3] = "--from=yesterday";
        assertThat(Jobs.run(words, new BacktestJob(), Clock.systemUTC(), err)).isEqualTo(2);
        words[3] = "--from=2030-01-01T00:00:00Z";
        assertThat(Jobs.run(words, new BacktestJob(), Clock.systemUTC(), err)).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "trawl backtest: --from yesterday: expected an instant in UTC, for example 2026-11-24T00:00:00Z\n"
                                + "trawl backtest: --from 2030-01-01T00:00:00Z --to 2030-01-01T00:00:00Z: expected a later time as --to\n");
    }

    @Test
    void saysOfEachRuleTheDaysAndTenExamples() throws Exception {
        Path rules = logs();
        Files.writeString(
                rules.resolve("new.yml"),
                OTHER_SOURCE
                        .replace("webserver", "proxy")
                        .replace("7e0c0e52", "7e0c0e53")
                        .replace("cs-method: GET", "trawl.domain.new: true"));
        sweep();

        Said said = backtest(rules.toString(), "--lake=" + folder.resolve("lake"), "--output=json");

        JsonNode tool = said.rule(TOOL);
        assertThat(tool.path("days"))
                .hasToString(
                        "[{\"day\":\"2026-11-24\",\"found\":15,\"suppressed\":1},{\"day\":\"2026-11-25\",\"found\":1,\"suppressed\":0}]");
        assertThat(tool.path("examples")).hasSize(10);
        JsonNode example = tool.path("examples").path(0);
        assertThat(example.path("timestamp").asText()).isEqualTo("2026-11-24T10:00:00Z");
        assertThat(example.path("client").asText()).isEqualTo("10.0.0.0");
        assertThat(example.path("why").path(0).path("part").asText()).isEqualToIgnoringCase("nastytool/");
        assertThat(said.rule("7e0c0e52-6a8c-4a5f-b1c2-3d9c1d3b1a22")
                        .path("note")
                        .asText())
                .isEqualTo("for other log sources");
        assertThat(said.rule("7e0c0e53-6a8c-4a5f-b1c2-3d9c1d3b1a22")
                        .path("note")
                        .asText())
                .isEqualTo("asks which domains are new, which a backtest does not know");
        // It is the correlation's, and finds nothing by itself.
        assertThat(said.out()).doesNotContain("\"id\":\"" + SILENT);

        Said table = backtest(rules.toString(), "--lake=" + folder.resolve("lake"));
        assertThat(table.out().lines())
                .anyMatch(row -> row.matches("2026-11-24  15 +1 +high +rule +" + TOOL + " +A tool that nobody.*"))
                .anyMatch(row -> row.startsWith("2026-11-25  1 "))
                .anyMatch(row -> row.matches("- +0 +0 +low .*For a web server \\(for other log sources\\)"))
                .anyMatch(
                        row -> row.contains("19 found, 1 of them suppressed by allowlists, in 21 events of 2 windows"));
    }

    @Test
    void looksAtTheWindowsThatAreAskedFor() throws Exception {
        Path rules = logs();
        sweep();
        List<Instant> windows = lake(lake -> List.copyOf(new Ledger(lake)
                .current(Sweep.SOURCE, Stage.VALIDATE, Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))
                .keySet()));
        assertThat(windows).hasSize(2);

        List<Integer> tools = new ArrayList<>();
        List<Integer> groups = new ArrayList<>();
        for (Instant start : windows) {
            Said one = backtest(
                    rules.toString(),
                    "--lake=" + folder.resolve("lake"),
                    "--window=" + start + "/" + start.plusSeconds(1),
                    "--output=json");
            List<JsonNode> said = one.objects();
            assertThat(said.get(said.size() - 1)
                            .path("backtest")
                            .path("windows")
                            .asInt())
                    .isEqualTo(1);
            tools.add(one.rule(TOOL).path("found").asInt());
            groups.add(one.rule(OFTEN).path("found").asInt());
        }
        // Which of the logs came first, the command decides.
        assertThat(tools).containsExactlyInAnyOrder(1, 15);
        // The group began in the window before, and came true in the last one.
        assertThat(groups).containsExactly(0, 1);

        Said none = backtest(
                rules.toString(),
                "--lake=" + folder.resolve("lake"),
                "--window=2020-01-01T00:00:00Z/2020-01-02T00:00:00Z");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err())
                .startsWith(
                        "trawl rules: --window 2020-01-01T00:00:00Z/2020-01-02T00:00:00Z: no window of source files was validated there; the lake has 2 from "
                                + windows.get(0))
                .hasLineCount(1);

        assertThat(backtest(rules.resolve("other.yml").toString(), "--lake=" + folder.resolve("lake"))
                        .status())
                .isEqualTo(1);
    }
}
