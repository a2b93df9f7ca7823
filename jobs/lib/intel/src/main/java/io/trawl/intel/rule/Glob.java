package io.trawl.intel.rule;

import java.util.ArrayList;
import java.util.List;

/**
 * A text with wildcards: {@code *} is any number of characters, {@code ?} is one, wherever they are unescaped in the
 * language that it was read from.
 *
 * @param parts in order; two texts are never neighbours
 */
public record Glob(List<Part> parts) {
    public Glob {
        parts = List.copyOf(parts);
    }

    /** A piece of it. */
    public sealed interface Part {
        /** These characters. */
        record Literal(String text) implements Part {}

        /** Any number of any characters. */
        record Many() implements Part {}

        /** One character of any kind. */
        record One() implements Part {}
    }

    /** Builds one, piece by piece. */
    public static final class Builder {
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();

        /** Adds a character that stands for itself. */
        public Builder character(int codePoint) {
            literal.appendCodePoint(codePoint);
            return this;
        }

        /** Adds any number of characters; two in a row are one. */
        public Builder many() {
            end();
            if (parts.isEmpty() || !(parts.get(parts.size() - 1) instanceof Part.Many)) {
                parts.add(new Part.Many());
            }
            return this;
        }

        /** Adds one character. */
        public Builder one() {
            end();
            parts.add(new Part.One());
            return this;
        }

        private void end() {
            if (!literal.isEmpty()) {
                parts.add(new Part.Literal(literal.toString()));
                literal.setLength(0);
            }
        }

        public Glob build() {
            end();
            return new Glob(parts);
        }
    }
}
