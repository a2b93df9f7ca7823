package io.trawl.intel.rule.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Many literals, each for some columns, looked for in the values of all columns at once: the values are put after one another
 * and read in one pass. Immutable; what a pass needs to keep is in a {@link Page}.
 */
public final class Sheet {
    /** So many columns there can be: a bit for each. */
    public static final int COLUMNS = Long.SIZE;

    /** From this length on it is worth to ask whether a value is there already. */
    private static final int LONG = 24;

    private final Literal[] literals;
    private final long[] columns;
    private final GramTable[] tables;
    private final int[] others;
    private final int shortest;

    /** @param columns for each literal a bit for each column that it is for */
    public Sheet(List<Literal> literals, List<Long> columns) {
        this.literals = literals.toArray(new Literal[0]);
        this.columns = columns.stream().mapToLong(Long::longValue).toArray();
        List<Integer> none = new ArrayList<>();
        this.tables = GramTable.of(literals, none).toArray(new GramTable[0]);
        this.others = none.stream().mapToInt(Integer::intValue).toArray();
        this.shortest = literals.stream().mapToInt(Literal::length).min().orElse(0);
    }

    /** The values that are read together. For one thread. */
    public static final class Page implements GramTable.Places {
        private final Sheet sheet;
        private final Grams.Hits hits;
        private final byte[] buffer = GramTable.buffer();
        private int length;
        private int count;
        private String[] values = new String[COLUMNS];
        private long[] columns = new long[COLUMNS];
        /** Where in the buffer a value begins, less what of it is not in the buffer. */
        private int[] starts = new int[COLUMNS];
        /** Where in the buffer a value ends. */
        private int[] ends = new int[COLUMNS];
        /** The value that the last place was in. */
        private int current;

        /** @param hits is given the literals that are found, some more than once */
        public Page(Sheet sheet, Grams.Hits hits) {
            this.sheet = sheet;
            this.hits = hits;
        }

        /** Adds a value of a column. */
        public void add(int column, String value) {
            for (int other : sheet.others) {
                if ((sheet.columns[other] >>> column & 1) != 0
                        && sheet.literals[other].find(value, 0, value.length()) >= 0) {
                    hits.hit(other);
                }
            }
            if (value.length() < sheet.shortest) {
                return;
            }
            if (value.length() >= LONG && isRepeated(column, value)) {
                return;
            }
            String plain = Fold.hidesAscii(value) ? Fold.text(value) : value;
            if (plain.length() > GramTable.BUFFER - length) {
                end();
            }
            if (plain.length() <= GramTable.BUFFER) {
                append(column, value, plain, 0, plain.length());
                return;
            }
            for (int from = 0; from < plain.length(); ) {
                int to = Math.min(plain.length(), from + GramTable.BUFFER);
                append(column, value, plain, from, to);
                from += GramTable.places(to - from, to == plain.length());
                end();
            }
        }

        /** Whether another column has the same value, as url.full often has that of url.original: then it is read once. */
        private boolean isRepeated(int column, String value) {
            for (int i = 0; i < count; i++) {
                if (values[i].length() == value.length() && values[i].equals(value)) {
                    columns[i] |= 1L << column;
                    return true;
                }
            }
            return false;
        }

        private void append(int column, String value, String plain, int from, int to) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
                columns = Arrays.copyOf(columns, 2 * count);
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            GramTable.copy(plain, from, to, buffer, length);
            values[count] = value;
            columns[count] = 1L << column;
            starts[count] = length - from;
            length += to - from;
            ends[count++] = length;
        }

        /** Finds what the values have. */
        public void end() {
            GramTable.end(buffer, length);
            for (GramTable table : sheet.tables) {
                current = 0;
                table.find(buffer, length, length, this);
            }
            length = 0;
            count = 0;
        }

        @Override
        public boolean at(int literal, int at, int start) {
            while (at >= ends[current]) {
                current++;
            }
            if ((sheet.columns[literal] & columns[current]) != 0
                    && sheet.literals[literal].isAt(values[current], start - starts[current])) {
                hits.hit(literal);
            }
            return true;
        }
    }
}
