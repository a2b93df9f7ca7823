package io.trawl.intel.rule.stix;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.rule.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of patterns: one a line, and the indicators of STIX in JSON. */
class StixFilesTest {
    @TempDir
    Path folder;

    /** Gives how many objects of a bundle are not indicators. */
    private static int read(Path file, Consumer<Judgement> judgements) throws IOException {
        String name = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            return name.toLowerCase(Locale.ROOT).endsWith(".json")
                    ? StixFiles.bundle(in, name, Fired.PATTERNS, judgements)
                    : StixFiles.lines(in, name, Fired.PATTERNS, judgements);
        }
    }

    private List<Judgement> read(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        List<Judgement> judgements = new ArrayList<>();
        read(file, judgements::add);
        return judgements;
    }

    @Test
    void aLineIsAPattern() throws IOException {
        List<Judgement> judgements = read(
                "feed.stix",
                "\uFEFF# a comment\r\n\r\n[domain-name:value = 'a.example']\r\n  // another\n[a:b\n\t[mutex:name = 'x'] \n");
        assertThat(judgements)
                .extracting(one -> one.indicator().place() + " " + one.text())
                .containsExactly(
                        "Place[file=feed.stix, line=3] valid: indicator",
                        "Place[file=feed.stix, line=5] refused: column 5: expected an operator, for example = or IN, not the end",
                        "Place[file=feed.stix, line=6] not sweepable: mutex:name = 'x': logs have no mutex");
    }

    @Test
    void aLineThatIsNotUtf8IsRefused() throws IOException {
        List<Judgement> judgements = new ArrayList<>();
        StixFiles.lines(
                new ByteArrayInputStream("[url:value = '\u00E9']".getBytes(StandardCharsets.ISO_8859_1)),
                "feed.stix",
                Fired.PATTERNS,
                judgements::add);
        assertThat(judgements).extracting(Judgement::text).containsExactly("refused: not UTF-8");
    }

    @Test
    void aBundleHasIndicators() throws IOException {
        List<Judgement> judgements = new ArrayList<>();
        Path file = folder.resolve("bundle.json");
        Files.writeString(file, """
                {"type": "bundle", "id": "bundle--1", "objects": [
                  {"type": "identity", "id": "identity--1"},
                  {"type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                   "name": "Command\\u0007 and control", "pattern_type": "stix",
                   "pattern": "[network-traffic:dst_ref.value = 'evil.example' AND network-traffic:dst_port = 8443]",
                   "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-12-31T23:00:00+01:00", "confidence": 85,
                   "labels": ["c2"], "indicator_types": ["malicious-activity"],
                   "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "command-and-control"},
                                         {"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "c2"}],
                   "external_references": [{"source_name": "blog", "url": "https://blog.example/c2"},
                                           {"source_name": "mitre-attack", "external_id": "T1071.001"}]},
                  {"type": "attack-pattern", "id": "attack-pattern--1",
                   "external_references": [{"source_name": "mitre-attack", "external_id": "T1041"}]},
                  {"type": "relationship", "id": "relationship--1", "relationship_type": "indicates",
                   "source_ref": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "target_ref": "attack-pattern--1"}
                ]}
                """);
        int others = read(file, judgements::add);
        assertThat(others).isEqualTo(3);
        Judgement.OneEvent one = (Judgement.OneEvent) judgements.get(0);
        assertThat(judgements).hasSize(1);
        Rule rule = one.rule();
        assertThat(rule.id()).isEqualTo("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
        assertThat(rule.name()).isEqualTo("Command and control");
        assertThat(rule.place()).isEqualTo(new Rule.Place("bundle.json", 3));
        assertThat(rule.score()).isEqualTo(85);
        assertThat(rule.tags())
                .containsExactly(
                        "c2",
                        "malicious-activity",
                        "attack.command-and-control",
                        "lockheed-martin-cyber-kill-chain.c2",
                        "attack.t1071.001",
                        "attack.t1041");
        assertThat(rule.references()).containsExactly("https://blog.example/c2");
        assertThat(one.indicator().validFrom()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(one.indicator().validUntil()).isEqualTo(Instant.parse("2026-12-31T22:00:00Z"));
    }

    @Test
    void whatIsNoPatternToSweepIsTold() throws IOException {
        List<Judgement> judgements = read("bundle.json", """
                {"objects": [
                {"type": "indicator", "id": "a", "pattern_type": "yara", "pattern": "rule x {}"},
                {"type": "indicator", "id": "b", "pattern": "[url:value = 'http://a.example/']", "revoked": true},
                {"type": "indicator", "id": "c"},
                {"type": "indicator", "id": "d", "pattern": "[a:b", "pattern_type": "stix"},
                {"type": "indicator", "id": "e", "pattern": "[a:b = 1]", "valid_from": "yesterday"},
                {"type": "indicator", "id": "f", "pattern": "[a:b = 1]", "confidence": 101},
                {"type": "indicator", "id": "g h", "pattern": "[a:b = 1]"},
                {"type": "indicator", "id": "i", "pattern": "[url:value = 'http://old.example/']", "modified": "2026-01-01T00:00:00.000Z"},
                {"type": "indicator", "id": "i", "pattern": "[url:value = 'http://new.example/']", "modified": "2026-01-02T00:00:00.000Z"},
                {"type": "indicator", "id": "j", "pattern": "[url:value = 'http://two.example/']"},
                7, null, []
                ]}
                """);
        assertThat(judgements)
                .extracting(one ->
                        one.indicator().id() + " " + one.indicator().place().line() + " " + one.text())
                .containsExactly(
                        "a 2 not sweepable: pattern_type is yara, not stix",
                        "b 3 not sweepable: revoked by its source",
                        "c 4 refused: an indicator without a pattern",
                        "d 5 refused: column 5: expected an operator, for example = or IN, not the end",
                        "e 6 refused: valid_from 'yesterday' is not a time; expected for example 2026-11-24T10:00:00Z",
                        "f 7 refused: confidence 101; expected 0 to 100",
                        "null 8 refused: id 'g h'; expected for example indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                        "i 9 not sweepable: an older version: the file has a newer one",
                        "i 10 valid: indicator",
                        "j 11 valid: indicator");
    }

    @Test
    void objectsComeInAListOrAlone() throws IOException {
        String indicator = "{\"type\": \"indicator\", \"pattern\": \"[url:value = 'http://a.example/']\"}";
        assertThat(read("list.json", "[" + indicator + ", " + indicator + "]")).hasSize(2);
        assertThat(read("one.JSON", indicator)).extracting(Judgement::text).containsExactly("valid: indicator");
        assertThat(read("empty.json", "{\"type\": \"bundle\", \"id\": \"bundle--1\"}"))
                .isEmpty();
    }

    @Test
    void ofABrokenFileTheWholeObjectsAreJudged() throws IOException {
        String indicator = "{\"type\": \"indicator\", \"pattern\": \"[url:value = 'http://a.example/']\"}";
        assertThat(read("cut.json", "{\"objects\": [\n" + indicator + ",\n {\"type\": \"indi"))
                .extracting(one -> one.indicator().place().line() + " " + one.text())
                .first()
                .isEqualTo("2 valid: indicator");
        assertThat(read("cut.json", "{\"objects\": [\n" + indicator + ",\n {\"type\": \"indi")
                        .get(1)
                        .text())
                .startsWith("refused: not JSON: ");
        assertThat(read("text.json", "\"[a:b = 1]\"").get(0).text())
                .isEqualTo("refused: no object of STIX; expected a bundle of indicators");
        assertThat(read("empty.json", "").get(0).text())
                .isEqualTo("refused: no object of STIX; expected a bundle of indicators");
        assertThat(read("deep.json", "[".repeat(100_000)).get(0).text()).startsWith("refused: not JSON: ");
    }

    /** Objects of OASIS's own library, ../shared/corpora/indicators/stix: each file is read, and each pattern of it. */
    @Test
    void readsOasisObjects() throws IOException {
        Path corpus = Corpora.path("indicators/stix");
        List<String> texts = new ArrayList<>();
        int[] others = {0};
        try (Stream<Path> files = Files.list(corpus)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                others[0] += read(file, one -> texts.add(one.text()));
            }
        }
        assertThat(others[0]).isGreaterThan(30);
        assertThat(texts).noneMatch(text -> text.contains("JSON"));
    }
}
