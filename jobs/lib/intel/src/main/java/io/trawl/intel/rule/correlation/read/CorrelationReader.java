package io.trawl.intel.rule.correlation.read;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Expression;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.Shape.Aggregate;
import io.trawl.intel.rule.correlation.Shape.Limits;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Node.Type;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.sigma.Metadata;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Sigma document with {@code correlation}. What pySigma refuses is refused; several limits make a range, as the
 * specification has it.
 */
public final class CorrelationReader {
    private static final Set<String> KEYS =
            Set.of("type", "rules", "group-by", "timespan", "aliases", "condition", "generate");
    private static final String TYPES = "event_count, value_count, temporal, temporal_ordered, value_sum, value_avg,"
            + " value_percentile or value_median";
    private static final Pattern TIMESPAN = Pattern.compile("([0-9]{1,9})([smhdwMy])");
    /** A month is a twelfth of a year of 365.2425 days, as pySigma has it. */
    private static final Map<String, Long> SECONDS =
            Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L, "w", 604_800L, "M", 2_629_746L, "y", 31_556_952L);
    /** Longer than any log is kept. */
    private static final long LONGEST = 100 * 31_556_952L;

    private final Document document;
    private final Mapping correlation;

    private CorrelationReader(Document document, Mapping correlation) {
        this.document = document;
        this.correlation = correlation;
    }

    /**
     * A correlation, with its rules as they are written; an id is in lower case.
     *
     * @throws Refusal if it is wrong, with the line and the reason
     */
    public static Correlation read(Document document) {
        Node node = document.get("correlation");
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(
                    "correlation",
                    "correlation is " + (node == null ? "missing" : node.what())
                            + "; expected its type, rules and timespan");
        }
        return new CorrelationReader(document, mapping).read();
    }

    private Correlation read() {
        Metadata metadata = Metadata.read(document, false);
        for (Entry entry : correlation.entries()) {
            if (!KEYS.contains(entry.key().text())) {
                throw document.refusal(
                        entry.key(),
                        "the key " + entry.key().text()
                                + " of correlation is not known; expected type, rules, group-by, timespan, aliases, condition"
                                + " or generate");
            }
        }
        for (String key : List.of("detection", "logsource", "filter")) {
            if (document.has(key)) {
                throw document.refusal(
                        key, "a correlation has no " + key + "; expected a document of its own for the rule");
            }
        }
        String type = required("type", TYPES).toLowerCase(Locale.ROOT);
        boolean temporal = type.equals("temporal") || type.equals("temporal_ordered");
        Node condition = given("condition");
        Expression expression = condition instanceof Scalar scalar ? expression(scalar, temporal) : null;
        List<String> rules = rules(expression);
        Shape shape = expression != null
                ? new Shape.Together(type.equals("temporal_ordered"), expression)
                : shape(type, temporal, condition, rules.size());
        return new Correlation(
                metadata.id(),
                metadata.name() == null ? "" : metadata.name(),
                metadata.title(),
                Rule.Kind.SIGMA,
                metadata.level(),
                metadata.level().score(),
                metadata.tags(),
                metadata.references(),
                new Rule.Place(document.file(), document.line()),
                flag(given("generate")) || flag(document.get("generate")),
                rules,
                shape,
                texts("group-by"),
                aliases(),
                timespan());
    }

    private @Nullable Node given(String key) {
        Node node = correlation.get(key);
        return node == null || Document.isNull(node) ? null : node;
    }

    private Refusal wrong(String key, String reason) {
        return new Refusal(document.file(), correlation.lineOf(key), reason);
    }

    private String required(String key, String expected) {
        Node node = given(key);
        if (node == null) {
            throw wrong(key, key + " of correlation is missing; expected " + expected);
        }
        if (node instanceof Scalar scalar) {
            return scalar.text();
        }
        throw document.refusal(node, key + " of correlation is " + node.what() + "; expected " + expected);
    }

    /** A text or a list of texts; none if the key is not there. */
    private List<String> texts(String key) {
        Node node = given(key);
        if (node == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (Node item : node instanceof Sequence sequence ? sequence.items() : List.of(node)) {
            if (!(item instanceof Scalar scalar)
                    || Document.isNull(item)
                    || scalar.text().isBlank()) {
                throw document.refusal(
                        item,
                        key + " of correlation has " + item.what() + " in it; expected a text, or a list of texts");
            }
            if (texts.contains(scalar.text())) {
                throw document.refusal(item, scalar.text() + " is twice in " + key + "; expected it once");
            }
            texts.add(scalar.text());
        }
        return texts;
    }

    private List<String> rules(@Nullable Expression expression) {
        List<String> rules =
                texts("rules").stream().map(CorrelationReader::reference).toList();
        if (rules.isEmpty() && expression == null) {
            throw wrong("rules", "rules of correlation is missing or empty; expected ids or names of rules");
        }
        if (new HashSet<>(rules).size() < rules.size()) {
            throw wrong("rules", "a rule is twice in rules; expected it once");
        }
        if (expression == null) {
            return rules;
        }
        List<String> named = new ArrayList<>(expression.rules());
        for (String rule : rules) {
            if (!named.contains(rule)) {
                throw wrong("condition", "the condition does not name " + rule + "; expected each of rules in it");
            }
        }
        for (String rule : named) {
            if (!rules.isEmpty() && !rules.contains(rule)) {
                throw wrong("condition", "the condition names " + rule + ", which is not in rules");
            }
        }
        return rules.isEmpty() ? named : rules;
    }

    /** An id in its usual form, or a name as it is. */
    private static String reference(String text) {
        String id = Metadata.uuid(text);
        return id == null ? text : id;
    }

    private Expression expression(Scalar condition, boolean temporal) {
        if (!temporal) {
            throw document.refusal(
                    condition, "condition is " + condition.what() + "; expected a limit, for example gte: 10");
        }
        try {
            Expression expression = Expression.of(condition.text()).with(CorrelationReader::reference);
            expression.terms();
            if (expression.holds(rule -> false)) {
                throw new IllegalArgumentException(
                        "the condition holds without any of its rules; expected one that a rule has to meet");
            }
            return expression;
        } catch (IllegalArgumentException e) {
            throw document.refusal(condition, String.valueOf(e.getMessage()));
        }
    }

    private Shape shape(String type, boolean temporal, @Nullable Node condition, int rules) {
        Mapping map;
        if (condition == null) {
            if (!temporal) {
                throw wrong("condition", "condition of correlation is missing; expected a limit, for example gte: 10");
            }
            map = new Mapping(List.of(), correlation.line());
        } else if (condition instanceof Mapping mapping) {
            map = mapping;
        } else {
            throw document.refusal(
                    condition, "condition is " + condition.what() + "; expected a limit, for example gte: 10");
        }
        Limits limits = condition == null ? Limits.atLeast(rules) : limits(map);
        boolean ofField = type.startsWith("value_");
        List<String> fields = fields(map, ofField, type);
        Double percentile = percentile(map, type);
        Shape shape =
                switch (type) {
                    case "event_count" -> new Shape.EventCount(limits);
                    case "value_count" -> new Shape.ValueCount(fields, limits);
                    case "temporal" -> new Shape.RuleCount(false, limits);
                    case "temporal_ordered" -> new Shape.RuleCount(true, limits);
                    case "value_sum" -> new Shape.Value(new Aggregate.Sum(), fields.get(0), limits);
                    case "value_avg" -> new Shape.Value(new Aggregate.Average(), fields.get(0), limits);
                    case "value_median" -> new Shape.Value(new Aggregate.Percentile(50), fields.get(0), limits);
                    case "value_percentile" ->
                        new Shape.Value(
                                new Aggregate.Percentile(percentile == null ? 0 : percentile), fields.get(0), limits);
                    default ->
                        throw document.refusal(
                                correlation.get("type") == null ? correlation : correlation.get("type"),
                                "the type '" + type + "' is not known; expected " + TYPES);
                };
        boolean counts = temporal || type.endsWith("_count");
        if (counts && !limits.holdsForCount(temporal ? rules : Long.MAX_VALUE)) {
            throw wrong(
                    "condition",
                    temporal
                            ? "no number of rules from 1 to " + rules + " meets the condition"
                            : "no number of 1 or more meets the condition");
        }
        return shape;
    }

    private Limits limits(Mapping condition) {
        List<Limits.Limit> limits = new ArrayList<>();
        for (Entry entry : condition.entries()) {
            String key = entry.key().text();
            if (key.equals("field") || key.equals("percentile")) {
                continue;
            }
            Limits.Order order = null;
            for (Limits.Order one : Limits.Order.values()) {
                order = one.name().toLowerCase(Locale.ROOT).equals(key) ? one : order;
            }
            if (order == null) {
                throw document.refusal(
                        entry.key(),
                        "the key " + key
                                + " of condition is not known; expected gt, gte, lt, lte, eq, neq, field or percentile");
            }
            limits.add(new Limits.Limit(order, number(entry.value(), key)));
        }
        if (limits.isEmpty()) {
            throw document.refusal(condition, "condition has no limit; expected one, for example gte: 10");
        }
        return new Limits(limits);
    }

    private BigDecimal number(Node node, String key) {
        if (node instanceof Scalar scalar) {
            if (scalar.number() != null && scalar.number().precision() <= 40) {
                return scalar.number();
            }
            if (scalar.type() == Type.TEXT && scalar.text().matches("[-+]?[0-9]{1,18}")) {
                return new BigDecimal(scalar.text());
            }
        }
        throw document.refusal(
                node,
                key + " of condition is "
                        + (node instanceof Scalar scalar ? "'" + scalar.text() + "'" : node.what())
                        + "; expected a number, for example 10");
    }

    private List<String> fields(Mapping condition, boolean wanted, String type) {
        Node node = condition.get("field");
        if (node == null || Document.isNull(node)) {
            if (wanted) {
                throw document.refusal(
                        condition, type + " has no field in its condition; expected, for example, field: c-ip");
            }
            return List.of();
        }
        if (!wanted && TYPES.contains(type)) {
            throw document.refusal(node, type + " takes no field; expected value_count to count a field's values");
        }
        List<String> fields = new ArrayList<>();
        for (Node item : node instanceof Sequence sequence ? sequence.items() : List.of(node)) {
            if (!(item instanceof Scalar scalar) || scalar.text().isBlank()) {
                throw document.refusal(item, "field of condition is " + item.what() + "; expected a field's name");
            }
            fields.add(scalar.text());
        }
        if (fields.isEmpty() || fields.size() > 1 && !type.equals("value_count")) {
            throw document.refusal(node, type + " has " + fields.size() + " fields; expected one");
        }
        return fields;
    }

    private @Nullable Double percentile(Mapping condition, String type) {
        Node node = condition.get("percentile");
        boolean wanted = type.equals("value_percentile");
        if (node == null) {
            if (wanted) {
                throw document.refusal(
                        condition,
                        "value_percentile has no percentile in its condition; expected, for example, percentile: 95");
            }
            return null;
        }
        if (!wanted) {
            throw document.refusal(node, type + " takes no percentile; expected value_percentile");
        }
        double percentile = number(node, "percentile").doubleValue();
        if (percentile < 0 || percentile > 100) {
            throw document.refusal(node, "percentile is not from 0 to 100");
        }
        return percentile;
    }

    private Map<String, Map<String, String>> aliases() {
        Node node = given("aliases");
        Map<String, Map<String, String>> aliases = new LinkedHashMap<>();
        if (node == null) {
            return aliases;
        }
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(
                    node, "aliases is " + node.what() + "; expected names, each with rules and their fields");
        }
        for (Entry alias : mapping.entries()) {
            if (!(alias.value() instanceof Mapping fields)) {
                throw document.refusal(
                        alias.value(),
                        "the alias " + alias.key().text() + " is "
                                + alias.value().what() + "; expected rules and their fields");
            }
            Map<String, String> byRule = new LinkedHashMap<>();
            for (Entry field : fields.entries()) {
                if (!(field.value() instanceof Scalar scalar) || scalar.text().isBlank()) {
                    throw document.refusal(
                            field.value(),
                            "the alias " + alias.key().text() + " is "
                                    + field.value().what() + " for "
                                    + field.key().text() + "; expected a field's name");
                }
                byRule.put(reference(field.key().text()), scalar.text());
            }
            aliases.put(alias.key().text(), byRule);
        }
        return aliases;
    }

    private boolean flag(@Nullable Node node) {
        if (node == null || Document.isNull(node)) {
            return false;
        }
        if (node instanceof Scalar scalar && scalar.type() == Type.BOOLEAN) {
            return scalar.text().equalsIgnoreCase("true");
        }
        throw document.refusal(node, "generate is " + node.what() + "; expected true or false");
    }

    private Duration timespan() {
        String text = required("timespan", "a number and a unit, for example 15m");
        Matcher parts = TIMESPAN.matcher(text);
        long seconds = parts.matches() ? Long.parseLong(parts.group(1)) * SECONDS.getOrDefault(parts.group(2), 0L) : 0;
        if (seconds <= 0 || seconds > LONGEST) {
            throw wrong(
                    "timespan",
                    "the timespan '" + text
                            + "' is not a number of 1 or more with s, m, h, d, w, M (month) or y; expected, for example, 15m");
        }
        return Duration.ofSeconds(seconds);
    }
}
