package io.trawl.backtest;

import io.trawl.base.Settings;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.pack.RuleInputs;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.record.Indicator;
import io.trawl.steps.files.Given;
import io.trawl.steps.files.LocalFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The rules that are tried, as options and settings name their files.
 *
 * @param rules files and folders of rules: paths of this machine, or URLs
 * @param placeholders values for {@code %name%}; empty if there is no such file
 * @param fields names of fields besides those that Trawl knows; empty if there is no such file
 * @param objects where objects of STIX patterns are in an event; empty if there is no such file
 * @param misuse whether a STIX pattern may join objects of different types with AND
 */
record Tried(List<String> rules, List<String> placeholders, List<String> fields, List<String> objects, boolean misuse) {
    private static final String FOLDER = "rules.folder";
    private static final String MISUSE = "rules.stix.misuse";

    /**
     * What options say; the settings where they say nothing.
     *
     * @throws IllegalArgumentException if no rule is named, or a file of this machine is not there
     */
    static Tried of(
            Settings settings,
            @Nullable List<String> rules,
            @Nullable String placeholders,
            @Nullable String fields,
            @Nullable String objects) {
        List<String> named = (rules == null ? settings.list(FOLDER) : rules)
                .stream().filter(name -> !name.isEmpty()).toList();
        if (named.isEmpty()) {
            throw new IllegalArgumentException(
                    "no file of rules: expected one or a folder, for example rules/ (or setting " + FOLDER + ")");
        }
        String misuse = settings.text(MISUSE);
        if (!misuse.equals("true") && !misuse.equals("false")) {
            throw new IllegalArgumentException("setting " + MISUSE + " = " + misuse + ": expected true or false");
        }
        Tried tried = new Tried(
                named,
                file("--placeholders", "rules.placeholders", placeholders, settings),
                file("--fields", "rules.fields", fields, settings),
                file("--stix-mapping", "rules.stix.mapping", objects, settings),
                misuse.equals("true"));
        Given.requireReadable("--rules", FOLDER, named);
        for (String name : named) {
            if (!Given.isRemote(name) && !Files.exists(Given.local(name))) {
                throw new IllegalArgumentException(
                        name + ": no such file or folder of rules; expected Sigma rules or STIX patterns"
                                + (rules == null ? " (setting " + FOLDER + ")" : ""));
            }
        }
        return tried;
    }

    private static List<String> file(String option, String setting, @Nullable String given, Settings settings) {
        String name = given == null ? settings.text(setting, "") : given;
        if (name.isEmpty()) {
            return List.of();
        }
        Given.requireReadable(option, setting, List.of(name));
        if (!Given.isRemote(name) && !Files.isRegularFile(Given.local(name))) {
            throw new IllegalArgumentException(
                    (given == null ? "setting " + setting + " = " : option + " ") + name + ": no such file");
        }
        return List.of(name);
    }

    /**
     * The rules, ready to judge.
     *
     * @param pack all of them
     * @param rules them in one file
     * @param index an index of the STIX patterns that are indicators
     */
    record Packed(RulePack pack, LocalFile rules, LocalFile index) {}

    /**
     * Reads the files.
     *
     * @param folder of this machine, for files that are made
     * @throws IllegalArgumentException if there is no rule in them that can be run
     */
    Packed pack(Path folder, Settings settings) throws IOException {
        RuleInputs inputs = new RuleInputs(
                Given.fetch(rules, folder.resolve("rules"), settings),
                first(Given.fetch(placeholders, folder.resolve("placeholders"), settings)),
                first(Given.fetch(fields, folder.resolve("fields"), settings)),
                first(Given.fetch(objects, folder.resolve("objects"), settings)),
                misuse,
                null,
                null,
                0,
                null,
                List.of());
        AtomicReference<RulePack> read = new AtomicReference<>();
        LocalFile file = LocalFile.write(folder.resolve("pack"), out -> read.set(RulePack.pack(inputs, out)));
        RulePack pack = Objects.requireNonNull(read.get());
        if (pack.book().rules().isEmpty()
                && pack.book().correlations().isEmpty()
                && pack.indicators().isEmpty()) {
            List<Refusal> refused = pack.book().refused();
            throw new IllegalArgumentException(String.join(", ", rules)
                    + (refused.isEmpty()
                            ? ": no rule in it; expected *.yml (Sigma), *.stix or *.json (STIX patterns)"
                            : ": no rule in it can be run: " + refused.get(0).getMessage()));
        }
        try (IndexBuilder index = IndicatorIndex.builder(folder)) {
            for (Indicator indicator : pack.indicators()) {
                index.add(indicator);
            }
            return new Packed(pack, file, LocalFile.write(folder.resolve("index"), index::write));
        }
    }

    private static @Nullable Path first(List<Path> paths) {
        return paths.isEmpty() ? null : paths.get(0);
    }
}
