package io.trawl.parsing.mapping.time;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times since 1970: digits of some unit, with or without a fraction or an exponent. */
final class Epoch {
    private static final long[] POWERS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private Epoch() {}

    /** Whether it is ten digits of seconds below 4,000,000,000, and a few after a dot if there is one. */
    static boolean isUsual(byte[] b, int from, int to) {
        int length = to - from;
        if (length < 10 || length > 20 || length == 11 || b[from] < '0' || b[from] > '3') {
            return false;
        }
        for (int i = from + 1; i < to; i++) {
            if ((b[i] < '0' || b[i] > '9') && !(i == from + 10 && b[i] == '.')) {
                return false;
            }
        }
        return length == 10 || b[from + 10] == '.';
    }

    /**
     * The time; null if it is none.
     *
     * @param unit zeros after the dot of a unit in seconds: 3 for milliseconds
     */
    static @Nullable Instant read(byte[] b, int from, int to, int unit) {
        long whole = 0;
        int i = from;
        while (i < to && b[i] >= '0' && b[i] <= '9' && i - from < 19) {
            whole = whole * 10 + b[i] - '0';
            i++;
        }
        if (i == from || whole < 0) {
            return null;
        }
        long scale = POWERS[unit];
        // Most are seconds: no division is made for them.
        long seconds = unit == 0 ? whole : whole / scale;
        long nanos = unit == 0 ? 0 : (whole - seconds * scale) * POWERS[9 - unit];
        if (i < to && b[i] == '.') {
            long fraction = 0;
            int left = 9 - unit;
            for (i++; i < to && b[i] >= '0' && b[i] <= '9'; i++) {
                if (left > 0) {
                    fraction = fraction * 10 + b[i] - '0';
                    left--;
                }
            }
            nanos += fraction * POWERS[left];
        }
        if (i < to) {
            // 1.6938407917564995E9, as some JSON writers have it.
            if ((b[i] | 0x20) != 'e' || to - from > 30) {
                return null;
            }
            try {
                double value = Double.parseDouble(new String(b, from, to - from, StandardCharsets.ISO_8859_1)) / scale;
                seconds = (long) value;
                nanos = Math.round((value - seconds) * 1e6) * 1000;
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return seconds > 99_999_999_999L ? null : Instant.ofEpochSecond(seconds, nanos);
    }
}
