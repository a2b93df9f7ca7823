package io.trawl.parsing.format;

import io.trawl.parsing.Nearest;
import io.trawl.parsing.grammar.line.FormatStrings;
import io.trawl.parsing.mapping.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a source says of the lines of a generic format: {@code columns = time, client, url}. They are after the
 * declaration, under the key {@code arguments}, so that the text of a format says all of it.
 */
final class Arguments {
    /** Key of a declaration. */
    static final String KEY = "arguments";

    /** How messages begin to name one. */
    static final String NAMED = "argument ";

    /** What a format's grammar takes, by the format. */
    private static final Map<String, List<String>> GRAMMAR = new TreeMap<>(Map.of(
            "csv", List.of("columns", "separator", "quote", "escape", "brackets", "repeated", "least", "most"),
            "w3c", List.of("fields", "separator", "least", "most"),
            "json", List.of("needs"),
            "key-value",
                    List.of("pairs", "value", "quotes", "escape", "blanks", "last", "once", "keys", "needs", "head"),
            "format-string",
                    Stream.concat(FormatStrings.dialects().stream(), Stream.of("more"))
                            .toList()));

    /** What every declaration may say. */
    private static final List<String> SHARED = List.of("envelope", "zone", "absent", "arrival");

    /** Their value is a list; commas are between its items. */
    private static final Set<String> LISTS = Set.of("needs", "absent", "envelope");

    /** Characters that a settings file or a shell would swallow. */
    private static final Map<String, String> CHARACTERS =
            Map.of("tab", "\t", "\\t", "\t", "space", " ", "comma", ",", "semicolon", ";", "pipe", "|", "none", "");

    private static final Set<String> ONE_CHARACTER = Set.of("separator", "quote", "pairs", "value");
    private static final Set<String> MADE = Set.of("source_ip", "destination_ip", "url_full");

    private final Map<String, Yaml> grammar = new LinkedHashMap<>();
    private final Map<String, Yaml> shared = new LinkedHashMap<>();
    private final Map<String, Yaml> fields = new LinkedHashMap<>();

    private Arguments() {}

    /** The formats that take arguments. */
    static Set<String> takers() {
        return GRAMMAR.keySet();
    }

    /**
     * Those of a command line, {@code columns=time,client}.
     *
     * @throws IllegalArgumentException one has no name or no value, or a name is there twice
     */
    static Map<String, String> ofWords(List<String> words) {
        Map<String, String> arguments = new TreeMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--with " + word
                        + ": expected an argument and its value, for example --with columns=timestamp,source_address");
            }
            String name = word.substring(0, equals).strip();
            if (arguments.put(name, word.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException("--with " + word + ": " + name + " is there twice");
            }
        }
        return arguments;
    }

    /** The text of a declaration with arguments after it. */
    static String into(String text, Map<String, String> arguments) {
        StringBuilder all = new StringBuilder(text)
                .append(text.endsWith("\n") ? "" : "\n")
                .append(KEY)
                .append(":\n");
        new TreeMap<>(arguments)
                .forEach((key, value) -> all.append("  ")
                        .append(quoted(key))
                        .append(": ")
                        .append(quoted(value))
                        .append('\n'));
        return all.toString();
    }

    /** As a text of YAML in quotes. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /**
     * Those of a declaration.
     *
     * @param format its name
     * @param given the values by name; null if it has none
     */
    static Arguments of(String format, @Nullable Yaml given) {
        Arguments arguments = new Arguments();
        if (given != null) {
            given.map(null).forEach((key, value) -> arguments.add(format, key, value.text()));
        }
        return arguments;
    }

    private void add(String format, String key, String text) {
        List<String> keys = GRAMMAR.getOrDefault(format, List.of());
        if (text.isBlank()) {
            throw new IllegalArgumentException(named(key) + ": it is empty; expected a value"
                    + (ONE_CHARACTER.contains(key) ? ", for example tab" : ", or no such argument"));
        }
        if (keys.contains(key)) {
            grammar.put(key, value(key, key.equals("fields") ? text.replaceFirst("(?i)^\\s*#fields:", "") : text));
        } else if (SHARED.contains(key)) {
            shared.put(key, value(key, text));
        } else if (Field.of(key) != null || MADE.contains(key)) {
            fields.put(key, value(key, text));
        } else {
            List<String> all = new ArrayList<>(keys);
            all.addAll(SHARED);
            List<String> known = new ArrayList<>(all);
            Stream.of(Field.values()).map(Field::label).forEach(known::add);
            List<String> nearest = Nearest.of(key, known);
            throw new IllegalArgumentException(named(key) + ": unknown for " + format + "; "
                    + (nearest.isEmpty()
                            ? "expected one of " + String.join(", ", all) + ", or a field, for example url_original"
                            : "did you mean " + String.join(" or ", nearest) + "?"));
        }
    }

    private static String named(String key) {
        return NAMED + key;
    }

    /** YAML where it looks like it; else the text as it is, or a list of the texts between commas. */
    private Yaml value(String key, String text) {
        String value = text.strip();
        if ((value.startsWith("{") || value.startsWith("["))
                && !FormatStrings.dialects().contains(key)) {
            return Yaml.of(named(key), value);
        }
        if (ONE_CHARACTER.contains(key)) {
            return Yaml.of(named(key), quoted(CHARACTERS.getOrDefault(value, value)));
        }
        if (LISTS.contains(key) && value.equals("none")) {
            return Yaml.of(named(key), "[]");
        }
        boolean list = LISTS.contains(key) || Field.of(key) != null;
        return Yaml.of(
                named(key),
                list && value.indexOf(',') >= 0
                        ? Stream.of(value.split(","))
                                .map(item -> quoted(item.strip()))
                                .toList()
                                .toString()
                        : quoted(value));
    }

    boolean isEmpty() {
        return grammar.isEmpty() && shared.isEmpty() && fields.isEmpty();
    }

    /** Columns by field. */
    Map<String, Yaml> fields() {
        return fields;
    }

    /** The keys of a declaration with those that are given here in the place of its own. */
    Map<String, Yaml> over(Map<String, Yaml> keys) {
        if (isEmpty()) {
            return keys;
        }
        Map<String, Yaml> all = new LinkedHashMap<>(keys);
        if (grammar.keySet().stream().anyMatch(FormatStrings.dialects()::contains)) {
            // The string is the line's: a time in front of it is no envelope's.
            all.remove("envelope");
        }
        all.putAll(shared);
        Yaml own = keys.get("grammar");
        if (!grammar.isEmpty() && own != null) {
            all.put("grammar", grammar(own));
        }
        return all;
    }

    private Yaml grammar(Yaml own) {
        Map<String, Yaml> inside = new LinkedHashMap<>(own.map(null));
        List<String> strings = grammar.keySet().stream()
                .filter(FormatStrings.dialects()::contains)
                .toList();
        if (strings.size() > 1) {
            throw new IllegalArgumentException(named(strings.get(1)) + ": the format string is there as "
                    + strings.get(0) + ", too; expected one");
        }
        if (!strings.isEmpty()) {
            inside.clear();
        }
        if (!strings.isEmpty() || inside.keySet().stream().anyMatch(FormatStrings.dialects()::contains)) {
            inside.putAll(grammar);
            return Yaml.ofEntries(inside);
        }
        Map.Entry<String, Yaml> kind = inside.entrySet().iterator().next();
        Map<String, Yaml> settings = new LinkedHashMap<>(kind.getValue().map(null));
        if (grammar.containsKey("columns") || grammar.containsKey("fields")) {
            // The numbers of columns of a line are those of the columns.
            settings.remove("least");
            settings.remove("most");
        }
        settings.putAll(grammar);
        return Yaml.ofEntries(Map.of(kind.getKey(), Yaml.ofEntries(settings)));
    }
}
