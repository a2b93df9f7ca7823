package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Node.Type;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Sigma document says of itself. It is refused where pySigma refuses it; keys that Sigma does not know are free.
 *
 * @param id a UUID; one that is made of the document's content where it has none
 * @param title for people
 * @param name by which correlations and filters may name the rule
 * @param level medium where it has none
 * @param sources its log source; for all events where a correlation has none
 */
public record Metadata(
        String id,
        String title,
        @Nullable String name,
        Level level,
        List<String> tags,
        List<String> references,
        Rule.Sources sources,
        boolean hasId) {
    private static final int LONGEST_TITLE = 256;
    private static final int LONGEST_DESCRIPTION = 65_535;
    private static final Set<String> STATUSES = Set.of("stable", "test", "experimental", "deprecated", "unsupported");
    private static final Set<String> RELATIONS =
            Set.of("correlation", "derived", "merged", "obsolete", "renamed", "similar");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{32}");
    private static final Pattern DATE =
            Pattern.compile("([1-3][0-9]{3})(?:-([0-9]{2})-([0-9]{2})|/([0-9]{1,2})/([0-9]{1,2}))");

    public Metadata {
        tags = List.copyOf(tags);
        references = List.copyOf(references);
    }

    /**
     * Reads them, of a rule, a filter or a correlation.
     *
     * @param hasSources whether it must have a log source: all but correlations
     */
    public static Metadata read(Document document, boolean hasSources) {
        String title = document.text("title");
        if (title == null) {
            throw document.refusal("title", "title is missing; expected a text, for example Suspicious Download");
        }
        for (String key : List.of("title", "name", "taxonomy")) {
            notLonger(document, key, LONGEST_TITLE);
        }
        notLonger(document, "description", LONGEST_DESCRIPTION);
        for (String key : List.of("author", "license")) {
            document.text(key);
        }
        String name = notEmpty(document, "name");
        notEmpty(document, "taxonomy");
        String status = document.text("status");
        if (status != null && !STATUSES.contains(status.toLowerCase(Locale.ROOT))) {
            throw document.refusal(
                    "status",
                    "status is '" + status + "'; expected stable, test, experimental, deprecated or unsupported");
        }
        for (String key : List.of("fields", "scope")) {
            list(document, key);
        }
        // The schema of correlations takes one text, too.
        if (hasSources || !(document.get("falsepositives") instanceof Scalar)) {
            list(document, "falsepositives");
        }
        date(document, "date");
        date(document, "modified");
        related(document);
        String id = id(document);
        return new Metadata(
                id == null ? made(document) : id,
                title,
                name,
                level(document),
                tags(document),
                texts(document, "references"),
                hasSources ? sources(document) : Rule.Sources.ALL,
                id != null);
    }

    /** A UUID in its usual form; pySigma takes it with braces, in URN form and without hyphens, too. */
    public static @Nullable String uuid(String text) {
        String digits = text.replace("urn:", "")
                .replace("uuid:", "")
                .replaceAll("^[{}]+|[{}]+$", "")
                .replace("-", "");
        if (!HEX.matcher(digits).matches()) {
            return null;
        }
        String lower = digits.toLowerCase(Locale.ROOT);
        return String.join(
                "-",
                lower.substring(0, 8),
                lower.substring(8, 12),
                lower.substring(12, 16),
                lower.substring(16, 20),
                lower.substring(20));
    }

    private static @Nullable String id(Document document) {
        Node node = document.get("id");
        if (node == null || Document.isNull(node)) {
            return null;
        }
        String id = node instanceof Scalar scalar && scalar.type() == Type.TEXT ? uuid(scalar.text()) : null;
        if (id == null) {
            throw document.refusal(
                    node,
                    "id is " + (node instanceof Scalar scalar ? "'" + scalar.text() + "'" : node.what())
                            + "; expected a UUID, for example 929a690e-bef0-4204-a928-ef5e620d6fcc");
        }
        return id;
    }

    /** The same for the same content, wherever it is. */
    private static String made(Document document) {
        return UUID.nameUUIDFromBytes(document.root().toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static @Nullable String notEmpty(Document document, String key) {
        String text = document.text(key);
        if (text != null && text.isEmpty()) {
            throw document.refusal(key, key + " is empty; leave it out, or give it a value");
        }
        return text;
    }

    private static void notLonger(Document document, String key, int most) {
        String text = document.text(key);
        if (text != null && text.codePointCount(0, text.length()) > most) {
            throw document.refusal(key, key + " is longer than " + most + " characters");
        }
    }

    private static Level level(Document document) {
        String text = document.text("level");
        if (text == null) {
            return Level.MEDIUM;
        }
        for (Level level : Level.values()) {
            if (level.text().equals(text.toLowerCase(Locale.ROOT))) {
                return level;
            }
        }
        throw document.refusal(
                "level", "level is '" + text + "'; expected informational, low, medium, high or critical");
    }

    private static List<Node> list(Document document, String key) {
        Node node = document.get(key);
        if (node == null || Document.isNull(node)) {
            return List.of();
        }
        if (node instanceof Sequence sequence) {
            return sequence.items();
        }
        throw document.refusal(node, key + " is " + node.what() + "; expected a list");
    }

    private static List<String> texts(Document document, String key) {
        List<String> texts = new ArrayList<>();
        for (Node item : list(document, key)) {
            if (item instanceof Scalar scalar && !Document.isNull(item)) {
                texts.add(scalar.text());
            }
        }
        return texts;
    }

    private static List<String> tags(Document document) {
        List<String> tags = new ArrayList<>();
        for (Node item : list(document, "tags")) {
            if (!(item instanceof Scalar scalar) || scalar.type() != Type.TEXT) {
                throw document.refusal(
                        item, "a tag is " + item.what() + "; expected a text, for example attack.t1071.001");
            }
            if (scalar.text().indexOf('.') < 0) {
                throw document.refusal(
                        item,
                        "the tag '" + scalar.text() + "' has no namespace; expected, for example, attack.t1071.001");
            }
            tags.add(scalar.text());
        }
        return tags;
    }

    private static void date(Document document, String key) {
        Node node = document.get(key);
        if (node == null || Document.isNull(node)) {
            return;
        }
        if (node instanceof Scalar scalar && isDate(scalar)) {
            return;
        }
        throw document.refusal(
                node,
                key + " is " + (node instanceof Scalar scalar ? "'" + scalar.text() + "'" : node.what())
                        + "; expected a date, for example 2026-11-30");
    }

    private static boolean isDate(Scalar scalar) {
        String text = scalar.text();
        // YAML 1.1 reads a date with a time as one, which pySigma takes.
        boolean timed = scalar.plain() && text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt \t][0-9 \t:.Z+-]*+");
        Matcher date = DATE.matcher(timed ? text.substring(0, 10) : text);
        if (!date.matches()) {
            return false;
        }
        String month = date.group(2) == null ? date.group(4) : date.group(2);
        String day = date.group(3) == null ? date.group(5) : date.group(3);
        try {
            LocalDate.of(Integer.parseInt(date.group(1)), Integer.parseInt(month), Integer.parseInt(day));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static void related(Document document) {
        for (Node item : list(document, "related")) {
            if (!(item instanceof Mapping mapping)) {
                throw document.refusal(item, "an item of related is " + item.what() + "; expected id and type");
            }
            String id = mapping.get("id") instanceof Scalar scalar ? uuid(scalar.text()) : null;
            if (id == null) {
                throw document.refusal(item, "an item of related has no id that is a UUID");
            }
            String type =
                    mapping.get("type") instanceof Scalar scalar ? scalar.text().toLowerCase(Locale.ROOT) : "";
            if (!RELATIONS.contains(type)) {
                throw document.refusal(
                        item,
                        "an item of related has the type '" + type
                                + "'; expected derived, obsolete, merged, renamed or similar");
            }
        }
    }

    private static Rule.Sources sources(Document document) {
        Node node = document.get("logsource");
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(
                    "logsource",
                    "logsource is " + (node == null ? "missing" : node.what())
                            + "; expected a category, a product or a service");
        }
        String category = source(document, mapping, "category");
        String product = source(document, mapping, "product");
        String service = source(document, mapping, "service");
        source(document, mapping, "definition");
        if (category == null && product == null && service == null) {
            throw document.refusal("logsource", "logsource is empty; expected a category, a product or a service");
        }
        return new Rule.Sources(category, product, service);
    }

    private static @Nullable String source(Document document, Mapping logsource, String key) {
        Node node = logsource.get(key);
        if (node == null || Document.isNull(node)) {
            return null;
        }
        if (node instanceof Scalar scalar && scalar.type() == Type.TEXT) {
            return scalar.text().toLowerCase(Locale.ROOT);
        }
        throw document.refusal(node, key + " of logsource is " + node.what() + "; expected a text");
    }
}
