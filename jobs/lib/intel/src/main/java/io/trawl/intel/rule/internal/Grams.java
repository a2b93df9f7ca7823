package io.trawl.intel.rule.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Many literals, looked for anywhere in a value in one pass. Immutable. */
public final class Grams {
    /** Is given the number of each literal that a value has, some more than once. */
    @FunctionalInterface
    public interface Hits {
        /** @return whether to go on */
        boolean hit(int literal);
    }

    private final Literal[] literals;
    private final GramTable[] tables;
    /** Literals that no table has: they are looked for one by one. */
    private final int[] others;

    public Grams(List<Literal> literals) {
        this.literals = literals.toArray(new Literal[0]);
        List<Integer> none = new ArrayList<>();
        this.tables = GramTable.of(literals, none).toArray(new GramTable[0]);
        this.others = none.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Finds literals in a value. */
    public void find(String value, byte[] buffer, Hits hits) {
        for (int other : others) {
            if (literals[other].find(value, 0, value.length()) >= 0 && !hits.hit(other)) {
                return;
            }
        }
        if (tables.length == 0) {
            return;
        }
        String plain = Fold.hidesAscii(value) ? Fold.text(value) : value;
        for (int from = 0; from < plain.length(); ) {
            int length = Math.min(GramTable.BUFFER, plain.length() - from);
            int places = GramTable.places(length, from + length == plain.length());
            GramTable.copy(plain, from, from + length, buffer, 0);
            GramTable.end(buffer, length);
            int base = from;
            for (GramTable table : tables) {
                if (!table.find(
                        buffer,
                        length,
                        places,
                        (literal, at, start) -> !literals[literal].isAt(value, base + start) || hits.hit(literal))) {
                    return;
                }
            }
            from += places;
        }
    }

    /** Whether a value has one of the literals. */
    public boolean finds(String value, byte[] buffer) {
        boolean[] found = {false};
        find(value, buffer, literal -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /**
     * Whether a value has one of the literals.
     *
     * @param value [from, to), in UTF-8; no text is made of it if it is ASCII and nothing of it is like a literal
     */
    public boolean finds(byte[] value, int from, int to, byte[] buffer) {
        boolean ascii = others.length == 0;
        for (int i = from; i < to && ascii; i++) {
            ascii = value[i] >= 0;
        }
        return (!ascii || hasGram(value, from, to, buffer))
                && finds(new String(value, from, to - from, StandardCharsets.UTF_8), buffer);
    }

    private boolean hasGram(byte[] ascii, int from, int to, byte[] buffer) {
        for (int at = from; at < to; ) {
            int length = Math.min(GramTable.BUFFER, to - at);
            int places = GramTable.places(length, at + length == to);
            System.arraycopy(ascii, at, buffer, 0, length);
            GramTable.end(buffer, length);
            for (GramTable table : tables) {
                if (table.hasGram(buffer, length, places)) {
                    return true;
                }
            }
            at += places;
        }
        return false;
    }
}
