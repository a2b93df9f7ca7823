package io.trawl.parsing.mapping.time;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** When it was that a time names by year, month and day. */
final class Calendar {
    private static final long DAY = 86_400;

    private final ZoneId zone;
    /** Seconds from UTC; the least int where they change. */
    private final int fixed;

    /** @param zone of times that name none */
    Calendar(ZoneId zone) {
        this.zone = zone;
        this.fixed = zone.normalized() instanceof ZoneOffset offset ? offset.getTotalSeconds() : Integer.MIN_VALUE;
    }

    /**
     * When it was; null if the calendar has no such time.
     *
     * @param near for a time without a year; null if nobody knows
     */
    @Nullable
    Instant instant(Reading in, @Nullable Instant near) {
        if (in.year == 0) {
            return nearest(in, near == null ? Instant.now() : near);
        }
        return of(in, in.year);
    }

    /** A time without a year is of the year that brings it nearest to when the line was written. */
    private @Nullable Instant nearest(Reading in, Instant near) {
        int year = near.atOffset(ZoneOffset.UTC).getYear();
        Instant best = null;
        for (int candidate = year - 1; candidate <= year + 1; candidate++) {
            Instant time = of(in, candidate);
            if (time != null
                    && (best == null
                            || Math.abs(time.getEpochSecond() - near.getEpochSecond())
                                    < Math.abs(best.getEpochSecond() - near.getEpochSecond()))) {
                best = time;
            }
        }
        return best;
    }

    private @Nullable Instant of(Reading in, int year) {
        int hour = in.hour;
        if (in.half >= 0) {
            if (hour < 1 || hour > 12) {
                return null;
            }
            hour = hour % 12 + 12 * in.half;
        }
        // A leap second is the second before it: java.time has none.
        int second = in.second == 60 ? 59 : in.second;
        if (in.month < 1 || in.month > 12 || in.day < 1 || hour > 23 || in.minute > 59 || second > 59) {
            return null;
        }
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        int last = in.month == 2
                ? leap ? 29 : 28
                : in.month == 4 || in.month == 6 || in.month == 9 || in.month == 11 ? 30 : 31;
        if (in.day > last) {
            return null;
        }
        int offset = in.hasZone ? in.offset : fixed;
        try {
            if (offset == Integer.MIN_VALUE) {
                return LocalDateTime.of(year, in.month, in.day, hour, in.minute, second, in.nanos)
                        .atZone(zone)
                        .toInstant();
            }
            long seconds = days(year, in.month, in.day) * DAY + hour * 3600L + in.minute * 60L + second;
            return Instant.ofEpochSecond(seconds - offset, in.nanos);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Days since 1970 of a day of the Gregorian calendar (Howard Hinnant, days_from_civil). */
    private static long days(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int ofEra = y - era * 400;
        int ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int days = ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear;
        return era * 146_097L + days - 719_468;
    }
}
