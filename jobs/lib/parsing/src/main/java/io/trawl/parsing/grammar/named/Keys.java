package io.trawl.parsing.grammar.named;

import io.trawl.parsing.internal.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Numbers of keys, found by their bytes without making a text. */
final class Keys {
    private final byte[][] names;
    private final int[] numbers;
    private final int mask;

    /** @param keys the number of a key is its place */
    Keys(List<String> keys) {
        int size = Integer.highestOneBit(Math.max(8, keys.size() * 4));
        names = new byte[size][];
        numbers = new int[size];
        mask = size - 1;
        for (int number = 0; number < keys.size(); number++) {
            byte[] name = keys.get(number).getBytes(StandardCharsets.UTF_8);
            int at = hash(name, 0, name.length) & mask;
            while (names[at] != null) {
                at = at + 1 & mask;
            }
            names[at] = name;
            numbers[at] = number;
        }
    }

    /** The number of a key; -1 if nobody asked for it. */
    int find(byte[] b, int from, int to) {
        int at = hash(b, from, to) & mask;
        while (names[at] != null) {
            byte[] name = names[at];
            if (name.length == to - from && Bytes.isAt(b, from, name)) {
                return numbers[at];
            }
            at = at + 1 & mask;
        }
        return -1;
    }

    private static int hash(byte[] b, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + b[i];
        }
        return hash ^ hash >>> 15;
    }
}
