package io.trawl.traffic;

import java.math.BigInteger;

/**
 * A range of addresses in CIDR notation.
 *
 * @param first the first address as a number
 * @param prefix how many leading bits all its addresses share
 * @param bits 32 or 128
 */
record Range(BigInteger first, int prefix, int bits) {
    static Range v4(long first, int prefix) {
        return new Range(BigInteger.valueOf(first), prefix, 32);
    }

    boolean contains(String address) {
        return contains(Addresses.number(address), address.indexOf(':') >= 0 ? 128 : 32);
    }

    /** @param width 32 or 128: which kind of address the number is */
    boolean contains(BigInteger address, int width) {
        return width == bits && address.shiftRight(bits - prefix).equals(first.shiftRight(bits - prefix));
    }

    /** The address so many after the first; of v4 only. */
    String at(long index) {
        return Addresses.v4(first.longValueExact() + index);
    }

    long size() {
        return 1L << (bits - prefix);
    }

    @Override
    public String toString() {
        return Addresses.text(first, bits) + "/" + prefix;
    }
}
