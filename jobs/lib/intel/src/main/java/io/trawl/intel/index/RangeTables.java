package io.trawl.intel.index;

import io.trawl.intel.canonical.Ip;
import java.nio.ByteBuffer;

/**
 * The ranges of addresses in an index. They are in order of their beginnings, and each names the next one around it, so the
 * last that begins before an address leads to all that hold it.
 */
final class RangeTables {
    private final ByteBuffer file;
    private final int ranges4At;
    private final int ranges4;
    private final int ranges6At;
    private final int ranges6;

    RangeTables(ByteBuffer file) {
        this.file = file;
        ranges4At = file.getInt(IndexFormat.AT_RANGES4);
        ranges4 = file.getInt(IndexFormat.AT_RANGES4_COUNT);
        ranges6At = file.getInt(IndexFormat.AT_RANGES6);
        ranges6 = file.getInt(IndexFormat.AT_RANGES6_COUNT);
    }

    /** Whether there is any range of IPv4 addresses. */
    boolean has4() {
        return ranges4 > 0;
    }

    /** Whether there is any range of IPv6 addresses. */
    boolean has6() {
        return ranges6 > 0;
    }

    /** Whether some range holds an IPv4 address. */
    boolean has(int address) {
        return first4(address) >= 0;
    }

    /** Whether some range holds an address. */
    boolean has(byte[] address) {
        return address.length == Integer.BYTES
                ? has(ByteBuffer.wrap(address).getInt())
                : first6(Ip.number(address, 0), Ip.number(address, 8)) >= 0;
    }

    /** The smallest range that holds an IPv4 address; -1 if none does. */
    int first4(int address) {
        return around4(lastRange4(address), address);
    }

    /** The next larger range that holds the address; -1 if none does. */
    int next4(int range, int address) {
        return around4(parent4(range), address);
    }

    /** Place of a range's record. */
    int record4(int range) {
        return file.getInt(ranges4At + IndexFormat.RANGE4 * range + 8);
    }

    /** The smallest range that holds an IPv6 address; -1 if none does. */
    int first6(long high, long low) {
        return around6(lastRange6(high, low), high, low);
    }

    /** The next larger range that holds the address; -1 if none does. */
    int next6(int range, long high, long low) {
        return around6(parent6(range), high, low);
    }

    /** Place of a range's record. */
    int record6(int range) {
        return file.getInt(ranges6At + IndexFormat.RANGE6 * range + 20);
    }

    /** The last range that begins at or before an IPv4 address; -1 if there is none. */
    private int lastRange4(int address) {
        int low = 0;
        int high = ranges4 - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (Integer.compareUnsigned(file.getInt(ranges4At + IndexFormat.RANGE4 * middle), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The first range that holds the address, of this one and those around it; -1 if none does. */
    private int around4(int first, int address) {
        int range = first;
        while (range >= 0) {
            int place = ranges4At + IndexFormat.RANGE4 * range;
            if (sameBits(file.getInt(place), address, file.getInt(place + 12))) {
                break;
            }
            range = parent4(range);
        }
        return range;
    }

    private int parent4(int range) {
        return file.getInt(ranges4At + IndexFormat.RANGE4 * range + 4);
    }

    /** The last range that begins at or before an IPv6 address; -1 if there is none. */
    private int lastRange6(long first, long second) {
        int low = 0;
        int high = ranges6 - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int place = ranges6At + IndexFormat.RANGE6 * middle;
            int order = Long.compareUnsigned(file.getLong(place), first);
            order = order != 0 ? order : Long.compareUnsigned(file.getLong(place + 8), second);
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The first range that holds the address, of this one and those around it; -1 if none does. */
    private int around6(int first, long high, long low) {
        int range = first;
        while (range >= 0) {
            int place = ranges6At + IndexFormat.RANGE6 * range;
            if (sameBits(file.getLong(place), file.getLong(place + 8), high, low, file.getInt(place + 24))) {
                break;
            }
            range = parent6(range);
        }
        return range;
    }

    private int parent6(int range) {
        return file.getInt(ranges6At + IndexFormat.RANGE6 * range + 16);
    }

    /** Whether the first bits of two IPv4 addresses are the same. */
    static boolean sameBits(int one, int other, int bits) {
        return bits == 0 || (one ^ other) >>> 32 - bits == 0;
    }

    /** Whether the first bits of two IPv6 addresses are the same. */
    static boolean sameBits(long high, long low, long otherHigh, long otherLow, int bits) {
        long first = bits == 0 ? 0 : (high ^ otherHigh) >>> Math.max(0, 64 - bits);
        return first == 0 && (bits <= 64 || (low ^ otherLow) >>> 128 - bits == 0);
    }
}
