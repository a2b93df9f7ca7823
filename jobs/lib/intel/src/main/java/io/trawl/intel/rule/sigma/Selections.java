package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Node.Type;
import io.trawl.intel.rule.sigma.Selection.Item;
import io.trawl.intel.rule.sigma.Selection.Linked;
import io.trawl.intel.rule.sigma.value.Modifiers;
import io.trawl.intel.rule.sigma.value.Texts;
import io.trawl.intel.rule.sigma.value.Value;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the selections of a detection or a filter: maps, lists of maps, and keywords. */
final class Selections {
    private static final Set<String> TRUE = Set.of("yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> FALSE = Set.of("no", "No", "NO", "off", "Off", "OFF");

    private final Document document;
    private final Placeholders placeholders;

    Selections(Document document, Placeholders placeholders) {
        this.document = document;
        this.placeholders = placeholders;
    }

    /** A selection, from whatever is below its name. */
    Selection read(Node node) {
        if (node instanceof Mapping mapping) {
            if (mapping.entries().isEmpty()) {
                throw document.refusal(node, "the selection is empty; expected a field and its value");
            }
            return new Linked(true, mapping.entries().stream().map(this::item).toList());
        }
        if (node instanceof Sequence sequence) {
            if (sequence.items().isEmpty()) {
                throw document.refusal(node, "the selection is empty; expected keywords, or maps of fields and values");
            }
            if (sequence.items().stream().allMatch(Scalar.class::isInstance)) {
                return item(null, List.of(), sequence);
            }
            return new Linked(false, sequence.items().stream().map(this::read).toList());
        }
        return item(null, List.of(), node);
    }

    private Selection item(Entry entry) {
        String key = entry.key().text();
        String[] parts = key.split("\\|", -1);
        List<String> names = Arrays.asList(parts).subList(1, parts.length);
        try {
            return item(parts[0].isEmpty() ? null : parts[0], names, entry.value());
        } catch (IllegalArgumentException e) {
            if (e instanceof io.trawl.intel.rule.document.Refusal) {
                throw e;
            }
            throw document.refusal(entry.key(), key + ": " + e.getMessage());
        }
    }

    private Selection item(@Nullable String field, List<String> names, Node node) {
        Modifiers modifiers = modifiers(field, names, node);
        List<Node> nodes = node instanceof Sequence sequence ? sequence.items() : List.of(node);
        List<Value> values = new ArrayList<>();
        for (Node one : nodes) {
            values.add(value(field, modifiers, one));
        }
        if (values.isEmpty()) {
            // As pySigma has it: a field without values is one that must not be there.
            if (field == null) {
                throw document.refusal(node, "keywords without a value; expected a text");
            }
            values.add(new Value.Null());
        }
        return new Item(field, values, modifiers.has("all"), modifiers.has("neq"));
    }

    private Modifiers modifiers(@Nullable String field, List<String> names, Node node) {
        try {
            return new Modifiers(names, field == null, placeholders);
        } catch (IllegalArgumentException e) {
            throw document.refusal(node, path(field, names) + ": " + e.getMessage());
        }
    }

    private Value value(@Nullable String field, Modifiers modifiers, Node node) {
        if (!(node instanceof Scalar scalar)) {
            throw document.refusal(
                    node,
                    "a value of " + (field == null ? "the keywords" : field) + " is " + node.what()
                            + "; expected a text, a number, true, false or null");
        }
        try {
            Value value = modifiers.apply(plain(scalar, modifiers));
            check(field, value);
            return value;
        } catch (IllegalArgumentException e) {
            throw document.refusal(node, path(field, modifiers.names()) + ": " + e.getMessage());
        }
    }

    /** Makes its condition once, so that what cannot be asked is refused in its own line. */
    private static void check(@Nullable String field, Value value) {
        new Item(field, List.of(value), false, false).condition(NO_NAMES);
    }

    private static final Selection.Names NO_NAMES = new Selection.Names() {
        @Override
        public List<io.trawl.intel.rule.Field> fields(String written) {
            return List.of(Taxonomy.missing(written));
        }

        @Override
        public ZoneId zone() {
            return ZoneOffset.UTC;
        }
    };

    private static String path(@Nullable String field, List<String> names) {
        String all = String.join("|", names);
        return (field == null ? "keywords" : field) + (names.isEmpty() ? "" : "|" + all);
    }

    private static Value plain(Scalar scalar, Modifiers modifiers) {
        String text = scalar.text();
        boolean booleans = modifiers.has("exists") && scalar.plain();
        if (booleans && (TRUE.contains(text) || FALSE.contains(text))) {
            return new Value.Bool(TRUE.contains(text));
        }
        if (scalar.type() == Type.NUMBER) {
            BigDecimal number = scalar.number();
            if (number == null) {
                throw new IllegalArgumentException(text + " is not a finite number");
            }
            return new Value.Num(text, number, null);
        }
        return switch (scalar.type()) {
            case NULL -> new Value.Null();
            case BOOLEAN -> new Value.Bool(text.equalsIgnoreCase("true"));
            default -> new Value.Str(text, Texts.pieces(text), false);
        };
    }
}
