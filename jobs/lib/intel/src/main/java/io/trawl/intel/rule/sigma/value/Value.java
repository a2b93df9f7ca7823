package io.trawl.intel.rule.sigma.value;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Range;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a selection, as its modifiers have made it. */
public sealed interface Value {
    /** What it is, for messages. */
    String what();

    /**
     * A text with wildcards.
     *
     * @param written as the rule has it: an expression is made of this
     */
    record Str(String written, List<Piece> pieces, boolean cased) implements Value {
        public Str {
            pieces = List.copyOf(pieces);
        }

        public boolean hasWildcards() {
            return pieces.stream().anyMatch(piece -> piece instanceof Piece.Many || piece instanceof Piece.One);
        }

        @Override
        public String what() {
            return "the text '" + written + "'";
        }
    }

    /**
     * A number, or a part of a time that has to be it.
     *
     * @param part null of a plain number
     */
    record Num(String written, BigDecimal number, Ask.@Nullable TimePart part) implements Value {
        @Override
        public String what() {
            return part == null ? "the number " + written : "the part of a time " + written;
        }
    }

    /** A number that the field's is less or greater than. */
    record Compared(Ask.Order order, Num than) implements Value {
        @Override
        public String what() {
            return "a comparison with " + than.written();
        }
    }

    /** true or false. */
    record Bool(boolean value) implements Value {
        @Override
        public String what() {
            return "the boolean " + value;
        }
    }

    /** null. */
    record Null() implements Value {
        @Override
        public String what() {
            return "null";
        }
    }

    /** Whether the field has to be there. */
    record Exists(boolean value) implements Value {
        @Override
        public String what() {
            return "a test of the field's existence";
        }
    }

    /**
     * A regular expression.
     *
     * @param flags of RE2/J
     * @param start whether it has to begin where the value does
     * @param end whether it has to end where the value does
     */
    record Expression(String source, int flags, boolean start, boolean end) implements Value {
        @Override
        public String what() {
            return "a regular expression";
        }
    }

    /** A range of addresses. */
    record Cidr(Range range) implements Value {
        @Override
        public String what() {
            return "a range of addresses";
        }
    }

    /** The value of another field. */
    record Reference(String field, boolean cased, boolean start, boolean end) implements Value {
        @Override
        public String what() {
            return "a reference to the field " + field;
        }
    }

    /** Values of which one has to be it, whatever links the values around it. */
    record Expansion(List<Value> values) implements Value {
        public Expansion {
            values = List.copyOf(values);
        }

        @Override
        public String what() {
            return "several values";
        }
    }
}
