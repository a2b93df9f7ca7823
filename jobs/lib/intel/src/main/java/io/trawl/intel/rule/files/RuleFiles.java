package io.trawl.intel.rule.files;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.sigma.Actions;
import io.trawl.intel.rule.sigma.Metadata;
import io.trawl.intel.rule.sigma.SigmaFilter;
import io.trawl.intel.rule.sigma.SigmaRules;
import io.trawl.intel.rule.sigma.Taxonomy;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads rules from files and folders: {@code *.yml} and {@code *.yaml} have Sigma's rules, filters and correlations,
 * {@code *.stix} and {@code *.json} are for whoever reads those.
 */
public final class RuleFiles {
    /** A file that is larger is refused. */
    private static final long MOST_BYTES = 256L << 20;

    private final SigmaRules sigma;
    private final OtherRules others;

    public RuleFiles(SigmaRules sigma, OtherRules others) {
        this.sigma = sigma;
        this.others = others;
    }

    /**
     * The rules of files and folders. Of a folder all that have a name of rules are read, in the order of their paths; names
     * that begin with a dot are left out.
     *
     * @throws IllegalArgumentException if a path is not there
     */
    public Loaded load(List<Path> paths) throws IOException {
        Set<Path> files = new LinkedHashSet<>();
        for (Path path : paths) {
            files.addAll(files(path));
        }
        Reading reading = new Reading();
        for (Path file : files) {
            if (Files.size(file) > MOST_BYTES) {
                reading.refused.add(new Refusal(file.toString(), 1, "larger than " + MOST_BYTES + " bytes"));
            } else {
                reading.file(file.toString(), Files.readAllBytes(file));
            }
        }
        return reading.end();
    }

    /** The rules of files that are at hand, by name. */
    public Loaded read(Map<String, byte[]> files) {
        Reading reading = new Reading();
        new TreeMap<>(files).forEach(reading::file);
        return reading.end();
    }

    /** Whether a file is one of rules, by its name. */
    public static boolean isRules(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return isSigma(name) || small.endsWith(".stix") || small.endsWith(".json");
    }

    private static boolean isSigma(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return small.endsWith(".yml") || small.endsWith(".yaml");
    }

    /**
     * The files of rules that a path means: itself, or those in the folder, in the order of their paths.
     *
     * @throws IllegalArgumentException if it is not there
     */
    public static List<Path> files(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(
                    path + " is not there; expected a file or a folder of rules, for example rules/");
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(file -> isRules(file.toString()) && Files.isRegularFile(file))
                    .filter(file -> !isHidden(path.relativize(file)))
                    .sorted((a, b) -> a.toString().compareTo(b.toString()))
                    .toList();
        }
    }

    private static boolean isHidden(Path path) {
        for (Path part : path) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /** What has been read so far. */
    private final class Reading {
        private final Map<String, Rule> rules = new LinkedHashMap<>();
        private final Map<String, Document> documents = new LinkedHashMap<>();
        private final Map<String, String> names = new LinkedHashMap<>();
        private final Map<String, String> nameOf = new LinkedHashMap<>();
        private final List<Document> correlations = new ArrayList<>();
        private final List<SigmaFilter> filters = new ArrayList<>();
        private final List<Refusal> refused = new ArrayList<>();

        void file(String file, byte[] bytes) {
            if (!isSigma(file)) {
                others.read(file, bytes, this::add, refused::add);
                return;
            }
            Documents read = Documents.read(file, bytes);
            refused.addAll(read.refused());
            for (Document document : Actions.of(read.documents(), refused)) {
                try {
                    document(document);
                } catch (Refusal e) {
                    refused.add(e);
                }
            }
        }

        private void document(Document document) {
            switch (SigmaRules.kind(document)) {
                case CORRELATION -> correlations.add(document);
                case FILTER -> filters.add(sigma.filter(document));
                default -> {
                    Rule rule = sigma.rule(document);
                    String name = Metadata.read(document, true).name();
                    String other = name == null ? null : names.get(name);
                    if (other != null && !rules.containsKey(rule.id())) {
                        throw document.refusal(
                                "name", "the name " + name + " is the one of the rule " + other + ", too");
                    }
                    if (add(rule)) {
                        documents.put(rule.id(), document);
                        if (name != null) {
                            names.put(name, rule.id());
                            nameOf.put(rule.id(), name);
                        }
                    }
                }
            }
        }

        private boolean add(Rule rule) {
            Rule other = rules.putIfAbsent(rule.id(), rule);
            if (other != null) {
                Rule.Place place = other.place();
                refused.add(new Refusal(
                        rule.place().file(),
                        rule.place().line(),
                        "the id " + rule.id() + " is the one of the rule in " + place.file() + ":" + place.line()
                                + ", too"));
            }
            return other == null;
        }

        Loaded end() {
            List<SigmaFilter> idle = new ArrayList<>();
            for (SigmaFilter filter : filters) {
                boolean used = false;
                for (Map.Entry<String, Rule> entry : rules.entrySet()) {
                    if (documents.containsKey(entry.getKey())
                            && filter.fits(entry.getValue(), nameOf.get(entry.getKey()))) {
                        entry.setValue(filter.applied(entry.getValue()));
                        used = true;
                    }
                }
                if (!used) {
                    idle.add(filter);
                }
            }
            List<Unfilled> unfilled = new ArrayList<>();
            for (Rule rule : rules.values()) {
                Unfilled one = Unfilled.of(rule, Taxonomy::isMissing);
                if (one != null) {
                    unfilled.add(one);
                }
            }
            return new Loaded(new ArrayList<>(rules.values()), documents, names, correlations, refused, unfilled, idle);
        }
    }
}
