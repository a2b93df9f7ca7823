package io.trawl.intel.rule.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Many literals, looked for anywhere in a value in one pass. Of each literal a few bytes that are rare stand in a table of
 * bits; of a value only each n-th place is looked up, if all literals are long enough for that. What the table has is
 * compared. A pass that follows a literal's letters from state to state waits for each state; here no place waits for another.
 *
 * <p>Characters are looked at by their last byte, with bit 0x20 set, which makes letters of ASCII small. So few characters
 * that are not the same get together, and all that are the same do, but for those that {@link Fold} names. Immutable.
 */
public final class Grams {
    /** Is given the number of each literal that a value has, some more than once. */
    @FunctionalInterface
    public interface Hits {
        /** @return whether to go on */
        boolean hit(int literal);
    }

    /** How many characters are taken at once. */
    public static final int BUFFER = 1 << 13;

    private static final int LOWER = 0x20202020;
    private static final int WIDEST = Integer.BYTES;
    private static final int GOLDEN = 0x9E3779B1;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Literal[] literals;
    private final Pass[] passes;
    /** Literals of which no bytes are the same in each case: they are looked for one by one. */
    private final int[] others;

    public Grams(List<Literal> literals) {
        this.literals = literals.toArray(new Literal[0]);
        Map<Integer, List<Integer>> bySize = new TreeMap<>();
        List<Integer> none = new ArrayList<>();
        for (int i = 0; i < this.literals.length; i++) {
            int run = longestRun(this.literals[i].folded());
            if (run == 0) {
                none.add(i);
            } else {
                bySize.computeIfAbsent(Math.min(run, WIDEST), any -> new ArrayList<>()).add(i);
            }
        }
        List<Pass> all = new ArrayList<>();
        bySize.forEach((size, of) -> all.add(new Pass(size, of)));
        this.passes = all.toArray(new Pass[0]);
        this.others = none.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A buffer for {@link #find}: one for a thread. */
    public static byte[] buffer() {
        return new byte[BUFFER + WIDEST];
    }

    static int gram(CharSequence folded, int at, int size) {
        int gram = 0;
        for (int i = 0; i < size; i++) {
            gram |= (folded.charAt(at + i) & 255 | 0x20) << Byte.SIZE * i;
        }
        return gram;
    }

    /** How many characters in a row are stable, at most: where a gram can be. */
    private static int longestRun(String folded) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < folded.length(); i++) {
            run = Fold.isStable(folded.charAt(i)) ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Finds literals in a value. */
    public void find(String value, byte[] buffer, Hits hits) {
        for (int other : others) {
            if (literals[other].find(value, 0, value.length()) >= 0 && !hits.hit(other)) {
                return;
            }
        }
        if (passes.length > 0) {
            String plain = Fold.hidesAscii(value) ? Fold.text(value) : value;
            for (int from = 0; from < plain.length(); ) {
                int length = Math.min(BUFFER, plain.length() - from);
                copy(plain, from, length, buffer);
                // Each place is the first of a gram in one piece: the last ones of a piece are the first of the next.
                boolean last = from + length == plain.length();
                int places = last ? length : length - WIDEST;
                for (Pass pass : passes) {
                    if (!pass.find(value, from, buffer, length, places, hits)) {
                        return;
                    }
                }
                from += last ? length : places;
            }
        }
    }

    /** The last byte of each character. Of a text of Latin-1 it is a copy of memory, which no other method is. */
    @SuppressWarnings("deprecation")
    private static void copy(String value, int from, int length, byte[] buffer) {
        value.getBytes(from, from + length, buffer, 0);
        INT.set(buffer, length, 0);
    }

    /**
     * Whether a value may have one of the literals; false is certain.
     *
     * @param value [from, to), in UTF-8
     */
    public boolean mayFind(byte[] value, int from, int to, byte[] buffer) {
        boolean ascii = true;
        for (int i = from; i < to && ascii; i++) {
            ascii = value[i] >= 0;
        }
        if (ascii && others.length == 0 && !hasGram(value, from, to, buffer)) {
            return false;
        }
        boolean[] found = {false};
        find(new String(value, from, to - from, StandardCharsets.UTF_8), buffer, literal -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    private boolean hasGram(byte[] ascii, int from, int to, byte[] buffer) {
        for (int at = from; at < to; ) {
            int length = Math.min(BUFFER, to - at);
            System.arraycopy(ascii, at, buffer, 0, length);
            INT.set(buffer, length, 0);
            boolean last = at + length == to;
            int places = last ? length : length - WIDEST;
            for (Pass pass : passes) {
                if (pass.hasGram(buffer, length, places)) {
                    return true;
                }
            }
            at += last ? length : places;
        }
        return false;
    }

    /** The literals whose grams are of one size, in one table. */
    private final class Pass {
        private final int size;
        private final int mask;
        /** Every how many places are looked up: so many grams of each literal stand in the table. */
        private final int step;

        private final int shift;
        private final long[] filter;
        /** Grams by hash, with one free place at least; 0 is free. */
        private final int[] grams;
        /** For each gram where its entries begin; they end where an entry has the last bit. */
        private final int[] starts;
        /** A literal's number, and how far from its beginning the gram is; the last of a gram is negative. */
        private final int[] entryLiterals;

        private final int[] entryOffsets;

        Pass(int size, List<Integer> of) {
            this.size = size;
            this.mask = size == WIDEST ? -1 : (1 << Byte.SIZE * size) - 1;
            int shortest = of.stream()
                    .mapToInt(number -> longestRun(literals[number].folded()))
                    .min()
                    .orElse(size);
            this.step = size < WIDEST ? 1 : shortest >= WIDEST + 3 ? 4 : shortest > WIDEST ? 2 : 1;
            Map<Integer, List<int[]>> entries = new HashMap<>();
            for (int number : of) {
                String folded = literals[number].folded();
                int at = rarest(folded, entries);
                for (int offset = at; offset < at + step; offset++) {
                    entries.computeIfAbsent(gram(folded, offset, size), any -> new ArrayList<>())
                            .add(new int[] {number, offset});
                }
            }
            int bits = Math.max(10, Integer.SIZE - Integer.numberOfLeadingZeros(entries.size() * 32));
            this.shift = Integer.SIZE - Math.min(22, bits);
            this.filter = new long[1 << Integer.SIZE - shift - 6];
            this.grams = new int[Integer.highestOneBit(Math.max(4, 4 * entries.size()))];
            this.starts = new int[grams.length];
            int all = entries.values().stream().mapToInt(List::size).sum();
            this.entryLiterals = new int[all];
            this.entryOffsets = new int[all];
            int next = 0;
            for (Map.Entry<Integer, List<int[]>> entry : new TreeMap<>(entries).entrySet()) {
                int gram = entry.getKey();
                int hash = gram * GOLDEN >>> shift;
                filter[hash >>> 6] |= 1L << hash;
                int slot = slot(gram);
                grams[slot] = gram;
                starts[slot] = next;
                for (int[] one : entry.getValue()) {
                    entryLiterals[next] = one[0];
                    entryOffsets[next++] = one[1];
                }
                entryLiterals[next - 1] = ~entryLiterals[next - 1];
            }
        }

        /** Where the rarest grams of a literal begin, those that many literals have counted as less rare. */
        private int rarest(String folded, Map<Integer, List<int[]>> entries) {
            int best = -1;
            double least = Double.MAX_VALUE;
            for (int at = 0; at + step + size - 1 <= folded.length(); at++) {
                double sum = 0;
                for (int i = at; i < at + step + size - 1; i++) {
                    sum = Fold.isStable(folded.charAt(i)) ? sum : Double.MAX_VALUE;
                }
                for (int offset = at; offset < at + step && sum < least; offset++) {
                    sum += Usual.frequency(folded, offset, size);
                    sum += 2 * entries.getOrDefault(gram(folded, offset, size), List.of()).size();
                }
                if (sum < least) {
                    least = sum;
                    best = at;
                }
            }
            return best;
        }

        private int slot(int gram) {
            int slot = (gram * GOLDEN >>> 7) & grams.length - 1;
            while (grams[slot] != gram && grams[slot] != 0) {
                slot = slot + 1 & grams.length - 1;
            }
            return slot;
        }

        boolean find(String value, int from, byte[] bytes, int length, int places, Hits hits) {
            int end = Math.min(places, length - size + 1);
            for (int i = 0; i < end; i += step) {
                int gram = ((int) INT.get(bytes, i) | LOWER) & mask;
                int hash = gram * GOLDEN >>> shift;
                if ((filter[hash >>> 6] >>> hash & 1) != 0 && !compare(gram, value, from + i, hits)) {
                    return false;
                }
            }
            return true;
        }

        private boolean compare(int gram, String value, int at, Hits hits) {
            int slot = slot(gram);
            if (grams[slot] == 0) {
                return true;
            }
            int entry = starts[slot];
            while (true) {
                int literal = entryLiterals[entry];
                int number = literal < 0 ? ~literal : literal;
                if (literals[number].isAt(value, at - entryOffsets[entry]) && !hits.hit(number)) {
                    return false;
                }
                if (literal < 0) {
                    return true;
                }
                entry++;
            }
        }

        boolean hasGram(byte[] bytes, int length, int places) {
            int end = Math.min(places, length - size + 1);
            for (int i = 0; i < end; i += step) {
                int gram = ((int) INT.get(bytes, i) | LOWER) & mask;
                int hash = gram * GOLDEN >>> shift;
                if ((filter[hash >>> 6] >>> hash & 1) != 0 && grams[slot(gram)] != 0) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return grams.length + " places for grams of " + size + ", every " + step + ", " + Arrays.toString(literals);
        }
    }
}
