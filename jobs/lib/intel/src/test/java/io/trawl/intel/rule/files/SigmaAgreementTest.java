package io.trawl.intel.rule.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.sigma.Sigma;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The same verdicts as pySigma's translation to SQLite has, rule by rule, on 200,000 events. What pySigma found is in
 * {@code rules/pysigma.tsv}, as a count and a hash; {@code src/test/pysigma/verdicts.py} makes it. Where the two differ,
 * {@code rules/pysigma-differences.yaml} has the events and the reason.
 */
class SigmaAgreementTest {
    @Test
    void verdictsAreThoseOfPySigma() throws IOException, NoSuchAlgorithmException {
        Loaded loaded = new RuleFiles(Sigma.reader(), OtherRules.NONE).load(List.of(Corpora.path("sigma")));
        Map<String, BitSet> found = new HashMap<>();
        loaded.rules().forEach(rule -> found.put(rule.id(), new BitSet()));
        RuleSet rules = RuleSet.of(loaded.rules());
        SigmaLines lines = new SigmaLines(loaded.rules());
        for (int i = 0; i < SigmaLines.COUNT; i++) {
            ProxyEvent event = lines.next();
            int number = i;
            rules.judge(event, verdict -> found.get(verdict.rule().id()).set(number));
        }
        differences().forEach((rule, events) -> found.get(rule).xor(events));

        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, String> ours = new LinkedHashMap<>();
        long all = 0;
        for (String line : resource("/rules/pysigma.tsv").lines().toList()) {
            String[] parts = line.split("\t");
            expected.put(parts[0], parts[1] + " " + parts[2]);
            ours.put(parts[0], summary(found.get(parts[0])));
            all += Long.parseLong(parts[1]);
        }
        assertThat(ours).isEqualTo(expected);
        assertThat(expected)
                .containsOnlyKeys(loaded.rules().stream().map(Rule::id).toList());
        assertThat(all).as("events that rules find").isGreaterThan(SigmaLines.COUNT / 4);
    }

    private static Map<String, BitSet> differences() throws IOException {
        Document document = Documents.read("differences", resource("/rules/pysigma-differences.yaml"))
                .documents()
                .get(0);
        Map<String, BitSet> differences = new LinkedHashMap<>();
        for (Entry entry : document.root().entries()) {
            Mapping difference = (Mapping) entry.value();
            assertThat(difference.get("reason")).isInstanceOf(Scalar.class);
            BitSet events = new BitSet();
            ((Sequence) Objects.requireNonNull(difference.get("events")))
                    .items()
                    .forEach(event -> events.set(Integer.parseInt(((Scalar) event).text())));
            differences.put(entry.key().text(), events);
        }
        return differences;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SigmaAgreementTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String summary(BitSet events) throws NoSuchAlgorithmException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        events.stream().forEach(event -> sha.update((event + "\n").getBytes(StandardCharsets.UTF_8)));
        return events.cardinality() + " " + HexFormat.of().formatHex(sha.digest());
    }
}
