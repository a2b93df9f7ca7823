package io.trawl.intel.rule.book;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.read.CorrelationReader;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.files.Loaded;
import io.trawl.intel.rule.files.RuleFiles;
import io.trawl.intel.rule.files.Unfilled;
import io.trawl.intel.rule.sigma.FieldNames;
import io.trawl.intel.rule.sigma.Metadata;
import io.trawl.intel.rule.sigma.Placeholders;
import io.trawl.intel.rule.sigma.SigmaRules;
import io.trawl.intel.rule.sigma.Taxonomy;
import io.trawl.intel.rule.stix.Mapping;
import io.trawl.intel.rule.stix.StixPatterns;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rules and correlations of files, and what is not taken of them. Immutable. */
public final class RuleBook {
    private static final Comparator<Refusal> BY_PLACE =
            Comparator.comparing(Refusal::file).thenComparingInt(Refusal::line);

    private final Loaded loaded;
    private final List<Rule> rules;
    private final Correlations correlations;
    private final List<Refusal> refused;
    private final List<Refusal> notSweepable;
    private final List<Valid> valid;
    private final List<CannotFire> cannotFire;
    /** By rule and name of a field, the fields that the name means in the rule's events. */
    private final Map<String, Map<String, List<Field>>> fields = new HashMap<>();

    /** What a valid part of a file is. */
    public enum Kind {
        RULE,
        /** A pattern that the index of indicators can match. */
        INDICATOR,
        CORRELATION,
        FILTER
    }

    /**
     * A part of a file that is valid.
     *
     * @param left parts of a pattern that OR joins and that no log says, each with its reason: the others are run
     */
    public record Valid(Kind kind, Rule.Place place, String id, String name, List<String> left) {
        public Valid {
            left = List.copyOf(left);
        }

        Valid(Kind kind, Rule.Place place, String id, String name) {
            this(kind, place, id, name, List.of());
        }
    }

    /**
     * A rule or a correlation that no event can meet, since none has fields that it needs.
     *
     * @param fields as the rule has them
     */
    public record CannotFire(String id, String name, List<String> fields) {}

    private RuleBook(Loaded loaded, StixRules stix, Taxonomy taxonomy) {
        this.loaded = loaded;
        this.rules = new ArrayList<>(loaded.rules());
        rules.addAll(stix.parts);
        this.valid = new ArrayList<>(stix.valid);
        this.refused = new ArrayList<>(loaded.refused());
        this.notSweepable = List.copyOf(stix.notSweepable);
        Map<String, Rule> byId = new LinkedHashMap<>();
        rules.forEach(rule -> byId.putIfAbsent(rule.id(), rule));
        List<Correlation> read = new ArrayList<>(stix.correlations);
        for (Document document : loaded.correlations()) {
            try {
                read.add(CorrelationReader.read(document));
            } catch (Refusal e) {
                refused.add(e);
            }
        }
        this.correlations = Correlations.of(
                read,
                reference ->
                        byId.containsKey(reference) ? reference : loaded.names().get(reference),
                one -> refused.add(new Refusal(
                        one.correlation().place().file(),
                        one.correlation().place().line(),
                        one.reason())));
        // The parts of a pattern that is not taken are nobody's.
        Set<Rule> parts = Collections.newSetFromMap(new IdentityHashMap<>());
        parts.addAll(stix.parts);
        rules.removeIf(rule -> parts.contains(rule)
                && !(byId.get(rule.id()) == rule && correlations.rules().contains(rule.id())));
        refused.sort(BY_PLACE);
        for (String id : correlations.rules()) {
            Rule rule = byId.get(id);
            Map<String, List<Field>> byName = new HashMap<>();
            if (rule != null) {
                correlations.fields(id).forEach(name -> byName.put(name, taxonomy.fields(name, rule.sources())));
            }
            fields.put(id, byName);
        }
        for (Rule rule : loaded.rules()) {
            if (rule.kind() == Rule.Kind.SIGMA) {
                valid.add(new Valid(Kind.RULE, rule.place(), rule.id(), rule.name()));
            }
        }
        for (Correlation one : correlations.all()) {
            if (one.kind() == Rule.Kind.SIGMA) {
                valid.add(new Valid(Kind.CORRELATION, one.place(), one.id(), one.name()));
            }
        }
        this.cannotFire = cannotFire(byId, taxonomy);
    }

    /**
     * Reads files and folders.
     *
     * @param placeholders the file that has what stands for {@code %name%}; null if there is none
     * @param fields the file with names of fields besides those that Trawl knows; null if there is none
     * @param objects the file that says where objects of STIX are in an event, beside those that Trawl knows; null if there
     *     is none
     * @param misuse whether AND over objects of different types means one event in a STIX pattern
     * @throws IllegalArgumentException if a path is not there, or one of the files is not what it is to be
     */
    public static RuleBook load(
            List<Path> paths,
            @Nullable Path placeholders,
            @Nullable Path fields,
            @Nullable Path objects,
            boolean misuse)
            throws IOException {
        Mapping mapping = objects == null ? Mapping.shipped(Fields::named) : Mapping.with(objects, Fields::named);
        Taxonomy taxonomy = Taxonomy.shipped(FieldNames.ours());
        if (fields != null) {
            taxonomy = taxonomy.with(fields.toString(), Files.readAllBytes(fields));
        }
        Placeholders known = placeholders == null
                ? Placeholders.NONE
                : Placeholders.read(placeholders.toString(), Files.readAllBytes(placeholders));
        StixRules stix = new StixRules(new StixPatterns(mapping, misuse), null, true);
        Loaded loaded = new RuleFiles(new SigmaRules(taxonomy, known, ZoneOffset.UTC), stix).load(paths);
        RuleBook book = new RuleBook(loaded, stix, taxonomy);
        for (Path path : paths) {
            for (Path file : RuleFiles.files(path)) {
                if (file.toString().endsWith(".yml") || file.toString().endsWith(".yaml")) {
                    book.filters(Documents.read(file.toString(), Files.readAllBytes(file)));
                }
            }
        }
        return book;
    }

    /** Notes the filters of a file that nothing was wrong with. */
    private void filters(Documents documents) {
        List<Document> all = documents.documents();
        for (int i = 0; i < all.size(); i++) {
            Document document = all.get(i);
            int end = i + 1 < all.size() ? all.get(i + 1).line() : Integer.MAX_VALUE;
            if (SigmaRules.kind(document) == SigmaRules.Kind.FILTER
                    && refused.stream()
                            .noneMatch(one -> one.file().equals(document.file())
                                    && one.line() >= document.line()
                                    && one.line() < end)) {
                Metadata metadata = Metadata.read(document, true);
                valid.add(new Valid(
                        Kind.FILTER,
                        new Rule.Place(document.file(), document.line()),
                        metadata.id(),
                        metadata.title()));
            }
        }
    }

    /**
     * Reads files that are at hand, for a sweep with an index.
     *
     * @param files by name
     * @param placeholders what stands for {@code %name%}
     * @param taxonomy what the names of fields mean
     * @param misuse whether AND over objects of different types means one event in a STIX pattern
     * @param mapping where the objects of a STIX pattern are in an event
     * @param indicators takes the patterns that belong into the index; null if the index has them already. They are no
     *     rules in either case
     */
    public static RuleBook read(
            Map<String, byte[]> files,
            Placeholders placeholders,
            Taxonomy taxonomy,
            boolean misuse,
            Mapping mapping,
            @Nullable Consumer<Indicator> indicators) {
        StixRules stix = new StixRules(
                new StixPatterns(mapping, misuse),
                indicators == null ? indicator -> {} : indicators,
                indicators != null);
        Loaded loaded = new RuleFiles(new SigmaRules(taxonomy, placeholders, ZoneOffset.UTC), stix).read(files);
        return new RuleBook(loaded, stix, taxonomy);
    }

    private List<CannotFire> cannotFire(Map<String, Rule> byId, Taxonomy taxonomy) {
        List<CannotFire> all = new ArrayList<>();
        Set<String> ids = new LinkedHashSet<>();
        for (Unfilled one : loaded.unfilled()) {
            if (one.never()) {
                ids.add(one.rule().id());
                all.add(new CannotFire(one.rule().id(), one.rule().name(), one.fields()));
            }
        }
        for (Correlation one : correlations.all()) {
            Set<String> missing = new LinkedHashSet<>();
            List<String> needed = new ArrayList<>(one.groupBy());
            needed.addAll(
                    one.shape() instanceof Shape.Value value
                            ? List.of(value.field())
                            : one.shape() instanceof Shape.ValueCount count ? count.fields() : List.of());
            boolean some = false;
            for (String rule : one.rules()) {
                Rule base = byId.get(rule);
                List<String> lacking = needed.stream()
                        .map(name -> one.aliases().getOrDefault(name, Map.of()).getOrDefault(rule, name))
                        .filter(name -> base != null
                                && taxonomy.fields(name, base.sources()).stream()
                                        .allMatch(Taxonomy::isMissing))
                        .toList();
                missing.addAll(lacking);
                some |= lacking.isEmpty() && !ids.contains(rule);
            }
            if (!some) {
                ids.add(one.id());
                all.add(new CannotFire(one.id(), one.name(), List.copyOf(missing)));
            }
        }
        return List.copyOf(all);
    }

    /** Whether the files have nothing that could be a rule. */
    public boolean isEmpty() {
        return rules.isEmpty()
                && correlations.isEmpty()
                && refused.isEmpty()
                && notSweepable.isEmpty()
                && valid.isEmpty();
    }

    /** Rules by themselves, with those that only correlations are about. */
    public List<Rule> rules() {
        return List.copyOf(rules);
    }

    public Correlations correlations() {
        return correlations;
    }

    /** By place; what cannot be run. */
    public List<Refusal> refused() {
        return List.copyOf(refused);
    }

    /** Filters that are for no rule: the names of the rules that they ask for, or their log source, are nobody's. */
    public List<Refusal> idle() {
        return loaded.idle().stream()
                .map(one ->
                        new Refusal(one.place().file(), one.place().line(), "the filter is for no rule of these files"))
                .toList();
    }

    /** Patterns of which logs say nothing, with the reason. */
    public List<Refusal> notSweepable() {
        return notSweepable;
    }

    /** Sigma's rules and correlations and STIX's patterns that can be run. */
    public List<Valid> valid() {
        return List.copyOf(valid);
    }

    /** What no event can meet. */
    public List<CannotFire> cannotFire() {
        return cannotFire;
    }

    /** The Sigma document that a rule was read from; null if it is not of one. */
    public @Nullable Document document(String rule) {
        Document document = loaded.documents().get(rule);
        if (document != null) {
            return document;
        }
        for (Document one : loaded.correlations()) {
            for (Correlation correlation : correlations.all()) {
                Rule.Place place = correlation.place();
                if (correlation.id().equals(rule) && place.file().equals(one.file()) && place.line() == one.line()) {
                    return one;
                }
            }
        }
        return null;
    }

    /** The columns of an event that {@link #fired} reads. */
    public Set<String> columnsOfFired() {
        Set<String> columns = new LinkedHashSet<>();
        fields.values()
                .forEach(names -> names.values().forEach(of -> of.forEach(field -> columns.addAll(field.columns()))));
        return columns;
    }

    /** What correlations need of an event for which a rule fired. */
    public Fired fired(String rule, String eventId, long order, ProxyEvent event) {
        Map<String, List<String>> values = new HashMap<>();
        fields.getOrDefault(rule, Map.of()).forEach((name, of) -> {
            List<String> found = new ArrayList<>();
            for (Field field : of) {
                if (found.isEmpty()) {
                    field.reader().read(event, found::add);
                }
            }
            if (!found.isEmpty()) {
                values.put(name, List.copyOf(found));
            }
        });
        return new Fired(rule, eventId, event.getTimestamp(), order, values);
    }
}
