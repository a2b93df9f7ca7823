package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.line.FormatStrings;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs of key and value after columns in a fixed order: a string in the syntax of nginx' log_format whose last column is
 * {@code $pairs}, for example {@code %FTD-$level-$id: $pairs}.
 */
public final class HeadAndPairs implements Grammar {
    private static final String PAIRS = "$pairs";

    private final Grammar head;
    private final int pairsAt;
    private final KeyValue.Style style;
    private final Keys keys;
    private final int size;
    private final int[] needed;

    private HeadAndPairs(Grammar head, int pairsAt, KeyValue.Style style, List<String> names, int[] needed) {
        this.head = head;
        this.pairsAt = pairsAt;
        this.style = style;
        this.keys = new Keys(names);
        this.size = names.size();
        this.needed = needed;
    }

    /**
     * @param format the string of the head
     * @param required keys without which a line is not of the format
     */
    public static Plan plan(String format, KeyValue.Style style, List<String> required) {
        Plan head = FormatStrings.plan("nginx", format, false);
        if (!format.strip().endsWith(PAIRS)) {
            throw new IllegalArgumentException(
                    "'" + format + "' does not end with " + PAIRS + "; expected, for example, $time $host " + PAIRS);
        }
        return new Behind(head, head.grammar(), style, required, new ArrayList<>());
    }

    private record Behind(Plan head, Grammar compiled, KeyValue.Style style, List<String> required, List<String> asked)
            implements Plan {
        @Override
        public int column(String name) {
            int ofHead = head.column(name);
            if (ofHead >= 0 || name.startsWith("$")) {
                return ofHead;
            }
            if (!asked.contains(name)) {
                asked.add(name);
            }
            return compiled.size() + asked.indexOf(name);
        }

        @Override
        public List<String> names() {
            return head.names();
        }

        @Override
        public List<Rule> rules() {
            return head.rules();
        }

        @Override
        public Grammar grammar() {
            int[] needed = required.stream().mapToInt(this::column).toArray();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < compiled.size(); i++) {
                // The columns of the head come first; no key has such a name.
                names.add("\0" + i);
            }
            names.addAll(asked);
            return new HeadAndPairs(compiled, head.column(PAIRS), style, names, needed);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        if (!head.scan(b, from, to, out)) {
            return false;
        }
        if (out.escapes != null) {
            // Those of the head belong to all lines.
            out.escapes = Arrays.copyOf(out.escapes, out.from.length);
        }
        int pairs = KeyValue.pairs(b, out.from[pairsAt], out.to[pairsAt], (byte) style.pairs(), style, keys, out);
        if (pairs == 0 && style.once()) {
            return false;
        }
        for (int number : needed) {
            if (!out.has(number)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Failure failure(byte[] b, int from, int to, Columns out) {
        Columns again = new Columns(size, b);
        if (!head.scan(b, from, to, again)) {
            return head.failure(b, from, to, again);
        }
        return new Failure(
                Reason.SYNTAX,
                null,
                "a pair that the format needs is not in the line"
                        + (style.once() ? ", or one is in it twice" : "") + "; expected, for example, src"
                        + style.value()
                        + "192.0.2.1");
    }
}
