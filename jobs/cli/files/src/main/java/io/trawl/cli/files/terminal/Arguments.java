package io.trawl.cli.files.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of a command line. By hand, since picocli would add 45 to 79 ms of CPU to each call (docs/decisions/018).
 */
public final class Arguments {
    private final Map<String, List<String>> options = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments() {}

    /**
     * Reads options as {@code --name value} and {@code --name=value}; everything after {@code --} is an operand.
     *
     * @param single options with a value, given at most once
     * @param files options with a file for a value, given any number of times; where a {@code --} follows, further words
     *     after one are its files, too
     * @throws IllegalArgumentException if the words are none of these
     */
    public static Arguments of(List<String> words, Set<String> single, Set<String> files) {
        return of(words, single, files, Set.of());
    }

    /** @param flags options without a value */
    public static Arguments of(List<String> words, Set<String> single, Set<String> files, Set<String> flags) {
        Arguments arguments = new Arguments();
        int dashes = words.indexOf("--");
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                arguments.operands.addAll(words.subList(i + 1, words.size()));
                break;
            }
            if (!word.startsWith("-") || word.equals("-")) {
                arguments.operands.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (!single.contains(name) && !files.contains(name) && !flags.contains(name)) {
                throw new IllegalArgumentException("option " + name + " is unknown: expected "
                        + expected(single, files, flags) + "; --help says what they do");
            }
            List<String> values = arguments.options.computeIfAbsent(name, key -> new ArrayList<>());
            if (!files.contains(name) && !values.isEmpty()) {
                throw new IllegalArgumentException(name + " is given twice");
            }
            if (flags.contains(name)) {
                if (equals >= 0) {
                    throw new IllegalArgumentException(name + " takes no value");
                }
                values.add("");
                continue;
            }
            if (equals >= 0) {
                values.add(word.substring(equals + 1));
            } else if (i + 1 < words.size() && isValue(words.get(i + 1))) {
                values.add(words.get(++i));
            } else {
                throw new IllegalArgumentException(name + " has no value: expected one after it");
            }
            if (files.contains(name)) {
                while (i + 1 < dashes && isValue(words.get(i + 1))) {
                    values.add(words.get(++i));
                }
            }
        }
        return arguments;
    }

    private static boolean isValue(String word) {
        return !word.startsWith("-") || word.equals("-");
    }

    private static String expected(Set<String> single, Set<String> files, Set<String> flags) {
        List<String> all = new ArrayList<>(single);
        all.addAll(files);
        all.addAll(flags);
        all.sort(null);
        return String.join(", ", all);
    }

    /** Whether --output asks for a table for people; JSON where nothing is said. */
    public boolean table() {
        String output = value("--output");
        if (output != null && !output.equals("json") && !output.equals("table")) {
            throw new IllegalArgumentException("--output " + output + ": expected json or table");
        }
        return "table".equals(output);
    }

    /** Whether an option without a value is there. */
    public boolean has(String flag) {
        return options.containsKey(flag);
    }

    @Nullable
    public String value(String option) {
        List<String> values = options.getOrDefault(option, List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    public List<String> values(String option) {
        return options.getOrDefault(option, List.of());
    }

    public List<String> operands() {
        return operands;
    }
}
