package io.trawl.refreshindicators;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.intel.lookalike.brand.BrandsFile;
import io.trawl.intel.lookalike.brand.Popularity;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.pack.RuleInputs;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.record.Indicator;
import io.trawl.run.Run;
import io.trawl.steps.files.Given;
import io.trawl.steps.files.LocalFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which rules a snapshot has, as options and settings name their files. */
final class RuleOptions {
    private static final String FOLDER = "rules.folder";
    private static final String PLACEHOLDERS = "rules.placeholders";
    private static final String FIELDS = "rules.fields";
    private static final String OBJECTS = "rules.stix.mapping";
    private static final String BRANDS = "brands.file";
    private static final String POPULAR = "brands.popular";
    private static final int MOST_BRANDS = 1_000_000;
    private static final String STRICT = "rules.strict";
    private static final String MISUSE = "rules.stix.misuse";
    /** Rules that a note names. */
    private static final int NAMED = 5;

    @Option(
            names = "--rules",
            paramLabel = "FOLDER|FILE",
            description =
                    "Rules (Sigma, STIX patterns), or folders of them, '' for none; default: setting rules.folder.",
            split = ",")
    private @Nullable List<String> rules;

    @Option(
            names = "--placeholders",
            paramLabel = "FILE",
            description = "Values that stand for %name% in Sigma rules; default: setting rules.placeholders.")
    private @Nullable String placeholders;

    @Option(
            names = "--fields",
            paramLabel = "FILE",
            description = "Names of fields beside those that Trawl knows; default: setting rules.fields.")
    private @Nullable String fields;

    @Option(
            names = "--stix-mapping",
            paramLabel = "FILE",
            description = "Where objects of STIX patterns are in an event, beside those that Trawl knows;"
                    + " default: setting rules.stix.mapping.")
    private @Nullable String objects;

    @Option(
            names = "--strict",
            description = "Refuse the whole set if one of its rules cannot be run; default: setting rules.strict.")
    private boolean strict;

    /**
     * The rules of a snapshot.
     *
     * @param pack all in one file
     * @param indicators STIX patterns that are indicators: they go into the index
     */
    record Ruled(Pack pack, List<Indicator> indicators) {}

    /** The files by name, as settings have them; empty if there are to be none. */
    private List<String> rules(Settings settings) {
        List<String> named = rules == null ? settings.list(FOLDER) : rules;
        return named.stream().filter(name -> !name.isEmpty()).toList();
    }

    private List<String> placeholders(Settings settings) {
        return one(placeholders == null ? settings.text(PLACEHOLDERS, "") : placeholders);
    }

    private List<String> fields(Settings settings) {
        return one(fields == null ? settings.text(FIELDS, "") : fields);
    }

    private List<String> objects(Settings settings) {
        return one(objects == null ? settings.text(OBJECTS, "") : objects);
    }

    private static List<String> one(String name) {
        return name.isEmpty() ? List.of() : List.of(name);
    }

    private boolean isStrict(Settings settings) {
        return isOn(settings, STRICT) || strict;
    }

    private static boolean isOn(Settings settings, String setting) {
        String set = settings.text(setting);
        if (!set.equals("true") && !set.equals("false")) {
            throw new IllegalArgumentException("setting " + setting + " = " + set + ": expected true or false");
        }
        return set.equals("true");
    }

    /** @throws IllegalArgumentException if a file of this machine is not there or cannot be used */
    void check(Settings settings) {
        Given.requireReadable("--rules", FOLDER, rules(settings));
        Given.requireReadable("--placeholders", PLACEHOLDERS, placeholders(settings));
        Given.requireReadable("--fields", FIELDS, fields(settings));
        Given.requireReadable("--stix-mapping", OBJECTS, objects(settings));
        List<String> all = new ArrayList<>(rules(settings));
        all.addAll(placeholders(settings));
        all.addAll(fields(settings));
        all.addAll(objects(settings));
        for (String setting : List.of(BRANDS, POPULAR)) {
            all.addAll(one(settings.text(setting, "")));
            Given.requireReadable("setting", setting, one(settings.text(setting, "")));
        }
        if (all.stream().anyMatch(Given::isRemote)) {
            // The job fetches them, and looks at them then.
            return;
        }
        for (String name : rules(settings)) {
            if (!Files.exists(Given.local(name))) {
                throw new IllegalArgumentException("--rules " + name
                        + ": no such file or folder; expected Sigma rules, for example --rules /etc/trawl/rules (setting "
                        + FOLDER + ")");
            }
        }
        requireFile("--placeholders", PLACEHOLDERS, placeholders(settings));
        requireFile("--fields", FIELDS, fields(settings));
        requireFile("--stix-mapping", OBJECTS, objects(settings));
        for (String setting : List.of(BRANDS, POPULAR)) {
            for (String name : one(settings.text(setting, ""))) {
                if (!Files.isRegularFile(Given.local(name))) {
                    throw new IllegalArgumentException("setting " + setting + " = " + name + ": no such file");
                }
            }
        }
        RuleInputs given;
        try {
            given = inputs(
                    settings, (names, of) -> names.stream().map(Given::local).toList());
        } catch (IOException e) {
            throw new IllegalArgumentException("--rules: " + e.getMessage(), e);
        }
        try {
            RuleBook book = RulePack.read(given).book();
            requireSome(book, rules(settings));
            if (isStrict(settings)) {
                requireAll(book);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(wrong(given) + ": " + e.getMessage(), e);
        }
    }

    /** What names the file that cannot be read. */
    private static String wrong(RuleInputs given) {
        try {
            if (given.brands() != null) {
                BrandsFile.read(given.brands());
            }
        } catch (IOException e) {
            return "setting " + BRANDS;
        }
        try {
            if (given.popular() != null) {
                Popularity.read(given.popular());
            }
        } catch (IOException e) {
            return "setting " + POPULAR;
        }
        return "--rules";
    }

    private static void requireFile(String option, String setting, List<String> names) {
        for (String name : names) {
            if (!Files.isRegularFile(Given.local(name))) {
                throw new IllegalArgumentException(option + " " + name + ": no such file (setting " + setting + ")");
            }
        }
    }

    /** @param files gives the paths of this machine that names mean, in a folder of the second name */
    private RuleInputs inputs(Settings settings, Fetching files) throws IOException {
        String top = "brands.top";
        long brands = settings.number(top);
        if (brands < 0 || brands > MOST_BRANDS) {
            throw new IllegalArgumentException(
                    "setting " + top + " = " + brands + ": expected 0 to " + MOST_BRANDS + ", for example 1000");
        }
        return new RuleInputs(
                files.of(rules(settings), "rules"),
                first(files.of(placeholders(settings), "placeholders")),
                first(files.of(fields(settings), "fields")),
                first(files.of(objects(settings), "objects")),
                isOn(settings, MISUSE),
                first(files.of(one(settings.text(BRANDS, "")), "brands")),
                first(files.of(one(settings.text(POPULAR, "")), "popular")),
                (int) brands,
                level(settings),
                settings.list("hosts.internal"));
    }

    /** From which level on hosts that are none are found; null if they are not looked for. */
    private static @Nullable Level level(Settings settings) {
        String set = settings.text("hosts.level");
        if (set.equals("none")) {
            return null;
        }
        for (Level level : List.of(Level.LOW, Level.MEDIUM, Level.HIGH)) {
            if (level.text().equals(set)) {
                return level;
            }
        }
        throw new IllegalArgumentException("setting hosts.level = " + set + ": expected none, low, medium or high");
    }

    /** Makes paths of names. */
    private interface Fetching {
        List<Path> of(List<String> names, String folder) throws IOException;
    }

    private static @Nullable Path first(List<Path> paths) {
        return paths.isEmpty() ? null : paths.get(0);
    }

    /**
     * The rules in one file, and what is to be said of them; null if there are none.
     *
     * @param folder where copies of files go
     */
    @Nullable
    Ruled pack(Run run, Path folder) throws IOException {
        Settings settings = run.settings();
        RuleInputs given = inputs(settings, (names, of) -> Given.fetch(names, folder.resolve(of), settings));
        if (given.isEmpty()) {
            return null;
        }
        AtomicReference<RulePack> read = new AtomicReference<>();
        LocalFile file;
        try {
            file = LocalFile.write(folder.resolve("pack"), out -> read.set(RulePack.pack(given, out)));
        } catch (IOException e) {
            throw new JobFailure(wrong(given) + ": " + e.getMessage(), e);
        }
        RulePack rulePack = Objects.requireNonNull(read.get());
        RuleBook book = rulePack.book();
        try {
            requireSome(book, rules(settings));
            if (isStrict(settings)) {
                requireAll(book);
            }
        } catch (IllegalArgumentException e) {
            throw new JobFailure(String.valueOf(e.getMessage()), e);
        }
        tell(run, book);
        return new Ruled(new Pack(Pack.Kind.RULES, file, book.rules().size()), rulePack.indicators());
    }

    /** A folder without rules is more often a wrong name than the end of all rules. */
    private static void requireSome(RuleBook book, List<String> named) {
        if (!named.isEmpty() && book.isEmpty()) {
            throw new IllegalArgumentException("--rules " + String.join(",", named)
                    + ": no rule in it; expected files *.yml, *.yaml, *.stix or *.json (setting " + FOLDER + ")");
        }
    }

    private static void requireAll(RuleBook book) {
        List<Refusal> refused = book.refused();
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException("--rules: " + refused.get(0).getMessage()
                    + (refused.size() == 1 ? "" : " (and " + (refused.size() - 1) + " more that are refused)")
                    + " (--strict, or setting " + STRICT + ")");
        }
    }

    /** Counts and names what cannot be run, and what cannot fire. */
    private static void tell(Run run, RuleBook book) {
        run.count("rules", book.rules().size());
        run.count("correlations", book.correlations().all().size());
        run.count("rules_refused", book.refused().size());
        run.count("rules_that_cannot_fire", book.cannotFire().size());
        run.count("patterns_not_sweepable", book.notSweepable().size());
        run.note(book.rules().size() + " rules");
        tell(run, "is left out", "trawl rules check names them", texts(book.refused()));
        tell(run, "finds nothing", "trawl rules check names them", texts(book.notSweepable()));
        tell(run, "filters nothing", "trawl rules check names them", texts(book.idle()));
        tell(
                run,
                "cannot fire",
                "trawl rules list names them",
                book.cannotFire().stream()
                        .map(one -> one.name() + ": no event has " + String.join(", ", one.fields()))
                        .toList());
    }

    private static List<String> texts(List<Refusal> refused) {
        return refused.stream().map(Refusal::getMessage).toList();
    }

    /** Notes the first few of the rules of which something is to be said. */
    private static void tell(Run run, String what, String where, List<String> texts) {
        for (String text : texts.subList(0, Math.min(NAMED, texts.size()))) {
            run.note("a rule " + what + ": " + text);
        }
        if (texts.size() > NAMED) {
            run.note((texts.size() - NAMED) + " more rules: each " + what + " (" + where + ")");
        }
    }
}
