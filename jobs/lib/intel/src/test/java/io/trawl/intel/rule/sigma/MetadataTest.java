package io.trawl.intel.rule.sigma;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {
    private static final String REST = "detection:\n  s: {c-uri: a}\n  condition: s\n";
    private static final String BASE = "title: T\nlogsource: {category: proxy}\n" + REST;

    @Test
    void allOfItIsRead() {
        Rule rule = Sigma.whole("""
                title: A Title
                id: 929A690E-bef0-4204-a928-ef5e620d6fcc
                name: a_name
                related:
                  - {id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9, type: derived}
                taxonomy: sigma
                status: test
                description: it is
                license: MIT
                references: [https://a.example/]
                author: somebody
                date: 2026-11-30
                modified: 2026/1/2
                tags: [attack.t1071.001, cve.2021-44228]
                fields: [c-uri]
                falsepositives: [none]
                level: High
                scope: [server]
                tests: [anything]
                logsource: {category: Proxy, product: squid, service: access, definition: on}
                """ + REST);
        assertThat(rule.id()).isEqualTo("929a690e-bef0-4204-a928-ef5e620d6fcc");
        assertThat(rule.name()).isEqualTo("A Title");
        assertThat(rule.kind()).isEqualTo(Rule.Kind.SIGMA);
        assertThat(rule.level()).isEqualTo(Level.HIGH);
        assertThat(rule.score()).isEqualTo(75);
        assertThat(rule.tags()).containsExactly("attack.t1071.001", "cve.2021-44228");
        assertThat(rule.references()).containsExactly("https://a.example/");
        assertThat(rule.sources()).isEqualTo(new Rule.Sources("proxy", "squid", "access"));
        assertThat(rule.place()).isEqualTo(new Rule.Place("r.yml", 1));
    }

    @Test
    void aRuleWithoutAnIdHasOneOfItsContent() {
        String id = Sigma.whole(BASE).id();
        assertThat(id).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(Sigma.whole("\n# a comment\n" + BASE).id()).isEqualTo(id);
        assertThat(Sigma.whole(BASE.replace("a}", "b}")).id()).isNotEqualTo(id);
        assertThat(Sigma.whole(BASE).level()).isEqualTo(Level.MEDIUM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "929a690ebef04204a928ef5e620d6fcc",
                "\"{929a690e-bef0-4204-a928-ef5e620d6fcc}\"",
                "urn:uuid:929a690e-bef0-4204-a928-ef5e620d6fcc"
            })
    void anIdMayBeWrittenInOtherWays(String id) {
        assertThat(Sigma.whole(BASE + "id: " + id).id()).isEqualTo("929a690e-bef0-4204-a928-ef5e620d6fcc");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "id: x; expected a UUID",
                "id: 5; expected a UUID",
                "id: [a]; expected a UUID",
                "name: \"\"; name is empty",
                "name: 5; expected a text",
                "taxonomy: \"\"; taxonomy is empty",
                "status: good; expected stable, test",
                "status: [test]; expected a text",
                "level: bad; expected informational, low",
                "level: 5; expected a text",
                "date: 2026-1-1; expected a date",
                "date: 2026-02-30; expected a date",
                "date: 30.11.2026; expected a date",
                "modified: x; expected a date",
                "tags: attack.t1; expected a list",
                "tags: [attack]; has no namespace",
                "tags: [5.5]; expected a text",
                "references: a; expected a list",
                "fields: a; expected a list",
                "falsepositives: a; expected a list",
                "scope: a; expected a list",
                "author: [a]; expected a text",
                "description: 5; expected a text",
                "license: [a]; expected a text",
                "related: a; expected a list",
                "related: [a]; expected id and type",
                "related: [{type: derived}]; no id that is a UUID",
                "related: [{id: x, type: derived}]; no id that is a UUID",
                "related: [{id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9, type: x}]; expected derived",
            })
    void badMetadataIsRefusedInItsLine(String line, String words) {
        Refusal refusal = Sigma.refusedWhole(BASE + line, words);
        assertThat(refusal.line()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "title: T; title: [a]; title is a list",
                "title: T; x: 1; title is missing",
                "title: T; title: 5; title is the number 5",
                "logsource: {category: proxy}; logsource: {}; logsource is empty",
                "logsource: {category: proxy}; logsource: {definition: a}; logsource is empty",
                "logsource: {category: proxy}; logsource: {category: 5}; category of logsource is the number 5",
                "logsource: {category: proxy}; logsource: a; expected a category",
                "logsource: {category: proxy}; x: 1; logsource is missing",
            })
    void whatMustBeThereIs(String line, String other, String words) {
        Sigma.refusedWhole(BASE.replace(line, other), words);
    }

    @Test
    void aTitleHas256CharactersAtMost() {
        assertThat(Sigma.whole(BASE.replace("title: T", "title: " + "x".repeat(256)))
                        .name())
                .hasSize(256);
        Sigma.refusedWhole(BASE.replace("title: T", "title: " + "x".repeat(257)), "title is longer than 256");
    }

    @Test
    void otherTextsAreAsLongAsTheSchemaAllows() {
        for (String key : List.of("name", "taxonomy")) {
            assertThat(Sigma.whole(BASE + key + ": " + "x".repeat(256)).name()).isEqualTo("T");
            Sigma.refusedWhole(BASE + key + ": " + "x".repeat(257), key + " is longer than 256 characters");
        }
        assertThat(Sigma.whole(BASE + "description: " + "x".repeat(65_535)).name())
                .isEqualTo("T");
        Sigma.refusedWhole(BASE + "description: " + "x".repeat(65_536), "description is longer than 65535");
    }

    @Test
    void aDetectionHasToBeThere() {
        String head = "title: T\nlogsource: {category: proxy}\n";
        assertThat(Sigma.refusedWhole(head, "detection is missing").line()).isEqualTo(1);
        assertThat(Sigma.refusedWhole(head + "detection: [a]", "detection is a list")
                        .line())
                .isEqualTo(3);
    }
}
