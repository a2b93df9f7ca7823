package io.trawl.intel.rule.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.sigma.Sigma;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of the corpus: SigmaHQ's for proxies and web servers. */
class SigmaCorpusTest {
    /** Else enrich would make an event of every row for the sake of a field that no event has. */
    @Test
    void noRuleKeepsTheSieveFromHoldingEventsBack() throws IOException {
        assertThat(RuleSet.of(load().rules()).sieve().always()).isFalse();
    }

    @Test
    void allRulesLoad() throws IOException {
        Loaded loaded = load();
        assertThat(loaded.rules()).hasSize(142);
        assertThat(loaded.refused())
                .extracting(Refusal::reason)
                .containsExactly("logsource is missing; expected a category, a product or a service");
        assertThat(loaded.refused().get(0).file()).endsWith("thor.yml");
        assertThat(loaded.unfilled())
                .extracting(one -> one.fields() + " " + one.never())
                .containsExactly("[cs-cookie] false", "[cs-content-type] true");
    }

    @Test
    void eachRuleFiresOnItsEventAndNotOnOneThatIsNearlyIt() throws IOException {
        Loaded loaded = load();
        RuleSet rules = RuleSet.of(loaded.rules());
        Set<String> seen = new HashSet<>();
        for (Entry entry : cases().root().entries()) {
            String id = entry.key().text();
            Mapping events = (Mapping) entry.value();
            assertThat(fired(rules, event(events, "fires"))).as("fires").contains(id);
            assertThat(fired(rules, event(events, "near"))).as("near").doesNotContain(id);
            seen.add(id);
        }
        assertThat(loaded.rules())
                .filteredOn(rule -> !seen.contains(rule.id()))
                .extracting(Rule::id)
                .containsExactlyElementsOf(loaded.unfilled().stream()
                        .filter(Unfilled::never)
                        .map(one -> one.rule().id())
                        .toList());
        assertThat(seen).hasSize(141);
    }

    private static Loaded load() throws IOException {
        return new RuleFiles(Sigma.reader(), OtherRules.NONE).load(List.of(Corpora.path("sigma")));
    }

    private static Document cases() throws IOException {
        try (var in = SigmaCorpusTest.class.getResourceAsStream("/rules/corpus.yaml")) {
            return Documents.read("corpus.yaml", Objects.requireNonNull(in).readAllBytes())
                    .documents()
                    .get(0);
        }
    }

    private static ProxyEvent event(Mapping events, String key) {
        ProxyEvent event = Sigma.event();
        for (Entry field : ((Mapping) Objects.requireNonNull(events.get(key))).entries()) {
            Sigma.put(event, field.key().text(), ((Scalar) field.value()).text());
        }
        return event;
    }

    private static List<String> fired(RuleSet rules, ProxyEvent event) {
        List<String> ids = new ArrayList<>();
        rules.judge(event, verdict -> ids.add(verdict.rule().id()));
        return ids;
    }
}
