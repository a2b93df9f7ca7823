package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of our events the names in Sigma rules mean. It is read from YAML: {@code fields} has names for all rules,
 * {@code logsources} has such for rules of a log source, which come first.
 */
public final class Taxonomy {
    private final List<Section> sections;
    private final FieldNames known;

    /** Names for the rules of a log source. */
    private record Section(Rule.Sources sources, Map<String, List<String>> fields) {}

    private Taxonomy(List<Section> sections, FieldNames known) {
        this.sections = sections;
        this.known = known;
    }

    /** The one that comes with Trawl. */
    public static Taxonomy shipped(FieldNames known) {
        try (InputStream in = Taxonomy.class.getResourceAsStream("taxonomy.yaml")) {
            byte[] bytes = Objects.requireNonNull(in, "taxonomy.yaml").readAllBytes();
            return new Taxonomy(List.of(), known).with("taxonomy.yaml", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * This one with a site's own file before it: names are added, or replaced.
     *
     * @throws Refusal if the file is not one
     */
    public Taxonomy with(String file, byte[] bytes) {
        Documents documents = Documents.read(file, bytes);
        if (!documents.refused().isEmpty()) {
            throw documents.refused().get(0);
        }
        List<Section> special = new ArrayList<>();
        List<Section> general = new ArrayList<>();
        for (Document document : documents.documents()) {
            for (Entry entry : document.root().entries()) {
                switch (entry.key().text()) {
                    case "fields" -> general.add(new Section(Rule.Sources.ALL, fields(document, entry.value())));
                    case "logsources" -> special.addAll(logsources(document, entry.value()));
                    default ->
                        throw document.refusal(
                                entry.key(),
                                "the key " + entry.key().text() + " is not known; expected fields or logsources");
                }
            }
        }
        special.addAll(general);
        special.addAll(sections);
        return new Taxonomy(List.copyOf(special), known);
    }

    private static List<Section> logsources(Document document, Node node) {
        if (!(node instanceof Sequence list)) {
            throw document.refusal(node, "logsources is " + node.what() + "; expected a list");
        }
        List<Section> sections = new ArrayList<>();
        for (Node item : list.items()) {
            if (!(item instanceof Mapping mapping)) {
                throw document.refusal(item, "expected category, product or service, and fields");
            }
            String[] names = new String[3];
            Map<String, List<String>> fields = Map.of();
            for (Entry entry : mapping.entries()) {
                switch (entry.key().text()) {
                    case "category" -> names[0] = text(document, entry.value());
                    case "product" -> names[1] = text(document, entry.value());
                    case "service" -> names[2] = text(document, entry.value());
                    case "fields" -> fields = fields(document, entry.value());
                    default ->
                        throw document.refusal(
                                entry.key(),
                                "the key " + entry.key().text()
                                        + " is not known; expected category, product, service or fields");
                }
            }
            sections.add(new Section(new Rule.Sources(names[0], names[1], names[2]), fields));
        }
        return sections;
    }

    private static Map<String, List<String>> fields(Document document, Node node) {
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(node, "fields is " + node.what() + "; expected names and fields");
        }
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (Entry entry : mapping.entries()) {
            List<Node> items = entry.value() instanceof Sequence list ? list.items() : List.of(entry.value());
            List<String> targets = new ArrayList<>();
            for (Node item : items) {
                targets.add(text(document, item));
            }
            if (targets.isEmpty()) {
                throw document.refusal(entry.key(), entry.key().text() + " has no field");
            }
            fields.put(entry.key().text().toLowerCase(Locale.ROOT), List.copyOf(targets));
        }
        return fields;
    }

    private static String text(Document document, Node node) {
        if (node instanceof Scalar scalar && !Document.isNull(node)) {
            return scalar.text();
        }
        throw document.refusal(node, "expected a text and not " + node.what());
    }

    /**
     * The fields that a name means in a rule of a log source. The first is the one itself; in the others rules look for it,
     * too. Case does not count. A name that neither this nor our events know is a field that no event has.
     */
    public List<Field> fields(String written, Rule.Sources sources) {
        List<String> targets = targets(written.toLowerCase(Locale.ROOT), sources);
        if (targets == null) {
            return List.of(field(written));
        }
        return targets.stream().map(this::field).toList();
    }

    private @Nullable List<String> targets(String name, Rule.Sources sources) {
        for (Section section : sections) {
            List<String> found = holds(section.sources, sources) ? section.fields.get(name) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private Field field(String name) {
        Field field = known.find(name);
        return field == null ? missing(name) : field;
    }

    /** A field that no event has. */
    public static Field missing(String name) {
        return new Field(name, Field.Kind.TEXT, Field.NOTHING);
    }

    /** Whether a field is one that no event has. */
    public static boolean isMissing(Field field) {
        return field.reader() == Field.NOTHING;
    }

    /** Whether what the first asks for is what the second has; what is null is not asked. */
    static boolean holds(Rule.Sources asked, Rule.Sources has) {
        return (asked.category() == null || asked.category().equals(has.category()))
                && (asked.product() == null || asked.product().equals(has.product()))
                && (asked.service() == null || asked.service().equals(has.service()));
    }
}
