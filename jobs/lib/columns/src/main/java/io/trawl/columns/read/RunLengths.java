package io.trawl.columns.read;

import java.util.Arrays;

/** Parquet's mixture of run lengths and packed bits (encoding RLE), a page at once. */
final class RunLengths {
    private RunLengths() {}

    /**
     * Reads numbers from bytes[from, to).
     *
     * @param width bits of a number, 0 to 32
     * @param into takes the first so many
     */
    static void read(byte[] bytes, int from, int to, int width, int[] into, int count) {
        int at = from;
        int done = 0;
        while (done < count) {
            int header = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = bytes[at++];
                header |= (b & 0x7F) << shift;
                if (b >= 0) {
                    break;
                }
            }
            if ((header & 1) == 0) {
                int run = Math.min(header >>> 1, count - done);
                int value = 0;
                for (int shift = 0; shift < width; shift += 8) {
                    value |= (bytes[at++] & 0xFF) << shift;
                }
                Arrays.fill(into, done, done + run, value);
                done += run;
            } else {
                // Groups of eight; the last one of a page may be cut short.
                int packed = (header >>> 1) * width;
                int some = Math.min((header >>> 1) * 8, count - done);
                unpack(bytes, at, Math.min(to, at + packed), width, into, done, some);
                at += packed;
                done += some;
            }
        }
    }

    private static void unpack(byte[] bytes, int from, int to, int width, int[] into, int first, int count) {
        long mask = (1L << width) - 1;
        long bits = 0;
        int has = 0;
        int at = from;
        for (int i = first; i < first + count; i++) {
            while (has < width) {
                bits |= (at < to ? bytes[at] & 0xFFL : 0) << has;
                at++;
                has += 8;
            }
            into[i] = (int) (bits & mask);
            bits >>>= width;
            has -= width;
        }
    }
}
