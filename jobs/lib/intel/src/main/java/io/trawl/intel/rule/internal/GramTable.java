package io.trawl.intel.rule.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where in bytes literals may be. Of each literal a few bytes that are rare stand in a table; only each n-th place
 * is looked up, if all literals are long enough for that. A search that follows a literal's letters from state to state
 * waits for each state; here no place waits for another.
 *
 * <p>Characters are looked at by their last byte, with bit 0x20 set, which makes letters of ASCII small. So few characters
 * that are not the same get together, and all that are the same do, but for those that {@link Fold} names. Immutable.
 */
public final class GramTable {
    /** Is given a place where a literal may be. */
    public interface Places {
        /**
         * What the bytes are like there; the rest is to be compared.
         *
         * @param literal its number
         * @param at where the bytes of it were seen, which grow from one place to the next
         * @param start where it would begin; not in the bytes if it is not there
         * @return whether to go on
         */
        boolean at(int literal, int at, int start);
    }

    /** How many bytes are taken at once. */
    public static final int BUFFER = 1 << 13;

    static final int WIDEST = Integer.BYTES;

    /** So many places are looked up before it is asked whether any of them is in the table. */
    private static final int AT_ONCE = 4;
    /** Zeros after the bytes, since places are read beyond the end. */
    private static final int PADDING = AT_ONCE * 4 + Long.BYTES;

    private static final int LOWER = 0x20202020;
    private static final long LOWER_LONG = 0x2020202020202020L;
    private static final int GOLDEN = 0x9E3779B1;
    /** So many bits of the filter there are for a gram, at least. */
    private static final int SPARSE = 128;

    /** Of a hash so many bits are a place in an int. */
    private static final int INT_BITS = 5;

    private static final int LEAST_BITS = 10;
    private static final int MOST_BITS = 22;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int size;
    private final int mask;
    /** Every how many places are looked up: so many grams of each literal stand in the table. */
    private final int step;

    private final int shift;
    /** A bit for each hash of a gram. */
    private final int[] filter;
    /** Grams by hash, with one free place at least; 0 is free. */
    private final int[] grams;
    /** For each gram where its entries begin. */
    private final int[] starts;
    /** A literal's number; the last one of a gram is inverted, and so negative. */
    private final int[] entryLiterals;
    /** How far from a literal's beginning the gram is. */
    private final int[] entryOffsets;

    /** The forms of a table, the first that a literal is long enough for is its own: the size of grams, and the step. */
    private enum Form {
        LONG(4, 4),
        MIDDLE(3, 2),
        SHORT(2, 2),
        PAIR(2, 1),
        SINGLE(1, 1);

        private final int size;
        private final int step;

        Form(int size, int step) {
            this.size = size;
            this.step = step;
        }

        /** How many characters in a row it takes. */
        int width() {
            return size + step - 1;
        }

        static @Nullable Form of(int run) {
            for (Form form : values()) {
                if (form.width() <= run) {
                    return form;
                }
            }
            return null;
        }
    }

    /** @param of numbers of the literals */
    private GramTable(Form form, List<Integer> of, List<String> folded) {
        this.size = form.size;
        this.step = form.step;
        this.mask = size == WIDEST ? -1 : (1 << Byte.SIZE * size) - 1;
        Map<Integer, List<int[]>> entries = new HashMap<>();
        for (int number : of) {
            int at = rarest(folded.get(number), entries);
            for (int offset = at; offset < at + step; offset++) {
                entries.computeIfAbsent(gram(folded.get(number), offset, size), any -> new ArrayList<>())
                        .add(new int[] {number, offset});
            }
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(SPARSE * entries.size());
        this.shift = Integer.SIZE - Math.min(MOST_BITS, Math.max(LEAST_BITS, bits));
        this.filter = new int[1 << Integer.SIZE - shift - INT_BITS];
        this.grams = new int[Integer.highestOneBit(Math.max(4, 4 * entries.size()))];
        this.starts = new int[grams.length];
        int all = entries.values().stream().mapToInt(List::size).sum();
        this.entryLiterals = new int[all];
        this.entryOffsets = new int[all];
        int next = 0;
        for (Map.Entry<Integer, List<int[]>> entry : new TreeMap<>(entries).entrySet()) {
            int gram = entry.getKey();
            int hash = gram * GOLDEN >>> shift;
            filter[hash >>> INT_BITS] |= 1 << hash;
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

    /**
     * Tables for literals, one for each form.
     *
     * @param others takes the numbers of those that no table has, since no bytes of them are the same in each case
     */
    public static List<GramTable> of(List<Literal> literals, List<Integer> others) {
        List<String> folded = literals.stream().map(Literal::folded).toList();
        Map<Form, List<Integer>> byForm = new EnumMap<>(Form.class);
        for (int i = 0; i < folded.size(); i++) {
            Form form = Form.of(longestRun(folded.get(i)));
            if (form == null) {
                others.add(i);
            } else {
                byForm.computeIfAbsent(form, any -> new ArrayList<>()).add(i);
            }
        }
        List<GramTable> tables = new ArrayList<>();
        byForm.forEach((form, of) -> tables.add(new GramTable(form, of, folded)));
        return tables;
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

    /** Where the rarest grams of a literal begin; those that many literals have count as less rare. */
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
                sum += 2
                        * entries.getOrDefault(gram(folded, offset, size), List.of())
                                .size();
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

    /** A buffer for {@link #find}: one for a thread. */
    public static byte[] buffer() {
        return new byte[BUFFER + PADDING];
    }

    /**
     * Puts the last byte of each character into a buffer. Of a text of Latin-1 it is a copy of memory, which no other method
     * of a text is.
     *
     * @param value in which no character hides one of ASCII
     */
    @SuppressWarnings("deprecation")
    static void copy(String value, int from, int to, byte[] buffer, int at) {
        value.getBytes(from, to, buffer, at);
    }

    /** Puts zeros after the bytes, which is to be done before they are looked at. */
    static void end(byte[] buffer, int length) {
        Arrays.fill(buffer, length, length + PADDING, (byte) 0);
    }

    /**
     * How many of the first places of a piece of a value are to be looked at: all of the last piece, of others those whose gram
     * is in the piece for certain. The next piece begins after them.
     */
    static int places(int length, boolean last) {
        return last ? length : length - WIDEST;
    }

    /**
     * Gives each place where a literal may be.
     *
     * @param length of the bytes, {@link #BUFFER} at most
     * @param places how many of the first places are looked at
     * @return whether all said to go on
     */
    boolean find(byte[] bytes, int length, int places, Places found) {
        int end = Math.min(places, length - size + 1);
        // A loop for each step: one whose step is not constant is not unrolled, and checks its bounds at each place.
        return switch (step) {
            case 4 -> everyFourth(bytes, end, found);
            case 2 -> everySecond(bytes, end, found);
            default -> every(bytes, end, found);
        };
    }

    private boolean everyFourth(byte[] bytes, int end, Places found) {
        int[] seen = filter;
        int last = seen.length - 1;
        int by = shift;
        for (int i = 0; i < end; i += AT_ONCE * 4) {
            long first = (long) LONG.get(bytes, i) | LOWER_LONG;
            long second = (long) LONG.get(bytes, i + 8) | LOWER_LONG;
            int one = (int) first * GOLDEN >>> by;
            int two = (int) (first >>> 32) * GOLDEN >>> by;
            int three = (int) second * GOLDEN >>> by;
            int four = (int) (second >>> 32) * GOLDEN >>> by;
            int any = seen[one >>> INT_BITS & last] >>> one
                    | seen[two >>> INT_BITS & last] >>> two
                    | seen[three >>> INT_BITS & last] >>> three
                    | seen[four >>> INT_BITS & last] >>> four;
            if ((any & 1) != 0 && !entries(bytes, i, end, found)) {
                return false;
            }
        }
        return true;
    }

    private boolean everySecond(byte[] bytes, int end, Places found) {
        int[] seen = filter;
        int last = seen.length - 1;
        int by = shift;
        int of = mask;
        for (int i = 0; i < end; i += AT_ONCE * 2) {
            long word = (long) LONG.get(bytes, i) | LOWER_LONG;
            int rest = (int) INT.get(bytes, i + 6) | LOWER;
            int one = ((int) word & of) * GOLDEN >>> by;
            int two = ((int) (word >>> 16) & of) * GOLDEN >>> by;
            int three = ((int) (word >>> 32) & of) * GOLDEN >>> by;
            int four = (rest & of) * GOLDEN >>> by;
            int any = seen[one >>> INT_BITS & last] >>> one
                    | seen[two >>> INT_BITS & last] >>> two
                    | seen[three >>> INT_BITS & last] >>> three
                    | seen[four >>> INT_BITS & last] >>> four;
            if ((any & 1) != 0 && !entries(bytes, i, end, found)) {
                return false;
            }
        }
        return true;
    }

    private boolean every(byte[] bytes, int end, Places found) {
        int[] seen = filter;
        int last = seen.length - 1;
        int by = shift;
        int of = mask;
        for (int i = 0; i < end; i += AT_ONCE) {
            long word = (long) LONG.get(bytes, i) | LOWER_LONG;
            int one = ((int) word & of) * GOLDEN >>> by;
            int two = ((int) (word >>> 8) & of) * GOLDEN >>> by;
            int three = ((int) (word >>> 16) & of) * GOLDEN >>> by;
            int four = ((int) (word >>> 24) & of) * GOLDEN >>> by;
            int any = seen[one >>> INT_BITS & last] >>> one
                    | seen[two >>> INT_BITS & last] >>> two
                    | seen[three >>> INT_BITS & last] >>> three
                    | seen[four >>> INT_BITS & last] >>> four;
            if ((any & 1) != 0 && !entries(bytes, i, end, found)) {
                return false;
            }
        }
        return true;
    }

    /** Looks at a few places one by one. */
    private boolean entries(byte[] bytes, int from, int end, Places found) {
        for (int i = from; i < Math.min(end, from + AT_ONCE * step); i += step) {
            int gram = ((int) INT.get(bytes, i) | LOWER) & mask;
            int hash = gram * GOLDEN >>> shift;
            if ((filter[hash >>> INT_BITS] >>> hash & 1) != 0 && !entries(gram, i, found)) {
                return false;
            }
        }
        return true;
    }

    private boolean entries(int gram, int at, Places found) {
        int slot = slot(gram);
        if (grams[slot] == 0) {
            return true;
        }
        int entry = starts[slot];
        while (true) {
            int literal = entryLiterals[entry];
            if (!found.at(literal < 0 ? ~literal : literal, at, at - entryOffsets[entry])) {
                return false;
            }
            if (literal < 0) {
                return true;
            }
            entry++;
        }
    }

    /** Whether bytes have any gram. */
    boolean hasGram(byte[] bytes, int length, int places) {
        return !find(bytes, length, places, (literal, at, start) -> false);
    }

    @Override
    public String toString() {
        return entryLiterals.length + " grams of " + size + ", every " + step;
    }
}
