package io.trawl.intel.rule.internal;

import io.trawl.intel.rule.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Many literals, of which a value is one, begins with some or ends with some. At a few lengths the hash of what a value
 * begins or ends with so far is looked up; what is found is compared. Immutable.
 */
public final class Affixes {
    /** At which lengths is looked up. */
    private static final int[] LENGTHS = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};

    /** Where in a value its literals must be. */
    private enum Side {
        START,
        END
    }

    private final Table starts;
    private final Table ends;
    /** What is the whole value is a start of it, too. */
    private final boolean[] whole;

    private final Literal[] literals;

    /**
     * @param literals numbered from 0
     * @param places for each one whether it is the whole value, its beginning or its end
     */
    public Affixes(List<Literal> literals, List<Ask.Place> places) {
        this.literals = literals.toArray(new Literal[0]);
        this.whole = new boolean[this.literals.length];
        List<Integer> first = new ArrayList<>();
        List<Integer> last = new ArrayList<>();
        for (int i = 0; i < this.literals.length; i++) {
            whole[i] = places.get(i) == Ask.Place.WHOLE;
            (places.get(i) == Ask.Place.END ? last : first).add(i);
        }
        this.starts = new Table(Side.START, first);
        this.ends = new Table(Side.END, last);
    }

    /** Finds those that a value has at their places. */
    public void find(String value, Grams.Hits hits) {
        if (starts.find(value, hits)) {
            ends.find(value, hits);
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

    /** The literals of one side. */
    private final class Table {
        private final Side side;
        /** Of LENGTHS those that a literal is looked up at. */
        private final int[] lengths;
        /** For each hash where its numbers begin, from 1; 0 is free. */
        private final int[] hashes;

        private final int[] begins;
        /** The numbers of literals; the last of a hash is negative. */
        private final int[] numbers;

        /** Those of no length, which each value has. */
        private final int[] empty;

        Table(Side side, List<Integer> of) {
            this.side = side;
            Map<Integer, List<Integer>> byHash = new TreeMap<>();
            boolean[] used = new boolean[LENGTHS.length];
            List<Integer> withoutLength = new ArrayList<>();
            for (int number : of) {
                String folded = literals[number].folded();
                int level = level(folded.length());
                if (level < 0) {
                    withoutLength.add(number);
                } else {
                    used[level] = true;
                    byHash.computeIfAbsent(hash(folded, LENGTHS[level]), any -> new ArrayList<>())
                            .add(number);
                }
            }
            this.empty = withoutLength.stream().mapToInt(Integer::intValue).toArray();
            List<Integer> levels = new ArrayList<>();
            for (int i = 0; i < used.length; i++) {
                if (used[i]) {
                    levels.add(LENGTHS[i]);
                }
            }
            this.lengths = levels.stream().mapToInt(Integer::intValue).toArray();
            this.hashes = new int[Integer.highestOneBit(Math.max(4, 8 * byHash.size()))];
            this.begins = new int[hashes.length];
            this.numbers = new int[of.size() - empty.length];
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
            while (level + 1 < LENGTHS.length && LENGTHS[level + 1] <= length) {
                level++;
            }
            return level;
        }

        /** Of the first or last characters of a text, the outermost first. */
        private int hash(String folded, int length) {
            int hash = 0;
            for (int i = 0; i < length; i++) {
                hash = next(hash, folded.charAt(side == Side.START ? i : folded.length() - 1 - i));
            }
            return mixed(hash, length);
        }

        private int next(int hash, char c) {
            return hash * 31 + c;
        }

        private int mixed(int hash, int length) {
            int mixed = (hash + length * 0x7F4A7C15) * 0x9E3779B1;
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
                if ((!whole[number] || value.isEmpty()) && !hits.hit(number)) {
                    return false;
                }
            }
            int hash = 0;
            int done = 0;
            for (int length : lengths) {
                if (length > value.length()) {
                    return true;
                }
                for (; done < length; done++) {
                    hash = next(hash, Fold.at(value, side == Side.START ? done : value.length() - 1 - done));
                }
                int begin = begins[slot(mixed(hash, length))];
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
                boolean there = side == Side.END
                        ? literal.isEnd(value)
                        : whole[number] ? literal.isWhole(value) : literal.isAt(value, 0);
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
