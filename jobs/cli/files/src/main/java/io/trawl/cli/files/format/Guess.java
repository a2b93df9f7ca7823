package io.trawl.cli.files.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.trawl.parsing.mapping.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of lines, guessed, and what their columns mean.
 *
 * @param grammar as a declaration has it, in one line
 * @param map columns by field, with those of W3C, CEF and the like that nobody has to name left out
 * @param unmapped columns without a meaning, each with a value
 */
record Guess(String grammar, Map<Field, List<String>> map, Map<String, String> unmapped) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final double MOST = 0.95;
    private static final Set<String> ABSENT = Set.of("", "-", "\"\"", "null", "N/A", "None");
    private static final Pattern PAIR =
            Pattern.compile("(?:^|[\\s,;|])([A-Za-z_@][\\w.@-]*)=(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s,;|]*)");
    private static final Pattern LABELLED = Pattern.compile("[A-Za-z_][\\w.-]*:[^\\t]*");
    private static final Pattern TOKEN = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"(?= |$)|\\[[^\\]]*\\](?= |$)|[^ ]+");
    private static final int MOST_COLUMNS = 400;
    private static final int DEEPEST = 16;

    /** Fields by the keys that all writers of CEF use. */
    private static final Map<Field, List<String>> CEF = new EnumMap<>(Map.of(
            Field.TIMESTAMP, List.of("rt", "end", "start"),
            Field.SOURCE_ADDRESS, List.of("src"),
            Field.SOURCE_USER_NAME, List.of("suser"),
            Field.DESTINATION_ADDRESS, List.of("dst"),
            Field.DESTINATION_DOMAIN, List.of("dhost"),
            Field.DESTINATION_PORT, List.of("dpt"),
            Field.HTTP_REQUEST_METHOD, List.of("requestMethod"),
            Field.URL_ORIGINAL, List.of("request"),
            Field.USER_AGENT_ORIGINAL, List.of("requestClientApplication"),
            Field.EVENT_ACTION, List.of("act")));

    private static final Map<Field, List<String>> LEEF = new EnumMap<>(Map.of(
            Field.TIMESTAMP, List.of("devTime"),
            Field.SOURCE_ADDRESS, List.of("src"),
            Field.SOURCE_USER_NAME, List.of("usrName"),
            Field.DESTINATION_ADDRESS, List.of("dst"),
            Field.DESTINATION_PORT, List.of("dstPort"),
            Field.URL_ORIGINAL, List.of("url"),
            Field.EVENT_ACTION, List.of("action")));

    /**
     * Guesses the grammar.
     *
     * @param lines without their envelopes
     * @param header what the last line {@code #Fields} names; null if there is none
     */
    static Guess of(List<String> lines, @Nullable String header) {
        if (header != null && !header.isBlank()) {
            boolean tabs = header.indexOf('\t') >= 0 || most(lines, line -> line.indexOf('\t') > 0);
            return new Guess(
                    "w3c: {" + (tabs ? "separator: \"\\t\", " : "") + "fields: "
                            + Text.quoted(header.strip().replaceAll("\\s+", " ")) + "}",
                    Map.of(),
                    Map.of());
        }
        if (most(lines, line -> line.startsWith("CEF:") || line.contains(" CEF:"))) {
            return new Guess("cef: {}", CEF, Map.of());
        }
        if (most(lines, line -> line.startsWith("LEEF:") || line.contains(" LEEF:"))) {
            return new Guess("leef: {}", LEEF, Map.of());
        }
        if (most(lines, line -> line.startsWith("{"))) {
            return named("json: {}", lines.stream().map(Guess::json).toList());
        }
        if (most(lines, Guess::isLabelled)) {
            return named("ltsv: {}", lines.stream().map(Guess::labelled).toList());
        }
        if (most(lines, Guess::isPairs)) {
            return pairs(lines);
        }
        Guess delimited = delimited(lines);
        return delimited != null ? delimited : tokens(lines);
    }

    private interface Test {
        boolean of(String line);
    }

    private static boolean most(List<String> lines, Test test) {
        long count = lines.stream().filter(test::of).count();
        return !lines.isEmpty() && count >= MOST * lines.size();
    }

    /** A grammar whose columns come with their names. */
    private static Guess named(String grammar, List<Map<String, String>> lines) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Map<String, String> line : lines) {
            line.forEach((name, value) -> {
                if (values.size() < MOST_COLUMNS || values.containsKey(name)) {
                    List<String> of = values.computeIfAbsent(name, key -> new ArrayList<>());
                    if (!ABSENT.contains(value)) {
                        of.add(value);
                    }
                }
            });
        }
        List<Meanings.Column> columns = new ArrayList<>();
        values.forEach((name, of) -> columns.add(new Meanings.Column(name, of)));
        return mapped(grammar, columns);
    }

    private static Guess mapped(String grammar, List<Meanings.Column> columns) {
        Map<Field, List<String>> map = Meanings.of(columns);
        Map<String, String> unmapped = new LinkedHashMap<>();
        for (Meanings.Column column : columns) {
            if (map.values().stream().noneMatch(names -> names.contains(column.name()))) {
                unmapped.put(
                        column.name(),
                        column.values().isEmpty() ? "-" : column.values().get(0));
            }
        }
        return new Guess(grammar, map, unmapped);
    }

    private static Map<String, String> json(String line) {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            List<String> path = new ArrayList<>();
            int lists = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    lists++;
                } else if (token == JsonToken.END_ARRAY) {
                    lists--;
                } else if (token == JsonToken.FIELD_NAME) {
                    path.add(parser.currentName());
                } else if (token == JsonToken.START_OBJECT) {
                    continue;
                } else if (lists == 0 && token.isScalarValue() && path.size() <= DEEPEST) {
                    String name = String.join(".", path);
                    // Brackets choose from a list: a key that has some cannot be named.
                    if (name.indexOf('[') < 0) {
                        values.put(name, token == JsonToken.VALUE_NULL ? "" : parser.getText());
                    }
                }
                boolean ended = token.isScalarValue() || token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY;
                if (ended && !path.isEmpty() && !parser.getParsingContext().inArray()) {
                    path.remove(path.size() - 1);
                }
            }
        } catch (IOException e) {
            // A line that is cut has the columns up to there.
            return values;
        }
        return values;
    }

    private static boolean isLabelled(String line) {
        String[] cells = line.split("\t", -1);
        return cells.length > 2
                && Arrays.stream(cells).allMatch(cell -> LABELLED.matcher(cell).matches());
    }

    private static Map<String, String> labelled(String line) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String cell : line.split("\t", -1)) {
            int colon = cell.indexOf(':');
            if (colon > 0) {
                values.putIfAbsent(cell.substring(0, colon), cell.substring(colon + 1));
            }
        }
        return values;
    }

    /** Three pairs or more that are most of the line. */
    private static boolean isPairs(String line) {
        Matcher pairs = PAIR.matcher(line);
        int count = 0;
        int length = 0;
        while (pairs.find()) {
            count++;
            length += pairs.group().length();
        }
        return count > 2 && 2 * length > line.length();
    }

    private static Guess pairs(List<String> lines) {
        Map<Character, Integer> between = new TreeMap<>();
        List<Map<String, String>> values = new ArrayList<>();
        for (String line : lines) {
            Map<String, String> of = new LinkedHashMap<>();
            Matcher pairs = PAIR.matcher(line);
            while (pairs.find()) {
                String value = pairs.group(2);
                boolean quoted = value.length() > 1 && value.startsWith("\"");
                of.putIfAbsent(pairs.group(1), quoted ? value.substring(1, value.length() - 1) : value);
                if (pairs.start() > 0) {
                    char before = line.charAt(pairs.start());
                    // A comma and a space are a comma.
                    char separator = before == ' ' && ",;|".indexOf(line.charAt(pairs.start() - 1)) >= 0
                            ? line.charAt(pairs.start() - 1)
                            : before;
                    between.merge(separator, 1, Integer::sum);
                }
            }
            values.add(of);
        }
        char pairs = between.isEmpty()
                ? ' '
                : Collections.max(between.entrySet(), Map.Entry.comparingByValue())
                        .getKey();
        return named(
                pairs == ' ' ? "key-value: {}" : "key-value: {pairs: " + Text.quoted(String.valueOf(pairs)) + "}",
                values);
    }

    /** Columns with one character between them, as many in each line; null if there are none. */
    private static @Nullable Guess delimited(List<String> lines) {
        for (char between : new char[] {'\t', ',', '|', ';'}) {
            List<List<String>> rows =
                    lines.stream().map(line -> cells(line, between)).toList();
            Map<Integer, Integer> sizes = new HashMap<>();
            rows.forEach(row -> sizes.merge(row.size(), 1, Integer::sum));
            Map.Entry<Integer, Integer> usual = Collections.max(sizes.entrySet(), Map.Entry.comparingByValue());
            int size = usual.getKey();
            if (size < 3 || size > MOST_COLUMNS || usual.getValue() < MOST * rows.size()) {
                continue;
            }
            List<List<String>> usualRows =
                    rows.stream().filter(row -> row.size() == size).toList();
            boolean heading = usualRows.size() > 1 && isHeading(usualRows.get(0));
            List<String> names = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                names.add(heading ? usualRows.get(0).get(i).strip() : "c" + (i + 1));
            }
            List<List<String>> values = heading ? usualRows.subList(1, usualRows.size()) : usualRows;
            return positions("separator: " + Text.quoted(String.valueOf(between)), names, values, size, size);
        }
        return null;
    }

    /** Names of columns: words that are all different, none a number or an address. */
    private static boolean isHeading(List<String> row) {
        return row.stream().allMatch(cell -> cell.strip().matches("[A-Za-z_][A-Za-z0-9_ ().-]*"))
                && Set.copyOf(row).size() == row.size();
    }

    /** Cells of a line; what is in quotes or brackets is not looked into. */
    private static List<String> cells(String line, char between) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == between && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }

    private static Guess positions(String style, List<String> names, List<List<String>> rows, int least, int most) {
        List<Meanings.Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int column = i;
            columns.add(new Meanings.Column(
                    names.get(i),
                    rows.stream()
                            .filter(row -> row.size() > column)
                            .map(row -> row.get(column))
                            .filter(value -> !ABSENT.contains(value))
                            .toList()));
        }
        List<String> quoted = names.stream().map(Text::quoted).toList();
        String grammar = "delimited: {" + style + ", columns: [" + String.join(", ", quoted) + "], least: " + least
                + ", most: " + most + "}";
        return mapped(grammar, columns);
    }

    /** Columns with spaces between them, some in quotes or brackets, as web servers write them. */
    private static Guess tokens(List<String> lines) {
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines) {
            List<String> row = new ArrayList<>();
            Matcher tokens = TOKEN.matcher(line);
            while (tokens.find() && row.size() < MOST_COLUMNS) {
                String token = tokens.group();
                boolean wrapped = token.length() > 1
                        && (token.startsWith("\"") && token.endsWith("\"")
                                || token.startsWith("[") && token.endsWith("]"));
                row.add(wrapped ? token.substring(1, token.length() - 1) : token);
            }
            rows.add(row);
        }
        List<Integer> sizes = rows.stream().map(List::size).sorted().toList();
        // As many columns as nearly all lines have; others may have more.
        int least = Math.max(1, sizes.get((int) ((1 - MOST) * sizes.size())));
        int most = Math.max(least, sizes.get(sizes.size() - 1));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < least; i++) {
            names.add("c" + (i + 1));
        }
        return positions(
                "separator: \" \", repeated: true, escape: backslash, brackets: true", names, rows, least, most);
    }
}
