package io.trawl.intel.rule.document;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A node of a YAML document. */
public sealed interface Node {
    /** The line that it starts on, from 1. */
    int line();

    /** What it is, for messages: {@code a text}, {@code a list}. */
    String what();

    /** What a scalar is by YAML 1.2's core schema. */
    enum Type {
        NULL,
        BOOLEAN,
        NUMBER,
        TEXT
    }

    /**
     * A single value.
     *
     * @param text as it is written, without quotes and escapes
     * @param plain whether it has no quotes
     * @param number of a finite number; null otherwise
     */
    record Scalar(
            String text, Type type, boolean plain, @Nullable BigDecimal number, int line) implements Node {
        @Override
        public String what() {
            return switch (type) {
                case NULL -> "null";
                case BOOLEAN -> "the boolean " + text;
                case NUMBER -> "the number " + text;
                case TEXT -> "a text";
            };
        }

        @Override
        public String toString() {
            return type == Type.TEXT ? "\"" + text + "\"" : text;
        }
    }

    /** A list. */
    record Sequence(List<Node> items, int line) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String what() {
            return "a list";
        }

        @Override
        public String toString() {
            return items.toString();
        }
    }

    /** A key and its value. */
    record Entry(Scalar key, Node value) {
        @Override
        public String toString() {
            return key + ": " + value;
        }
    }

    /** Keys and values in order; no key is there twice. */
    record Mapping(List<Entry> entries, int line) implements Node {
        public Mapping {
            entries = List.copyOf(entries);
        }

        /** The value of a key; null if the key is not there. */
        public @Nullable Node get(String key) {
            for (Entry entry : entries) {
                if (entry.key().text().equals(key)) {
                    return entry.value();
                }
            }
            return null;
        }

        /** The line of a key; that of the mapping where the key is not there. */
        public int lineOf(String key) {
            for (Entry entry : entries) {
                if (entry.key().text().equals(key)) {
                    return entry.key().line();
                }
            }
            return line;
        }

        @Override
        public String what() {
            return "a map";
        }

        @Override
        public String toString() {
            return entries.stream().map(Entry::toString).collect(Collectors.joining(", ", "{", "}"));
        }
    }
}
