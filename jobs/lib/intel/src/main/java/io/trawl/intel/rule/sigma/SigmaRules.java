package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Node.Type;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.sigma.SigmaFilter.Detection;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads Sigma documents: rules and filters. */
public final class SigmaRules {
    private final Taxonomy taxonomy;
    private final Placeholders placeholders;
    private final ZoneId zone;

    /**
     * What rules are read with.
     *
     * @param taxonomy what the names of fields mean
     * @param placeholders what stands for {@code %name%}
     * @param zone whose minutes and days the modifiers minute to year ask for
     */
    public SigmaRules(Taxonomy taxonomy, Placeholders placeholders, ZoneId zone) {
        this.taxonomy = taxonomy;
        this.placeholders = placeholders;
        this.zone = zone;
    }

    /** What a document is by its keys. */
    public enum Kind {
        RULE,
        FILTER,
        CORRELATION
    }

    public static Kind kind(Document document) {
        return document.has("correlation") ? Kind.CORRELATION : document.has("filter") ? Kind.FILTER : Kind.RULE;
    }

    /**
     * A rule of a document.
     *
     * @throws Refusal if it cannot be run, with the line and the reason
     */
    public Rule rule(Document document) {
        Metadata metadata = Metadata.read(document, true);
        Detection detection = detection(document, "detection", Set.of("condition"));
        return new Rule(
                metadata.id(),
                metadata.title(),
                Rule.Kind.SIGMA,
                metadata.level(),
                metadata.level().score(),
                metadata.tags(),
                metadata.references(),
                metadata.sources(),
                new Rule.Place(document.file(), document.line()),
                condition(document, detection, metadata.sources()));
    }

    /**
     * A filter of a document.
     *
     * @throws Refusal if it cannot be run, with the line and the reason
     */
    public SigmaFilter filter(Document document) {
        Metadata metadata = Metadata.read(document, true);
        Detection detection = detection(document, "filter", Set.of("condition", "rules"));
        if (!(document.get("filter") instanceof Mapping filter) || !(filter.get("condition") instanceof Scalar)) {
            throw document.refusal("filter", "the condition of a filter is not a text");
        }
        // Once with its own log source, so that what is wrong with it is said of the filter, and not of each rule.
        condition(document, detection, metadata.sources());
        return new SigmaFilter(document, metadata, SigmaFilter.rules(document, filter), detection, this);
    }

    /** What a detection asks of the events of a log source. */
    Condition condition(Document document, Detection detection, Rule.Sources sources) {
        Selection.Names names = new Selection.Names() {
            @Override
            public List<Field> fields(String written) {
                return taxonomy.fields(written, sources);
            }

            @Override
            public ZoneId zone() {
                return zone;
            }
        };
        Map<String, Condition> selections = new LinkedHashMap<>();
        detection.selections().forEach((name, selection) -> selections.put(name, selection.condition(names)));
        List<Condition> conditions = new ArrayList<>();
        for (Detection.Line line : detection.conditions()) {
            try {
                conditions.add(line.expression().with(selections));
            } catch (IllegalArgumentException e) {
                throw new Refusal(document.file(), line.line(), String.valueOf(e.getMessage()));
            }
        }
        return conditions.size() == 1 ? conditions.get(0) : new Condition.Any(conditions);
    }

    private Detection detection(Document document, String key, Set<String> others) {
        Node node = document.get(key);
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(
                    key,
                    key + " is " + (node == null ? "missing" : node.what()) + "; expected selections and a condition");
        }
        Selections reader = new Selections(document, placeholders);
        Map<String, Selection> selections = new LinkedHashMap<>();
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            if (name.equals("timeframe")) {
                throw document.refusal(
                        entry.key(),
                        "timeframe belongs to conditions that count, which Sigma has given up;"
                                + " write a Sigma correlation with a timespan");
            }
            if (!others.contains(name)) {
                selections.put(name, reader.read(entry.value()));
            }
        }
        if (selections.isEmpty()) {
            throw document.refusal(key, key + " has no selection");
        }
        return new Detection(selections, conditions(document, mapping, key));
    }

    private static List<Detection.Line> conditions(Document document, Mapping mapping, String key) {
        Node node = mapping.get("condition");
        if (node == null) {
            throw document.refusal(key, key + " has no condition; expected, for example, condition: selection");
        }
        List<Node> items = node instanceof Sequence sequence ? sequence.items() : List.of(node);
        if (items.isEmpty()) {
            throw document.refusal(node, "the condition is an empty list");
        }
        List<Detection.Line> conditions = new ArrayList<>();
        for (Node item : items) {
            // A selection may be named 1.
            if (!(item instanceof Scalar scalar) || scalar.type() != Type.TEXT && scalar.type() != Type.NUMBER) {
                throw document.refusal(item, "the condition is " + item.what() + "; expected a text");
            }
            try {
                conditions.add(new Detection.Line(ExpressionParser.read(scalar.text()), scalar.line()));
            } catch (IllegalArgumentException e) {
                throw document.refusal(item, String.valueOf(e.getMessage()));
            }
        }
        return conditions;
    }
}
