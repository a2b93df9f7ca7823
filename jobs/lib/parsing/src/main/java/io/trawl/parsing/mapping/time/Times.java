package io.trawl.parsing.mapping.time;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Times as logs write them. A notation is a name ({@code auto}, {@code epoch}, {@code epoch-ms}, {@code epoch-us},
 * {@code epoch-ns}) or a pattern in the letters of strftime(3), with {@code %f} for digits of a fraction. {@code auto}
 * takes what tells itself: seconds since 1970 with or without a fraction, in as many digits also milliseconds to
 * nanoseconds; ISO 8601; Apache's {@code 26/Dec/2016:16:16:28 +0200}; RFC 3164's, asctime's and RFC 1123's.
 */
public final class Times {
    private static final String CLF = "%d/%b/%Y:%H:%M:%S %z";
    private static final TimePattern APACHE = new TimePattern("%d/%b/%Y:%H:%M:%S");
    private static final TimePattern RFC_1123 = new TimePattern("%d %b %Y %H:%M:%S");
    private static final TimePattern MONTH_AND_DAY = new TimePattern("%b %e");
    private static final TimePattern CLOCK = new TimePattern("%H:%M:%S");

    private static final int NO_EPOCH = -1;
    /** Seconds since 1970 of a time in 2096, which every schema takes. */
    private static final long LATEST = 4_000_000_000L;

    /** Zeros after the dot that make a unit a second; -1 if a time is no number. */
    private final int digits;

    /** Null for what tells itself. */
    private final @Nullable TimePattern pattern;

    private final boolean clf;
    private final Calendar calendar;

    private Times(int digits, @Nullable String pattern, ZoneId zone) {
        this.digits = digits;
        this.pattern = pattern == null ? null : new TimePattern(pattern);
        this.clf = CLF.equals(pattern);
        this.calendar = new Calendar(zone);
    }

    /**
     * @param notation null for {@code auto}
     * @param zone of times that name none
     * @throws IllegalArgumentException if the notation is none
     */
    public static Times of(@Nullable String notation, ZoneId zone) {
        return switch (notation == null ? "auto" : notation) {
            case "auto" -> new Times(NO_EPOCH, null, zone);
            case "epoch" -> new Times(0, null, zone);
            case "epoch-ms" -> new Times(3, null, zone);
            case "epoch-us" -> new Times(6, null, zone);
            case "epoch-ns" -> new Times(9, null, zone);
            case "clf" -> new Times(NO_EPOCH, CLF, zone);
            default -> new Times(NO_EPOCH, notation, zone);
        };
    }

    /**
     * The time of a column; null if it is none.
     *
     * @param near about when the line was written, for times without a year; null if nobody knows
     */
    public @Nullable Instant read(byte[] b, int from, int to, @Nullable Instant near) {
        return read(b, from, to, near, false);
    }

    /** Whether a column is a time that says itself of which year it is: one from 1970 on, and before 2096. */
    public boolean isDated(byte[] b, int from, int to) {
        if (digits == 0 && Epoch.isUsual(b, from, to) || clf && Reading.isUsualClf(b, from, to)) {
            return true;
        }
        Instant time = read(b, from, to, null, true);
        return time != null && time.getEpochSecond() >= 0 && time.getEpochSecond() < LATEST;
    }

    private @Nullable Instant read(byte[] b, int from, int to, @Nullable Instant near, boolean dated) {
        int start = from;
        int end = to;
        if (end - start > 1 && b[start] == '[' && b[end - 1] == ']') {
            start++;
            end--;
        }
        if (end - start > 64 || start >= end) {
            return null;
        }
        if (digits >= 0) {
            return Epoch.read(b, start, end, digits);
        }
        Reading in = new Reading(b, start, end);
        boolean read = clf && end - start == 26 ? in.clf() : pattern != null ? pattern.read(in) : auto(in);
        if (in.instant != null) {
            return in.instant;
        }
        return read && in.at == end && !(dated && in.year == 0) ? calendar.instant(in, near) : null;
    }

    /** What tells itself. */
    private static boolean auto(Reading in) {
        byte[] b = in.b;
        int at = in.at;
        int length = in.to - at;
        byte first = b[at];
        if (first >= '0' && first <= '9') {
            int run = 1;
            while (run < length && b[at + run] >= '0' && b[at + run] <= '9') {
                run++;
            }
            if (run == length || run >= 9 && b[at + run] == '.' || b[at + run] == 'E' || b[at + run] == 'e') {
                in.instant = Epoch.read(b, at, in.to, run <= 11 ? 0 : run <= 14 ? 3 : run <= 17 ? 6 : 9);
                return in.instant != null;
            }
            if (run == 4) {
                return in.iso();
            }
            if (run <= 2 && length > 9 && b[at + run] == '/' && b[at + run + 1] > '9') {
                if (length == 26 && in.clf()) {
                    return true;
                }
                return APACHE.read(in) && in.fraction() && in.spaces() && in.zone();
            }
            return run <= 2 && RFC_1123.read(in) && in.fraction() && in.spaces() && in.zone();
        }
        int word = 0;
        while (word < length && (b[at + word] | 0x20) >= 'a' && (b[at + word] | 0x20) <= 'z') {
            word++;
        }
        if (word < 3 || word == length) {
            return false;
        }
        if (b[at + word] == ',') {
            in.at += word + 1;
            in.spaces();
            return RFC_1123.read(in) && in.fraction() && in.spaces() && in.zone();
        }
        if (in.month(word) == 0) {
            in.at += word;
            in.spaces();
        }
        if (!MONTH_AND_DAY.read(in) || !in.spaces()) {
            return false;
        }
        int year = in.digits(4, 4);
        if (year > 0 && in.at < in.to && b[in.at] == ' ') {
            in.year = year;
            in.spaces();
        } else if (year > 0) {
            return false;
        }
        if (!CLOCK.read(in) || !in.fraction() || !in.spaces()) {
            return false;
        }
        year = in.year == 0 ? in.digits(4, 4) : 0;
        if (year > 0) {
            in.year = year;
            in.spaces();
        }
        return in.zone();
    }
}
