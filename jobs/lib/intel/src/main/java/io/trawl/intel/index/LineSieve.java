package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;

/**
 * Says of the texts of a log, before anything is made of them, whether an index can have something for them. False is
 * sure: the field that the text would become matches no indicator of the index, whenever it was seen. True says no more
 * than that somebody has to look: at what is not plain to see, and now and then at what only looks like an indicator.
 *
 * <p>It asks the index's filter with the bytes as they are, and allocates nothing but for paths with a query and for IPv6.
 * Immutable, and safe for use by several threads.
 */
public final class LineSieve {
    private static final int LONGEST_HOST = 253;
    private static final byte[] HTTP = {'h', 't', 't', 'p'};

    private final IndexSlots slots;
    private final RangeTables ranges;
    private final IndexFile index;
    private final long start;
    private final boolean paths;
    private final boolean agents;

    LineSieve(IndexFile index) {
        this.index = index;
        this.slots = index.slots();
        this.ranges = index.ranges();
        this.start = index.start();
        this.paths = index.hasPaths();
        this.agents = index.hasUserAgents();
    }

    /** Whether a request's URL, bytes[from, to), may match: by its host, as a URL, or by its path. */
    public boolean mayMatchUrl(byte[] bytes, int from, int to) {
        return mayMatchUrl(bytes, from, to, paths);
    }

    /** Whether a referrer may match: by its host, or as a URL. */
    public boolean mayMatchReferrer(byte[] bytes, int from, int to) {
        return mayMatchUrl(bytes, from, to, false);
    }

    private boolean mayMatchUrl(byte[] bytes, int from, int to, boolean byPath) {
        int host = authority(bytes, from, to);
        if (host < 0) {
            return true;
        }
        int end = hostEnd(bytes, host, to);
        int behind = end;
        if (behind < to && bytes[behind] == ':') {
            behind = digitsEnd(bytes, behind + 1, to);
        }
        if (behind < to && bytes[behind] != '/' && bytes[behind] != '?' && bytes[behind] != '#') {
            return true;
        }
        return mayMatchHost(bytes, host, end, true) || byPath && mayMatchPath(bytes, behind, to);
    }

    /** Whether the host of a URL that a log has in parts may match, by itself or by a URL of it; a port may be after it. */
    public boolean mayMatchUrlHost(byte[] bytes, int from, int to) {
        int end = hostEnd(bytes, from, to);
        if (end < to && (bytes[end] != ':' || digitsEnd(bytes, end + 1, to) != to)) {
            return true;
        }
        return mayMatchHost(bytes, from, end, true);
    }

    /** Whether a path, its query after it, may match on any host. */
    public boolean mayMatchPathOnly(byte[] bytes, int from, int to) {
        return paths && mayMatchPath(bytes, from, to);
    }

    /** Whether any path may match, whatever it is. */
    public boolean mayMatchAnyPath() {
        return paths;
    }

    /** Whether a user agent may match. */
    public boolean mayMatchUserAgent(byte[] bytes, int from, int to) {
        if (!agents) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] < ' ' || bytes[i] == 0x7F) {
                return true;
            }
        }
        return index.mayMatchUserAgent(new String(bytes, from, to - from, ISO_8859_1));
    }

    /** Whether a host that DNS or TLS named may match. */
    public boolean mayMatchName(byte[] bytes, int from, int to) {
        return hostEnd(bytes, from, to) != to || mayMatchHost(bytes, from, to, false);
    }

    /** Whether one of several answers of DNS may match, a comma between two. */
    public boolean mayMatchAnswers(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to) {
            int end = i;
            boolean name = false;
            boolean v6 = false;
            while (end < to && bytes[end] != ',') {
                name |= bytes[end] == '.';
                v6 |= bytes[end] == ':';
                end++;
            }
            // What has neither is no host: a number, or a word.
            boolean may = v6 ? mayMatchAddress(bytes, i, end) : name && mayMatchName(bytes, i, end);
            if (may) {
                return true;
            }
            i = end + 1;
        }
        return false;
    }

    /** Whether a hash in hex may match; true if it has anything else in it. */
    public boolean mayMatchHash(byte[] bytes, int from, int to) {
        long state = IndexFormat.hashStart(start);
        for (int i = to - 1; i >= from; i--) {
            int digit = bytes[i] >= 'A' && bytes[i] <= 'F' ? bytes[i] + 'a' - 'A' : bytes[i];
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return true;
            }
            state = IndexFormat.step(state, digit);
        }
        return slots.mayHave(IndexFormat.mix(state));
    }

    /** Whether the target of CONNECT, host and port, may match. */
    public boolean mayMatchConnect(byte[] bytes, int from, int to) {
        int end = hostEnd(bytes, from, to);
        if (end < to && (bytes[end] != ':' || digitsEnd(bytes, end + 1, to) != to)) {
            return true;
        }
        return mayMatchHost(bytes, from, end, false);
    }

    /** Whether a peer or a client may match: an address, or a name or a dash, which are not looked up. */
    public boolean mayMatchAddress(byte[] bytes, int from, int to) {
        long address = address(bytes, from, to);
        if (address >= 0) {
            return mayMatchAddress((int) address, bytes, from, to, false);
        }
        if (to - from == 1 && bytes[from] == '-') {
            return false;
        }
        boolean v6 = false;
        boolean name = false;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            v6 |= b == ':';
            boolean letter = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z';
            if (!letter && !(b >= '0' && b <= ':') && b != '.' && b != '-' && b != '_') {
                return true;
            }
            name |= letter;
        }
        return v6 ? mayMatchAddress6(bytes, from, to) : !name;
    }

    private boolean mayMatchAddress6(byte[] bytes, int from, int to) {
        byte[] address = Ip.parse6(new String(bytes, from, to - from, ISO_8859_1));
        if (address == null) {
            return true;
        }
        String text = Ip.text(address);
        return slots.mayHave(IndexFormat.host(start, text, 0, text.length())) || ranges.has(address);
    }

    /** Where the host begins after http:// or https://; -1 if neither is there. */
    private static int authority(byte[] bytes, int from, int to) {
        if (to - from < 8) {
            return -1;
        }
        for (int i = 0; i < HTTP.length; i++) {
            if (bytes[from + i] != HTTP[i]) {
                return -1;
            }
        }
        int colon = bytes[from + 4] == 's' ? from + 5 : from + 4;
        return bytes[colon] == ':' && bytes[colon + 1] == '/' && bytes[colon + 2] == '/' ? colon + 3 : -1;
    }

    private static int hostEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to
                && (bytes[i] >= 'a' && bytes[i] <= 'z'
                        || bytes[i] == '.'
                        || bytes[i] == '-'
                        || bytes[i] >= '0' && bytes[i] <= '9'
                        || bytes[i] == '_')) {
            i++;
        }
        return i;
    }

    private static int digitsEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        return i;
    }

    /**
     * Whether a host of the characters of {@link #hostEnd} may match; true if it is not its own canonical form, as
     * {@link Canonical#plain} has it.
     *
     * @param urls whether URLs are looked up beneath it
     */
    private boolean mayMatchHost(byte[] bytes, int from, int to, boolean urls) {
        if (to == from || to - from > LONGEST_HOST || bytes[from] == '.' || bytes[to - 1] == '.') {
            return true;
        }
        boolean letterInLast = false;
        long state = start;
        // From its end to its beginning: what was taken so far is the host of a parent domain wherever a dot stands.
        int i = to - 1;
        for (; i >= from && bytes[i] != '.'; i--) {
            letterInLast |= bytes[i] >= 'a';
            state = IndexFormat.step(state, bytes[i]);
        }
        if (!letterInLast) {
            long address = address(bytes, from, to);
            return address < 0 || mayMatchAddress((int) address, bytes, from, to, urls);
        }
        if (bytes[i + 1] == '0' && bytes[i + 2 < to ? i + 2 : i + 1] == 'x') {
            return true;
        }
        for (; i >= from; i--) {
            if (bytes[i] == '.' && (bytes[i - 1] == '.' || slots.mayHaveBeneath(IndexFormat.mix(state)))) {
                return true;
            }
            state = IndexFormat.step(state, bytes[i]);
        }
        long hash = IndexFormat.mix(state);
        return slots.mayHave(hash) || urls && slots.hasUrls(hash);
    }

    /** @param address the number of bytes[from, to) */
    private boolean mayMatchAddress(int address, byte[] bytes, int from, int to, boolean urls) {
        long state = start;
        for (int i = to - 1; i >= from; i--) {
            state = IndexFormat.step(state, bytes[i]);
        }
        long hash = IndexFormat.mix(state);
        return slots.mayHave(hash) || urls && slots.hasUrls(hash) || ranges.has(address);
    }

    /** As {@link Ip#canonical4}; a loop of its own, since a String for each text would cost two to three times as much. */
    private static long address(byte[] bytes, int from, int to) {
        if (to - from < 7 || to - from > 15) {
            return -1;
        }
        long address = 0;
        int part = -1;
        int parts = 0;
        for (int i = from; i <= to; i++) {
            int digit = i == to ? '.' - '0' : bytes[i] - '0';
            if (digit >= 0 && digit <= 9) {
                if (part == 0) {
                    return -1;
                }
                part = part < 0 ? digit : part * 10 + digit;
                if (part > 255) {
                    return -1;
                }
            } else if (digit == '.' - '0' && part >= 0) {
                address = address << 8 | part;
                part = -1;
                parts++;
            } else {
                return -1;
            }
        }
        return parts == 4 ? address : -1;
    }

    /** Whether what is after a URL's authority may match as a path on any host; true if it is not canonical. */
    private boolean mayMatchPath(byte[] bytes, int from, int to) {
        int query = -1;
        int end = from;
        boolean slash = false;
        for (; end < to && bytes[end] != '#'; end++) {
            byte b = bytes[end];
            boolean odd = b <= ' ' || b >= 0x7F || b == '%' || b == '\\';
            if (odd || query < 0 && slash && (b == '/' || b == '.')) {
                return true;
            }
            slash = b == '/';
            query = b == '?' && query < 0 ? end : query;
        }
        if (end == from || query == from) {
            // The path is / then.
            return true;
        }
        if (query < 0) {
            return mayHavePath(bytes, from, end, end);
        }
        if (mayHavePath(bytes, from, query, query) || mayHavePath(bytes, from, end, query)) {
            return true;
        }
        // The query without its values, and cut off behind its first name.
        byte[] names = new byte[end - from];
        System.arraycopy(bytes, from, names, 0, query - from);
        int length = query - from;
        int first = -1;
        boolean value = false;
        for (int i = query; i < end; i++) {
            value &= bytes[i] != '&';
            if (!value) {
                names[length++] = bytes[i];
            }
            if (bytes[i] == '=') {
                first = first < 0 ? i : first;
                value = true;
            }
        }
        return mayHavePath(names, 0, length, query - from) || first >= 0 && mayHavePath(bytes, from, first + 1, query);
    }

    /** Whether there may be a path that is an end of bytes[from, to), beginning at a slash before pathEnd. */
    private boolean mayHavePath(byte[] bytes, int from, int to, int pathEnd) {
        long state = IndexFormat.pathStart(start);
        for (int i = to - 1; i >= from; i--) {
            state = IndexFormat.step(state, bytes[i]);
            if (bytes[i] == '/' && i < pathEnd && slots.mayHave(IndexFormat.mix(state))) {
                return true;
            }
        }
        return false;
    }
}
