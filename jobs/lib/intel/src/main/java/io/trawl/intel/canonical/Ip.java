package io.trawl.intel.canonical;

import org.jspecify.annotations.Nullable;

/** IP addresses as numbers, bytes and text. IPv4-mapped IPv6 addresses, and those of NAT64, are IPv4 addresses. */
public final class Ip {
    private static final int MOST_GROUPS = 8;

    private Ip() {}

    /** The number of four decimal parts without leading zeros in text[from, to); -1 if it is anything else. */
    public static long canonical4(String text, int from, int to) {
        if (to - from < 7 || to - from > 15) {
            return -1;
        }
        long address = 0;
        int part = -1;
        int parts = 0;
        for (int i = from; i <= to; i++) {
            int digit = i == to ? '.' - '0' : text.charAt(i) - '0';
            if (digit >= 0 && digit <= 9) {
                if (part == 0) {
                    return -1;
                }
                part = part < 0 ? digit : part * 10 + digit;
                if (part > 255) {
                    return -1;
                }
            } else if (digit == '.' - '0' && part >= 0) {
                address = address << 8 | part;
                part = -1;
                parts++;
            } else {
                return -1;
            }
        }
        return parts == 4 ? address : -1;
    }

    /**
     * IPv4 as WHATWG URL reads it: one to four parts in decimal, octal (0..) or hex (0x..), the last of which fills what
     * is left. -1 if it is none.
     */
    static long loose4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < parts.length; i++) {
            long part = number(parts[i]);
            boolean last = i == parts.length - 1;
            int left = last ? 8 * (5 - parts.length) : 8;
            if (part < 0 || part >>> left != 0) {
                return -1;
            }
            value = value << left | part;
        }
        return value;
    }

    /** One part of an IPv4 address; -1 if it is not a number, or one above 32 bits. */
    private static long number(String part) {
        int radix = 10;
        int at = 0;
        if (part.startsWith("0x") || part.startsWith("0X")) {
            radix = 16;
            at = 2;
        } else if (part.length() > 1 && part.charAt(0) == '0') {
            radix = 8;
            at = 1;
        } else if (part.isEmpty()) {
            return -1;
        }
        long value = 0;
        for (; at < part.length(); at++) {
            int digit = digit(part.charAt(at));
            if (digit < 0 || digit >= radix) {
                return -1;
            }
            value = value * radix + digit;
            if (value > 0xFFFF_FFFFL) {
                return -1;
            }
        }
        return value;
    }

    /** An ASCII hex digit's value, -1 for any other character. */
    public static int digit(int c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /**
     * IPv6 (RFC 4291), a zone id dropped (RFC 6874): 16 bytes, 4 for an IPv4-mapped one and one of NAT64's well-known prefix
     * (RFC 6052). Null where it is none.
     */
    public static byte @Nullable [] parse6(String text) {
        byte[] bytes = whole6(text);
        return bytes != null && (isMapped(bytes) || isNat64(bytes))
                ? new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]}
                : bytes;
    }

    /** The 16 bytes of IPv6, as in {@link #parse6}; null if it is none. */
    static byte @Nullable [] whole6(String text) {
        int zone = text.indexOf('%');
        int end = zone < 0 ? text.length() : zone;
        if (zone >= 0 && !isZone(text, zone + 1)) {
            return null;
        }
        byte[] bytes = new byte[16];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < end) {
            int value = 0;
            int digits = 0;
            int start = at;
            while (at < end && digits < 5 && digit(text.charAt(at)) >= 0) {
                value = value << 4 | digit(text.charAt(at++));
                digits++;
            }
            if (at < end && text.charAt(at) == '.') {
                long tail = canonical4(text, start, end);
                if (tail < 0 || count > MOST_GROUPS - 2) {
                    return null;
                }
                count = group(bytes, count, (int) (tail >>> 16));
                count = group(bytes, count, (int) tail);
                at = end;
                break;
            }
            if (digits == 0 || digits == 5 || count == MOST_GROUPS) {
                return null;
            }
            count = group(bytes, count, value);
            if (at == end) {
                break;
            }
            if (text.charAt(at++) != ':' || at == end) {
                return null;
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != MOST_GROUPS : count >= MOST_GROUPS) {
            return null;
        }
        if (gap >= 0) {
            int moved = 2 * (count - gap);
            System.arraycopy(bytes.clone(), 2 * gap, bytes, 16 - moved, moved);
            java.util.Arrays.fill(bytes, 2 * gap, 16 - moved, (byte) 0);
        }
        return bytes;
    }

    /** RFC 6874: unreserved characters, or escapes. */
    private static boolean isZone(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && !(c >= '0' && c <= '9') && "-._~%".indexOf(c) < 0) {
                return false;
            }
        }
        return from < text.length();
    }

    private static int group(byte[] bytes, int count, int value) {
        bytes[2 * count] = (byte) (value >> 8);
        bytes[2 * count + 1] = (byte) value;
        return count + 1;
    }

    /** ::ffff:0:0/96 */
    private static boolean isMapped(byte[] bytes) {
        return number(bytes, 0) == 0 && (number(bytes, 4) & 0xFFFF_FFFFL) == 0xFFFF;
    }

    /** 64:ff9b::/96: the machine behind the translator is the one that the IPv4 address names. */
    static boolean isNat64(byte[] bytes) {
        return number(bytes, 0) == 0x0064_FF9B_0000_0000L && (number(bytes, 4) & 0xFFFF_FFFFL) == 0;
    }

    /** The bytes of an IPv4 address. */
    static byte[] bytes(long v4) {
        return new byte[] {(byte) (v4 >> 24), (byte) (v4 >> 16), (byte) (v4 >> 8), (byte) v4};
    }

    /** The bytes of an address in canonical text. */
    public static byte[] require(String canonical) {
        long v4 = canonical4(canonical, 0, canonical.length());
        byte[] bytes = v4 >= 0 ? bytes(v4) : parse6(canonical);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "no address in canonical form: '" + canonical + "'; expected for example 192.0.2.1 or 2001:db8::1");
        }
        return bytes;
    }

    /** Bytes [at, at + 8) as a number. */
    public static long number(byte[] bytes, int at) {
        long value = 0;
        for (int i = at; i < at + 8; i++) {
            value = value << 8 | bytes[i] & 255;
        }
        return value;
    }

    /** A network: the bits after the prefix cleared. */
    static byte[] masked(byte[] bytes, int bits) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int keep = Math.max(0, Math.min(8, bits - 8 * i));
            masked[i] &= (byte) (0xFF00 >> keep);
        }
        return masked;
    }

    /** Dotted decimal, or RFC 5952: lower case, the longest run of two or more zero groups as ::, the first of equals. */
    public static String text(byte[] bytes) {
        if (bytes.length == 4) {
            return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
        }
        int[] groups = new int[MOST_GROUPS];
        for (int i = 0; i < MOST_GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255;
        }
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < MOST_GROUPS; ) {
            int j = i;
            while (j < MOST_GROUPS && groups[j] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
            i = Math.max(j, i + 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < MOST_GROUPS; ) {
            if (i == best) {
                text.append("::");
                i += bestLength;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i++]));
            }
        }
        return text.toString();
    }
}
