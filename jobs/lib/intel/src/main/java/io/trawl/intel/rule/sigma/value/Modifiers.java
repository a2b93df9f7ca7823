package io.trawl.intel.rule.sigma.value;

import com.google.re2j.Pattern;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Range;
import io.trawl.intel.rule.sigma.value.Value.Bool;
import io.trawl.intel.rule.sigma.value.Value.Cidr;
import io.trawl.intel.rule.sigma.value.Value.Compared;
import io.trawl.intel.rule.sigma.value.Value.Exists;
import io.trawl.intel.rule.sigma.value.Value.Expansion;
import io.trawl.intel.rule.sigma.value.Value.Expression;
import io.trawl.intel.rule.sigma.value.Value.Num;
import io.trawl.intel.rule.sigma.value.Value.Reference;
import io.trawl.intel.rule.sigma.value.Value.Str;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Applies the modifiers of a field to its values, in order. What does not fit together is an error, as it is for pySigma. */
public final class Modifiers {
    /** Those that link or negate the values as a whole. */
    static final Set<String> OF_LISTS = Set.of("all", "neq");

    private static final Set<String> OF_VALUES = Set.of(
            "contains",
            "startswith",
            "endswith",
            "exists",
            "cased",
            "windash",
            "re",
            "i",
            "m",
            "s",
            "ignorecase",
            "multiline",
            "dotall",
            "base64",
            "base64offset",
            "utf16",
            "utf16le",
            "utf16be",
            "wide",
            "lt",
            "lte",
            "gt",
            "gte",
            "minute",
            "hour",
            "day",
            "week",
            "month",
            "year",
            "cidr",
            "expand",
            "fieldref");

    private final List<String> names;
    private final boolean keyword;
    private final Expander placeholders;

    /**
     * Modifiers of one key.
     *
     * @param names in the key's order
     * @param keyword whether the key names no field
     */
    public Modifiers(List<String> names, boolean keyword, Expander placeholders) {
        this.names = names;
        this.keyword = keyword;
        this.placeholders = placeholders;
        for (String name : names) {
            if (!OF_VALUES.contains(name) && !OF_LISTS.contains(name)) {
                Set<String> all = new TreeSet<>(OF_VALUES);
                all.addAll(OF_LISTS);
                throw new IllegalArgumentException(
                        "the modifier " + name + " is not known; expected one of " + String.join(", ", all));
            }
        }
    }

    public List<String> names() {
        return names;
    }

    public boolean has(String name) {
        return names.contains(name);
    }

    /** A value, as the modifiers make it. */
    public Value apply(Value value) {
        Value made = value;
        for (int i = 0; i < names.size(); i++) {
            if (!OF_LISTS.contains(names.get(i))) {
                made = apply(names.get(i), i == 0, made);
            }
        }
        return made;
    }

    private Value apply(String name, boolean first, Value value) {
        if (value instanceof Expansion expansion) {
            return new Expansion(expansion.values().stream()
                    .map(one -> apply(name, first, one))
                    .toList());
        }
        return switch (name) {
            case "contains", "startswith", "endswith" -> place(name, value);
            case "cased" -> cased(text(name, value));
            case "re" -> expression(first, value);
            case "i", "ignorecase" -> flag(name, Pattern.CASE_INSENSITIVE, value);
            case "m", "multiline" -> flag(name, Pattern.MULTILINE, value);
            case "s", "dotall" -> flag(name, Pattern.DOTALL, value);
            case "base64" -> Encodings.base64(text(name, value));
            case "base64offset" -> Encodings.base64offset(text(name, value));
            case "utf16le", "wide" -> Encodings.utf16(text(name, value), StandardCharsets.UTF_16LE, false);
            case "utf16be" -> Encodings.utf16(text(name, value), StandardCharsets.UTF_16BE, false);
            case "utf16" -> Encodings.utf16(text(name, value), StandardCharsets.UTF_16LE, true);
            case "windash" -> Encodings.windash(text(name, value));
            case "lt", "lte", "gt", "gte" -> compared(name, value);
            case "minute", "hour", "day", "week", "month", "year" -> part(name, value);
            case "cidr" -> range(first, text(name, value));
            case "exists" -> exists(first, value);
            case "expand" -> expand(value);
            default -> reference(text(name, value));
        };
    }

    private static Str text(String modifier, Value value) {
        if (value instanceof Str text) {
            return text;
        }
        throw new IllegalArgumentException("the modifier " + modifier + " needs a text and has " + value.what()
                + (value instanceof Num ? "; put the number in quotes" : ""));
    }

    private static Value place(String name, Value value) {
        boolean atStart = !name.equals("startswith");
        boolean atEnd = !name.equals("endswith");
        if (value instanceof Expression e) {
            // Free at an end that the modifier leaves free; an expression without them is found anywhere.
            boolean contains = name.equals("contains");
            return new Expression(
                    e.source(), e.flags(), !contains && (e.start() || !atStart), !contains && (e.end() || !atEnd));
        }
        if (value instanceof Reference r) {
            return new Reference(
                    r.field(), r.cased(), r.start() || !name.equals("endswith"), r.end() || !name.equals("startswith"));
        }
        Str text = text(name, value);
        List<Piece> pieces = new ArrayList<>(text.pieces());
        if (atStart && (pieces.isEmpty() || !(pieces.get(0) instanceof Piece.Many))) {
            pieces.add(0, new Piece.Many());
        }
        if (atEnd && (pieces.isEmpty() || !(pieces.get(pieces.size() - 1) instanceof Piece.Many))) {
            pieces.add(new Piece.Many());
        }
        return new Str(text.written(), pieces, text.cased());
    }

    private static Str cased(Str text) {
        return new Str(text.written(), text.pieces(), true);
    }

    private static Expression expression(boolean first, Value value) {
        if (!first) {
            throw new IllegalArgumentException("the modifier re has to be the first, for example field|re|i");
        }
        if (value instanceof Str text) {
            return new Expression(text.written(), 0, false, false);
        }
        if (value instanceof Num number) {
            return new Expression(number.written(), 0, false, false);
        }
        throw new IllegalArgumentException("the modifier re needs a text and has " + value.what());
    }

    private static Expression flag(String name, int flag, Value value) {
        if (value instanceof Expression e) {
            return new Expression(e.source(), e.flags() | flag, e.start(), e.end());
        }
        throw new IllegalArgumentException("the modifier " + name + " has to follow re, for example field|re|" + name);
    }

    private static Compared compared(String name, Value value) {
        if (value instanceof Num number) {
            Ask.Order order =
                    switch (name) {
                        case "lt" -> Ask.Order.LESS;
                        case "lte" -> Ask.Order.LESS_OR_EQUAL;
                        case "gt" -> Ask.Order.GREATER;
                        default -> Ask.Order.GREATER_OR_EQUAL;
                    };
            return new Compared(order, number);
        }
        throw new IllegalArgumentException("the modifier " + name + " needs a number and has " + value.what()
                + (value instanceof Str ? "; write the number without quotes" : ""));
    }

    private static Num part(String name, Value value) {
        if (value instanceof Num number) {
            return new Num(number.written(), number.number(), Ask.TimePart.valueOf(name.toUpperCase(Locale.ROOT)));
        }
        throw new IllegalArgumentException("the modifier " + name + " needs a number and has " + value.what()
                + (value instanceof Compared ? "; write it before the comparison, for example " + name + "|gte" : ""));
    }

    private static Cidr range(boolean first, Str text) {
        if (!first) {
            throw new IllegalArgumentException("the modifier cidr has to be the first");
        }
        Range range = Cidrs.read(text.written());
        return new Cidr(range);
    }

    private Exists exists(boolean first, Value value) {
        if (keyword) {
            throw new IllegalArgumentException("the modifier exists needs a field before it");
        }
        if (!first) {
            throw new IllegalArgumentException("the modifier exists has to be the first");
        }
        if (value instanceof Bool bool) {
            return new Exists(bool.value());
        }
        throw new IllegalArgumentException("the modifier exists needs true or false and has " + value.what());
    }

    private Value expand(Value value) {
        if (value instanceof Expression e) {
            return new Expansion(placeholders.expand(e.source()).stream()
                    .map(source -> (Value) new Expression(source, e.flags(), e.start(), e.end()))
                    .toList());
        }
        Str text = text("expand", value);
        return new Expansion(placeholders.expand(text.pieces()).stream()
                .map(pieces -> (Value) new Str(text.written(), pieces, text.cased()))
                .toList());
    }

    private static Reference reference(Str text) {
        if (text.hasWildcards()) {
            throw new IllegalArgumentException("the modifier fieldref needs the name of a field, without wildcards");
        }
        StringBuilder name = new StringBuilder();
        for (Piece piece : text.pieces()) {
            if (piece instanceof Piece.Plain plain) {
                name.append(plain.text());
            }
        }
        return new Reference(name.toString(), text.cased(), false, false);
    }
}
