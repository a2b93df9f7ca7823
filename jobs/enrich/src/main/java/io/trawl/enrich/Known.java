package io.trawl.enrich;

import io.trawl.etl.Texts;
import java.util.Arrays;

/** Values, clients and pairs of them, as one task knows them. */
final class Known {
    /** What an observable is, by number. */
    private static final String[] TYPES = {"domain", "ipv4", "ipv6"};

    final Texts values = new Texts();
    final Texts clients = new Texts();
    final Pairs pairs = new Pairs();
    private byte[] types = new byte[1024];

    /** The number of a value that is bytes[from, from + length). */
    int value(int type, byte[] bytes, int from, int length) {
        int number = values.number(bytes, from, length);
        if (number >= types.length) {
            types = Arrays.copyOf(types, 2 * types.length);
        }
        types[number] = (byte) type;
        return number;
    }

    int type(int value) {
        return types[value];
    }

    static String typeName(int type) {
        return TYPES[type];
    }

    static int typeNumber(String name) {
        return Arrays.asList(TYPES).indexOf(name);
    }
}
