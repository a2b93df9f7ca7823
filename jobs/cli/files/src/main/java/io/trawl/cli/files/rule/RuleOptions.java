package io.trawl.cli.files.rule;

import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The options of the commands that read rules. */
public final class RuleOptions {
    /** Any number of times: files and folders of rules. */
    public static final String RULES = "--rules";
    /** A flag. */
    public static final String STRICT = "--strict";

    private static final String PLACEHOLDERS = "--placeholders";
    private static final String FIELDS = "--fields";
    /** A URL; one letter is a drive. */
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

    private static final Pattern FILE =
            Pattern.compile("file:(?://(?:localhost)?)?(/.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
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

    /** @throws IllegalArgumentException if options of rules are there, and no rules */
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
     * @throws IllegalArgumentException if there is none, or a path is wrong
     */
    public static RuleBook load(List<String> words, Arguments arguments, Streams streams) throws IOException {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no file of rules: expected one or a folder, for example rules/");
        }
        List<Path> paths = Input.of(words).stream().map(RuleOptions::path).toList();
        RuleBook book = RuleBook.load(
                paths,
                file(arguments, PLACEHOLDERS, "rules.placeholders", streams),
                file(arguments, FIELDS, "rules.fields", streams),
                file(arguments, OBJECTS, "rules.stix.mapping", streams),
                isOn("rules.stix.misuse"));
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

    /** The file that an option names; where it does not, that of a setting. */
    private static @Nullable Path file(Arguments arguments, String option, String setting, Streams streams) {
        String word = arguments.value(option);
        if (word != null) {
            return Input.path(word);
        }
        String set = setting(setting);
        if (set.isEmpty()) {
            return null;
        }
        String local = local(set);
        if (local == null) {
            streams.err()
                    .println("trawl: "
                            + Printable.line("setting " + setting + " = " + set + " is not known here: " + option
                                    + " names a copy of it on this machine"));
            return null;
        }
        Path path = Input.path(local);
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException("setting " + setting + " = " + set + ": no such file");
        }
        return path;
    }

    /** A setting, as bin/trawl hands it over. */
    private static String setting(String name) {
        return System.getProperty("trawl." + name, "");
    }

    private static boolean isOn(String setting) {
        String set = setting(setting);
        if (!set.isEmpty() && !set.equals("true") && !set.equals("false")) {
            throw new IllegalArgumentException("setting " + setting + " = " + set + ": expected true or false");
        }
        return set.equals("true");
    }

    /** A path of this machine as jobs take it, a URL too; null if it is of another file system. */
    private static @Nullable String local(String named) {
        Matcher file = FILE.matcher(named);
        if (file.matches()) {
            return URI.create("file://" + file.group(1).replace(" ", "%20")).getPath();
        }
        return URL.matcher(named).matches() ? null : named;
    }

    /**
     * With --strict no rule may be refused.
     *
     * @throws IllegalArgumentException if one is; the output has them all, if it is JSON
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

    /**
     * The words, or the setting rules.folder where there are none.
     *
     * @throws IllegalArgumentException if the setting names another file system
     */
    public static List<String> orSetting(List<String> words) {
        String set = setting("rules.folder");
        if (!words.isEmpty() || set.isEmpty()) {
            return words;
        }
        List<String> paths = new ArrayList<>();
        for (String named : set.split(",", -1)) {
            String local = local(named.strip());
            if (local == null) {
                throw new IllegalArgumentException("setting rules.folder = " + named.strip()
                        + " cannot be read here: name a copy of it on this machine, for example rules/");
            }
            if (!local.isEmpty()) {
                paths.add(local);
            }
        }
        return paths;
    }
}
