package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.OddHost;
import io.trawl.intel.canonical.UrlParser;
import io.trawl.intel.match.How;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.MatchSink;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** An index over the bytes of its file, mapped or in the heap. */
final class IndexFile implements IndicatorIndex {
    private static final int COPIED_AT_ONCE = 1 << 20;

    private final ByteBuffer file;
    private final long start;
    private final int slotsAt;
    private final int slots;
    private final int filterAt;
    private final int filterWords;
    private final int ranges4At;
    private final int ranges4;
    private final int ranges6At;
    private final int ranges6;
    private final int recordsAt;
    private final long size;
    private final long snapshotId;
    private final String[] feeds;
    private final boolean hasPaths;
    private final boolean hasAgents;
    private final boolean hasPrefixes;
    private final int[] regexes;
    private final UserAgents userAgents;

    private IndexFile(ByteBuffer bytes) {
        file = bytes.order(ByteOrder.LITTLE_ENDIAN);
        start = IndexFormat.start(file.getInt(IndexFormat.AT_SEED));
        slotsAt = (int) file.getLong(IndexFormat.AT_SLOTS);
        slots = (int) file.getLong(IndexFormat.AT_SLOT_COUNT);
        filterAt = (int) file.getLong(IndexFormat.AT_FILTER);
        filterWords = file.getInt(IndexFormat.AT_FILTER_WORDS);
        ranges4At = file.getInt(IndexFormat.AT_RANGES4);
        ranges4 = file.getInt(IndexFormat.AT_RANGES4_COUNT);
        ranges6At = file.getInt(IndexFormat.AT_RANGES6);
        ranges6 = file.getInt(IndexFormat.AT_RANGES6_COUNT);
        recordsAt = file.getInt(IndexFormat.AT_RECORDS);
        size = file.getLong(IndexFormat.AT_COUNT);
        snapshotId = file.getLong(IndexFormat.AT_SNAPSHOT);
        feeds = new String[file.getInt(IndexFormat.AT_FEED_COUNT)];
        for (int i = 0; i < feeds.length; i++) {
            feeds[i] = new String(entry(file.getInt(IndexFormat.AT_FEEDS), i), UTF_8);
        }
        hasPaths = file.getInt(IndexFormat.AT_PATH_COUNT) > 0;
        hasAgents = file.getInt(IndexFormat.AT_AGENT_COUNT) > 0;
        hasPrefixes = file.getInt(IndexFormat.AT_PREFIX_COUNT) > 0;
        regexes = new int[file.getInt(IndexFormat.AT_REGEX_COUNT)];
        List<String> expressions = new ArrayList<>();
        for (int i = 0; i < regexes.length; i++) {
            regexes[i] = file.getInt(file.getInt(IndexFormat.AT_REGEXES) + 4 * i);
            expressions.add(new IndexRecord(file).at(regexes[i]).value());
        }
        userAgents = new UserAgents(expressions);
    }

    /** An index over bytes that are known to be whole. */
    static IndexFile of(ByteBuffer bytes) {
        return new IndexFile(bytes);
    }

    static IndexFile open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            ByteBuffer header = ByteBuffer.allocate(IndexFormat.HEADER).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && channel.read(header) >= 0) {}
            long length = length(header.flip());
            if (channel.size() != length) {
                throw new IOException(wrongLength(channel.size(), length));
            }
            CRC32C crc = new CRC32C();
            crc.update(header);
            // Read, not mapped: the pages of a check need not stay in memory.
            ByteBuffer some = ByteBuffer.allocateDirect(COPIED_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
            long left = length - IndexFormat.HEADER - IndexFormat.TRAILER;
            while (left > 0) {
                some.clear().limit((int) Math.min(left, some.capacity()));
                int read = channel.read(some);
                if (read < 0) {
                    throw new EOFException(wrongLength(length - left, length));
                }
                crc.update(some.flip());
                left -= read;
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
            check(crc, bytes.order(ByteOrder.LITTLE_ENDIAN));
            return new IndexFile(bytes);
        } catch (IOException e) {
            throw e instanceof java.nio.file.FileSystemException ? e : new IOException(path + ": " + e.getMessage(), e);
        }
    }

    static IndexFile read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(IndexFormat.HEADER);
        int length = length(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN));
        byte[] bytes = new byte[length];
        System.arraycopy(header, 0, bytes, 0, header.length);
        int read = header.length + in.readNBytes(bytes, header.length, length - header.length);
        if (read != length || in.read() >= 0) {
            throw new IOException(wrongLength(read == length ? length + 1L : read, length));
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length - IndexFormat.TRAILER);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        check(crc, buffer);
        return new IndexFile(buffer);
    }

    /** The length that the header says, once the header is known to be right. */
    private static int length(ByteBuffer header) throws IOException {
        if (header.limit() < 8 || header.getLong(0) != IndexFormat.MAGIC) {
            throw new IOException(
                    "no index of indicators; expected a file that trawl index build or refresh-indicators wrote");
        }
        if (header.limit() < IndexFormat.HEADER) {
            throw new EOFException("the index was cut short: it has " + header.limit() + " bytes, its header alone has "
                    + IndexFormat.HEADER);
        }
        int version = header.getInt(IndexFormat.AT_VERSION);
        if (version < IndexFormat.OLDEST_VERSION || version > IndexFormat.VERSION) {
            throw new IOException("the index is of version " + version + ", this program reads versions "
                    + IndexFormat.OLDEST_VERSION + " to " + IndexFormat.VERSION + "; build it again");
        }
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(IndexFormat.AT_HEADER_CRC));
        long length = header.getLong(IndexFormat.AT_LENGTH);
        if ((int) crc.getValue() != header.getInt(IndexFormat.AT_HEADER_CRC)
                || length < IndexFormat.HEADER + IndexFormat.TRAILER
                || length > Integer.MAX_VALUE - 8) {
            throw new IOException("the index was changed: its header does not have its checksum");
        }
        return (int) length;
    }

    private static String wrongLength(long has, long should) {
        return has < should
                ? "the index was cut short: it has " + has + " of " + should + " bytes"
                : "the index was changed: it continues after its " + should + " bytes";
    }

    private static void check(CRC32C crc, ByteBuffer bytes) throws IOException {
        int at = bytes.limit() - IndexFormat.TRAILER;
        if (bytes.getInt(at) != (int) crc.getValue() || bytes.getInt(at + 4) != IndexFormat.END) {
            throw new IOException("the index was changed: it does not have its checksum");
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long snapshotId() {
        return snapshotId;
    }

    @Override
    public void match(ProxyEvent event, boolean webServer, MatchSink sink) {
        EventFields.match(this, event, webServer, sink);
    }

    @Override
    public LineSieve lineSieve() {
        return new LineSieve(this);
    }

    @Override
    public EventSieve eventSieve() {
        return new EventSieve(this);
    }

    /** The state of a hash before the first character. */
    long start() {
        return start;
    }

    @Override
    public void forEach(Consumer<? super Indicator> indicators) {
        IndexRecord record = new IndexRecord(file);
        int place = recordsAt;
        for (long i = 0; i < size; i++) {
            place = record.at(place).rest();
            indicators.accept(indicator(record));
        }
    }

    /**
     * Looks up a host in canonical form, text[from, to), and for a domain every domain above it.
     *
     * @param port the port that it was asked at, -1 where that is not known
     * @return the hash of the host, for {@link #hasUrls} and {@link #url}
     */
    long host(Canonical.Kind kind, String text, int from, int to, int port, String field, Instant at, MatchSink sink) {
        if (kind == Canonical.Kind.DOMAIN) {
            return domain(text, from, to, port, field, at, sink);
        }
        long hash = IndexFormat.host(start, text, from, to);
        if (mayHaveHost(hash)) {
            probe(hash, text, from, to, from, port, field, How.EXACT, at, sink);
        }
        if (kind == Canonical.Kind.IPV4) {
            if (ranges4 > 0) {
                inRanges4((int) Ip.canonical4(text, from, to), text.substring(from, to), field, at, sink);
            }
        } else if (ranges6 > 0) {
            inRanges6(text.substring(from, to), field, at, sink);
        }
        return hash;
    }

    private long domain(String text, int from, int to, int port, String field, Instant at, MatchSink sink) {
        long state = start;
        for (int i = to - 1; i >= from; i--) {
            char c = text.charAt(i);
            if (c == '.') {
                long hash = IndexFormat.mix(state);
                if (mayHaveHost(hash)) {
                    probe(hash, text, i + 1, to, from, port, field, How.SUBDOMAIN, at, sink);
                }
            }
            state = IndexFormat.step(state, c);
        }
        long hash = IndexFormat.mix(state);
        if (mayHaveHost(hash)) {
            probe(hash, text, from, to, from, port, field, How.EXACT, at, sink);
        }
        return hash;
    }

    /** Looks up every domain that the suffix of a host without a canonical form is or lies beneath. */
    void suffix(OddHost host, int port, String field, Instant at, MatchSink sink) {
        String text = host.text();
        int to = text.length();
        long state = start;
        for (int i = to - 1; i >= host.suffix(); i--) {
            state = IndexFormat.step(state, text.charAt(i));
            if (i == host.suffix() || text.charAt(i - 1) == '.') {
                long hash = IndexFormat.mix(state);
                if (mayHaveHost(hash)) {
                    probe(hash, text, i, to, 0, port, field, How.DOMAIN_SUFFIX, at, sink);
                }
            }
        }
    }

    /** The hash of a host in canonical form. */
    long hash(String host) {
        return IndexFormat.host(start, host, 0, host.length());
    }

    /**
     * Whether any indicator has to do with a host in canonical form: the host, one above it, an address's range, whatever
     * the port, and at any time, or a URL of the host. False is certain, true is hardly ever wrong.
     */
    boolean mayMatch(Canonical.Kind kind, String text, int from, int to) {
        if (kind == Canonical.Kind.DOMAIN) {
            long state = start;
            for (int i = to - 1; i >= from; i--) {
                char c = text.charAt(i);
                if (c == '.' && mayHaveBeneath(IndexFormat.mix(state))) {
                    return true;
                }
                state = IndexFormat.step(state, c);
            }
            long hash = IndexFormat.mix(state);
            return mayHave(hash) || hasUrls(hash);
        }
        return mayMatchAddress(kind, text, from, to) || hasUrls(IndexFormat.host(start, text, from, to));
    }

    /** The same of an address that no URL was asked for by: it may be an indicator's, or in a range. */
    boolean mayMatchAddress(Canonical.Kind kind, String text, int from, int to) {
        return mayHave(IndexFormat.host(start, text, from, to))
                || (kind == Canonical.Kind.IPV4
                        ? isInRange((int) Ip.canonical4(text, from, to))
                        : isInRange(Ip.require(text.substring(from, to))));
    }

    /** Whether a domain may be an indicator's, or that of the beginning of a URL, for what lies beneath it. */
    boolean mayHaveBeneath(long hash) {
        return mayHave(hash) || hasPrefixes && mayHavePrefix(hash);
    }

    /** Whether a user agent is an indicator's at any time. */
    boolean mayMatchUserAgent(String text) {
        boolean[] found = {hasAgents && mayHave(IndexFormat.host(IndexFormat.agentStart(start), text, 0, text.length()))
        };
        if (!found[0] && regexes.length > 0) {
            userAgents.find(text, number -> found[0] = true);
        }
        return found[0];
    }

    /** Whether the filter knows a hash, and a slot has it, or one so like it that only the record tells. */
    boolean mayHave(long hash) {
        if (!mayHaveHost(hash)) {
            return false;
        }
        long tag = IndexFormat.tag(hash);
        int slot = IndexFormat.slot(hash, slots);
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                return true;
            }
        }
        return false;
    }

    private boolean mayHaveHost(long hash) {
        long bits = IndexFormat.hostBits(hash);
        return (file.getLong(filterAt + 8 * IndexFormat.word(hash, filterWords)) & bits) == bits;
    }

    /** Whether there may be a URL of the host with this hash; false where there is none. */
    boolean hasUrls(long hostHash) {
        long bits = IndexFormat.urlHostBits(hostHash);
        return (file.getLong(filterAt + 8 * IndexFormat.word(hostHash, filterWords)) & bits) == bits;
    }

    /** Every record of a host whose value is text[from, to), or that with the port. */
    private void probe(
            long hash,
            String text,
            int from,
            int to,
            int hostFrom,
            int port,
            String field,
            How how,
            Instant at,
            MatchSink sink) {
        long tag = IndexFormat.tag(hash);
        int slot = IndexFormat.slot(hash, slots);
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                IndexRecord record = new IndexRecord(file).at((int) entry);
                int type = record.type();
                int length = record.valueLength();
                boolean fits = how == How.EXACT || !record.has(IndexFormat.HOST_ONLY);
                if (type <= IndexFormat.IPV6) {
                    fits = fits && length == to - from && record.next(text, from, to);
                } else if (port >= 0 && (type == IndexFormat.DOMAIN_PORT || type == IndexFormat.IP_PORT)) {
                    String behind = (type == IndexFormat.IP_PORT && text.indexOf(':', from) >= 0 ? "]:" : ":") + port;
                    boolean bracket = behind.charAt(0) == ']';
                    fits = fits
                            && length == to - from + behind.length() + (bracket ? 1 : 0)
                            && (!bracket || record.next("["))
                            && record.next(text, from, to)
                            && record.next(behind);
                } else {
                    fits = false;
                }
                if (fits) {
                    give((int) entry, text.substring(hostFrom, to), field, how, at, sink);
                }
            }
        }
    }

    boolean hasPaths() {
        return hasPaths;
    }

    /**
     * Looks up path and query on any host: what ends the path, from a slash on, with the query or without, the query also
     * without its values, and cut off behind its first name.
     *
     * @param rest path and query in canonical form
     */
    void path(String rest, String field, Instant at, MatchSink sink) {
        int query = rest.indexOf('?');
        if (query < 0) {
            path(rest, rest.length(), rest, field, at, sink);
            return;
        }
        path(rest.substring(0, query), query, rest, field, at, sink);
        path(rest, query, rest, field, at, sink);
        String names = rest.substring(0, query) + rest.substring(query).replaceAll("=[^&]*", "=");
        if (!names.equals(rest)) {
            path(names, query, rest, field, at, sink);
        }
        int first = rest.indexOf('=', query);
        String cut = first < 0 ? rest : rest.substring(0, first + 1);
        if (!cut.equals(rest) && !cut.equals(names)) {
            path(cut, query, rest, field, at, sink);
        }
    }

    private void path(String text, int pathEnd, String value, String field, Instant at, MatchSink sink) {
        long state = IndexFormat.pathStart(start);
        for (int i = text.length() - 1; i >= 0; i--) {
            state = IndexFormat.step(state, text.charAt(i));
            if (text.charAt(i) == '/' && i < pathEnd) {
                keyed(IndexFormat.mix(state), IndexFormat.URL_PATH, text, i, value, field, How.PATTERN, at, sink);
            }
        }
    }

    /** Looks up a user agent. */
    void userAgent(String text, String field, Instant at, MatchSink sink) {
        if (hasAgents) {
            keyed(
                    IndexFormat.host(IndexFormat.agentStart(start), text, 0, text.length()),
                    IndexFormat.USER_AGENT,
                    text,
                    0,
                    text,
                    field,
                    How.EXACT,
                    at,
                    sink);
        }
        if (regexes.length > 0) {
            userAgents.find(text, number -> give(regexes[number], text, field, How.PATTERN, at, sink));
        }
    }

    /** Every record of a type whose value is what text has from a place on. */
    private void keyed(
            long hash,
            int type,
            String text,
            int from,
            String value,
            String field,
            How how,
            Instant at,
            MatchSink sink) {
        if (!mayHaveHost(hash)) {
            return;
        }
        long tag = IndexFormat.tag(hash);
        int slot = IndexFormat.slot(hash, slots);
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                IndexRecord record = new IndexRecord(file).at((int) entry);
                boolean fits = record.type() == type
                        && record.valueLength() == text.length() - from
                        && record.next(text, from, text.length());
                if (fits) {
                    give((int) entry, value, field, how, at, sink);
                }
            }
        }
    }

    /**
     * Looks up a URL, by its parts as they are to be compared with.
     *
     * @param hash what {@link #host} gave for the URL's host
     * @param value the field's value, for the match
     */
    void url(
            long hash,
            String scheme,
            String authority,
            String port,
            String rest,
            String value,
            String field,
            Instant at,
            MatchSink sink) {
        long full = IndexFormat.mix(IndexFormat.onwards(
                IndexFormat.onwards(IndexFormat.onwards(IndexFormat.urlStart(hash), port), rest), scheme));
        long tag = IndexFormat.tag(full);
        int slot = IndexFormat.slot(full, slots);
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                IndexRecord record = new IndexRecord(file).at((int) entry);
                boolean fits = record.type() == IndexFormat.URL
                        && record.valueLength()
                                == (scheme.isEmpty() ? 0 : scheme.length() + 3)
                                        + authority.length()
                                        + port.length()
                                        + rest.length()
                        && (scheme.isEmpty() || record.next(scheme) && record.next("://"))
                        && record.next(authority)
                        && record.next(port)
                        && record.next(rest);
                if (fits) {
                    give((int) entry, value, field, How.EXACT, at, sink);
                }
            }
        }
    }

    /** Whether there may be the beginning of a URL on the host text[from, to) in canonical form, or on one above it. */
    boolean hasPrefixes(Canonical.Kind kind, String text, int from, int to) {
        if (!hasPrefixes) {
            return false;
        }
        long state = start;
        for (int i = to - 1; i >= from; i--) {
            char c = text.charAt(i);
            if (c == '.' && kind == Canonical.Kind.DOMAIN && mayHavePrefix(IndexFormat.mix(state))) {
                return true;
            }
            state = IndexFormat.step(state, c);
        }
        return mayHavePrefix(IndexFormat.mix(state));
    }

    private boolean mayHavePrefix(long hostHash) {
        return hasUrls(hostHash) && mayHaveHost(hostHash);
    }

    /** Looks up what a URL begins with: on its host and those above it, each part of its path, and all of it. */
    void prefixes(Canonical.Url url, String field, Instant at, MatchSink sink) {
        if (!hasPrefixes) {
            return;
        }
        prefixes(url, 0, How.URL_PREFIX, field, at, sink);
    }

    /** The same of a URL whose host has no canonical form. */
    void prefixes(Canonical.Url url, OddHost host, String field, Instant at, MatchSink sink) {
        if (hasPrefixes && host.hasSuffix()) {
            prefixes(url, host.suffix(), How.DOMAIN_SUFFIX, field, at, sink);
        }
    }

    private void prefixes(Canonical.Url url, int hostFrom, How how, String field, Instant at, MatchSink sink) {
        String host = url.host();
        boolean address = url.hostKind() == Canonical.Kind.IPV4 || url.hostKind() == Canonical.Kind.IPV6;
        int from = hostFrom;
        do {
            long hash = IndexFormat.host(start, host, from, host.length());
            if (mayHavePrefix(hash)) {
                prefixes(hash, url, from, how, field, at, sink);
            }
            from = address ? 0 : host.indexOf('.', from) + 1;
        } while (from > 0);
    }

    private void prefixes(
            long hostHash, Canonical.Url url, int hostFrom, How how, String field, Instant at, MatchSink sink) {
        String rest = url.rest();
        int query = rest.indexOf('?');
        int pathEnd = query < 0 ? rest.length() : query;
        long state = IndexFormat.prefixStart(hostHash);
        for (int i = 0; i < rest.length(); i++) {
            boolean edge =
                    i > 0 && i <= pathEnd && (i == pathEnd || rest.charAt(i) == '/' || rest.charAt(i - 1) == '/');
            if (edge) {
                prefix(IndexFormat.mix(state), url, hostFrom, i, how, field, at, sink);
            }
            state = IndexFormat.step(state, rest.charAt(i));
        }
        prefix(IndexFormat.mix(state), url, hostFrom, rest.length(), how, field, at, sink);
    }

    private void prefix(
            long hash, Canonical.Url url, int hostFrom, int restTo, How how, String field, Instant at, MatchSink sink) {
        long tag = IndexFormat.tag(hash);
        int slot = IndexFormat.slot(hash, slots);
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                IndexRecord record = new IndexRecord(file).at((int) entry);
                boolean fits = record.type() == IndexFormat.URL_PREFIX
                        && (hostFrom == 0 && how == How.URL_PREFIX || !record.has(IndexFormat.HOST_ONLY))
                        // Copied here alone: a path of a megabyte may have half a million parts.
                        && begins(url, hostFrom, url.rest().substring(0, restTo), record.value());
                if (fits) {
                    give((int) entry, url.toString(), field, how, at, sink);
                }
            }
        }
    }

    /** Whether a prefix is this part of a URL, in the URL's scheme or without one, at its port. */
    private static boolean begins(Canonical.Url url, int hostFrom, String rest, String known) {
        String host = url.host().substring(hostFrom);
        String authority = url.hostKind() == Canonical.Kind.IPV6 ? "[" + host + "]" : host;
        if (known.equals(authority + url.port() + rest)) {
            return true;
        }
        for (String scheme : url.scheme().isEmpty() ? List.of("http", "https") : List.of(url.scheme())) {
            int standard = url.port().isEmpty() ? UrlParser.defaultPort(scheme) : -1;
            if (known.equals(scheme + "://" + authority + url.port() + rest)
                    || standard > 0 && known.equals(authority + ":" + standard + rest)) {
                return true;
            }
        }
        return false;
    }

    private void inRanges4(int address, String value, String field, Instant at, MatchSink sink) {
        for (int range = around4(lastRange4(address), address); range >= 0; range = around4(parent4(range), address)) {
            give(file.getInt(ranges4At + IndexFormat.RANGE4 * range + 8), value, field, How.CIDR, at, sink);
        }
    }

    /** Whether some range holds an IPv4 address. */
    boolean isInRange(int address) {
        return around4(lastRange4(address), address) >= 0;
    }

    /** The last range that begins at or before an IPv4 address; -1 where there is none. */
    private int lastRange4(int address) {
        int low = 0;
        int high = ranges4 - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (Integer.compareUnsigned(file.getInt(ranges4At + IndexFormat.RANGE4 * middle), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The first range that holds the address, of this one and those around it; -1 where none does. */
    private int around4(int first, int address) {
        int range = first;
        while (range >= 0) {
            int place = ranges4At + IndexFormat.RANGE4 * range;
            if (sameBits(file.getInt(place), address, file.getInt(place + 12))) {
                break;
            }
            range = parent4(range);
        }
        return range;
    }

    private int parent4(int range) {
        return file.getInt(ranges4At + IndexFormat.RANGE4 * range + 4);
    }

    private void inRanges6(String value, String field, Instant at, MatchSink sink) {
        byte[] address = Ip.require(value);
        long high = Ip.number(address, 0);
        long low = Ip.number(address, 8);
        for (int range = around6(lastRange6(high, low), high, low);
                range >= 0;
                range = around6(parent6(range), high, low)) {
            give(file.getInt(ranges6At + IndexFormat.RANGE6 * range + 20), value, field, How.CIDR, at, sink);
        }
    }

    /** Whether some range holds an address. */
    boolean isInRange(byte[] address) {
        if (address.length == Integer.BYTES) {
            return isInRange(ByteBuffer.wrap(address).getInt());
        }
        long high = Ip.number(address, 0);
        long low = Ip.number(address, 8);
        return around6(lastRange6(high, low), high, low) >= 0;
    }

    /** The last range that begins at or before an IPv6 address; -1 where there is none. */
    private int lastRange6(long first, long second) {
        int low = 0;
        int high = ranges6 - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int place = ranges6At + IndexFormat.RANGE6 * middle;
            int order = Long.compareUnsigned(file.getLong(place), first);
            order = order != 0 ? order : Long.compareUnsigned(file.getLong(place + 8), second);
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The first range that holds the address, of this one and those around it; -1 where none does. */
    private int around6(int first, long high, long low) {
        int range = first;
        while (range >= 0) {
            int place = ranges6At + IndexFormat.RANGE6 * range;
            if (sameBits(file.getLong(place), file.getLong(place + 8), high, low, file.getInt(place + 24))) {
                break;
            }
            range = parent6(range);
        }
        return range;
    }

    private int parent6(int range) {
        return file.getInt(ranges6At + IndexFormat.RANGE6 * range + 16);
    }

    /** Whether the first bits of two IPv4 addresses are the same. */
    static boolean sameBits(int one, int other, int bits) {
        return bits == 0 || (one ^ other) >>> 32 - bits == 0;
    }

    /** Whether the first bits of two IPv6 addresses are the same. */
    static boolean sameBits(long high, long low, long otherHigh, long otherLow, int bits) {
        long first = bits == 0 ? 0 : (high ^ otherHigh) >>> Math.max(0, 64 - bits);
        return first == 0 && (bits <= 64 || (low ^ otherLow) >>> 128 - bits == 0);
    }

    private void give(int record, String value, String field, How how, Instant at, MatchSink sink) {
        IndexRecord found = new IndexRecord(file).at(record);
        found.rest();
        Instant from = found.from();
        Instant until = found.until();
        if ((from == null || !at.isBefore(from)) && (until == null || at.isBefore(until))) {
            sink.match(new Match(field, value, how, indicator(found)));
        }
    }

    /** Entry of a dictionary. */
    private byte[] entry(int dictionary, int number) {
        int from = file.getInt(dictionary + 4 * number);
        byte[] bytes = new byte[file.getInt(dictionary + 4 * number + 4) - from];
        file.get(dictionary + from, bytes);
        return bytes;
    }

    /** The indicator of a record that was read to its end. */
    private Indicator indicator(IndexRecord record) {
        Indicator indicator = new Indicator();
        String value = record.value();
        indicator.setType(IndexFormat.type(record.type()));
        indicator.setValue(value);
        indicator.setFeed(feeds[record.feed()]);
        indicator.setLine(record.line());
        indicator.setLabels(record.labels(file.getInt(IndexFormat.AT_LABELS)));
        indicator.setOriginal(record.original());
        indicator.setValidFrom(record.from());
        indicator.setValidUntil(record.until());
        indicator.setConfidence(record.confidence());
        String id = record.ownId();
        indicator.setIndicatorId(id != null ? id : Ids.of(indicator.getType(), value, indicator.getFeed()));
        return indicator;
    }
}
