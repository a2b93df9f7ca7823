package io.trawl.parsing.mapping.time;

import java.nio.charset.StandardCharsets;

/** A notation of times in the letters of strftime(3), with {@code %f} for digits of a fraction. */
final class TimePattern {
    private static final String LETTERS = "YymdeHIMSfzZbBhaApsTFDR%";

    private static final TimePattern CLOCK = new TimePattern("%H:%M:%S");
    private static final TimePattern DATE = new TimePattern("%Y-%m-%d");
    private static final TimePattern AMERICAN_DATE = new TimePattern("%m/%d/%y");
    private static final TimePattern HOUR_AND_MINUTE = new TimePattern("%H:%M");

    private final byte[] letters;

    /** @throws IllegalArgumentException if a letter is unknown, or there is none */
    TimePattern(String pattern) {
        int found = 0;
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) == '%') {
                i++;
                if (i == pattern.length() || LETTERS.indexOf(pattern.charAt(i)) < 0) {
                    throw wrong(pattern);
                }
                found++;
            }
        }
        if (found == 0) {
            throw wrong(pattern);
        }
        letters = pattern.getBytes(StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException wrong(String pattern) {
        return new IllegalArgumentException(
                "'" + pattern
                        + "' is not a notation of times; expected auto, epoch, epoch-ms, epoch-us, epoch-ns or letters of strftime, for example %d/%b/%Y:%H:%M:%S %z");
    }

    /** Reads what the letters say; false where something else comes. */
    boolean read(Reading in) {
        for (int i = 0; i < letters.length; i++) {
            if (letters[i] == ' ') {
                if (!in.is(' ')) {
                    return false;
                }
                in.spaces();
            } else if (letters[i] != '%') {
                if (!in.is((char) letters[i])) {
                    return false;
                }
            } else if (!letter((char) letters[++i], in)) {
                return false;
            }
        }
        return true;
    }

    private static boolean letter(char c, Reading in) {
        switch (c) {
            case 'Y':
                return (in.year = in.digits(4, 4)) > 0;
            case 'y':
                int two = in.digits(2, 2);
                in.year = two < 69 ? 2000 + two : 1900 + two;
                return two >= 0;
            case 'm':
                return (in.month = in.digits(1, 2)) > 0;
            case 'd', 'e':
                in.spaces();
                return (in.day = in.digits(1, 2)) > 0;
            case 'H', 'I':
                in.spaces();
                return (in.hour = in.digits(1, 2)) >= 0;
            case 'M':
                return (in.minute = in.digits(2, 2)) >= 0;
            case 'S':
                return (in.second = in.digits(2, 2)) >= 0;
            case 'f':
                return in.fractionDigits();
            case 'z':
                return in.at < in.to && in.zone() && in.hasZone;
            case 'b', 'B', 'h':
                int length = in.letters();
                in.month = in.month(length);
                in.at += length;
                return in.month > 0;
            case 'a', 'A', 'Z':
                if (c == 'Z' && (in.word("UTC") || in.word("GMT"))) {
                    in.hasZone = true;
                }
                int name = in.letters();
                in.at += name;
                return name > 0;
            case 'p':
                in.half = in.at < in.to ? (in.b[in.at] | 0x20) == 'p' ? 1 : (in.b[in.at] | 0x20) == 'a' ? 0 : -1 : -1;
                in.at += 2;
                return in.half >= 0 && in.at <= in.to;
            case 's':
                in.instant = Epoch.read(in.b, in.at, in.to, 0);
                in.at = in.to;
                return in.instant != null;
            case 'T':
                return CLOCK.read(in);
            case 'F':
                return DATE.read(in);
            case 'D':
                return AMERICAN_DATE.read(in);
            case 'R':
                return HOUR_AND_MINUTE.read(in);
            default:
                return in.is('%');
        }
    }
}
