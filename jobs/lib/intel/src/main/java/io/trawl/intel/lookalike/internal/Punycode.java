package io.trawl.intel.lookalike.internal;

import org.jspecify.annotations.Nullable;

/** Decodes Punycode (RFC 3492, 6.2) and nothing else: ICU has it only together with the rules of UTS 46. */
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int FIRST_BIAS = 72;
    private static final int FIRST_CODE_POINT = 0x80;
    private static final int LONGEST = 63;

    private Punycode() {}

    /**
     * What comes after xn--.
     *
     * @return null if it does not decode, or has nothing beyond ASCII
     */
    static @Nullable String decode(String text) {
        int delimiter = text.lastIndexOf('-');
        int at = Math.max(0, delimiter + 1);
        if (text.length() > LONGEST || at == text.length()) {
            return null;
        }
        StringBuilder decoded = new StringBuilder(text.substring(0, Math.max(0, delimiter)));
        long code = FIRST_CODE_POINT;
        long place = 0;
        int bias = FIRST_BIAS;
        while (at < text.length()) {
            long before = place;
            long weight = 1;
            for (int k = BASE; ; k += BASE) {
                int digit = at < text.length() ? digit(text.charAt(at++)) : -1;
                place += digit * weight;
                if (digit < 0 || place > Integer.MAX_VALUE) {
                    return null;
                }
                int threshold = Math.max(T_MIN, Math.min(T_MAX, k - bias));
                if (digit < threshold) {
                    break;
                }
                weight *= BASE - threshold;
                if (weight > Integer.MAX_VALUE) {
                    return null;
                }
            }
            int length = decoded.codePointCount(0, decoded.length()) + 1;
            bias = adapted(place - before, length, before == 0);
            code += place / length;
            place %= length;
            if (code > Character.MAX_CODE_POINT || code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
                return null;
            }
            decoded.insert(decoded.offsetByCodePoints(0, (int) place), Character.toChars((int) code));
            place++;
        }
        return decoded.toString();
    }

    private static int adapted(long delta, int length, boolean first) {
        long left = first ? delta / DAMP : delta / 2;
        left += left / length;
        int k = 0;
        while (left > (BASE - T_MIN) * T_MAX / 2) {
            left /= BASE - T_MIN;
            k += BASE;
        }
        return (int) (k + (BASE - T_MIN + 1) * left / (left + SKEW));
    }

    private static int digit(char c) {
        return c >= 'a' && c <= 'z'
                ? c - 'a'
                : c >= 'A' && c <= 'Z' ? c - 'A' : c >= '0' && c <= '9' ? c - '0' + 26 : -1;
    }
}
