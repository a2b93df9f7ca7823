package io.trawl.enrich;

import io.trawl.columns.read.Texts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Values, clients and pairs of them, as one task knows them. */
final class KnownPairs {
    /** What an observable is, by number. */
    private static final String[] TYPES = {"domain", "ipv4", "ipv6", "user_agent"};

    /** Each begins with a byte that is its type: a user agent may read like a host, and is another value. */
    final Texts values = new Texts();

    final Texts clients = new Texts();
    final Pairs pairs = new Pairs();
    private byte[] typed = new byte[256];

    /** The number of a value. */
    int value(String type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (typed.length <= utf8.length) {
            typed = new byte[2 * utf8.length];
        }
        typed[0] = (byte) Arrays.asList(TYPES).indexOf(type);
        System.arraycopy(utf8, 0, typed, 1, utf8.length);
        return values.number(typed, 0, 1 + utf8.length);
    }

    String type(int value) {
        return TYPES[values.bytes()[values.from(value)]];
    }

    /** Made anew each time: a task asks for each once, and keeps none. */
    String text(int value) {
        int from = values.from(value) + 1;
        return new String(values.bytes(), from, values.to(value) - from, StandardCharsets.UTF_8);
    }
}
