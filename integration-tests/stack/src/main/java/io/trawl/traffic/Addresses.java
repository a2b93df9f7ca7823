package io.trawl.traffic;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Addresses in blocks that cannot meet: clients in 10/8; harmless peers in 23/8 to 99/8; indicators of the first ten
 * thousand in 101/8 to 119/8 (single, even ones only) and 150/8 to 159/8 (ranges, one in each /16); others in 208/4.
 * IPv6 is all of the documentation prefix 2001:db8::/32: 1xxx single, 2xxx ranges, 3xxx harmless.
 */
final class Addresses {
    private Addresses() {}

    static String v4(long number) {
        return (number >> 24) + "." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255);
    }

    /** A v6 address in the form of RFC 5952; none of the groups may be 0. */
    static String v6(int third, int fourth, int last) {
        return "2001:db8:" + Integer.toHexString(third) + ":" + Integer.toHexString(fourth) + "::"
                + Integer.toHexString(last);
    }

    /** Reads what {@link #v4} and {@link #v6} write. */
    static BigInteger number(String address) {
        if (address.indexOf(':') < 0) {
            long number = 0;
            for (String part : address.split("\\.")) {
                number = number << 8 | Integer.parseInt(part);
            }
            return BigInteger.valueOf(number);
        }
        String[] halves = address.split("::", -1);
        BigInteger number = groups(halves[0]);
        int missing = 8 - halves[0].split(":").length;
        number = number.shiftLeft(16 * missing);
        return halves[1].isEmpty() ? number : number.add(groups(halves[1]));
    }

    private static BigInteger groups(String text) {
        BigInteger number = BigInteger.ZERO;
        for (String group : text.split(":")) {
            number = number.shiftLeft(16).add(BigInteger.valueOf(Integer.parseInt(group, 16)));
        }
        return number;
    }

    /** A range's first address; of v6 only those with three groups before the zeros. */
    static String text(BigInteger number, int bits) {
        if (bits == 32) {
            return v4(number.longValueExact());
        }
        return "2001:db8:" + Integer.toHexString(number.shiftRight(80).intValue() & 0xFFFF) + "::";
    }

    static String harmless(SplittableRandom random) {
        return v4((23L + random.nextInt(77)) << 24 | random.nextInt(1 << 24));
    }

    /** One of the harmless addresses that a host has: one to eight, each host the same ones at all times. */
    static String of(byte[] host, SplittableRandom random) {
        SplittableRandom own = new SplittableRandom(Arrays.hashCode(host));
        int chosen = random.nextInt(1 << own.nextInt(4));
        SplittableRandom address = new SplittableRandom(own.nextLong() + chosen);
        return address.nextInt(20) == 0 ? harmlessV6(address) : harmless(address);
    }

    static String harmlessV6(SplittableRandom random) {
        return v6(0x3000 + random.nextInt(0x1000), 1 + random.nextInt(0xFFFF), 1 + random.nextInt(0xFFFF));
    }
}
