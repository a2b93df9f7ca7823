package io.trawl.intel.rule;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import org.jspecify.annotations.Nullable;

/**
 * A range of IPv4 or IPv6 addresses. An IPv4 address that is mapped into IPv6, or is one of NAT64, is the IPv4 address: a
 * range of IPv6 holds none.
 *
 * @param high the upper 64 bits of the first address as IPv6; IPv4 is mapped, {@code ::ffff:0:0/96}
 * @param low its lower 64 bits
 * @param prefix length of the prefix in bits of IPv6, 0 to 128: of an IPv4 range 96 more than it is written with
 */
public record Range(long high, long low, int prefix) {
    private static final int BITS = 128;
    private static final int MAPPED_BITS = 96;
    private static final long MAPPED = 0xFFFFL;
    private static final int LONGEST_PREFIX = 3;

    /** Bits after the prefix are cleared. */
    public Range {
        if (prefix < 0 || prefix > BITS) {
            throw new IllegalArgumentException("prefix " + prefix + " is not within 0 to " + BITS);
        }
        high &= mask(prefix);
        low &= mask(prefix - Long.SIZE);
    }

    /**
     * Reads a range, or an address as a range of itself.
     *
     * @param text for example 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1; bits after the prefix are passed over
     * @throws IllegalArgumentException if it is none, with the reason
     */
    public static Range parse(String text) {
        Range range = of(text);
        if (range == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no range of addresses; expected for example 192.0.2.0/24 or 2001:db8::/32");
        }
        return range;
    }

    /** Reads a range, or an address in any notation as a range of itself; null if it is neither. */
    public static @Nullable Range of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return address(text);
        }
        int bits = prefix(text, slash + 1);
        Range first = bits < 0 ? null : plainAddress(text.substring(0, slash));
        if (first == null) {
            return null;
        }
        if (first.isIpv4() && text.indexOf(':') < 0) {
            bits += MAPPED_BITS;
        } else if (first.isIpv4() && bits < MAPPED_BITS) {
            // ::ffff:192.0.2.0/90 is more than IPv4.
            return null;
        }
        return bits > BITS ? null : new Range(first.high, first.low, bits);
    }

    /** Whether a text is an address of the range, in any notation of it. */
    public boolean holds(String address) {
        long v4 = Ip.canonical4(address, 0, address.length());
        if (v4 >= 0) {
            return holds(0, MAPPED << 32 | v4);
        }
        Range other = address(address);
        return other != null && holds(other.high, other.low);
    }

    /** Whether each address of another range is one of this range. */
    public boolean holds(Range other) {
        return other.prefix >= prefix && holds(other.high, other.low);
    }

    private boolean holds(long otherHigh, long otherLow) {
        return (otherHigh & mask(prefix)) == high
                && (otherLow & mask(prefix - Long.SIZE)) == low
                && isIpv4() == isIpv4(otherHigh, otherLow);
    }

    private boolean isIpv4() {
        return prefix >= MAPPED_BITS && isIpv4(high, low);
    }

    private static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == MAPPED;
    }

    /** An address in any notation that a browser takes; null if it is none. */
    private static @Nullable Range address(String text) {
        Canonical.Result host = Canonical.host(text);
        return host.canonical() == null || !host.isAddress() ? null : of(Ip.require(host.canonical()));
    }

    /** An address in four decimal parts or as IPv6: 10/8 is no range, though 10 is an address. */
    private static @Nullable Range plainAddress(String text) {
        byte[] bytes = Ip.canonical4(text, 0, text.length()) >= 0 || text.indexOf(':') >= 0 && Ip.parse6(text) != null
                ? Ip.require(text)
                : null;
        return bytes == null ? null : of(bytes);
    }

    private static Range of(byte[] address) {
        if (address.length == Integer.BYTES) {
            long v4 = 0;
            for (byte part : address) {
                v4 = v4 << Byte.SIZE | part & 255;
            }
            return new Range(0, MAPPED << 32 | v4, BITS);
        }
        return new Range(Ip.number(address, 0), Ip.number(address, Long.BYTES), BITS);
    }

    /** One to three digits; -1 if it is anything else. */
    private static int prefix(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > LONGEST_PREFIX) {
            return -1;
        }
        int prefix = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            prefix = 10 * prefix + digit;
        }
        return prefix;
    }

    /** The first bits of 64 set. */
    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= Long.SIZE ? -1L : -1L << Long.SIZE - bits;
    }

    /** As it is written, for example 192.0.2.0/24. */
    @Override
    public String toString() {
        byte[] bytes = new byte[2 * Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (high >>> Long.SIZE - Byte.SIZE - Byte.SIZE * i);
            bytes[Long.BYTES + i] = (byte) (low >>> Long.SIZE - Byte.SIZE - Byte.SIZE * i);
        }
        if (isIpv4()) {
            return Ip.text(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]}) + "/" + (prefix - MAPPED_BITS);
        }
        return Ip.text(bytes) + "/" + prefix;
    }
}
