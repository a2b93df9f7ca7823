package io.trawl.intel.rule.files;

import io.trawl.intel.Events;
import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.sigma.Sigma;
import io.trawl.record.ProxyEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Events that rules of the corpus fire on, or nearly do: made of what the rules ask for, of the events in corpus.yaml and of
 * real lines, and mutated. The same in each run.
 */
final class SigmaLines {
    static final int COUNT = 200_000;

    private static final List<String> COLUMNS = List.of(
            "url.original",
            "url.domain",
            "destination.domain",
            "user_agent.original",
            "http.request.method",
            "http.request.referrer",
            "source.user.name",
            "destination.ip",
            "http.response.status_code");
    private static final List<String> DERIVED = List.of("url.query", "url.path", "url.extension");
    private static final String CHARACTERS = "abcxyzABCXYZ0189/.?=&%_-*'\"\\ :;$\u00e4\u0416";
    private static final Pattern REQUEST = Pattern.compile("\"?(GET|POST|HEAD|CONNECT) (\\S+)");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    private final Random random = new Random(16);
    private final List<Map<String, String>> bases = new ArrayList<>();
    private final List<Map<String, List<String>>> rules = new ArrayList<>();
    private final List<Map<String, String>> pool = new ArrayList<>();

    SigmaLines(List<Rule> rules) throws IOException {
        try (var in = SigmaLines.class.getResourceAsStream("/rules/corpus.yaml")) {
            Document cases = Documents.read(
                            "corpus.yaml", Objects.requireNonNull(in).readAllBytes())
                    .documents()
                    .get(0);
            for (Entry entry : cases.root().entries()) {
                for (Entry event : ((Mapping) entry.value()).entries()) {
                    Map<String, String> fields = new LinkedHashMap<>();
                    for (Entry field : ((Mapping) event.value()).entries()) {
                        fields.put(field.key().text(), ((Scalar) field.value()).text());
                    }
                    bases.add(fields);
                }
            }
        }
        for (Rule rule : rules) {
            Map<String, List<String>> texts = new TreeMap<>();
            collect(rule.condition(), texts);
            this.rules.add(texts);
        }
        real();
    }

    /** What a rule asks for, by column. */
    private static void collect(Condition condition, Map<String, List<String>> texts) {
        if (condition instanceof Condition.Test test) {
            String column = test.field().name();
            String text = text(test.ask());
            if (COLUMNS.contains(column)) {
                texts.computeIfAbsent(column, key -> new ArrayList<>()).add(text);
            } else if (column.equals("url.path")) {
                texts.computeIfAbsent("url.original", key -> new ArrayList<>()).add(text);
            } else if (column.equals("url.extension")) {
                texts.computeIfAbsent("url.original", key -> new ArrayList<>()).add("." + text);
            }
        } else if (condition instanceof Condition.Keyword keyword) {
            texts.computeIfAbsent("url.original", key -> new ArrayList<>()).add(text(keyword.ask()));
        } else if (condition instanceof Condition.All all) {
            all.of().forEach(child -> collect(child, texts));
        } else if (condition instanceof Condition.Any any) {
            any.of().forEach(child -> collect(child, texts));
        } else if (condition instanceof Condition.Not not) {
            collect(not.of(), texts);
        } else if (condition instanceof Condition.Named named) {
            collect(named.of(), texts);
        }
    }

    private static String text(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return text.text();
        }
        if (ask instanceof Ask.Equal equal) {
            return equal.number().toPlainString();
        }
        if (ask instanceof Ask.Like like) {
            StringBuilder text = new StringBuilder();
            for (Glob.Part part : like.glob().parts()) {
                text.append(part instanceof Glob.Part.Literal literal ? literal.text() : "q");
            }
            return text.toString();
        }
        return ask instanceof Ask.Within ? "192.0.2.1" : "";
    }

    /** Requests of real logs, by rough reading. */
    private void real() throws IOException {
        try (Stream<Path> files =
                Stream.concat(Files.walk(Corpora.path("web")), Files.walk(Corpora.path("proxy/squid")))) {
            for (Path file : files.filter(path ->
                            path.toString().endsWith(".log") || path.toString().endsWith(".raw"))
                    .sorted()
                    .toList()) {
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    Matcher request = REQUEST.matcher(line);
                    if (request.find()) {
                        Map<String, String> fields = new LinkedHashMap<>();
                        fields.put("http.request.method", request.group(1));
                        fields.put("url.original", request.group(2));
                        Matcher quoted = QUOTED.matcher(line);
                        String last = null;
                        while (quoted.find()) {
                            last = quoted.group(1);
                        }
                        if (last != null && last.length() > 1) {
                            fields.put("user_agent.original", last);
                        }
                        fields.put("http.response.status_code", "200");
                        pool.add(fields);
                    }
                }
            }
        }
    }

    /** The next one. */
    ProxyEvent next() {
        Map<String, String> fields = new TreeMap<>();
        switch (random.nextInt(5)) {
            case 0, 1 -> fields.putAll(one(bases));
            case 2, 3 -> ofRule(fields, one(rules));
            default -> fields.putAll(one(pool));
        }
        if (random.nextInt(4) == 0) {
            ofRule(fields, one(rules));
        }
        for (String column : COLUMNS) {
            if (random.nextInt(12) == 0) {
                String other = one(random.nextBoolean() ? bases : pool).get(column);
                if (other != null) {
                    fields.put(column, other);
                }
            }
        }
        int mutations = random.nextInt(4);
        for (int i = 0; i < mutations && !fields.isEmpty(); i++) {
            String column = one(new ArrayList<>(fields.keySet()));
            String mutated = mutated(Objects.requireNonNull(fields.get(column)));
            if (random.nextInt(15) == 0) {
                fields.remove(column);
            } else if (!column.equals("http.response.status_code") && !column.equals("destination.ip")) {
                fields.put(column, mutated);
            } else if (column.equals("http.response.status_code")) {
                fields.put(column, one(List.of("200", "302", "404", "500")));
            }
        }
        return event(fields);
    }

    private void ofRule(Map<String, String> fields, Map<String, List<String>> rule) {
        rule.forEach((column, texts) -> {
            StringBuilder value = new StringBuilder(random.nextInt(3) == 0 ? fields.getOrDefault(column, "") : "");
            int count = column.equals("url.original") ? 1 + random.nextInt(4) : 1;
            for (int i = 0; i < count; i++) {
                value.append(one(texts));
            }
            boolean number = column.equals("http.response.status_code");
            if (!number || value.toString().matches("[0-9]{1,6}")) {
                fields.put(column, value.toString());
            }
        });
    }

    private String mutated(String text) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + 1);
        String other = String.valueOf(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        return switch (random.nextInt(8)) {
            case 0 -> text.substring(0, at) + text.substring(to);
            case 1 -> text.substring(0, at) + other + text.substring(to);
            case 2 -> text.substring(0, at) + other + text.substring(at);
            case 3 -> text.toUpperCase(Locale.ROOT);
            case 4 -> text.substring(0, at) + text.substring(at, to).toUpperCase(Locale.ROOT) + text.substring(to);
            case 5 -> text + other;
            case 6 -> other + text;
            default -> text.substring(0, at);
        };
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static ProxyEvent event(Map<String, String> fields) {
        ProxyEvent event = Events.event();
        fields.forEach((name, value) -> {
            if (!DERIVED.contains(name)) {
                Sigma.put(event, name, value);
            }
        });
        String url = event.getUrlOriginal();
        if (url != null) {
            int query = url.indexOf('?');
            int from = url.startsWith("http://") || url.startsWith("https://") ? url.indexOf('/', 8) : 0;
            int end = query < 0 ? url.length() : query;
            event.setUrlPath(from < 0 || from > end ? "" : url.substring(from, end));
            event.setUrlQuery(query < 0 ? null : url.substring(query + 1));
        }
        return event;
    }

    /** Writes the events for pySigma: a JSON object a line, with all texts of an event in {@code message}. */
    public static void main(String[] args) throws IOException {
        Loaded loaded = new RuleFiles(Sigma.reader(), OtherRules.NONE).load(List.of(Corpora.path("sigma")));
        SigmaLines lines = new SigmaLines(loaded.rules());
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(args[0]))) {
            for (int i = 0; i < COUNT; i++) {
                ProxyEvent event = lines.next();
                StringBuilder line = new StringBuilder("{");
                for (String name :
                        Stream.concat(COLUMNS.stream(), DERIVED.stream()).toList()) {
                    Objects.requireNonNull(Fields.named(name)).reader().read(event, value -> pair(line, name, value));
                }
                StringBuilder message = new StringBuilder();
                for (Field field : Fields.ofLines()) {
                    field.reader().read(event, value -> message.append(value).append('\u0001'));
                }
                pair(line, "message", message.toString());
                out.write(line.append("}\n").toString());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void pair(StringBuilder line, String name, String value) {
        line.append(line.length() > 1 ? "," : "").append('"').append(name).append("\":\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ') {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }
}
