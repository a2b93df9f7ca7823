package io.trawl.intel.rule.sigma.value;

import io.trawl.intel.canonical.Ip;
import io.trawl.intel.rule.Range;

/** Ranges of addresses, as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; an address alone is a range of one. */
final class Cidrs {
    private Cidrs() {}

    static Range read(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        long v4 = Ip.canonical4(address, 0, address.length());
        byte[] bytes = new byte[16];
        boolean old = v4 >= 0;
        if (old) {
            bytes[10] = bytes[11] = (byte) 0xff;
            for (int i = 0; i < 4; i++) {
                bytes[12 + i] = (byte) (v4 >> 8 * (3 - i));
            }
        } else {
            byte[] parsed = address.indexOf('%') >= 0 ? null : Ip.parse6(address);
            if (parsed == null) {
                throw none(text);
            }
            if (parsed.length == 4) {
                throw new IllegalArgumentException(
                        "'" + text + "' is an IPv4 address in the form of IPv6; write the range of IPv4");
            }
            bytes = parsed;
        }
        int most = old ? 32 : 128;
        int length = slash < 0 ? most : length(text.substring(slash + 1), old);
        if (length < 0 || length > most) {
            throw none(text);
        }
        int prefix = length + (old ? 96 : 0);
        long high = Ip.number(bytes, 0);
        long low = Ip.number(bytes, 8);
        long highMask = prefix >= 64 ? -1 : prefix == 0 ? 0 : -1L << (64 - prefix);
        long lowMask = prefix <= 64 ? 0 : -1L << (128 - prefix);
        if ((high & ~highMask) != 0 || (low & ~lowMask) != 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' has bits set after its prefix; write the first address of the range");
        }
        return new Range(high, low, prefix);
    }

    /** A number, or of IPv4 a mask; -1 if it is neither. */
    private static int length(String text, boolean old) {
        if (text.matches("[0-9]{1,3}")) {
            return Integer.parseInt(text);
        }
        long mask = old ? Ip.canonical4(text, 0, text.length()) : -1;
        if (mask < 0) {
            return -1;
        }
        int ones = Long.bitCount(mask);
        long wanted = ones == 0 ? 0 : 0xFFFF_FFFFL << (32 - ones) & 0xFFFF_FFFFL;
        return mask == wanted ? ones : -1;
    }

    private static IllegalArgumentException none(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a range of addresses; expected, for example, 10.0.0.0/8 or 2001:db8::/32");
    }
}
