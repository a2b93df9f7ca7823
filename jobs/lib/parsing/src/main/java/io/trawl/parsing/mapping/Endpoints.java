package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Addresses;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Text;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Ends of a connection, as logs write them: an address, a port, or both in one column. */
final class Endpoints {
    /** Characters of the longest address of version 6, one of version 4 at its end. */
    private static final int LONGEST_ADDRESS = 45;

    private Endpoints() {}

    /** The column at hand where it is an address of version 4 and nothing else; null if it is anything else. */
    static @Nullable String plain4(Columns columns) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        return Addresses.is4(b, from, to) ? new String(b, from, to - from, StandardCharsets.ISO_8859_1) : null;
    }

    /**
     * An address without its port; the first of a list; null if it has a character in it that is not plain.
     *
     * @param withPort whether a port is always after it
     */
    static @Nullable String address(Columns columns, boolean withPort) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        int plain = from;
        while (plain < to && (b[plain] >= '0' && b[plain] <= '9' || b[plain] == '.')) {
            plain++;
        }
        if (plain == to) {
            return new String(b, from, to - from, StandardCharsets.ISO_8859_1);
        }
        for (int i = from; i < to; i++) {
            if (b[i] == ',') {
                to = i;
            }
        }
        if (!Text.isPlain(b, from, to)) {
            return null;
        }
        // 10.0.0.1:80, and 10.0.0.1:80:X1 of SonicWall.
        String front =
                plain > from && b[plain] == ':' ? new String(b, from, plain - from, StandardCharsets.ISO_8859_1) : "";
        if (front.indexOf('.') > 0 && Addresses.canonical(front) != null) {
            return front;
        }
        String text = Text.plain(b, from, to).strip();
        // tcp://10.0.0.1:80, as Envoy has it.
        text = text.substring(text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3);
        int colon = text.lastIndexOf(':');
        if (text.isEmpty() || colon < 0) {
            return text.isEmpty() || text.equals("-") ? null : text;
        }
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close > 0 ? text.substring(1, close) : text;
        }
        if (!withPort && (Addresses.canonical(text) != null || colon != text.indexOf(':') && !isPort(text, colon))) {
            return text;
        }
        return colon > 0 && isPort(text, colon) ? text.substring(0, colon) : text;
    }

    /** The address in a text, which may have a port after it. */
    static @Nullable String address(String text) {
        Columns columns = new Columns(0, text.getBytes(StandardCharsets.UTF_8));
        columns.valueTo = columns.bytes.length;
        String address = address(columns, false);
        return address == null ? null : Addresses.canonical(address);
    }

    private static boolean isPort(String text, int colon) {
        for (int i = colon + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() - colon <= 6;
    }

    /**
     * A port, alone or after an address; -1 if there is none.
     *
     * @param withPort whether it is always after an address
     */
    static int port(Columns columns, boolean withPort) {
        byte[] b = columns.value;
        int start = columns.valueFrom;
        int to = columns.valueTo;
        int from = start;
        int dots = 0;
        while (from < to && (b[from] >= '0' && b[from] <= '9' || b[from] == '.')) {
            dots += b[from] == '.' ? 1 : 0;
            from++;
        }
        if (dots == 3 && from < to && b[from] == ':') {
            // Behind an address of version 4, whatever follows: 10.0.0.1:80:X1, or 10.0.0.1:80, 10.0.0.2:80.
            from++;
            int end = from;
            while (end < to && b[end] >= '0' && b[end] <= '9') {
                end++;
            }
            to = end;
        } else {
            from = to;
            while (from > start && b[from - 1] != ':') {
                from--;
            }
            if (!withPort && from > start && isAddress(b, start, to)) {
                return -1;
            }
        }
        long port = Bytes.number(b, from, to);
        return port > 65_535 ? -1 : (int) port;
    }

    /** An address of version 6 with nothing around or after it. */
    private static boolean isAddress(byte[] b, int from, int to) {
        return b[from] != '['
                && to - from <= LONGEST_ADDRESS
                && Addresses.canonical(new String(b, from, to - from, StandardCharsets.ISO_8859_1)) != null;
    }
}
