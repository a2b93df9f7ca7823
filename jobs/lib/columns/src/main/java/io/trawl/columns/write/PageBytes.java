package io.trawl.columns.write;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow, with what Parquet's encodings are made of; all numbers little-endian. */
final class PageBytes {
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] array = new byte[1024];
    int size;

    void clear() {
        size = 0;
    }

    /** Makes room for so many bytes more. */
    void ensure(int more) {
        if (array.length - size < more) {
            int least = Math.addExact(size, more);
            array = Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(least, 2L * array.length)));
        }
    }

    void putByte(int value) {
        ensure(1);
        array[size++] = (byte) value;
    }

    void putInt(int value) {
        ensure(4);
        INTS.set(array, size, value);
        size += 4;
    }

    void putLong(long value) {
        ensure(8);
        LONGS.set(array, size, value);
        size += 8;
    }

    void put(byte[] bytes, int from, int length) {
        ensure(length);
        System.arraycopy(bytes, from, array, size, length);
        size += length;
    }

    /** A text as the PLAIN encoding has it: its length, then its bytes. */
    void putText(byte[] bytes, int from, int length) {
        ensure(4 + length);
        INTS.set(array, size, length);
        System.arraycopy(bytes, from, array, size + 4, length);
        size += 4 + length;
    }

    /**
     * Numbers in the RLE/bit-packing hybrid: one run where all are the same, else all of them packed. Shorter runs are
     * not looked for: the compression that follows finds them.
     *
     * @param width bits of a number
     */
    void putPacked(int[] numbers, int count, int width) {
        int first = numbers[0];
        int same = 1;
        while (same < count && numbers[same] == first) {
            same++;
        }
        if (same == count) {
            putRun(first, count, width);
            return;
        }
        int groups = (count + 7) / 8;
        putUnsigned(groups << 1 | 1);
        // The last number may be written as 8 bytes though fewer are left.
        ensure(groups * width + 8);
        long pending = 0;
        int bits = 0;
        int to = size;
        for (int i = 0; i < count; i++) {
            pending |= (long) numbers[i] << bits;
            bits += width;
            if (bits >= 32) {
                INTS.set(array, to, (int) pending);
                to += 4;
                pending >>>= 32;
                bits -= 32;
            }
        }
        LONGS.set(array, to, pending);
        size += groups * width;
        Arrays.fill(array, Math.min(size, to + 8), size, (byte) 0);
    }

    /** A run of one number in that hybrid. */
    void putRun(int number, int count, int width) {
        putUnsigned(count << 1);
        for (int bits = 0; bits < width; bits += 8) {
            putByte(number >>> bits);
        }
    }

    private void putUnsigned(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            putByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    /** Bits that numbers up to this one need. */
    static int width(int greatest) {
        return 32 - Integer.numberOfLeadingZeros(greatest);
    }
}
