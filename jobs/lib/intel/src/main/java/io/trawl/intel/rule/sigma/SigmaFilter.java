package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Node.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Sigma filter: a condition that is added to rules, as it is written. */
public final class SigmaFilter {
    private final Document document;
    private final Metadata metadata;
    private final @Nullable Set<String> rules;
    private final Detection detection;
    private final SigmaRules reader;

    /** Selections by name, and the conditions of which one has to hold. */
    record Detection(Map<String, Selection> selections, List<Line> conditions) {
        /** A condition and its line. */
        record Line(Expression expression, int line) {}
    }

    /**
     * A filter.
     *
     * @param rules ids and names of rules; null for every rule of the log source
     */
    SigmaFilter(
            Document document, Metadata metadata, @Nullable Set<String> rules, Detection detection, SigmaRules reader) {
        this.document = document;
        this.metadata = metadata;
        this.rules = rules;
        this.detection = detection;
        this.reader = reader;
    }

    /** The rules that a filter names; null for all. */
    static @Nullable Set<String> rules(Document document, Mapping filter) {
        Node node = filter.get("rules");
        if (node == null || Document.isNull(node)) {
            throw document.refusal(
                    "filter",
                    "the filter names no rules; expected a list of ids or names, or any for all of the log source");
        }
        if (node instanceof Scalar scalar && scalar.type() == Type.TEXT) {
            return scalar.text().toLowerCase(Locale.ROOT).equals("any") ? null : Set.of(reference(scalar.text()));
        }
        if (!(node instanceof Sequence sequence)) {
            throw document.refusal(node, "rules is " + node.what() + "; expected a list of ids or names, or any");
        }
        Set<String> rules = new LinkedHashSet<>();
        for (Node item : sequence.items()) {
            if (!(item instanceof Scalar scalar) || scalar.type() != Type.TEXT) {
                throw document.refusal(item, "a rule of the filter is " + item.what() + "; expected an id or a name");
            }
            rules.add(reference(scalar.text()));
        }
        return rules.isEmpty() ? null : rules;
    }

    private static String reference(String text) {
        String id = Metadata.uuid(text);
        return id == null ? text : id;
    }

    public Metadata metadata() {
        return metadata;
    }

    public Rule.Place place() {
        return new Rule.Place(document.file(), document.line());
    }

    /**
     * Whether it is for a rule: it names it, and its log source asks for no more than the rule's.
     *
     * @param name the rule's name in Sigma; null if it has none
     */
    public boolean fits(Rule rule, @Nullable String name) {
        return Taxonomy.holds(metadata.sources(), rule.sources())
                && (rules == null || rules.contains(rule.id()) || name != null && rules.contains(name));
    }

    /** The rule with the filter's condition. */
    public Rule applied(Rule rule) {
        Condition filter = reader.condition(document, detection, rule.sources());
        return new Rule(
                rule.id(),
                rule.name(),
                rule.kind(),
                rule.level(),
                rule.score(),
                rule.tags(),
                rule.references(),
                rule.sources(),
                rule.place(),
                new Condition.All(List.of(rule.condition(), filter)));
    }
}
