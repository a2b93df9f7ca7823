package io.trawl.intel.rule.internal;

import java.math.BigDecimal;

/** A number that texts are compared with as numbers, digit by digit: a text of any length takes linear time. */
public final class Decimal {
    /** What {@link #compare} gives for a text that is not a decimal number. */
    public static final int NO_NUMBER = Integer.MIN_VALUE;

    private static final int MOST_DIGITS = 1000;

    private final BigDecimal number;
    private final String plain;

    /** @throws IllegalArgumentException if it has more digits than anybody writes */
    public Decimal(BigDecimal number) {
        if (number.signum() != 0
                && (Math.abs((long) number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS)) {
            throw new IllegalArgumentException(
                    "a number of more than " + MOST_DIGITS + " digits; expected for example 8080");
        }
        this.number = number.signum() == 0 ? BigDecimal.ZERO : number;
        this.plain = this.number.toPlainString();
    }

    public BigDecimal number() {
        return number;
    }

    /** Less than 0 if the text is less, 0 if it is this number, more where it is more; or {@link #NO_NUMBER}. */
    public int compare(String text) {
        int dot = dot(text);
        if (dot < 0) {
            return NO_NUMBER;
        }
        int sign = signum(text, dot);
        if (sign != number.signum() || sign == 0) {
            return Integer.compare(sign, number.signum());
        }
        return sign * magnitude(text, dot);
    }

    /** Where the dot is, or the end where there is none; -1 if the text is not a number: sign, digits, a dot between digits. */
    private static int dot(String text) {
        int from = unsigned(text);
        int dot = text.length();
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && dot == text.length()) {
                dot = i;
            } else if (c < '0' || c > '9') {
                return -1;
            }
        }
        return dot == from || dot == text.length() - 1 ? -1 : dot;
    }

    private static int unsigned(String text) {
        return !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    }

    private static int signum(String text, int dot) {
        for (int i = unsigned(text); i < text.length(); i++) {
            if (i != dot && text.charAt(i) != '0') {
                return text.charAt(0) == '-' ? -1 : 1;
            }
        }
        return 0;
    }

    private int magnitude(String text, int dot) {
        int plainDot = dot(plain);
        int from = significant(text, dot);
        int plainFrom = significant(plain, plainDot);
        if (dot - from != plainDot - plainFrom) {
            return dot - from < plainDot - plainFrom ? -1 : 1;
        }
        int length = Math.max(text.length() - from, plain.length() - plainFrom);
        for (int i = 0; i < length; i++) {
            int digit = digit(text, from + i);
            int plainDigit = digit(plain, plainFrom + i);
            if (digit != plainDigit) {
                return digit < plainDigit ? -1 : 1;
            }
        }
        return 0;
    }

    /** Where the digits without zeros before them begin. */
    private static int significant(String text, int dot) {
        int from = unsigned(text);
        while (from < dot && text.charAt(from) == '0') {
            from++;
        }
        return from;
    }

    /** Behind the end there are zeros; a dot counts as one, too, since both have it at the same place or none after. */
    private static int digit(String text, int index) {
        return index >= text.length() || text.charAt(index) == '.' ? 0 : text.charAt(index) - '0';
    }
}
