package io.trawl.intel.rule.sigma;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.assertj.core.api.Assertions;

/** Sigma rules and events for tests. */
public final class Sigma {
    private static final String HEAD = """
            title: T
            id: 929a690e-bef0-4204-a928-ef5e620d6fcc
            logsource: {category: proxy}
            """;

    private Sigma() {}

    /** A reader with a few placeholders. */
    public static SigmaRules reader() {
        byte[] placeholders = "Servers: [srv*, db1]\nport: 8443\nten: [a, b, c, d, e, f, g, h, i, j]\n"
                .getBytes(StandardCharsets.UTF_8);
        return new SigmaRules(
                Taxonomy.shipped(FieldNames.ours()), Placeholders.read("p.yml", placeholders), ZoneOffset.UTC);
    }

    /** A rule with the text of a detection. */
    static Rule rule(String detection) {
        return whole(HEAD + "detection:\n" + detection.indent(2));
    }

    /** A rule of one selection, whose condition is that. */
    static Rule selection(String selection) {
        return rule("s:\n" + selection.indent(2) + "condition: s");
    }

    static Rule whole(String text) {
        return reader().rule(document(text));
    }

    static Document document(String text) {
        Documents documents = Documents.read("r.yml", text);
        assertThat(documents.refused()).isEmpty();
        assertThat(documents.documents()).hasSize(1);
        return documents.documents().get(0);
    }

    /** Whether a rule fires on an event. */
    static boolean fires(Rule rule, ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        RuleSet.of(List.of(rule)).judge(event, verdicts::add);
        return !verdicts.isEmpty();
    }

    /** Asserts of which of some values of the user agent a selection of it holds; null is that there is none. */
    static void agents(String selection, List<String> hits, List<String> misses) {
        Rule rule = selection(selection);
        for (String value : hits) {
            assertThat(fires(rule, agent(value)))
                    .as("%s on %s", selection, value)
                    .isTrue();
        }
        for (String value : misses) {
            assertThat(fires(rule, agent(value)))
                    .as("%s on %s", selection, value)
                    .isFalse();
        }
    }

    static ProxyEvent agent(String value) {
        ProxyEvent event = Events.event();
        event.setUserAgentOriginal(value);
        return event;
    }

    /** Asserts that a selection is refused, and with which words. */
    static void refused(String selection, String... words) {
        refusedWhole(HEAD + "detection:\n  s:\n" + selection.indent(4) + "  condition: s\n", words);
    }

    static Refusal refusedWhole(String text, String... words) {
        Refusal refusal = Assertions.catchThrowableOfType(Refusal.class, () -> whole(text));
        assertThat(refusal).as("the refusal of %s", text).isNotNull();
        assertThat(refusal.getMessage()).contains(words);
        return refusal;
    }

    /** An event with fields by ECS's names. */
    public static ProxyEvent event(String... namesAndValues) {
        ProxyEvent event = Events.event();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            put(event, namesAndValues[i], namesAndValues[i + 1]);
        }
        return event;
    }

    /** Sets a field by ECS's name, or a column by its own. */
    public static void put(ProxyEvent event, String name, String value) {
        Field field = FieldNames.ours().find(name);
        assertThat(field).as("the field " + name).isNotNull();
        Schema.Field column = event.getSchema().getField(field.columns().get(0));
        Schema type = column.schema();
        if (type.isUnion()) {
            type = type.getTypes().get(1);
        }
        Object typed =
                switch (type.getType()) {
                    case INT -> Integer.valueOf(value);
                    case LONG -> type.getLogicalType() == null ? Long.valueOf(value) : Instant.parse(value);
                    default -> value;
                };
        event.put(column.pos(), typed);
    }
}
