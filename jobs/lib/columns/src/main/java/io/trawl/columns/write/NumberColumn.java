package io.trawl.columns.write;

import java.util.Arrays;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** A column of 32 or 64-bit whole numbers, of doubles by their bits, or of booleans as 0 and 1. */
final class NumberColumn extends PageColumn {
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final PrimitiveTypeName type;
    private long[] values = new long[256];
    private int count;
    private long[] known = new long[256];
    private int knownCount;
    /** Numbers of known values, one more than they are; 0 if there is none. */
    private int[] slots = new int[1024];

    NumberColumn(ColumnDescriptor descriptor, boolean withDictionary, int level) {
        super(descriptor, withDictionary && typeOf(descriptor) != PrimitiveTypeName.BOOLEAN, true, level);
        this.type = typeOf(descriptor);
    }

    private static PrimitiveTypeName typeOf(ColumnDescriptor descriptor) {
        return descriptor.getPrimitiveType().getPrimitiveTypeName();
    }

    void write(int repetition, long value) {
        present(repetition);
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    @Override
    int count() {
        return count;
    }

    @Override
    int size() {
        return bytes(count);
    }

    private int bytes(int numbers) {
        return switch (type) {
            case BOOLEAN -> (numbers + 7) / 8;
            case INT32 -> 4 * numbers;
            default -> 8 * numbers;
        };
    }

    @Override
    void clearValues() {
        count = 0;
    }

    @Override
    void clearDictionary() {
        knownCount = 0;
        Arrays.fill(slots, 0);
    }

    @Override
    void number(int[] into) {
        for (int i = 0; i < count; i++) {
            into[i] = i > 0 && values[i] == values[i - 1] ? into[i - 1] : number(values[i]);
        }
    }

    private int number(long value) {
        int slot = slot(value);
        while (slots[slot] != 0) {
            if (known[slots[slot] - 1] == value) {
                return slots[slot] - 1;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (knownCount == known.length) {
            known = Arrays.copyOf(known, 2 * knownCount);
        }
        known[knownCount] = value;
        slots[slot] = ++knownCount;
        if (2 * knownCount > slots.length) {
            grow();
        }
        return knownCount - 1;
    }

    private int slot(long value) {
        long hash = (value ^ value >>> 32) * MIX;
        return (int) (hash >>> 32) & slots.length - 1;
    }

    private void grow() {
        slots = new int[4 * slots.length];
        for (int i = 0; i < knownCount; i++) {
            int slot = slot(known[i]);
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = i + 1;
        }
    }

    @Override
    int dictionaryCount() {
        return knownCount;
    }

    @Override
    int dictionarySize() {
        return bytes(knownCount);
    }

    @Override
    void putDictionary(PageBytes out) {
        put(known, knownCount, out);
    }

    @Override
    void putPlain(PageBytes out) {
        put(values, count, out);
    }

    private void put(long[] numbers, int howMany, PageBytes out) {
        out.ensure(bytes(howMany));
        switch (type) {
            case BOOLEAN -> {
                for (int i = 0; i < howMany; i += 8) {
                    int eight = 0;
                    for (int bit = 0; bit < 8 && i + bit < howMany; bit++) {
                        eight |= (int) numbers[i + bit] << bit;
                    }
                    out.putByte(eight);
                }
            }
            case INT32 -> {
                for (int i = 0; i < howMany; i++) {
                    out.putInt((int) numbers[i]);
                }
            }
            default -> {
                for (int i = 0; i < howMany; i++) {
                    out.putLong(numbers[i]);
                }
            }
        }
    }

    @Override
    void judge(Statistics<?> statistics, boolean byDictionary) {
        switch (type) {
            case DOUBLE -> {
                for (int i = 0; i < count; i++) {
                    statistics.updateStats(Double.longBitsToDouble(values[i]));
                }
            }
            case BOOLEAN -> {
                for (int i = 0; i < count; i++) {
                    statistics.updateStats(values[i] != 0);
                }
            }
            default -> {
                long least = values[0];
                long greatest = values[0];
                for (int i = 1; i < count; i++) {
                    least = Math.min(least, values[i]);
                    greatest = Math.max(greatest, values[i]);
                }
                if (type == PrimitiveTypeName.INT32) {
                    statistics.updateStats((int) least);
                    statistics.updateStats((int) greatest);
                } else {
                    statistics.updateStats(least);
                    statistics.updateStats(greatest);
                }
            }
        }
    }
}
