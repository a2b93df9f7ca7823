package io.trawl.intel.rule.stix;

import io.trawl.intel.feed.Family;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.stix.pattern.ObjectPath;
import io.trawl.intel.rule.stix.pattern.PatternException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects of patterns are in an event: for each type the objects that an event may have, each with its properties'
 * paths and the fields that have them. It is read from a file; {@code objects.yaml} in this package is the shipped one and
 * explains the form.
 */
public final class Mapping {
    private static final String SHIPPED = "objects.yaml";
    private static final String AS = " as ";
    private static final String NO_INDEX = "none";

    /** A field that has a property: what it is asked for, and in which form. */
    record Use(Form form, Field values, Field texts) {
        /** The same of the first value alone. */
        Use first() {
            Field first = first(values);
            return new Use(form, first, texts == values ? first : first(texts));
        }

        private static Field first(Field field) {
            Field.Reader reader = (event, values) -> {
                List<String> all = new ArrayList<>();
                field.reader().read(event, all::add);
                if (!all.isEmpty()) {
                    values.accept(all.get(0));
                }
            };
            return new Field(field.name(), field.kind(), field.columns(), reader, field.numbers());
        }
    }

    /** An object that an event may have: its properties' fields by their paths. */
    static final class Place {
        private final Map<String, List<Use>> fields = new LinkedHashMap<>();

        /** The fields of a property; empty if the object does not have it. */
        List<Use> of(ObjectPath path) {
            String key = key(path);
            List<Use> uses = fields.get(key);
            int steps = path.steps().size();
            if (uses == null && steps > 1 && isFirst(path.steps().get(steps - 1))) {
                // The standard has a list of values for each header; logs have one.
                uses = fields.get(key(new ObjectPath(path.type(), path.steps().subList(0, steps - 1))));
            }
            return uses == null ? ofFirst(path) : uses;
        }

        /** The first items of lists: of a list that one field has, its first value. */
        private List<Use> ofFirst(ObjectPath path) {
            List<ObjectPath.Step> any = path.steps().stream()
                    .map(step -> isFirst(step) ? new ObjectPath.AnyItem() : step)
                    .toList();
            List<Use> uses = fields.get(key(new ObjectPath(path.type(), any)));
            return uses == null || uses.size() != 1 || any.equals(path.steps())
                    ? List.of()
                    : List.of(uses.get(0).first());
        }

        private static boolean isFirst(ObjectPath.Step step) {
            return step instanceof ObjectPath.AnyItem || step instanceof ObjectPath.Item item && item.index() == 0;
        }

        /** The fields of a property, or of what is below it. */
        List<Use> below(ObjectPath path) {
            List<Use> all = new ArrayList<>(of(path));
            String key = key(path) + '\0';
            fields.forEach((name, uses) -> {
                if (name.startsWith(key)) {
                    all.addAll(uses);
                }
            });
            return all;
        }

        List<Use> all() {
            return fields.values().stream().flatMap(List::stream).toList();
        }
    }

    private final Map<String, List<Place>> places = new LinkedHashMap<>();
    private final Map<String, Family> index = new HashMap<>();
    private final Map<String, Use> uses = new HashMap<>();
    private final Function<String, @Nullable Field> fields;
    private final Field time;

    private Mapping(Function<String, @Nullable Field> fields) {
        this.fields = fields;
        time = Objects.requireNonNull(fields.apply("@timestamp"), "no field @timestamp");
    }

    /**
     * The shipped mapping.
     *
     * @param fields gives a field by its name in ECS's dotted form, null if there is none
     */
    public static Mapping shipped(Function<String, @Nullable Field> fields) {
        try (InputStream in = Objects.requireNonNull(Mapping.class.getResourceAsStream(SHIPPED), SHIPPED)) {
            Mapping mapping = new Mapping(fields);
            mapping.add(SHIPPED, in.readAllBytes());
            return mapping;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The shipped mapping with that of a site's file, which adds objects to it.
     *
     * @throws Refusal with file, line and reason where the file cannot be used
     */
    public static Mapping with(Path file, Function<String, @Nullable Field> fields) throws IOException {
        return shipped(fields).plus(file.toString(), Files.readAllBytes(file));
    }

    /**
     * This mapping with another, which adds objects to it.
     *
     * @param file where it is from, for messages
     * @param yaml in UTF-8
     * @throws Refusal with file, line and reason where it cannot be used
     */
    public Mapping plus(String file, byte[] yaml) {
        Mapping both = new Mapping(fields);
        places.forEach((type, all) -> both.places.put(type, new ArrayList<>(all)));
        both.index.putAll(index);
        both.uses.putAll(uses);
        both.add(file, yaml);
        return both;
    }

    private void add(String file, byte[] yaml) {
        Documents documents = Documents.read(file, yaml);
        if (!documents.refused().isEmpty()) {
            throw documents.refused().get(0);
        }
        for (Document document : documents.documents()) {
            for (Node.Entry section : document.root().entries()) {
                switch (section.key().text()) {
                    case "objects" ->
                        entries(document, section)
                                .forEach(type -> list(type.value()).forEach(place -> object(document, type, place)));
                    case "index" -> entries(document, section).forEach(path -> index(document, path));
                    default ->
                        throw document.refusal(
                                section.key(),
                                "the key " + section.key().text() + " is not known; expected objects or index");
                }
            }
        }
    }

    private void object(Document document, Node.Entry type, Node place) {
        if (!(place instanceof Node.Mapping mapping)) {
            throw document.refusal(
                    place,
                    "an object of " + type.key().text() + " is " + place.what()
                            + "; expected properties and fields, for example value: url.full");
        }
        Place fieldsOf = new Place();
        for (Node.Entry property : mapping.entries()) {
            ObjectPath at = path(
                    document,
                    property.key(),
                    type.key().text() + ":" + property.key().text());
            List<Use> all = new ArrayList<>();
            for (Node name : list(property.value())) {
                all.add(use(document, name));
            }
            if (all.isEmpty()) {
                throw document.refusal(
                        property.key(),
                        property.key().text() + " has no field; expected for example url.domain as host");
            }
            fieldsOf.fields.put(key(at), all);
        }
        places.computeIfAbsent(type.key().text(), key -> new ArrayList<>()).add(fieldsOf);
    }

    private void index(Document document, Node.Entry path) {
        ObjectPath at = path(document, path.key(), path.key().text());
        String key = at.type() + ":" + key(at);
        String word = path.value() instanceof Node.Scalar scalar
                ? scalar.text()
                : path.value().what();
        Family family = word.equals("any") ? Family.ANY : Family.of(word);
        if (word.equals(NO_INDEX)) {
            index.remove(key);
        } else if (family == null || word.isEmpty()) {
            throw document.refusal(
                    path.value(),
                    path.key().text() + ": '" + word
                            + "' is not a type of indicators; expected for example domain, or none");
        } else {
            index.put(key, family);
        }
    }

    private static List<Node.Entry> entries(Document document, Node.Entry section) {
        if (section.value() instanceof Node.Mapping mapping) {
            return mapping.entries();
        }
        if (Document.isNull(section.value())) {
            return List.of();
        }
        throw document.refusal(
                section.value(),
                section.key().text() + " is " + section.value().what()
                        + "; expected names with what they mean, for example value: url.full");
    }

    private static List<Node> list(Node value) {
        return value instanceof Node.Sequence list ? list.items() : Document.isNull(value) ? List.of() : List.of(value);
    }

    private static ObjectPath path(Document document, Node at, String text) {
        try {
            return ObjectPath.read(text);
        } catch (PatternException e) {
            throw document.refusal(at, "'" + text + "' is not a path of an object: " + e.getMessage());
        }
    }

    private Use use(Document document, Node node) {
        if (!(node instanceof Node.Scalar scalar)) {
            throw document.refusal(node, "a field is " + node.what() + "; expected for example url.domain as host");
        }
        String text = scalar.text();
        Use known = uses.get(text);
        if (known != null) {
            return known;
        }
        int as = text.indexOf(AS);
        String name = as < 0 ? text : text.substring(0, as);
        Form form = as < 0 ? Form.TEXT : Form.of(text.substring(as + AS.length()));
        Field field = fields.apply(name);
        if (form == null || field == null) {
            throw document.refusal(
                    node,
                    "'" + text + "' names no " + (field == null ? "field of an event" : "form of one")
                            + "; expected for example url.domain as host");
        }
        Field values = form.values(field);
        Use use = new Use(form, values, form == Form.URL ? field : values);
        uses.put(text, use);
        return use;
    }

    /** Case does not count: it is the same property, and feeds write hashes.md5. */
    private static String key(ObjectPath path) {
        StringBuilder key = new StringBuilder();
        for (ObjectPath.Step step : path.steps()) {
            key.append(key.isEmpty() ? "" : "\0")
                    .append(
                            step instanceof ObjectPath.Key name
                                    ? name.name().toLowerCase(Locale.ROOT)
                                    : step instanceof ObjectPath.Item item ? "[" + item.index() + "]" : "[*]");
        }
        return key.toString();
    }

    /** The objects of a type that an event may have; empty if it has none of the type. */
    List<Place> places(String type) {
        return places.getOrDefault(type, List.of());
    }

    /** The family of an equality's indicators in the index; null if the index does not say the same. */
    @Nullable
    Family indexed(ObjectPath path) {
        return index.get(path.type() + ":" + key(path));
    }

    /** The time of an event. */
    Field time() {
        return time;
    }
}
