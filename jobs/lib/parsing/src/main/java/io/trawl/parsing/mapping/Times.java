package io.trawl.parsing.mapping;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Times as logs write them. A notation is a name ({@code auto}, {@code epoch}, {@code epoch-ms}, {@code epoch-us},
 * {@code epoch-ns}) or a pattern in the letters of strftime(3), with {@code %f} for digits of a fraction. {@code auto}
 * takes what tells itself: seconds since 1970 with or without a fraction, in as many digits also milliseconds to
 * nanoseconds; ISO 8601; Apache's {@code 26/Dec/2016:16:16:28 +0200}; RFC 3164's, asctime's and RFC 1123's.
 */
final class Times {
    private static final List<String> MONTHS = List.of(
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december");
    private static final long DAY = 86_400;
    private static final long[] POWERS = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private static final String CLF = "%d/%b/%Y:%H:%M:%S %z";

    /** Zeros behind the dot that make a unit a second; -1 for a pattern, -2 for auto. */
    private final int digits;

    private final byte[] pattern;
    private final boolean clf;
    private final ZoneId zone;
    private final int fixed;

    private Times(int digits, String pattern, ZoneId zone) {
        this.digits = digits;
        this.pattern = pattern.getBytes(StandardCharsets.UTF_8);
        this.clf = pattern.equals(CLF);
        this.zone = zone;
        this.fixed = zone.normalized() instanceof ZoneOffset offset ? offset.getTotalSeconds() : Integer.MIN_VALUE;
    }

    /** @param zone of times that name none */
    static Times of(@Nullable String notation, ZoneId zone) {
        if (notation == null) {
            return new Times(-2, "", zone);
        }
        return switch (notation) {
            case "auto" -> new Times(-2, "", zone);
            case "epoch" -> new Times(0, "", zone);
            case "epoch-ms" -> new Times(3, "", zone);
            case "epoch-us" -> new Times(6, "", zone);
            case "epoch-ns" -> new Times(9, "", zone);
            case "clf" -> new Times(-1, CLF, zone);
            default -> new Times(-1, checked(notation), zone);
        };
    }

    private static String checked(String pattern) {
        String letters = "YymdeHIMSfzZbBhaApsTFDR%";
        int found = 0;
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) == '%') {
                i++;
                if (i == pattern.length() || letters.indexOf(pattern.charAt(i)) < 0) {
                    throw new IllegalArgumentException(
                            "'" + pattern
                                    + "' is not a notation of times; expected auto, epoch, epoch-ms, epoch-us, epoch-ns or letters of strftime, for example %d/%b/%Y:%H:%M:%S %z");
                }
                found++;
            }
        }
        if (found == 0) {
            throw new IllegalArgumentException(
                    "'" + pattern
                            + "' is not a notation of times; expected auto, epoch, epoch-ms, epoch-us, epoch-ns or letters of strftime, for example %d/%b/%Y:%H:%M:%S %z");
        }
        return pattern;
    }

    /** The time of a column; null where it is none. */
    @Nullable
    Instant read(byte[] b, int from, int to, @Nullable Instant near) {
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
            return epoch(b, start, end, digits);
        }
        Reading in = new Reading(b, start, end);
        boolean read = clf && end - start == 26 ? in.clf() : digits == -1 ? in.pattern(pattern) : auto(in);
        if (in.instant != null) {
            return in.instant;
        }
        return read && in.at == end ? instant(in, near) : null;
    }

    private boolean auto(Reading in) {
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
                in.instant = epoch(b, at, in.to, run <= 11 ? 0 : run <= 14 ? 3 : run <= 17 ? 6 : 9);
                return in.instant != null;
            }
            if (run == 4) {
                return in.iso();
            }
            if (run <= 2 && length > 9 && b[at + run] == '/' && b[at + run + 1] > '9') {
                if (length == 26 && in.clf()) {
                    return true;
                }
                return in.pattern("%d/%b/%Y:%H:%M:%S") && in.fraction() && in.spaces() && in.zone();
            }
            return run <= 2 && in.pattern("%d %b %Y %H:%M:%S") && in.fraction() && in.spaces() && in.zone();
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
            return in.pattern("%d %b %Y %H:%M:%S") && in.fraction() && in.spaces() && in.zone();
        }
        if (in.month(word) == 0) {
            in.at += word;
            in.spaces();
        }
        if (!in.pattern("%b %e") || !in.spaces()) {
            return false;
        }
        int year = in.digits(4, 4);
        if (year > 0 && in.at < in.to && b[in.at] == ' ') {
            in.year = year;
            in.spaces();
        } else if (year > 0) {
            return false;
        }
        if (!in.pattern("%H:%M:%S") || !in.fraction() || !in.spaces()) {
            return false;
        }
        year = in.year == 0 ? in.digits(4, 4) : 0;
        if (year > 0) {
            in.year = year;
            in.spaces();
        }
        return in.zone();
    }

    /** Digits with or without a fraction, a unit being 10 to the minus {@code unit} seconds. */
    private static @Nullable Instant epoch(byte[] b, int from, int to, int unit) {
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

    private @Nullable Instant instant(Reading in, @Nullable Instant near) {
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

    /** A time while it is read. */
    private static final class Reading {
        final byte[] b;
        final int to;
        int at;
        int year;
        int month = 1;
        int day = 1;
        int hour;
        int minute;
        int second;
        int nanos;
        /** 0 before noon, 1 after it, -1 where the hours are 24. */
        int half = -1;

        boolean hasZone;
        int offset;

        @Nullable
        Instant instant;

        Reading(byte[] b, int from, int to) {
            this.b = b;
            this.at = from;
            this.to = to;
        }

        /** A number of digits; -1 where there are fewer. */
        int digits(int least, int most) {
            int value = 0;
            int i = at;
            while (i < to && i - at < most && b[i] >= '0' && b[i] <= '9') {
                value = value * 10 + b[i] - '0';
                i++;
            }
            if (i - at < least) {
                return -1;
            }
            at = i;
            return value;
        }

        boolean spaces() {
            while (at < to && b[at] == ' ') {
                at++;
            }
            return true;
        }

        private boolean is(char c) {
            if (at < to && b[at] == c) {
                at++;
                return true;
            }
            return false;
        }

        private int two(int i) {
            int ten = b[i] - '0';
            int one = b[i + 1] - '0';
            return ten < 0 || ten > 9 || one < 0 || one > 9 ? -1 : ten * 10 + one;
        }

        /** 26/Dec/2016:16:16:28 +0200, at fixed places. */
        boolean clf() {
            int i = at;
            month = monthAt(i + 3, 3);
            if (b[i + 2] != '/'
                    || b[i + 6] != '/'
                    || b[i + 11] != ':'
                    || b[i + 14] != ':'
                    || b[i + 17] != ':'
                    || b[i + 20] != ' '
                    || b[i + 21] != '+' && b[i + 21] != '-') {
                return false;
            }
            day = two(i);
            int century = two(i + 7);
            int ofCentury = two(i + 9);
            hour = two(i + 12);
            minute = two(i + 15);
            second = two(i + 18);
            int hours = two(i + 22);
            int minutes = two(i + 24);
            if (month == 0 || (day | century | ofCentury | hour | minute | second | hours | minutes) < 0) {
                return false;
            }
            year = century * 100 + ofCentury;
            return at(i + 26) && zone(b[i + 21] == '-', hours, minutes);
        }

        private boolean at(int place) {
            at = place;
            return true;
        }

        private boolean zone(boolean west, int hours, int minutes) {
            if (hours > 18 || minutes > 59) {
                return false;
            }
            hasZone = true;
            offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
            return true;
        }

        boolean iso() {
            year = digits(4, 4);
            if (year < 0 || !is('-') && !is('/')) {
                return false;
            }
            month = digits(1, 2);
            if (!is('-') && !is('/')) {
                return false;
            }
            day = digits(1, 2);
            if (at == to) {
                return day > 0;
            }
            if (!is('T') && !is('t') && !is(' ') && !is('_') && !is(':') && !is('-')) {
                return false;
            }
            spaces();
            hour = digits(1, 2);
            if (!is(':')) {
                return false;
            }
            minute = digits(2, 2);
            second = is(':') ? digits(2, 2) : 0;
            return (hour | minute | second) >= 0 && fraction() && spaces() && zone();
        }

        /** Digits behind a dot or comma, where there are any. */
        boolean fraction() {
            if (at < to && (b[at] == '.' || b[at] == ',') && at + 1 < to && b[at + 1] >= '0' && b[at + 1] <= '9') {
                at++;
                return fractionDigits();
            }
            return true;
        }

        private boolean fractionDigits() {
            int unit = 100_000_000;
            int start = at;
            while (at < to && b[at] >= '0' && b[at] <= '9') {
                nanos += (b[at] - '0') * unit;
                unit /= 10;
                at++;
            }
            return at > start;
        }

        /** A zone, or nothing: Z, UTC, GMT, +hh, +hhmm or +hh:mm. */
        boolean zone() {
            if (at == to) {
                return true;
            }
            if (is('Z') || is('z')) {
                hasZone = true;
                return true;
            }
            if (to - at >= 3 && (word("UTC") || word("GMT"))) {
                hasZone = true;
                at += 3;
                if (at == to) {
                    return true;
                }
            }
            if (to - at == 3 && b[at + 2] == 'T') {
                int hours = hoursOf(b[at]);
                boolean summer = b[at + 1] == 'D';
                if (hours > 0 && (summer || b[at + 1] == 'S')) {
                    at += 3;
                    return zone(true, summer ? hours - 1 : hours, 0);
                }
            }
            boolean west = b[at] == '-';
            if (!west && b[at] != '+') {
                return false;
            }
            at++;
            int hours = digits(2, 2);
            is(':');
            int minutes = at < to && b[at] >= '0' && b[at] <= '9' ? digits(2, 2) : 0;
            return hours >= 0 && minutes >= 0 && zone(west, hours, minutes);
        }

        /** Hours behind UTC of the American zones that RFC 2822 (4.3) names: EST, CST, MST and PST. */
        private static int hoursOf(byte letter) {
            return switch (letter) {
                case 'E' -> 5;
                case 'C' -> 6;
                case 'M' -> 7;
                case 'P' -> 8;
                default -> 0;
            };
        }

        private boolean word(String word) {
            for (int i = 0; i < word.length(); i++) {
                if (at + i >= to || b[at + i] != word.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /** The month that a word at the place is; 0 where it is none. */
        int month(int length) {
            return monthAt(at, length);
        }

        private int monthAt(int place, int length) {
            if (length < 3 || length > 9 || place + length > to) {
                return 0;
            }
            if (length == 3) {
                int code = (b[place] | 0x20) << 16 | (b[place + 1] | 0x20) << 8 | b[place + 2] | 0x20;
                return switch (code) {
                    case 'j' << 16 | 'a' << 8 | 'n' -> 1;
                    case 'f' << 16 | 'e' << 8 | 'b' -> 2;
                    case 'm' << 16 | 'a' << 8 | 'r' -> 3;
                    case 'a' << 16 | 'p' << 8 | 'r' -> 4;
                    case 'm' << 16 | 'a' << 8 | 'y' -> 5;
                    case 'j' << 16 | 'u' << 8 | 'n' -> 6;
                    case 'j' << 16 | 'u' << 8 | 'l' -> 7;
                    case 'a' << 16 | 'u' << 8 | 'g' -> 8;
                    case 's' << 16 | 'e' << 8 | 'p' -> 9;
                    case 'o' << 16 | 'c' << 8 | 't' -> 10;
                    case 'n' << 16 | 'o' << 8 | 'v' -> 11;
                    case 'd' << 16 | 'e' << 8 | 'c' -> 12;
                    default -> 0;
                };
            }
            return MONTHS.indexOf(new String(b, place, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT))
                    + 1;
        }

        private int letters() {
            int i = at;
            while (i < to && (b[i] | 0x20) >= 'a' && (b[i] | 0x20) <= 'z') {
                i++;
            }
            return i - at;
        }

        boolean pattern(String letters) {
            return pattern(letters.getBytes(StandardCharsets.ISO_8859_1));
        }

        boolean pattern(byte[] letters) {
            for (int i = 0; i < letters.length; i++) {
                if (letters[i] == ' ') {
                    if (!is(' ')) {
                        return false;
                    }
                    spaces();
                } else if (letters[i] != '%') {
                    if (!is((char) letters[i])) {
                        return false;
                    }
                } else if (!letter((char) letters[++i])) {
                    return false;
                }
            }
            return true;
        }

        private boolean letter(char c) {
            switch (c) {
                case 'Y':
                    return (year = digits(4, 4)) > 0;
                case 'y':
                    int two = digits(2, 2);
                    year = two < 69 ? 2000 + two : 1900 + two;
                    return two >= 0;
                case 'm':
                    return (month = digits(1, 2)) > 0;
                case 'd', 'e':
                    spaces();
                    return (day = digits(1, 2)) > 0;
                case 'H', 'I':
                    spaces();
                    return (hour = digits(1, 2)) >= 0;
                case 'M':
                    return (minute = digits(2, 2)) >= 0;
                case 'S':
                    return (second = digits(2, 2)) >= 0;
                case 'f':
                    return fractionDigits();
                case 'z':
                    return at < to && zone() && hasZone;
                case 'b', 'B', 'h':
                    int length = letters();
                    month = month(length);
                    at += length;
                    return month > 0;
                case 'a', 'A', 'Z':
                    if (c == 'Z' && (word("UTC") || word("GMT"))) {
                        hasZone = true;
                    }
                    int name = letters();
                    at += name;
                    return name > 0;
                case 'p':
                    half = at < to ? (b[at] | 0x20) == 'p' ? 1 : (b[at] | 0x20) == 'a' ? 0 : -1 : -1;
                    at += 2;
                    return half >= 0 && at <= to;
                case 's':
                    instant = epoch(b, at, to, 0);
                    at = to;
                    return instant != null;
                case 'T':
                    return pattern("%H:%M:%S");
                case 'F':
                    return pattern("%Y-%m-%d");
                case 'D':
                    return pattern("%m/%d/%y");
                case 'R':
                    return pattern("%H:%M");
                default:
                    return is('%');
            }
        }
    }
}
