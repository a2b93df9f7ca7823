package io.trawl.intel.rule.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.sigma.Sigma;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleFilesTest {
    private static final String A = "929a690e-bef0-4204-a928-ef5e620d6fcc";
    private static final String B = "08fbc97d-0a2f-491c-ae21-8ffcfd3174e9";

    private final RuleFiles files = new RuleFiles(Sigma.reader(), OtherRules.NONE);

    private static String rule(String id, String more, String agent) {
        return "title: Rule " + agent + "\nid: " + id + "\nlogsource: {category: proxy, product: squid}\n" + more
                + "detection:\n  s: {c-useragent|contains: " + agent + "}\n  condition: s\n";
    }

    private Loaded load(String text) {
        return files.read(Map.of("r.yml", text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> fired(Loaded loaded, ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        RuleSet.of(loaded.rules()).judge(event, verdicts::add);
        return verdicts.stream().map(verdict -> verdict.rule().name()).toList();
    }

    private static ProxyEvent agent(String value) {
        ProxyEvent event = Events.event();
        event.setUserAgentOriginal(value);
        return event;
    }

    @Test
    void aFolderIsReadInTheOrderOfItsPaths(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("b/.git"));
        Files.writeString(folder.resolve("b/x.yaml"), rule(B, "", "b"));
        Files.writeString(folder.resolve("a.yml"), rule(A, "", "a"));
        Files.writeString(folder.resolve("notes.txt"), "no rule");
        Files.writeString(folder.resolve("b/.git/x.yml"), "no rule");
        Files.writeString(folder.resolve("c.stix"), "[a:b = 'c']");
        Loaded loaded = files.load(List.of(folder, folder.resolve("a.yml")));
        assertThat(loaded.rules()).extracting(Rule::id).containsExactly(A, B);
        assertThat(loaded.rules().get(0).place())
                .isEqualTo(new Rule.Place(folder.resolve("a.yml").toString(), 1));
        assertThat(loaded.documents()).containsOnlyKeys(A, B);
        assertThat(loaded.refused())
                .extracting(Refusal::getMessage)
                .containsExactly(folder.resolve("c.stix") + ":1: expected a file of Sigma rules, *.yml or *.yaml");
        assertThatThrownBy(() -> files.load(List.of(folder.resolve("none"))))
                .hasMessageEndingWith("none is not there; expected a file or a folder of rules, for example rules/");
    }

    @Test
    void othersReadTheirFilesAndTheirIdsAreChecked() {
        RuleFiles both = new RuleFiles(Sigma.reader(), (file, bytes, rules, refused) -> {
            Rule rule = load(rule(A, "", "a")).rules().get(0);
            rules.accept(rule);
            rules.accept(rule);
            refused.accept(new Refusal(file, 7, "no pattern"));
        });
        Loaded loaded = both.read(Map.of("p.stix", new byte[0]));
        assertThat(loaded.rules()).hasSize(1);
        assertThat(loaded.refused())
                .extracting(Refusal::getMessage)
                .containsExactly(
                        "r.yml:1: the id " + A + " is the one of the rule in r.yml:1, too", "p.stix:7: no pattern");
    }

    @Test
    void whatIsRefusedLeavesTheOthers() {
        Loaded loaded = load(rule(A, "", "a") + "---\n" + rule(B, "level: x\n", "b") + "---\n" + rule(A, "", "c"));
        assertThat(loaded.rules()).extracting(Rule::name).containsExactly("Rule a");
        assertThat(loaded.refused())
                .extracting(Refusal::getMessage)
                .containsExactly(
                        "r.yml:11: level is 'x'; expected informational, low, medium, high or critical",
                        "r.yml:16: the id " + A + " is the one of the rule in r.yml:1, too");
    }

    @Test
    void aNameIsOfOneRule() {
        Loaded loaded = load(rule(A, "name: n\n", "a") + "---\n" + rule(B, "name: n\n", "b"));
        assertThat(loaded.names()).containsEntry("n", A);
        assertThat(loaded.refused())
                .extracting(Refusal::getMessage)
                .containsExactly("r.yml:12: the name n is the one of the rule " + A + ", too");
    }

    @Test
    void correlationsAreHandedOn() {
        Loaded loaded = load("title: C\ncorrelation: {type: event_count}\n---\n" + rule(A, "", "a"));
        assertThat(loaded.rules()).hasSize(1);
        assertThat(loaded.correlations())
                .singleElement()
                .satisfies(one -> assertThat(one.text("title")).isEqualTo("C"));
    }

    @Test
    void aRuleOnAFieldThatNoEventHasIsListed() {
        Loaded loaded = load("""
                title: Both
                logsource: {category: proxy}
                detection:
                  s: {cs-cookie|contains: a, c-uri: b}
                  condition: s
                ---
                title: One
                logsource: {category: proxy}
                detection:
                  s: {EventID: 4}
                  t: {c-uri: b}
                  condition: s or t
                ---
                title: Not
                logsource: {category: proxy}
                detection:
                  s: {cs-cookie: null}
                  condition: s
                """);
        assertThat(loaded.unfilled())
                .extracting(one -> one.rule().name() + " " + one.fields() + " " + one.never())
                .containsExactly("Both [cs-cookie] true", "One [EventID] false", "Not [cs-cookie] false");
    }

    @Test
    void aFilterIsAddedAsItIsWritten() {
        Loaded loaded = load(rule(A, "", "a") + "---\n" + rule(B, "", "b") + """
                ---
                title: F
                logsource: {category: proxy}
                filter:
                  rules: [929a690e-bef0-4204-a928-ef5e620d6fcc]
                  selection: {cs-username|startswith: adm_}
                  condition: not selection
                """);
        assertThat(loaded.refused()).isEmpty();
        assertThat(loaded.idle()).isEmpty();
        ProxyEvent event = agent("ab");
        assertThat(fired(loaded, event)).containsExactly("Rule a", "Rule b");
        event.setSourceUserName("adm_1");
        assertThat(fired(loaded, event)).containsExactly("Rule b");
    }

    @Test
    void aFilterFitsByNameLogSourceOrAny() {
        String rules = rule(A, "name: first\n", "a") + "---\n" + rule(B, "", "b") + "---\ntitle: F\n";
        String end = "  selection: {c-method: GET}\n  condition: selection\n";
        ProxyEvent event = agent("ab");
        assertThat(fired(load(rules + "logsource: {product: squid}\nfilter:\n  rules: first\n" + end), event))
                .containsExactly("Rule b");
        assertThat(fired(load(rules + "logsource: {category: proxy}\nfilter:\n  rules: any\n" + end), event))
                .isEmpty();
        assertThat(fired(load(rules + "logsource: {category: proxy}\nfilter:\n  rules: []\n" + end), event))
                .isEmpty();
        Loaded other = load(rules + "logsource: {category: dns}\nfilter:\n  rules: any\n" + end);
        assertThat(fired(other, event)).containsExactly("Rule a", "Rule b");
        assertThat(other.idle()).singleElement().satisfies(filter -> {
            assertThat(filter.metadata().title()).isEqualTo("F");
            assertThat(filter.place().line()).isEqualTo(16);
        });
    }

    @Test
    void aFilterThatIsNoneIsRefused() {
        String head = "title: F\nlogsource: {category: proxy}\nfilter:\n";
        assertThat(load(head + "  s: {c-uri: a}\n  condition: s\n").refused())
                .extracting(Refusal::reason)
                .containsExactly(
                        "the filter names no rules; expected a list of ids or names, or any for all of the log source");
        assertThat(load(head + "  rules: any\n  s: {c-uri: a}\n  condition: t\n")
                        .refused())
                .extracting(Refusal::getMessage)
                .containsExactly("r.yml:6: the condition names t, which the detection does not have; it has s");
        assertThat(load(head + "  rules: any\n  s: {c-uri: a}\n  condition: [s, s]\n")
                        .refused())
                .extracting(Refusal::reason)
                .containsExactly("the condition of a filter is not a text");
        assertThat(load(head + "  rules: [5]\n  s: {c-uri: a}\n  condition: s\n")
                        .refused())
                .hasSize(1);
        assertThat(load("title: F\nfilter: {rules: any, s: {a: b}, condition: s}\n")
                        .refused())
                .extracting(Refusal::reason)
                .containsExactly("logsource is missing; expected a category, a product or a service");
    }

    @Test
    void oldCollectionsHaveActions() {
        Loaded loaded = load("""
                action: global
                title: G
                logsource: {category: proxy}
                detection: {condition: s}
                ---
                id: 929a690e-bef0-4204-a928-ef5e620d6fcc
                detection:
                  s: {c-useragent: a}
                ---
                action: repeat
                id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9
                title: R
                detection:
                  s: {c-useragent: b}
                ---
                action: reset
                ---
                detection:
                  s: {c-useragent: b}
                ---
                action: foo
                """);
        assertThat(loaded.rules()).extracting(Rule::id).containsExactly(A, B);
        assertThat(fired(loaded, agent("a"))).containsExactly("G");
        assertThat(loaded.refused())
                .extracting(Refusal::getMessage)
                .containsExactlyInAnyOrder(
                        "r.yml:18: title is missing; expected a text, for example Suspicious Download",
                        "r.yml:21: action is a text; expected global, repeat or reset");
    }
}
