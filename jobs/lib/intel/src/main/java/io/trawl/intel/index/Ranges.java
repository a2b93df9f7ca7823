package io.trawl.intel.index;

import io.trawl.intel.canonical.Ip;
import java.nio.ByteBuffer;

/**
 * Ranges of one kind of address, as the index has them: put in any order, then sorted where they are, a wider one before
 * those in it, and each told the range around it. For one thread.
 */
final class Ranges {
    /** The order of the records at two places, of the same range; 0 if they are of the same indicator. */
    interface Order {
        int compare(int place, int other);
    }

    private final ByteBuffer bytes;
    private final int size;
    /** Where the numbers after the address lie in a range. */
    private final int address;

    private final int count;
    private final Order indicators;
    private int added;

    /**
     * @param bytes little-endian, with room for all of them
     * @param size of a range: {@link IndexFormat#RANGE4} or {@link IndexFormat#RANGE6}
     */
    Ranges(ByteBuffer bytes, int size, Order indicators) {
        this.indicators = indicators;
        this.bytes = bytes;
        this.size = size;
        this.address = size - 3 * Integer.BYTES;
        this.count = bytes.capacity() / size;
    }

    /** Whether a range in canonical notation is one of IPv4. */
    static boolean isV4(String range) {
        return range.indexOf(':') < 0;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Puts a range.
     *
     * @param range in canonical notation
     * @param record place of its record
     */
    void add(String range, int record) {
        int slash = range.indexOf('/');
        byte[] first = Ip.require(range.substring(0, slash));
        int place = size * added++;
        if (size == IndexFormat.RANGE4) {
            bytes.putInt(place, ByteBuffer.wrap(first).getInt());
        } else {
            bytes.putLong(place, Ip.number(first, 0)).putLong(place + Long.BYTES, Ip.number(first, Long.BYTES));
        }
        bytes.putInt(place + address + 4, record)
                .putInt(place + address + 8, Integer.parseInt(range.substring(slash + 1)));
    }

    /** Sorts all, and links each with the range around it; of those that are of the same indicator, one is passed by. */
    void nest() {
        sort();
        for (int i = 0; i < count; i++) {
            int around = i - 1;
            while (around >= 0 && (isSame(around, i) || !contains(around, i))) {
                around = bytes.getInt(size * around + address);
            }
            bytes.putInt(size * i + address, around);
        }
    }

    private boolean isSame(int i, int j) {
        return order(i, j) == 0 && indicators.compare(record(i), record(j)) == 0;
    }

    private int record(int i) {
        return bytes.getInt(size * i + address + 4);
    }

    private int bits(int i) {
        return bytes.getInt(size * i + address + 8);
    }

    private long high(int i) {
        return size == IndexFormat.RANGE4 ? Integer.toUnsignedLong(bytes.getInt(size * i)) : bytes.getLong(size * i);
    }

    private long low(int i) {
        return size == IndexFormat.RANGE4 ? 0 : bytes.getLong(size * i + Long.BYTES);
    }

    private boolean contains(int i, int j) {
        return size == IndexFormat.RANGE4
                ? RangeTables.sameBits((int) high(i), (int) high(j), bits(i))
                : RangeTables.sameBits(high(i), low(i), high(j), low(j), bits(i));
    }

    /** Heap sort: in place, and never slow, whoever wrote the feed. */
    private void sort() {
        for (int i = count / 2 - 1; i >= 0; i--) {
            sink(i, count);
        }
        for (int end = count - 1; end > 0; end--) {
            swap(0, end);
            sink(0, end);
        }
    }

    private void sink(int from, int end) {
        int i = from;
        for (int child; (child = 2 * i + 1) < end; i = child) {
            if (child + 1 < end && compare(child, child + 1) < 0) {
                child++;
            }
            if (compare(i, child) >= 0) {
                return;
            }
            swap(i, child);
        }
    }

    /** By first address, then the wider, then by indicator, then the one that was added first. */
    private int compare(int i, int j) {
        int order = order(i, j);
        order = order != 0 ? order : indicators.compare(record(i), record(j));
        return order != 0 ? order : Integer.compare(record(i), record(j));
    }

    private int order(int i, int j) {
        int order = Long.compareUnsigned(high(i), high(j));
        order = order != 0 ? order : Long.compareUnsigned(low(i), low(j));
        return order != 0 ? order : Integer.compare(bits(i), bits(j));
    }

    private void swap(int i, int j) {
        for (int at = 0; at < size; at += Integer.BYTES) {
            int kept = bytes.getInt(size * i + at);
            bytes.putInt(size * i + at, bytes.getInt(size * j + at));
            bytes.putInt(size * j + at, kept);
        }
    }
}
