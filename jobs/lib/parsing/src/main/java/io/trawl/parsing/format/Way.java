package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.format.Declaration.ColumnMap;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.delimited.Delimited;
import io.trawl.parsing.grammar.line.FormatStrings;
import io.trawl.parsing.grammar.named.Cef;
import io.trawl.parsing.grammar.named.HeadAndPairs;
import io.trawl.parsing.grammar.named.Json;
import io.trawl.parsing.grammar.named.KeyValue;
import io.trawl.parsing.grammar.named.Leef;
import io.trawl.parsing.grammar.named.StructuredData;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Mapping;
import io.trawl.parsing.mapping.Rule;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way to read a line: a grammar and what its columns mean. A format has one or several. */
final class Way {
    static final String W3C = "w3c";
    private static final String JSON = "json";
    private static final List<String> KINDS = List.of(
            "apache",
            "nginx",
            "squid",
            "haproxy",
            "envoy",
            "delimited",
            "key-value",
            "ltsv",
            "structured-data",
            W3C,
            Zeek.KIND,
            JSON,
            "cef",
            "leef");
    private static final int MOST_COLUMNS = 1_000;

    final Grammar grammar;
    final Mapping mapping;
    final Layout layout;
    /** Whether its columns are places in the line, not texts that a library has read. */
    final boolean hasPlaces;

    private Way(Grammar grammar, Mapping mapping, Layout layout) {
        this.grammar = grammar;
        this.mapping = mapping;
        this.layout = layout;
        this.hasPlaces = !layout.kind().equals(JSON);
    }

    boolean isW3c() {
        return layout.kind().equals(W3C);
    }

    /** Why a line is not of the grammar. */
    Failure failure(byte[] bytes, int from, int to) {
        Columns columns = new Columns(grammar.size(), bytes);
        grammar.scan(bytes, from, to, columns);
        Failure failure = grammar.failure(bytes, from, to, columns);
        // A format string's columns are numbered as they stand, so the one that is missing has a field.
        return failure.field() == null && FormatStrings.dialects().contains(layout.kind())
                ? new Failure(failure.reason(), mapping.field(columns.reached), failure.message())
                : failure;
    }

    /**
     * Reads the ways of a grammar: format strings may be several.
     *
     * @param maps what columns mean, a field of an earlier one wins; a column may have a field's own name, too
     * @param fields columns in the place of those that the grammar w3c has; null for the grammar's own
     */
    static List<Way> read(
            Yaml value, List<ColumnMap> maps, List<String> absent, ZoneId zone, @Nullable W3cFields fields) {
        List<String> keys = new ArrayList<>(KINDS);
        keys.add("more");
        Map<String, Yaml> given = value.map(keys);
        String kind = null;
        Yaml of = value;
        for (Map.Entry<String, Yaml> entry : given.entrySet()) {
            if (KINDS.contains(entry.getKey())) {
                if (kind != null) {
                    throw value.error(
                            "two grammars, " + kind + " and " + entry.getKey() + "; expected one, or a list under any");
                }
                kind = entry.getKey();
                of = entry.getValue();
            }
        }
        if (kind == null) {
            throw value.error("no grammar; expected one of " + String.join(", ", KINDS));
        }
        boolean more = given.containsKey("more") && given.get("more").flag();
        List<Plan> plans = new ArrayList<>();
        boolean zeek = kind.equals(Zeek.KIND);
        W3cFields followed = zeek || kind.equals(W3C) ? fields : null;
        try {
            if (FormatStrings.dialects().contains(kind)) {
                for (String format : of.texts()) {
                    plans.add(FormatStrings.plan(kind, format, more));
                }
            } else if (kind.equals("key-value")) {
                plans.addAll(keyValue(of));
            } else if (zeek) {
                plans.add(Zeek.plan(followed == null ? Zeek.needs(value) : followed.names()));
            } else {
                plans.add(kind.equals(W3C) ? W3cFields.plan(of, followed) : plan(kind, of));
            }
            List<ColumnMap> all = new ArrayList<>(maps);
            if (maps.stream().anyMatch(ColumnMap::mayLack)) {
                all.add(ColumnMap.namesakes(plans));
            }
            Map<Field, Rule> declared = rules(all, plans, zeek || followed != null);
            if (zeek && (followed == null || !followed.names().containsAll(Zeek.needs(value)))) {
                return List.of();
            }
            List<Way> ways = new ArrayList<>();
            for (int i = 0; i < plans.size(); i++) {
                String text =
                        FormatStrings.dialects().contains(kind) ? of.texts().get(i) : of.toString();
                ways.add(way(plans.get(i), declared, absent, zone, kind, text));
            }
            return ways;
        } catch (Yaml.Misplaced e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw of.error(String.valueOf(e.getMessage()));
        }
    }

    private static Way way(
            Plan plan, Map<Field, Rule> declared, List<String> absent, ZoneId zone, String kind, String text) {
        Map<Field, Rule> rules = new EnumMap<>(Field.class);
        plan.rules().forEach(rule -> rules.put(rule.field(), rule));
        rules.putAll(declared);
        // Of several format strings each has the columns it has.
        rules.values()
                .removeIf(rule -> rule.from().isEmpty()
                        || rule.joined() && rule.from().stream().anyMatch(column -> plan.column(column) < 0));
        List<Rule> known = new ArrayList<>();
        for (Rule rule : rules.values()) {
            List<String> from = rule.from().stream()
                    .filter(column -> plan.column(column) >= 0)
                    .toList();
            if (!from.isEmpty()) {
                known.add(new Rule(
                        rule.field(),
                        from,
                        rule.joined(),
                        rule.before(),
                        rule.after(),
                        rule.escape(),
                        rule.unit(),
                        rule.notation(),
                        rule.withPort(),
                        rule.zone()));
            }
        }
        Mapping mapping = new Mapping(known, plan::column, absent, zone);
        return new Way(plan.grammar(), mapping, new Layout(kind, text, known));
    }

    /** @param others whether the columns are others than the declaration's, so that it may name some that are not there */
    private static Map<Field, Rule> rules(List<ColumnMap> maps, List<Plan> plans, boolean others) {
        Map<Field, Rule> rules = new LinkedHashMap<>();
        for (ColumnMap map : maps) {
            Map<String, Field> users = new HashMap<>();
            map.fields().forEach((label, value) -> {
                Field field = Field.of(label);
                if (field == null) {
                    throw value.error(unknown(label));
                }
                if (rules.containsKey(field)) {
                    // The way's own map says it otherwise: its grammar need not have the shared one's columns.
                    return;
                }
                Rule rule = rule(field, value);
                if (map.mayLack() && rule.from().stream().noneMatch(one -> isKnown(plans, one))) {
                    return;
                }
                for (String column : rule.from()) {
                    boolean known = isKnown(plans, column);
                    if (!known && (others || map.mayLack())) {
                        continue;
                    }
                    if (!known) {
                        throw value.error("no column " + column + " in the grammar; expected one of "
                                + String.join(", ", plans.get(0).names()));
                    }
                    Field other = users.putIfAbsent(column, field);
                    if (other != null && !isShared(other, field) && rule.before() == null && rule.after() == null) {
                        throw value.error("column " + column + " is mapped twice, to " + other.label() + " and "
                                + field.label() + "; expected one of them");
                    }
                }
                rules.putIfAbsent(field, rule);
            });
        }
        return rules;
    }

    private static boolean isKnown(List<Plan> plans, String column) {
        boolean known = false;
        for (Plan plan : plans) {
            known |= plan.column(column) >= 0;
        }
        return known;
    }

    private static String unknown(String label) {
        if (label.equals("source_ip") || label.equals("destination_ip")) {
            return label + " is made of " + label.replace("_ip", "_address") + "; map that";
        }
        if (label.equals("url_full")) {
            return "url_full is made of url_original, or of url_scheme, url_domain and url_path; map those";
        }
        return "no field " + label + "; expected one of "
                + String.join(
                        ", ", Arrays.stream(Field.values()).map(Field::label).toList());
    }

    /**
     * An address and its port, a host and its port: one column may have both. So may what a log of DNS, TLS or a firewall
     * has, whose url_domain is the name that was asked for, and a column whose hashes are of several kinds.
     */
    private static boolean isShared(Field one, Field other) {
        return isPort(one)
                || isPort(other)
                || isHost(one) && isHost(other)
                || one.isHash() && other.isHash()
                || one.isBeyondWeb() != other.isBeyondWeb();
    }

    private static boolean isPort(Field field) {
        return field == Field.DESTINATION_PORT || field == Field.URL_PORT;
    }

    private static boolean isHost(Field field) {
        return field == Field.URL_DOMAIN || field == Field.DESTINATION_DOMAIN || field == Field.URL_ORIGINAL;
    }

    private static Rule rule(Field field, Yaml value) {
        if (!value.isMap()) {
            List<String> from = value.texts();
            // A dash: the column that the server's documents have for the field does not count.
            return new Rule(
                    field,
                    from.equals(List.of("-")) ? List.of() : from,
                    false,
                    null,
                    null,
                    Escape.NONE,
                    1_000_000,
                    null,
                    false,
                    null);
        }
        Map<String, Yaml> keys =
                value.map(List.of("from", "parts", "before", "after", "escape", "unit", "as", "port", "zone"));
        if (keys.containsKey("zone") && field != Field.TIMESTAMP) {
            throw value.error("a zone of " + field.label() + "; expected it for timestamp only");
        }
        Yaml parts = keys.get("parts");
        Yaml from = parts != null ? parts : keys.get("from");
        if (from == null || parts != null && keys.containsKey("from")) {
            throw value.error("expected either from (the first that is there) or parts (all of them, joined)");
        }
        return new Rule(
                field,
                from.texts(),
                parts != null,
                text(keys.get("before")),
                text(keys.get("after")),
                keys.containsKey("escape") ? escape(keys.get("escape")) : Escape.NONE,
                keys.containsKey("unit") ? unit(keys.get("unit")) : 1_000_000,
                text(keys.get("as")),
                keys.containsKey("port") && keys.get("port").flag(),
                keys.containsKey("zone") ? Declaration.zone(keys.get("zone")) : null);
    }

    private static @Nullable String text(@Nullable Yaml value) {
        return value == null ? null : value.text();
    }

    private static Escape escape(Yaml value) {
        for (Escape escape : Escape.values()) {
            if (escape.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(value.text())) {
                return escape;
            }
        }
        throw value.error("unknown escape " + value.text() + "; expected one of "
                + String.join(
                        ", ",
                        Arrays.stream(Escape.values())
                                .map(escape ->
                                        escape.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                                .toList()));
    }

    private static long unit(Yaml value) {
        return switch (value.text()) {
            case "s" -> 1_000_000_000;
            case "ms" -> 1_000_000;
            case "us" -> 1_000;
            case "ns" -> 1;
            default -> throw value.error("unknown unit " + value.text() + "; expected one of s, ms, us, ns");
        };
    }

    private static Plan plan(String kind, Yaml of) {
        return switch (kind) {
            case "delimited" -> delimited(of);
            case "ltsv" -> KeyValue.plan(KeyValue.Style.LTSV, needed(of));
            case "structured-data" -> StructuredData.plan(needed(of));
            case JSON -> Json.plan(needed(of));
            case "cef" -> Cef.plan(needed(of));
            default -> Leef.plan(needed(of));
        };
    }

    private static List<String> needed(Yaml of) {
        Map<String, Yaml> keys = of.map(List.of("needs"));
        return keys.containsKey("needs") ? keys.get("needs").texts() : List.of();
    }

    /** Pairs alone, or after each of the heads that a line may have. */
    private static List<Plan> keyValue(Yaml of) {
        Map<String, Yaml> keys = of.map(
                List.of("head", "needs", "pairs", "value", "quotes", "escape", "blanks", "last", "once", "keys"));
        KeyValue.Style plain = KeyValue.Style.PLAIN;
        KeyValue.Style style = new KeyValue.Style(
                        keys.containsKey("pairs") ? keys.get("pairs").character() : plain.pairs(),
                        keys.containsKey("value") ? keys.get("value").character() : plain.value(),
                        keys.containsKey("quotes") ? keys.get("quotes").text() : plain.quotes(),
                        keys.containsKey("escape") ? escape(keys.get("escape")) : plain.escape(),
                        keys.containsKey("blanks") && keys.get("blanks").flag(),
                        keys.containsKey("last") && keys.get("last").flag())
                .guarded(
                        keys.containsKey("once") && keys.get("once").flag(),
                        keys.containsKey("keys") ? names(keys.get("keys")) : List.of());
        List<String> needs = keys.containsKey("needs") ? keys.get("needs").texts() : List.of();
        if (!keys.containsKey("head")) {
            return List.of(KeyValue.plan(style, needs));
        }
        return keys.get("head").texts().stream()
                .map(head -> HeadAndPairs.plan(head, style, needs))
                .toList();
    }

    private static Plan delimited(Yaml of) {
        Map<String, Yaml> keys = of.map(List.of(
                "separator", "repeated", "quote", "escape", "brackets", "least", "most", "columns", "type", "types"));
        List<String> columns = keys.containsKey("columns") ? names(keys.get("columns")) : List.of();
        Delimited.Style style = new Delimited.Style(
                keys.containsKey("separator") ? keys.get("separator").character() : ',',
                keys.containsKey("repeated") && keys.get("repeated").flag(),
                keys.containsKey("quote") ? quote(keys.get("quote")) : '"',
                keys.containsKey("escape") ? escape(keys.get("escape")) : Escape.DOUBLED,
                keys.containsKey("brackets") && keys.get("brackets").flag(),
                keys.containsKey("least") ? keys.get("least").number() : Math.max(1, columns.size()),
                keys.containsKey("most")
                        ? keys.get("most").number()
                        : columns.isEmpty() ? MOST_COLUMNS : columns.size());
        if (!keys.containsKey("types")) {
            if (columns.isEmpty()) {
                throw of.error("no columns; expected their names in order, for example columns: [time, client, url]");
            }
            return Delimited.plan(style, columns);
        }
        Map<String, List<String>> byType = new LinkedHashMap<>();
        keys.get("types").map(null).forEach((type, names) -> byType.put(type, names(names)));
        Yaml type = keys.get("type");
        if (type == null) {
            throw of.error(
                    "types without type; expected the number of the column that has the type, for example type: 4");
        }
        return Delimited.plan(style, type.number() - 1, byType);
    }

    /** A list, or one text with the names in it; names are texts between spaces or commas. */
    private static List<String> names(Yaml value) {
        return value.isText() ? List.of(value.text().strip().split("[\\s,]+")) : value.texts();
    }

    private static char quote(Yaml value) {
        return value.text().isEmpty() ? 0 : value.character();
    }
}
