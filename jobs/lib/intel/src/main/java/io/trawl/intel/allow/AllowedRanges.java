package io.trawl.intel.allow;

import io.trawl.intel.canonical.Ip;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ranges of addresses, each with its list: where two lists have the same, the first is named. */
final class AllowedRanges {
    private final Map<Long, String> ranges4 = new HashMap<>();
    private final Map<Range6, String> ranges6 = new HashMap<>();
    /** Lengths of the ranges that there are. */
    private final BitSet bits4 = new BitSet();

    private final BitSet bits6 = new BitSet();

    /** The first bits of IPv6 addresses, the others zero. */
    private record Range6(long high, long low, int bits) {}

    /** Adds the range of the first bits of an address. */
    void add(byte[] address, int bits, String list) {
        if (address.length == 4) {
            bits4.set(bits);
            ranges4.putIfAbsent(key4(address, bits), list);
        } else {
            bits6.set(bits);
            ranges6.putIfAbsent(key6(address, bits), list);
        }
    }

    /** The list of the longest range that holds an address, of so many bits at least and at most; null if none does. */
    @Nullable
    String holding(byte[] address, int least, int most) {
        boolean v4 = address.length == 4;
        BitSet lengths = v4 ? bits4 : bits6;
        int longest = Math.min(most, 8 * address.length);
        int shortest = Math.min(least, longest);
        for (int bits = lengths.previousSetBit(longest); bits >= shortest; bits = lengths.previousSetBit(bits - 1)) {
            String list = v4 ? ranges4.get(key4(address, bits)) : ranges6.get(key6(address, bits));
            if (list != null || bits == 0) {
                return list;
            }
        }
        return null;
    }

    private static long key4(byte[] address, int bits) {
        long number =
                (address[0] & 255L) << 24 | (address[1] & 255L) << 16 | (address[2] & 255L) << 8 | address[3] & 255L;
        return (long) bits << 32 | number & 0xFFFFFFFFL << 32 - bits;
    }

    private static Range6 key6(byte[] address, int bits) {
        long high = bits == 0 ? 0 : Ip.number(address, 0) & -1L << Math.max(0, 64 - bits);
        long low = bits <= 64 ? 0 : Ip.number(address, 8) & -1L << 128 - bits;
        return new Range6(high, low, bits);
    }
}
