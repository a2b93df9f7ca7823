package io.trawl.intel.rule.internal;

import io.trawl.intel.rule.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Many literals, of which a value is one, begins with some or ends with some. At a few lengths the hash of what a value
 * begins or ends with so far is looked up; what is found is compared. Immutable.
 */
public final class Affixes {
    /** At which lengths is looked up. */
    private static final int[] LENGTHS = {1, 2, 4, 8, 16, 32};

    /** What is the whole value is looked up at 8 characters at most. */
    private static final int WHOLE_LEVELS = 4;
    /** A length that most hosts and user agents are within, for what is the whole value. */
    private static final int FEW = 256;

    private final Literal[] literals;
    private final Ask.Place[] places;
    private final Table starts;
    private final Table ends;
    private final Table wholes;
    /** The lengths of what is the whole value, a bit each; above 255 they share the last one. */
    private final long[] lengthsOfWholes = new long[FEW / Long.SIZE];

    /**
     * @param literals numbered from 0
     * @param places for each one whether it is the whole value, its beginning or its end
     */
    public Affixes(List<Literal> literals, List<Ask.Place> places) {
        this.literals = literals.toArray(new Literal[0]);
        this.places = places.toArray(new Ask.Place[0]);
        this.starts = new Table(Ask.Place.START);
        this.ends = new Table(Ask.Place.END);
        this.wholes = new Table(Ask.Place.WHOLE);
        for (int i = 0; i < this.literals.length; i++) {
            if (this.places[i] == Ask.Place.WHOLE) {
                int length = Math.min(FEW - 1, this.literals[i].length());
                lengthsOfWholes[length >>> 6] |= 1L << length;
            }
        }
    }

    /** Finds those that a value has at their places. */
    public void find(String value, Grams.Hits hits) {
        int length = Math.min(FEW - 1, value.length());
        if ((lengthsOfWholes[length >>> 6] >>> length & 1) == 0 || wholes.find(value, hits)) {
            if (starts.find(value, hits)) {
                ends.find(value, hits);
            }
        }
    }

    /** Whether a value has one of them at its place. */
    public boolean finds(String value) {
        boolean[] found = {false};
        find(value, literal -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /** The literals of one place. What is the whole value is looked up by its length and its end. */
    private final class Table {
        private final Ask.Place place;
        /** Of LENGTHS those that a literal is looked up at. */
        private final int[] lengths;
        /** The characters that literals begin with at their side, a bit each for what is left of them in six bits. */
        private final long outermost;

        private final int[] hashes;
        /** For each hash where its numbers begin, from 1; 0 is free. */
        private final int[] begins;
        /** The numbers of literals; the last one of a hash is inverted, and so negative. */
        private final int[] numbers;
        /** Those of no length, which each value has. */
        private final int[] empty;

        Table(Ask.Place place) {
            this.place = place;
            Map<Integer, List<Integer>> byHash = new TreeMap<>();
            boolean[] used = new boolean[LENGTHS.length];
            List<Integer> withoutLength = new ArrayList<>();
            long seen = 0;
            int count = 0;
            for (int number = 0; number < literals.length; number++) {
                String folded = literals[number].folded();
                int level = level(folded.length());
                if (places[number] == place && level < 0) {
                    withoutLength.add(number);
                } else if (places[number] == place) {
                    used[level] = true;
                    seen |= 1L << at(folded, 0);
                    count++;
                    byHash.computeIfAbsent(hash(folded, LENGTHS[level]), any -> new ArrayList<>())
                            .add(number);
                }
            }
            this.outermost = seen;
            this.empty = withoutLength.stream().mapToInt(Integer::intValue).toArray();
            this.lengths = IntStream.range(0, used.length)
                    .filter(i -> used[i])
                    .map(i -> LENGTHS[i])
                    .toArray();
            this.hashes = new int[Integer.highestOneBit(Math.max(4, 8 * byHash.size()))];
            this.begins = new int[hashes.length];
            this.numbers = new int[count];
            int next = 0;
            for (Map.Entry<Integer, List<Integer>> entry : byHash.entrySet()) {
                int slot = slot(entry.getKey());
                hashes[slot] = entry.getKey();
                begins[slot] = next + 1;
                for (int number : entry.getValue()) {
                    numbers[next++] = number;
                }
                numbers[next - 1] = ~numbers[next - 1];
            }
        }

        private int level(int length) {
            int level = -1;
            int most = place == Ask.Place.WHOLE ? WHOLE_LEVELS : LENGTHS.length;
            while (level + 1 < most && LENGTHS[level + 1] <= length) {
                level++;
            }
            return level;
        }

        /** The character at a distance from the side. */
        private char at(String folded, int distance) {
            return folded.charAt(place == Ask.Place.START ? distance : folded.length() - 1 - distance);
        }

        private int hash(String folded, int length) {
            int hash = 0;
            for (int i = 0; i < length; i++) {
                hash = hash * 31 + at(folded, i);
            }
            return mixed(hash, length, folded.length());
        }

        private int mixed(int hash, int length, int all) {
            int mixed = (hash + (place == Ask.Place.WHOLE ? all : length) * 0x7F4A7C15) * 0x9E3779B1;
            return mixed ^ mixed >>> 15;
        }

        private int slot(int hash) {
            int slot = hash & hashes.length - 1;
            while (begins[slot] != 0 && hashes[slot] != hash) {
                slot = slot + 1 & hashes.length - 1;
            }
            return slot;
        }

        /** @return whether to go on */
        boolean find(String value, Grams.Hits hits) {
            for (int number : empty) {
                if ((place != Ask.Place.WHOLE || value.isEmpty()) && !hits.hit(number)) {
                    return false;
                }
            }
            int all = value.length();
            if (lengths.length == 0 || all == 0) {
                return true;
            }
            boolean start = place == Ask.Place.START;
            int hash = Fold.at(value, start ? 0 : all - 1);
            if ((outermost >>> hash & 1) == 0) {
                return true;
            }
            int done = 1;
            for (int length : lengths) {
                if (length > all) {
                    return true;
                }
                for (; done < length; done++) {
                    hash = hash * 31 + Fold.at(value, start ? done : all - 1 - done);
                }
                int begin = begins[slot(mixed(hash, length, all))];
                if (begin != 0 && !compare(begin - 1, value, hits)) {
                    return false;
                }
            }
            return true;
        }

        private boolean compare(int begin, String value, Grams.Hits hits) {
            for (int i = begin; ; i++) {
                int number = numbers[i] < 0 ? ~numbers[i] : numbers[i];
                Literal literal = literals[number];
                boolean there =
                        switch (place) {
                            case START -> literal.isAt(value, 0);
                            case END -> literal.isEnd(value);
                            default -> literal.isWhole(value);
                        };
                if (there && !hits.hit(number)) {
                    return false;
                }
                if (numbers[i] < 0) {
                    return true;
                }
            }
        }
    }
}
