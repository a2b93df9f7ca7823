package io.trawl.bench.byhand;

import org.jspecify.annotations.Nullable;

/** IP addresses in text, without looking anything up. */
final class Addresses {
    private Addresses() {}

    /**
     * The canonical text of an address: dotted decimal, or RFC 5952 for IPv6; an IPv4-mapped IPv6 address, and one of
     * NAT64's well-known prefix (64:ff9b::/96, RFC 6052), as IPv4; a zone id is dropped. Null where the text is not an address.
     */
    public static @Nullable String canonical(String text) {
        if (text.indexOf(':') >= 0) {
            int zone = text.indexOf('%');
            return v6(zone < 0 ? text : text.substring(0, zone));
        }
        return v4(text) ? text : null;
    }

    /** Four decimal numbers of 0 to 255, without leading zeros. */
    private static boolean v4(String text) {
        int parts = 0;
        int value = -1;
        int digits = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c == '.') {
                if (digits == 0 || value > 255) {
                    return false;
                }
                parts++;
                digits = 0;
            } else if (c >= '0' && c <= '9') {
                if (digits > 0 && value == 0 || digits == 3) {
                    return false;
                }
                value = digits == 0 ? c - '0' : value * 10 + c - '0';
                digits++;
            } else {
                return false;
            }
        }
        return parts == 4;
    }

    private static @Nullable String v6(String text) {
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int i = 0;
        if (text.startsWith("::")) {
            gap = 0;
            i = 2;
        } else if (text.startsWith(":")) {
            return null;
        }
        while (i < text.length()) {
            if (count == 8) {
                return null;
            }
            int end = i;
            while (end < text.length() && text.charAt(end) != ':') {
                end++;
            }
            String part = text.substring(i, end);
            if (part.indexOf('.') >= 0) {
                if (end != text.length() || count > 6 || !v4(part)) {
                    return null;
                }
                String[] bytes = part.split("\\.");
                groups[count++] = Integer.parseInt(bytes[0]) << 8 | Integer.parseInt(bytes[1]);
                groups[count++] = Integer.parseInt(bytes[2]) << 8 | Integer.parseInt(bytes[3]);
                break;
            }
            if (part.isEmpty() || part.length() > 4) {
                return null;
            }
            int value = 0;
            for (int j = 0; j < part.length(); j++) {
                int digit = Character.digit(part.charAt(j), 16);
                if (digit < 0 || part.charAt(j) > 'f') {
                    return null;
                }
                value = value << 4 | digit;
            }
            groups[count++] = value;
            if (end == text.length()) {
                break;
            }
            i = end + 1;
            if (i < text.length() && text.charAt(i) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
                i++;
            } else if (i == text.length()) {
                return null;
            }
        }
        if (gap < 0 && count != 8 || gap >= 0 && count > 7) {
            return null;
        }
        if (gap >= 0) {
            int tail = count - gap;
            int[] whole = new int[8];
            System.arraycopy(groups, 0, whole, 0, gap);
            System.arraycopy(groups, gap, whole, 8 - tail, tail);
            groups = whole;
        }
        boolean zeros = groups[2] == 0 && groups[3] == 0 && groups[4] == 0;
        boolean mapped = groups[0] == 0 && groups[1] == 0 && groups[5] == 0xFFFF;
        boolean nat64 = groups[0] == 0x64 && groups[1] == 0xFF9B && groups[5] == 0;
        if (zeros && (mapped || nat64)) {
            return (groups[6] >> 8) + "." + (groups[6] & 255) + "." + (groups[7] >> 8) + "." + (groups[7] & 255);
        }
        return compressed(groups);
    }

    /** RFC 5952: lower case, the longest run of two or more zero groups as ::, the first of equal ones. */
    private static String compressed(int[] groups) {
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && groups[j] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
            i = Math.max(i, j - 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
