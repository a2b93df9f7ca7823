package io.trawl.cli.files.rule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.cli.files.Ran;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code match --rules} and {@code rules}. Longer than other classes, since each of their options is a test with rules and lines
 * of its own.
 */
class RulesTest {
    private static final String PHP = "11111111-1111-4111-8111-111111111111";
    private static final String MANY = "22222222-2222-4222-8222-222222222222";
    private static final String GET = "33333333-3333-4333-8333-333333333333";

    private static final String RULES = """
            title: PHP
            id: 11111111-1111-4111-8111-111111111111
            name: php
            logsource: {category: proxy}
            detection:
              sel: {c-uri|contains: '.php'}
              condition: sel
            ---
            title: Many PHP
            id: 22222222-2222-4222-8222-222222222222
            level: high
            tags: [attack.t1110]
            correlation:
              type: event_count
              rules: [php]
              group-by: [c-ip]
              timespan: 10m
              condition: {gte: 2}
            tests:
              format: squid
              positive:
                - - 1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/a.php - HIER_DIRECT/192.0.2.7 -
                  - 1700000060.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/b.php - HIER_DIRECT/192.0.2.7 -
              negative:
                - - 1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/a.php - HIER_DIRECT/192.0.2.7 -
                  - 1700000060.123 62 198.51.100.5 TCP_MISS/200 1380 GET http://a.example/b.php - HIER_DIRECT/192.0.2.7 -
            ---
            title: Get
            id: 33333333-3333-4333-8333-333333333333
            logsource: {category: proxy}
            detection:
              sel: {cs-method: GET}
              flt: {cs-host|endswith: good.example}
              condition: sel and not flt
            tests:
              format: squid
              positive: 1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://a.example/ - HIER_DIRECT/192.0.2.7 -
              negative: 1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://good.example/ - HIER_DIRECT/192.0.2.7 -
            """;

    private static final String BROKEN = """
            title: Broken
            id: 44444444-4444-4444-8444-444444444444
            logsource: {category: proxy}
            detection:
              sel: {c-uri|nothing: x}
              condition: sel
            """;

    private static final String LOG = """
            1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://www.evil.example/a.php alice HIER_DIRECT/192.0.2.7 text/html
            no line
            1700000001.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://good.example/b.php - HIER_DIRECT/203.0.113.9 text/html
            1700000002.123 62 198.51.100.5 TCP_MISS/200 1380 GET http://good.example/c.php - HIER_DIRECT/203.0.113.9 text/html
            """;

    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private Ran match(String log, String... words) {
        List<String> all = new ArrayList<>(List.of("match", "--format", "squid"));
        all.addAll(List.of(words));
        return Ran.of(log.getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new));
    }

    @Test
    void anEmptyTextAndADashOfEcsAreValues() throws IOException {
        String rules = file(
                "rules.yml",
                Stream.of("''", "null", "'-'")
                        .map(value -> """
                        title: agent is %1$s
                        logsource: {category: proxy}
                        detection:
                          sel: {c-useragent: %1$s}
                          condition: sel
                        """.formatted(value))
                        .collect(Collectors.joining("---\n")));
        String log = Stream.of(
                        "\"user_agent\":{\"original\":\"\"}", "\"user_agent.original\":\"-\"", "\"message\":\"none\"")
                .map(agent -> "{\"@timestamp\":\"2024-06-12T10:11:12Z\",\"url.original\":\"http://a.example/\"," + agent
                        + "}\n")
                .collect(Collectors.joining());
        Ran ran = Ran.of(log.getBytes(StandardCharsets.UTF_8), "match", "--format", "ecs-json", "--rules", rules);
        assertThat(ran.out()
                        .lines()
                        .map(line -> line.replaceAll(".*\"name\":\"([^\"]*)\"},\"line\":([0-9]+),.*", "$2 $1")))
                .containsExactly("1 agent is ''", "2 agent is '-'", "3 agent is null");
    }

    @Test
    void eachVerdictIsAnObjectThatSaysWhy() throws IOException {
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES));
        assertThat(ran.status()).isZero();
        List<String> lines = ran.out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith(
                        "{\"rule\":{\"id\":\"" + GET
                                + "\",\"name\":\"Get\"},\"line\":1,\"level\":\"medium\",\"score\":50,"
                                + "\"why\":[{\"selection\":\"sel\",\"field\":\"http.request.method\",\"value\":\"GET\","
                                + "\"part\":\"GET\"}],\"suppressed\":null,\"event\":{\"@timestamp\":\"2023-11-14T22:13:20.123Z\"");
        assertThat(lines.get(1))
                .isEqualTo("{\"rule\":{\"id\":\"" + MANY
                        + "\",\"name\":\"Many PHP\"},\"group\":{\"c-ip\":\"198.51.100.4\"},"
                        + "\"lines\":[1,3],\"level\":\"high\",\"score\":75,\"tags\":[\"attack.t1110\"],"
                        + "\"first\":\"2023-11-14T22:13:20.123Z\",\"last\":\"2023-11-14T22:13:21.123Z\",\"events\":2}");
        assertThat(ran.err())
                .isEqualTo("trawl match: 1 of 4 lines are invalid and were not matched (trawl parse says why)\n");
    }

    @Test
    void aRuleThatCannotBeRunIsRefusedAndTheOthersRun() throws IOException {
        String broken = file("broken.yml", BROKEN);
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES), broken, "--");
        assertThat(ran.status()).isZero();
        JsonNode refused = ran.json().get(0).get("refused");
        assertThat(refused.get("file").asText()).isEqualTo(broken);
        assertThat(refused.get("line").asInt()).isEqualTo(5);
        assertThat(refused.get("reason").asText()).startsWith("c-uri|nothing: the modifier nothing is not known");
        assertThat(ran.json()).hasSize(3);
        assertThat(ran.err()).startsWith("trawl match: 1 rule is refused and not run\n");
    }

    @Test
    void strictRefusesTheSet() throws IOException {
        String broken = file("broken.yml", BROKEN);
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES), broken, "--strict", "--");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.json()).hasSize(1);
        assertThat(ran.json().get(0).has("refused")).isTrue();
        assertThat(ran.err()).startsWith("trawl match: --strict: " + broken + ":5: c-uri|nothing");
        assertThat(match(LOG, "--rules", file("rules.yml", RULES), "--strict", "--")
                        .status())
                .isZero();
    }

    @Test
    void nothingFoundIsOne() throws IOException {
        String rules = file("rules.yml", RULES);
        assertThat(match(LOG.lines().skip(3).toList().get(0) + "\n", "--rules", rules)
                        .status())
                .isEqualTo(1);
    }

    @Test
    void aGroupAloneIsFound() throws IOException {
        String log = LOG.lines().skip(2).limit(1).toList().get(0) + "\n";
        String later = log.replace("1700000001", "1700000301");
        String late = log.replace("1700000001", "1700000602");
        String rules = file("rules.yml", RULES);
        assertThat(match(log + late, "--rules", rules).status()).isEqualTo(1);
        Ran ran = match(log + later + late, "--rules", rules);
        assertThat(ran.status()).isZero();
        assertThat(ran.json().get(0).get("lines").toString()).isEqualTo("[1,2]");
    }

    @Test
    void ofSeveralLogsEachLineHasItsFile() throws IOException {
        String one = file("one.log", LOG.lines().limit(1).toList().get(0) + "\n");
        String two = file("two.log", LOG);
        Ran ran = match("", "--rules", file("rules.yml", RULES), "--", two, one);
        List<JsonNode> all = ran.json();
        assertThat(all).hasSize(3);
        assertThat(all.get(0).get("file").asText()).isEqualTo(two);
        assertThat(all.get(1).get("file").asText()).isEqualTo(one);
        assertThat(all.get(2).get("lines").toString())
                .isEqualTo("[{\"file\":\"" + two + "\",\"line\":1},{\"file\":\"" + one + "\",\"line\":1},{\"file\":\""
                        + two + "\",\"line\":3}]");
    }

    @Test
    void indicatorsAndRulesAreFoundTogether() throws IOException {
        String feed = file("feed.txt", "evil.example\n");
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES), "--indicators", feed);
        assertThat(ran.json()).extracting(one -> one.fieldNames().next()).containsExactly("line", "rule", "rule");
    }

    @Test
    void theTableHasThemToo() throws IOException {
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES), "--output", "table");
        assertThat(ran.out().lines()).hasSize(3);
        assertThat(ran.out()).contains("LINE").contains("Get").contains("1,3").contains("Many PHP");
    }

    @Test
    void anAllowlistSuppressesAVerdict() throws IOException {
        String list = file("list.json", "{\"name\":\"ours\",\"type\":\"hostname\",\"list\":[\"evil.example\"]}");
        Ran ran = match(LOG, "--rules", file("rules.yml", RULES), "--allowlist", list);
        assertThat(ran.json().get(0).get("suppressed").asText()).isEqualTo("ours");
    }

    @Test
    void aRuleWithoutItsFieldsIsNamed() throws IOException {
        String rules = file(
                "cookie.yml",
                RULES.lines().limit(4).reduce("", (a, b) -> a + b + "\n")
                        + "detection:\n  sel: {cs-cookie: x}\n  condition: sel\n");
        Ran ran = match(LOG, "--rules", rules);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).startsWith("trawl match: rule " + PHP + " (PHP) cannot fire: no event has cs-cookie\n");
    }

    /** Also one that asks for what is not new: it would hold of every line. */
    @Test
    void aRuleThatAsksForNewDomainsIsNamedAndNotRun() throws IOException {
        for (String condition : List.of("sel", "not sel")) {
            String rules = file(
                    "new.yml",
                    RULES.lines().limit(4).reduce("", (a, b) -> a + b + "\n")
                            + "detection:\n  sel: {trawl.domain.new: true}\n  condition: " + condition + "\n");
            Ran ran = match(LOG, "--rules", rules);
            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err())
                    .startsWith("trawl match: rule " + PHP
                            + " (PHP) cannot fire here: trawl.domain.new is known in a sweep only\n");
        }
    }

    @Test
    void aRuleForAnotherLogSourceIsCounted() throws IOException {
        String rules = file(
                "dns.yml",
                RULES.lines().limit(7).reduce("", (a, b) -> a + b + "\n").replace("proxy", "dns"));
        Ran ran = match(LOG, "--rules", rules);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).startsWith("trawl match: 1 rule is for other log sources\n");
    }

    @Test
    void patternsOfSeveralEventsAreCorrelations() throws IOException {
        String patterns = file("p.stix", """
                [domain-name:value = 'www.evil.example'] FOLLOWEDBY [url:value LIKE '%/b.php'] WITHIN 60 SECONDS
                [file:name = 'x' AND file:size > 5] FOLLOWEDBY [process:name = 'y']
                [domain-name:value = 'x'
                """);
        Ran ran = match(LOG, "--rules", patterns);
        assertThat(ran.status()).isZero();
        assertThat(ran.json()).hasSize(2);
        assertThat(ran.json().get(0).get("refused").get("line").asInt()).isEqualTo(3);
        assertThat(ran.json().get(1).get("lines").toString()).isEqualTo("[1,3]");
        assertThat(ran.json().get(1).get("group").toString()).isEqualTo("{}");
        Ran check = Ran.of(new byte[0], "rules", "check", patterns);
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.json())
                .extracting(one -> one.fieldNames().next())
                .containsExactly("valid", "not_sweepable", "refused");
    }

    @Test
    void whatAPatternLeavesOutIsSaid() throws IOException {
        String patterns =
                file("p.stix", "[url:value LIKE '%/b.php' OR mutex:name = 'x']\n[url:value LIKE '%/b.php']\n");
        Ran check = Ran.of(new byte[0], "rules", "check", patterns);
        assertThat(check.status()).isZero();
        assertThat(check.json().get(0).get("valid").get("left_out").toString())
                .isEqualTo("[\"mutex:name = 'x': logs have no mutex\"]");
        assertThat(check.json().get(1).get("valid").has("left_out")).isFalse();
    }

    @Test
    void optionsOfRulesWantRules() throws IOException {
        assertThat(match(LOG, "--indicators", file("feed.txt", "evil.example\n"), "--strict", "--")
                        .err())
                .isEqualTo(
                        "trawl match: --strict is an option of --rules: expected files of rules, for example --rules rules/\n");
        assertThat(match(LOG).err())
                .isEqualTo(
                        "trawl match: --indicators, --index and --rules are missing: expected one of them, for example"
                                + " --indicators feed.txt\n");
        assertThat(match(LOG, "--rules", folder.resolve("none").toString()).err())
                .contains("is not there; expected a file");
        assertThat(match(LOG, "--rules", folder.toString()).err()).contains("has no rules: expected *.yml");
    }

    @Test
    void whatIsInARuleDoesNotActOnATerminal() throws IOException {
        String rules = file("evil.yml", RULES.replace("title: Get", "title: \"Get\\e[2J\""));
        for (String output : List.of("json", "table")) {
            assertThat(match(LOG, "--rules", rules, "--output", output).out()).doesNotContain("\u001b");
        }
        assertThat(Ran.of(new byte[0], "rules", "list", rules).out()).doesNotContain("\u001b");
    }

    @Test
    void checkJudgesFilesWithoutEvents() throws IOException {
        file("rules.yml", RULES);
        file("broken.yml", BROKEN);
        file("filter.yml", """
                title: Not ours
                id: 55555555-5555-4555-8555-555555555555
                logsource: {category: proxy}
                filter:
                  rules: [11111111-1111-4111-8111-111111111111]
                  sel: {c-ip: 10.0.0.1}
                  condition: not sel
                """);
        Ran ran = Ran.of(new byte[0], "rules", "check", folder.toString());
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.json())
                .extracting(one -> one.fieldNames().next() + " "
                        + one.elements().next().path("kind").asText() + " "
                        + one.elements().next().get("line").asText())
                .containsExactly(
                        "refused  5", "valid filter 1", "valid rule 1", "valid correlation 9", "valid rule 28");
        assertThat(Ran.of(
                                new byte[0],
                                "rules",
                                "check",
                                folder.resolve("rules.yml").toString())
                        .status())
                .isZero();
    }

    @Test
    void aCorrelationOfRulesThatAreNotThereIsRefused() throws IOException {
        String rules = file("one.yml", RULES.substring(RULES.indexOf("title: Many"), RULES.indexOf("tests:")));
        Ran ran = Ran.of(new byte[0], "rules", "check", rules);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.json().get(0).get("refused").get("reason").asText())
                .startsWith("there is no rule php; expected the id or the name of a rule");
    }

    @Test
    void listAndShowSayWhatThereIs() throws IOException {
        String rules = file("rules.yml", RULES);
        Ran list = Ran.of(new byte[0], "rules", "list", rules, "--output", "json");
        assertThat(list.json())
                .extracting(
                        one -> one.get("kind").asText() + " " + one.path("note").asText())
                .containsExactly("sigma only for correlations", "sigma ", "correlation ");
        Ran show = Ran.of(new byte[0], "rules", "show", GET, "--rules", rules);
        assertThat(show.out()).startsWith("# " + rules + ":28\ntitle: Get\n").doesNotContain("title: PHP");
        assertThat(Ran.of(new byte[0], "rules", "show", "x", "--rules", rules).err())
                .isEqualTo("trawl rules: there is no rule 'x': expected an id, as trawl rules list has it\n");
    }

    @Test
    void testHoldsTheSamplesOfRules() throws IOException {
        Ran good = Ran.of(new byte[0], "rules", "test", file("rules.yml", RULES));
        assertThat(good.out()).isEqualTo("2 rules have tests: 4 samples are judged as expected; 1 without tests\n");
        assertThat(good.status()).isZero();
        String swapped = file(
                "swapped.yml",
                RULES.replace("positive", "x").replace("negative", "positive").replace("x:", "negative:"));
        Ran bad = Ran.of(new byte[0], "rules", "test", swapped);
        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.out().lines())
                .hasSize(4)
                .contains(swapped + ":37: rule Get: it fires for a negative sample")
                .contains(swapped + ":38: rule Get: it does not fire for a positive sample");
    }

    @Test
    void explainSaysPartByPartWhyALineMatchesOrNot() throws IOException {
        String rules = file("rules.yml", RULES);
        String log = file("access.log", LOG);
        Ran ran = Ran.of(
                new byte[0],
                "rules",
                "explain",
                GET,
                "--line",
                "3",
                "--format",
                "squid",
                "--output",
                "json",
                "--rules",
                rules,
                "--",
                log);
        assertThat(ran.status()).isEqualTo(1);
        JsonNode why = ran.json().get(0).get("why");
        assertThat(ran.json().get(0).get("matches").asBoolean()).isFalse();
        assertThat(why.get("of").get(0).get("part").asText()).isEqualTo("sel");
        assertThat(why.get("of").get(0).get("holds").asBoolean()).isTrue();
        assertThat(why.get("of").get(1).get("part").asText()).isEqualTo("not");
        assertThat(why.get("of").get(1).get("holds").asBoolean()).isFalse();
        Ran table = Ran.of(
                new byte[0], "rules", "explain", GET, "--line", "1", "--format", "squid", "--rules", rules, "--", log);
        assertThat(table.status()).isZero();
        assertThat(table.out()).contains("yes    rule Get").contains("GET");
        Ran invalid = Ran.of(
                new byte[0], "rules", "explain", GET, "--line", "2", "--format", "squid", "--rules", rules, "--", log);
        assertThat(invalid.err()).startsWith("trawl rules: line 2 is invalid: ");
        Ran beyond = Ran.of(
                new byte[0], "rules", "explain", GET, "--line", "9", "--format", "squid", "--rules", rules, "--", log);
        assertThat(beyond.err()).isEqualTo("trawl rules: the log has no line 9\n");
        assertThat(beyond.status()).isEqualTo(2);
    }

    @Test
    void linesAreFoundOverManyBatches() throws IOException {
        StringBuilder log = new StringBuilder();
        String line = LOG.lines().skip(2).limit(1).toList().get(0);
        for (int i = 0; i < 6000; i++) {
            log.append(i == 1000 || i == 5000 ? line : line.replace(".php", ".html"))
                    .append('\n');
        }
        Ran ran = match(log.toString(), "--rules", file("rules.yml", RULES));
        assertThat(ran.json()).hasSize(1);
        assertThat(ran.json().get(0).get("lines").toString()).isEqualTo("[1001,5001]");
    }

    /** A block of code in a page that has a word in it. */
    private static String block(String page, String word) {
        StringBuilder block = new StringBuilder();
        for (String line : page.lines().toList()) {
            if (line.startsWith("    ")) {
                block.append(line.substring(4)).append('\n');
            } else if (line.isBlank() && !block.isEmpty()) {
                block.append('\n');
            } else {
                if (block.indexOf(word) >= 0) {
                    return block.toString();
                }
                block.setLength(0);
            }
        }
        throw new AssertionError("no block with " + word);
    }

    @Test
    void theCommandsOfThePageDoWhatItSays() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("trawl.home"), "docs/rules.md"));
        Path rules = Files.createDirectory(folder.resolve("rules"));
        Files.writeString(
                rules.resolve("script.yml"),
                block(page, "title: Script From") + "---\n" + block(page, "title: Many Scripts"));
        String line =
                "1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://192.0.2.7/a.ps1 - HIER_DIRECT/192.0.2.7 -\n";
        String log = file("access.log", line + line.replace("192.0.2.7/a", "tools.example/a") + line + line);
        List<String> ran = new ArrayList<>();
        for (String one : page.lines().toList()) {
            String command = one.strip().replaceFirst("^bin/trawl ", "");
            if (!one.startsWith("    bin/trawl ") || !command.matches("(?:rules (?:check|test|explain)|match) .*")) {
                continue;
            }
            String[] words = command.replace(" rules/", " " + rules)
                    .replace("access.log", log)
                    .split(" ");
            Ran done = Ran.of(new byte[0], words);
            ran.add(words[0] + " " + (words[0].equals("rules") ? words[1] + " " : "") + done.status());
            assertThat(done.err()).isEmpty();
            if (words[0].equals("match")) {
                assertThat(done.json().get(0).get("lines").toString()).isEqualTo("[1,3,4]");
            }
        }
        assertThat(ran).containsExactly("rules check 0", "rules test 0", "match 0", "rules explain 1");
    }
}
