package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import java.nio.charset.StandardCharsets;

/** Durations as logs write them: a number of some unit, with or without a fraction or an exponent. */
final class Durations {
    /** Instead of nanoseconds, where there is no duration. */
    static final long NONE = -1;

    /** The same, where a clock that was set back made a negative one: it took no time that is known. */
    static final long UNKNOWN = -2;

    /** A number in a duration that no clock has. */
    private static final long TOO_MUCH = Long.MAX_VALUE / 1_000_000_000;

    /** Of any unit so many are no more than a long has room for. */
    private static final long SHORT = 9_000_000_000L;

    private Durations() {}

    /**
     * The column at hand in nanoseconds.
     *
     * @param unit of its number, ns
     * @return {@link #NONE} and {@link #UNKNOWN}, too
     */
    static long nanos(Columns columns, long unit) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        boolean negative = b[from] == '-';
        int start = negative || b[from] == '+' ? from + 1 : from;
        int dot = start;
        while (dot < to && b[dot] >= '0' && b[dot] <= '9') {
            dot++;
        }
        long whole = dot == start && dot < to && b[dot] == '.' ? 0 : Bytes.number(b, start, dot);
        double fraction = 0;
        if (dot < to) {
            try {
                String text = new String(b, start, Math.min(to - start, 40), StandardCharsets.ISO_8859_1);
                double all = b[dot] == '.' || (b[dot] | 0x20) == 'e' ? Double.parseDouble(text) : -1;
                whole = all < 0 || all > TOO_MUCH ? -1 : (long) all;
                fraction = all - whole;
            } catch (NumberFormatException e) {
                whole = -1;
            }
        }
        // Nearly all are so short that nothing need be divided to see that they fit.
        if (whole < 0 || whole > SHORT && whole > Long.MAX_VALUE / unit - 1) {
            return NONE;
        }
        if (fraction == 0 && !negative) {
            return whole * unit;
        }
        return negative ? UNKNOWN : whole * unit + Math.round(fraction * unit);
    }
}
