package io.trawl.intel;

import org.jspecify.annotations.Nullable;

/** IP addresses as bytes and text. IPv4-mapped IPv6 addresses are IPv4 addresses. */
final class Ip {
    private Ip() {}

    /** IPv4 as WHATWG reads it: one to four parts, decimal, octal (0..) or hex (0x..); the last one fills what is left. */
    static byte @Nullable [] parseLoose4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            return null;
        }
        long value = 0;
        for (int i = 0; i < parts.length; i++) {
            long part = number(parts[i]);
            boolean last = i == parts.length - 1;
            long most = last ? 1L << 8 * (5 - parts.length) : 256;
            if (part < 0 || part >= most) {
                return null;
            }
            value = last ? value << 8 * (5 - parts.length) | part : value << 8 | part;
        }
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    private static long number(String part) {
        int radix = 10;
        String digits = part;
        if (part.startsWith("0x") || part.startsWith("0X")) {
            radix = 16;
            digits = part.substring(2);
            if (digits.isEmpty()) {
                return 0;
            }
        } else if (part.length() > 1 && part.charAt(0) == '0') {
            radix = 8;
            digits = part.substring(1);
        }
        if (digits.isEmpty() || digits.charAt(0) == '+' || digits.charAt(0) == '-') {
            return -1;
        }
        try {
            long value = Long.parseLong(digits, radix);
            return value > 0xFFFFFFFFL ? -1 : value;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** IPv6 (RFC 4291), a zone id dropped; 4 bytes for an IPv4-mapped one. Null where it is none. */
    static byte @Nullable [] parse6(String text) {
        int zone = text.indexOf('%');
        String address = zone < 0 ? text : text.substring(0, zone);
        int gap = address.indexOf("::");
        if (gap >= 0 && address.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int[] head = gap < 0 ? groups(address) : groups(address.substring(0, gap));
        int[] tail = gap < 0 ? new int[0] : groups(address.substring(gap + 2));
        if (head == null || tail == null) {
            return null;
        }
        int count = head.length + tail.length;
        if (gap < 0 ? count != 8 : count > 7) {
            return null;
        }
        byte[] bytes = new byte[16];
        for (int i = 0; i < head.length; i++) {
            bytes[2 * i] = (byte) (head[i] >> 8);
            bytes[2 * i + 1] = (byte) head[i];
        }
        for (int i = 0; i < tail.length; i++) {
            int at = 8 - tail.length + i;
            bytes[2 * at] = (byte) (tail[i] >> 8);
            bytes[2 * at + 1] = (byte) tail[i];
        }
        return unmapped(bytes);
    }

    private static int @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        boolean v4 = parts[parts.length - 1].indexOf('.') >= 0;
        int[] groups = new int[parts.length + (v4 ? 1 : 0)];
        if (groups.length > 8) {
            return null;
        }
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (v4 && i == parts.length - 1) {
                String[] four = part.split("\\.", -1);
                if (four.length != 4) {
                    return null;
                }
                int[] numbers = new int[4];
                for (int j = 0; j < 4; j++) {
                    if (!four[j].matches("0|[1-9][0-9]{0,2}")) {
                        return null;
                    }
                    numbers[j] = Integer.parseInt(four[j]);
                    if (numbers[j] > 255) {
                        return null;
                    }
                }
                groups[i] = numbers[0] << 8 | numbers[1];
                groups[i + 1] = numbers[2] << 8 | numbers[3];
            } else {
                if (part.isEmpty() || part.length() > 4) {
                    return null;
                }
                for (int j = 0; j < part.length(); j++) {
                    int digit = part.charAt(j) < 0x80 ? Character.digit(part.charAt(j), 16) : -1;
                    if (digit < 0) {
                        return null;
                    }
                    groups[i] = groups[i] << 4 | digit;
                }
            }
        }
        return groups;
    }

    private static byte[] unmapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return bytes;
            }
        }
        if (bytes[10] != (byte) 0xFF || bytes[11] != (byte) 0xFF) {
            return bytes;
        }
        return new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
    }

    /** The bytes of an address in canonical text. */
    static byte[] require(String canonical) {
        byte[] bytes = canonical.indexOf(':') >= 0 ? parse6(canonical) : parseLoose4(canonical);
        if (bytes == null) {
            throw new IllegalArgumentException("no address: " + canonical);
        }
        return bytes;
    }

    /** A network: the bits behind the prefix cleared. */
    static byte[] masked(byte[] bytes, int bits) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int keep = Math.max(0, Math.min(8, bits - 8 * i));
            masked[i] &= (byte) (0xFF00 >> keep);
        }
        return masked;
    }

    /** Dotted decimal, or RFC 5952. */
    static String text(byte[] bytes) {
        if (bytes.length == 4) {
            return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255;
        }
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; ) {
            int j = i;
            while (j < 8 && groups[j] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                best = i;
                bestLength = j - i;
            }
            i = Math.max(j, i + 1);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; ) {
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
