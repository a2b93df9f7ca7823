package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.mapping.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A plan of a grammar whose columns come with their names in each line: those that are asked for get a number. */
final class NamedPlan implements Plan {
    private final List<String> asked = new ArrayList<>();
    private final List<String> required;
    private final Function<List<String>, Grammar> compiler;

    /**
     * @param required columns without which a line is not of the format; {@code a or b} is met by either
     * @param compiler makes the grammar from the names of the columns, by number
     */
    NamedPlan(List<String> required, Function<List<String>, Grammar> compiler) {
        this.required = List.copyOf(required);
        this.compiler = compiler;
    }

    @Override
    public int column(String name) {
        int known = asked.indexOf(name);
        if (known >= 0) {
            return known;
        }
        asked.add(name);
        return asked.size() - 1;
    }

    @Override
    public List<String> names() {
        return List.of();
    }

    @Override
    public Grammar grammar() {
        int[][] needed = required.stream()
                .map(names -> Stream.of(names.split(" or ", -1))
                        .mapToInt(this::column)
                        .toArray())
                .toArray(int[][]::new);
        Grammar grammar = compiler.apply(List.copyOf(asked));
        return needed.length == 0 ? grammar : new Requiring(grammar, needed, required);
    }

    /** A line without a column that each line of the format has is another format's. */
    private record Requiring(Grammar grammar, int[][] needed, List<String> names) implements Grammar {
        @Override
        public int size() {
            return grammar.size();
        }

        @Override
        public boolean scan(byte[] bytes, int from, int to, Columns out) {
            return grammar.scan(bytes, from, to, out) && missing(out) < 0;
        }

        private int missing(Columns out) {
            for (int i = 0; i < needed.length; i++) {
                if (IntStream.of(needed[i]).noneMatch(out::has)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public Failure failure(byte[] bytes, int from, int to, Columns out) {
            Columns again = new Columns(size(), bytes);
            if (!grammar.scan(bytes, from, to, again)) {
                return grammar.failure(bytes, from, to, again);
            }
            String name = names.get(Math.max(0, missing(again)));
            return new Failure(Reason.SYNTAX, null, "no " + name + " in the line; expected a line that has it");
        }
    }
}
