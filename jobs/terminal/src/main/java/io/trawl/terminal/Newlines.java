package io.trawl.terminal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Line ends in bytes, eight at once. */
final class Newlines {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ENDS = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW = 0x7F7F7F7F7F7F7F7FL;

    private Newlines() {}

    /** Position of the first line end in bytes[from, to); {@code to} where there is none. */
    static int next(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long found = found(bytes, i);
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < to && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    /** How many line ends bytes[0, length) has. */
    static int count(byte[] bytes, int length) {
        int count = 0;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            count += Long.bitCount(found(bytes, i));
        }
        for (; i < length; i++) {
            count += bytes[i] == '\n' ? 1 : 0;
        }
        return count;
    }

    /** The high bit of each of eight bytes that is a line end. */
    private static long found(byte[] bytes, int at) {
        long zeros = (long) LONGS.get(bytes, at) ^ ENDS;
        return ~((zeros & LOW) + LOW | zeros | LOW);
    }
}
