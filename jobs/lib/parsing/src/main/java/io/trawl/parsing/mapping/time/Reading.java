package io.trawl.parsing.mapping.time;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A time while it is read: how far, and what is known of it. It reads what times of any notation are made of. */
final class Reading {
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
    /** 0 before noon, 1 after it, -1 if the hours are 24. */
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

    /** A number of digits; -1 if there are fewer. */
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

    boolean is(char c) {
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

    /** Whether it is Apache's notation of a time from 1971 to 2089, on a day that every month has. */
    static boolean isUsualClf(byte[] b, int from, int to) {
        if (to - from != 26) {
            return false;
        }
        Reading in = new Reading(b, from, to);
        return in.clf()
                && in.day > 0
                && in.day <= 28
                && in.year > 1970
                && in.year < 2090
                && in.hour < 24
                && in.minute < 60
                && in.second < 60;
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

    /** Year, month and day in numbers, with or without a time of day, as ISO 8601 and its like have them. */
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

    /** Digits after a dot or comma, where there are any. */
    boolean fraction() {
        if (at < to && (b[at] == '.' || b[at] == ',') && at + 1 < to && b[at + 1] >= '0' && b[at + 1] <= '9') {
            at++;
            return fractionDigits();
        }
        return true;
    }

    boolean fractionDigits() {
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

    boolean word(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= to || b[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The month that a word at the place is; 0 if it is none. */
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
        return MONTHS.indexOf(new String(b, place, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)) + 1;
    }

    int letters() {
        int i = at;
        while (i < to && (b[i] | 0x20) >= 'a' && (b[i] | 0x20) <= 'z') {
            i++;
        }
        return i - at;
    }
}
