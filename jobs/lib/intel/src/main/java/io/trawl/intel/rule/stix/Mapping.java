package io.trawl.intel.rule.stix;

import io.trawl.intel.feed.Family;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.stix.pattern.ObjectPath;
import io.trawl.intel.rule.stix.pattern.PatternException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Where the objects of patterns are in an event: for each type the objects that an event may have, each with its properties'
 * paths and the fields that have them. It is read from a file; {@code objects.yaml} beside this class is the shipped one and
 * explains the form.
 */
public final class Mapping {
    private static final String SHIPPED = "objects.yaml";
    private static final String AS = " as ";
    private static final String NO_INDEX = "none";

    /** A field that has a property: what it is asked for, and in which form. */
    record Use(Form form, Field values, Field texts) {}

    /** An object that an event may have: its properties' fields by their paths. */
    static final class Place {
        private final Map<String, List<Use>> fields = new LinkedHashMap<>();

        /** The fields of a property; empty where the object does not have it. */
        List<Use> of(ObjectPath path) {
            String key = key(path);
            List<Use> uses = fields.get(key);
            int steps = path.steps().size();
            if (uses == null && steps > 1 && isFirst(path.steps().get(steps - 1))) {
                // The standard has a list of values for each header; logs have one.
                uses = fields.get(key(new ObjectPath(path.type(), path.steps().subList(0, steps - 1))));
            }
            return uses == null ? List.of() : uses;
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
     * @param fields gives a field by its name in ECS's dotted form, null where there is none
     */
    public static Mapping shipped(Function<String, @Nullable Field> fields) {
        try (InputStream in = Objects.requireNonNull(Mapping.class.getResourceAsStream(SHIPPED), SHIPPED)) {
            Mapping mapping = new Mapping(fields);
            mapping.add(SHIPPED, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return mapping;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The shipped mapping with that of a site's file, which adds objects to it.
     *
     * @throws IllegalArgumentException with file and reason where the file cannot be used
     */
    public static Mapping with(Path file, Function<String, @Nullable Field> fields) throws IOException {
        return shipped(fields).plus(file.toString(), Files.readString(file));
    }

    /**
     * This mapping with another, which adds objects to it.
     *
     * @param file where it is from, for messages
     * @param text in YAML
     * @throws IllegalArgumentException with file and reason where it cannot be used
     */
    public Mapping plus(String file, String text) {
        Mapping both = new Mapping(fields);
        places.forEach((type, all) -> both.places.put(type, new ArrayList<>(all)));
        both.index.putAll(index);
        both.uses.putAll(uses);
        both.add(file, text);
        return both;
    }

    private void add(String file, String text) {
        Object root;
        try {
            root = new Load(LoadSettings.builder().setLabel(file).build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(
                    file + ": not YAML: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "), e);
        }
        Map<?, ?> sections = map(root, file);
        for (Object name : sections.keySet()) {
            if (!Set.of("objects", "index").contains(name)) {
                throw new IllegalArgumentException(file + ": '" + name + "'; expected objects or index");
            }
        }
        map(sections.get("objects"), file + ": objects").forEach((type, list) -> {
            String where = file + ": " + type;
            for (Object place : list(list)) {
                Place fieldsOf = new Place();
                map(place, where).forEach((path, names) -> {
                    ObjectPath at = path(type + ":" + path, file);
                    List<Use> all = list(names).stream()
                            .map(name -> use(String.valueOf(name), where + ":" + path))
                            .toList();
                    fieldsOf.fields.put(key(at), all);
                });
                places.computeIfAbsent(String.valueOf(type), key -> new ArrayList<>())
                        .add(fieldsOf);
            }
        });
        map(sections.get("index"), file + ": index").forEach((path, word) -> {
            ObjectPath at = path(String.valueOf(path), file);
            String key = at.type() + ":" + key(at);
            Family family = word.equals("any") ? Family.ANY : Family.of(String.valueOf(word));
            if (word.equals(NO_INDEX)) {
                index.remove(key);
            } else if (family == null || word.equals("")) {
                throw new IllegalArgumentException(file + ": " + path + ": '" + word
                        + "'; expected a type of indicators, for example domain, or none");
            } else {
                index.put(key, family);
            }
        });
    }

    private static Map<?, ?> map(@Nullable Object value, String where) {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(where + ": expected names with what they mean, for example value: url.full");
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    }

    private static ObjectPath path(String text, String file) {
        try {
            return ObjectPath.read(text);
        } catch (PatternException e) {
            throw new IllegalArgumentException(
                    file + ": '" + text + "' is not a path of an object: " + e.getMessage(), e);
        }
    }

    private Use use(String text, String where) {
        Use known = uses.get(text);
        if (known != null) {
            return known;
        }
        int as = text.indexOf(AS);
        String name = as < 0 ? text : text.substring(0, as);
        Form form = as < 0 ? Form.TEXT : Form.of(text.substring(as + AS.length()));
        Field field = fields.apply(name);
        if (form == null || field == null) {
            throw new IllegalArgumentException(
                    where + ": '" + text + "' names no " + (field == null ? "field of an event" : "form of one")
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

    /** The objects of a type that an event may have; empty where it has none of the type. */
    List<Place> places(String type) {
        return places.getOrDefault(type, List.of());
    }

    /** The family of an equality's indicators in the index; null where the index does not say the same. */
    @Nullable
    Family indexed(ObjectPath path) {
        return index.get(path.type() + ":" + key(path));
    }

    /** The time of an event. */
    Field time() {
        return time;
    }
}
