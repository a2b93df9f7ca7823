package io.trawl.cli.files.rule;

import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.document.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options of the commands that read rules. */
public final class RuleOptions {
    /** Any number of times: files and folders of rules. */
    public static final String RULES = "--rules";
    /** A flag. */
    public static final String STRICT = "--strict";

    private static final String PLACEHOLDERS = "--placeholders";
    private static final String FIELDS = "--fields";
    private static final String OBJECTS = "--stix-mapping";

    private RuleOptions() {}

    /** The options with a value for Arguments, with others. */
    public static Set<String> with(Set<String> others) {
        Set<String> all = new HashSet<>(others);
        all.add(PLACEHOLDERS);
        all.add(FIELDS);
        all.add(OBJECTS);
        return all;
    }

    /** @throws IllegalArgumentException where options of rules are there, and no rules */
    public static void requireRules(Arguments arguments) {
        for (String option : List.of(PLACEHOLDERS, FIELDS, OBJECTS, STRICT)) {
            if (arguments.has(option)) {
                throw new IllegalArgumentException(
                        option + " is an option of --rules: expected files of rules, for example --rules rules/");
            }
        }
    }

    /**
     * The rules of files and folders.
     *
     * @throws IllegalArgumentException where there is none, or a path is wrong
     */
    public static RuleBook load(List<String> words, Arguments arguments) throws IOException {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no file of rules: expected one or a folder, for example rules/");
        }
        List<Path> paths = Input.of(words).stream().map(RuleOptions::path).toList();
        RuleBook book =
                RuleBook.load(paths, file(arguments, PLACEHOLDERS), file(arguments, FIELDS), file(arguments, OBJECTS));
        if (book.isEmpty()) {
            throw new IllegalArgumentException(String.join(", ", words)
                    + (words.size() == 1 ? " has" : " have")
                    + " no rules: expected *.yml (Sigma), *.stix or *.json (STIX patterns)");
        }
        return book;
    }

    private static Path path(Input input) {
        Path path = input.path();
        if (path == null) {
            throw new IllegalArgumentException("rules cannot be read from standard input: expected a file or a folder");
        }
        return path;
    }

    private static @Nullable Path file(Arguments arguments, String option) {
        String word = arguments.value(option);
        return word == null ? null : Input.path(word);
    }

    /**
     * With --strict no rule may be refused.
     *
     * @throws IllegalArgumentException where one is; the output has them all, if it is JSON
     */
    public static void hold(RuleBook book, Arguments arguments, Streams streams) throws IOException {
        List<Refusal> refused = book.refused();
        if (arguments.has(STRICT) && !refused.isEmpty()) {
            if (!arguments.table()) {
                writeRefused(book, streams);
            }
            throw new IllegalArgumentException("--strict: " + refused.get(0).getMessage()
                    + (refused.size() == 1
                            ? ""
                            : " (and " + (refused.size() - 1) + " more; trawl rules check lists them)"));
        }
    }

    static void writeRefused(RuleBook book, Streams streams) throws IOException {
        Json json = new Json();
        for (Refusal one : book.refused()) {
            RuleText.place("refused", one, json);
        }
        json.writeTo(streams.out());
        streams.out().flush();
    }

    /** The words, or the setting rules.folder where there are none. */
    static List<String> orSetting(List<String> words) {
        String setting = System.getProperty("trawl.rules", "");
        return words.isEmpty() && !setting.isEmpty()
                ? Stream.of(setting.split(",", -1)).map(String::strip).toList()
                : words;
    }
}
