package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.internal.Affixes;
import io.trawl.intel.rule.internal.Grams;
import io.trawl.intel.rule.internal.Literal;
import io.trawl.intel.rule.internal.Sheet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** All texts that rules look for, found in one pass over the values of an event. Immutable. */
final class Scan {
    private final Edges[] edges;
    private final Part[] parts;

    /** What values of a field begin with, end with or are. */
    private record Edges(int field, Affixes affixes, int[][] rules) {}

    /**
     * What is looked for inside of the values of some fields.
     *
     * @param fields their numbers
     * @param positions for each the place of its column, -1 if it is none
     */
    private record Part(int[] fields, int[] positions, Sheet sheet, int[][] rules) {}

    /** A text that is looked for by some rules in some fields. */
    private record Wanted(Cover.Text text, TreeSet<Integer> rules) {}

    /** @param numbers gives each field its number */
    Scan(Map<Field, Map<Cover.Text, TreeSet<Integer>>> texts, Compiler numbers) {
        Map<Wanted, TreeSet<Integer>> inside = new LinkedHashMap<>();
        List<Edges> outer = new ArrayList<>();
        texts.forEach((field, wanted) -> {
            int number = numbers.field(field);
            Map<Cover.Text, TreeSet<Integer>> outside = new LinkedHashMap<>();
            wanted.forEach((text, rules) -> {
                if (text.isInside()) {
                    inside.computeIfAbsent(new Wanted(text, rules), any -> new TreeSet<>())
                            .add(number);
                } else {
                    outside.put(text, rules);
                }
            });
            if (!outside.isEmpty()) {
                outer.add(edges(number, outside));
            }
        });
        this.edges = outer.toArray(new Edges[0]);
        this.parts = parts(inside, numbers).toArray(new Part[0]);
    }

    private static Edges edges(int field, Map<Cover.Text, TreeSet<Integer>> texts) {
        List<Literal> literals = new ArrayList<>();
        List<Ask.Place> places = new ArrayList<>();
        List<int[]> rules = new ArrayList<>();
        texts.forEach((text, of) -> {
            literals.add(text.literal());
            places.add(text.outerPlace());
            rules.add(array(of));
        });
        return new Edges(field, new Affixes(literals, places), rules.toArray(new int[0][]));
    }

    /** Parts of as many fields as a sheet takes. */
    private static List<Part> parts(Map<Wanted, TreeSet<Integer>> wanted, Compiler numbers) {
        List<Part> parts = new ArrayList<>();
        TreeSet<Integer> all = new TreeSet<>();
        wanted.values().forEach(all::addAll);
        List<Integer> fields = new ArrayList<>(all);
        for (int from = 0; from < fields.size(); from += Sheet.COLUMNS) {
            Map<Integer, Integer> columns = new TreeMap<>();
            for (int field : fields.subList(from, Math.min(fields.size(), from + Sheet.COLUMNS))) {
                columns.put(field, columns.size());
            }
            List<Literal> literals = new ArrayList<>();
            List<Long> bits = new ArrayList<>();
            List<int[]> rules = new ArrayList<>();
            wanted.forEach((text, of) -> {
                long mask = of.stream()
                        .filter(columns::containsKey)
                        .mapToLong(field -> 1L << columns.getOrDefault(field, 0))
                        .reduce(0, (one, other) -> one | other);
                if (mask != 0) {
                    literals.add(text.text().literal());
                    bits.add(mask);
                    rules.add(array(text.rules()));
                }
            });
            int[] numbersOfFields = array(columns.keySet());
            int[] positions =
                    Arrays.stream(numbersOfFields).map(numbers::position).toArray();
            parts.add(new Part(numbersOfFields, positions, new Sheet(literals, bits), rules.toArray(new int[0][])));
        }
        return parts;
    }

    private static int[] array(java.util.Collection<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What a thread keeps while it reads values, a page for each part. */
    Sheet.Page[] pages(long[] candidates) {
        return Arrays.stream(parts)
                .map(part -> new Sheet.Page(part.sheet(), candidates(part.rules(), candidates)))
                .toArray(Sheet.Page[]::new);
    }

    Grams.Hits[] edgeHits(long[] candidates) {
        return Arrays.stream(edges)
                .map(edge -> candidates(edge.rules(), candidates))
                .toArray(Grams.Hits[]::new);
    }

    private static Grams.Hits candidates(int[][] rules, long[] candidates) {
        return literal -> {
            for (int rule : rules[literal]) {
                candidates[rule >>> 6] |= 1L << rule;
            }
            return true;
        };
    }

    /** Makes candidates of the rules of which an event has a text. */
    void run(Scratch event, Sheet.Page[] pages, Grams.Hits[] edgeHits) {
        for (int i = 0; i < edgeHits.length; i++) {
            Edges edge = edges[i];
            int count = event.count(edge.field());
            for (int value = 0; value < count; value++) {
                edge.affixes().find(event.value(edge.field(), value), edgeHits[i]);
            }
        }
        for (int i = 0; i < pages.length; i++) {
            int[] fields = parts[i].fields();
            int[] positions = parts[i].positions();
            for (int column = 0; column < fields.length; column++) {
                if (positions[column] >= 0) {
                    String text = event.text(positions[column]);
                    if (text != null) {
                        pages[i].add(column, text);
                    }
                    continue;
                }
                int count = event.count(fields[column]);
                for (int value = 0; value < count; value++) {
                    pages[i].add(column, event.value(fields[column], value));
                }
            }
            pages[i].end();
        }
    }
}
