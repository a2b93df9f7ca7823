package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.internal.Affixes;
import io.trawl.intel.rule.internal.Grams;
import io.trawl.intel.rule.internal.Literal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All texts that rules look for in a field, found in one pass over a value. Immutable. */
final class Scan {
    private final Field field;
    private final int at;
    private final @Nullable Grams anywhere;
    private final int[][] anywhereRules;
    private final @Nullable Affixes affixes;
    private final int[][] affixRules;

    /** Collects what is looked for in a field. */
    static final class Builder {
        private final Map<Cover.Text, TreeSet<Integer>> rules = new LinkedHashMap<>();

        void add(Cover.Text text, int rule) {
            rules.computeIfAbsent(text, any -> new TreeSet<>()).add(rule);
        }

        /** @param at the field's number */
        Scan build(Field field, int at) {
            return new Scan(field, at, rules);
        }
    }

    private Scan(Field field, int at, Map<Cover.Text, TreeSet<Integer>> rules) {
        this.field = field;
        this.at = at;
        List<Literal> inside = new ArrayList<>();
        List<int[]> insideRules = new ArrayList<>();
        List<Literal> outside = new ArrayList<>();
        List<Ask.Place> places = new ArrayList<>();
        List<int[]> outsideRules = new ArrayList<>();
        rules.forEach((text, of) -> {
            Literal literal = new Literal(text.text(), text.cased());
            int[] numbers = of.stream().mapToInt(Integer::intValue).toArray();
            if (text.place() == Ask.Place.ANYWHERE && literal.length() > 0) {
                inside.add(literal);
                insideRules.add(numbers);
            } else {
                outside.add(literal);
                places.add(text.place() == Ask.Place.ANYWHERE ? Ask.Place.START : text.place());
                outsideRules.add(numbers);
            }
        });
        this.anywhere = inside.isEmpty() ? null : new Grams(inside);
        this.anywhereRules = insideRules.toArray(new int[0][]);
        this.affixes = outside.isEmpty() ? null : new Affixes(outside, places);
        this.affixRules = outsideRules.toArray(new int[0][]);
    }

    Field field() {
        return field;
    }

    /** Makes candidates of the rules of which an event has a text. */
    void run(Scratch event) {
        int count = event.count(at);
        for (int i = 0; i < count; i++) {
            String value = event.value(at, i);
            if (affixes != null) {
                affixes.find(value, event.hits(affixRules));
            }
            if (anywhere != null) {
                anywhere.find(value, event.buffer(), event.hits(anywhereRules));
            }
        }
    }

    /** Whether a value has one of the texts. */
    boolean finds(String value, byte[] buffer) {
        boolean[] found = {false};
        Grams.Hits first = literal -> {
            found[0] = true;
            return false;
        };
        if (affixes != null) {
            affixes.find(value, first);
        }
        if (anywhere != null && !found[0]) {
            anywhere.find(value, buffer, first);
        }
        return found[0];
    }

    /** Whether a value in UTF-8 may have one of the texts; false is certain. */
    boolean mayFind(byte[] value, int from, int to, byte[] buffer) {
        return affixes != null || anywhere != null && anywhere.mayFind(value, from, to, buffer);
    }
}
