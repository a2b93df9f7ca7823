package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.canonical.OddHost;
import io.trawl.intel.match.How;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.MatchSink;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * An index over the bytes of its file, mapped or in the heap: how each kind of indicator is looked up. Longer than other
 * classes, since it does this for all kinds; the check of the bytes, the slots, ranges and beginnings of URLs have classes
 * of their own.
 */
final class IndexFile implements IndicatorIndex {
    private final ByteBuffer file;
    private final long start;
    private final IndexSlots slots;
    private final RangeTables ranges;
    private final int recordsAt;
    private final long size;
    private final long snapshotId;
    private final String[] feeds;
    private final boolean hasPaths;
    private final boolean hasAgents;
    private final boolean hasPrefixes;
    private final int[] regexes;
    private final UserAgents userAgents;
    private final UrlPrefixes prefixes;

    private IndexFile(ByteBuffer bytes) {
        file = bytes.order(ByteOrder.LITTLE_ENDIAN);
        start = IndexFormat.start(file.getInt(IndexFormat.AT_SEED));
        slots = new IndexSlots(file);
        ranges = new RangeTables(file);
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
        prefixes = new UrlPrefixes(this, slots, file);
    }

    /** An index over bytes that are known to be whole. */
    static IndexFile of(ByteBuffer bytes) {
        return new IndexFile(bytes);
    }

    static IndexFile open(Path path) throws IOException {
        return new IndexFile(IndexBytes.open(path));
    }

    static IndexFile read(InputStream in) throws IOException {
        return new IndexFile(IndexBytes.read(in));
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
    public boolean findsHashesAndMail() {
        return file.getInt(IndexFormat.AT_VERSION) >= IndexFormat.FIRST_WITH_HASHES;
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
     * @param port the port that it was asked at, -1 if that is not known
     * @return the hash of the host, for {@link #hasUrls} and {@link #url}
     */
    long host(Canonical.Kind kind, String text, int from, int to, int port, String field, Instant at, MatchSink sink) {
        if (kind == Canonical.Kind.DOMAIN) {
            return domain(text, from, to, port, field, at, sink);
        }
        long hash = IndexFormat.host(start, text, from, to);
        if (slots.mayHaveHost(hash)) {
            probe(hash, text, from, to, from, port, field, How.EXACT, at, sink);
        }
        if (kind == Canonical.Kind.IPV4) {
            if (ranges.has4()) {
                inRanges4((int) Ip.canonical4(text, from, to), text.substring(from, to), field, at, sink);
            }
        } else if (ranges.has6()) {
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
                if (slots.mayHaveHost(hash)) {
                    probe(hash, text, i + 1, to, from, port, field, How.SUBDOMAIN, at, sink);
                }
            }
            state = IndexFormat.step(state, c);
        }
        long hash = IndexFormat.mix(state);
        if (slots.mayHaveHost(hash)) {
            probe(hash, text, from, to, from, port, field, How.EXACT, at, sink);
        }
        return hash;
    }

    /** Looks up every domain that the suffix of a host without a canonical form is, or is a subdomain of. */
    void suffix(OddHost host, int port, String field, Instant at, MatchSink sink) {
        String text = host.text();
        int to = text.length();
        long state = start;
        for (int i = to - 1; i >= host.suffix(); i--) {
            state = IndexFormat.step(state, text.charAt(i));
            if (i == host.suffix() || text.charAt(i - 1) == '.') {
                long hash = IndexFormat.mix(state);
                if (slots.mayHaveHost(hash)) {
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
                if (c == '.' && slots.mayHaveBeneath(IndexFormat.mix(state))) {
                    return true;
                }
                state = IndexFormat.step(state, c);
            }
            long hash = IndexFormat.mix(state);
            return slots.mayHave(hash) || slots.hasUrls(hash);
        }
        return mayMatchAddress(kind, text, from, to) || slots.hasUrls(IndexFormat.host(start, text, from, to));
    }

    /** The same of an address that no URL was asked for by: it may be an indicator's, or in a range. */
    boolean mayMatchAddress(Canonical.Kind kind, String text, int from, int to) {
        return slots.mayHave(IndexFormat.host(start, text, from, to))
                || (kind == Canonical.Kind.IPV4
                        ? ranges.has((int) Ip.canonical4(text, from, to))
                        : ranges.has(Ip.require(text.substring(from, to))));
    }

    /** Whether a user agent is an indicator's at any time. */
    boolean mayMatchUserAgent(String text) {
        boolean[] found = {
            hasAgents && slots.mayHave(IndexFormat.host(IndexFormat.agentStart(start), text, 0, text.length()))
        };
        if (!found[0] && regexes.length > 0) {
            userAgents.find(text, number -> found[0] = true);
        }
        return found[0];
    }

    /** Whether there is anything that user agents are looked up for. */
    boolean hasUserAgents() {
        return hasAgents || regexes.length > 0;
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
        for (int slot = slots.first(hash); slot >= 0; slot = slots.next(slot, hash)) {
            IndexRecord record = new IndexRecord(file).at(slots.record(slot));
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
                give(slots.record(slot), text.substring(hostFrom, to), field, how, at, sink);
            }
        }
    }

    boolean hasPaths() {
        return hasPaths;
    }

    /**
     * Looks up path and query on any host: what ends the path, from a slash on, with the query or without, the query also
     * without its values, and cut off after its first name.
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

    /** Looks up the domain of a mail address, and every domain above it. */
    void mail(String domain, String field, Instant at, MatchSink sink) {
        long state = IndexFormat.mailStart(start);
        for (int i = domain.length() - 1; i >= 0; i--) {
            state = IndexFormat.step(state, domain.charAt(i));
            if (i == 0 || domain.charAt(i - 1) == '.') {
                How how = i == 0 ? How.EXACT : How.SUBDOMAIN;
                keyed(IndexFormat.mix(state), IndexFormat.EMAIL_DOMAIN, domain, i, domain, field, how, at, sink);
            }
        }
    }

    /** Whether the domain of a mail address, or one above it, is an indicator's at any time. */
    boolean mayMatchMail(String domain) {
        long state = IndexFormat.mailStart(start);
        for (int i = domain.length() - 1; i >= 0; i--) {
            state = IndexFormat.step(state, domain.charAt(i));
            if ((i == 0 || domain.charAt(i - 1) == '.') && slots.mayHave(IndexFormat.mix(state))) {
                return true;
            }
        }
        return false;
    }

    /** Looks up a hash in lower-case hex. */
    void hash(String text, String field, Instant at, MatchSink sink) {
        int type = IndexFormat.hashType(text.length());
        if (type > 0) {
            long hash = IndexFormat.host(IndexFormat.hashStart(start), text, 0, text.length());
            keyed(hash, type, text, 0, text, field, How.EXACT, at, sink);
        }
    }

    /** Whether a hash in lower-case hex is an indicator's at any time. */
    boolean mayMatchHash(String text) {
        return IndexFormat.hashType(text.length()) > 0
                && slots.mayHave(IndexFormat.host(IndexFormat.hashStart(start), text, 0, text.length()));
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
        if (!slots.mayHaveHost(hash)) {
            return;
        }
        for (int slot = slots.first(hash); slot >= 0; slot = slots.next(slot, hash)) {
            IndexRecord record = new IndexRecord(file).at(slots.record(slot));
            boolean fits = record.type() == type
                    && record.valueLength() == text.length() - from
                    && record.next(text, from, text.length())
                    && (how != How.SUBDOMAIN || !record.has(IndexFormat.HOST_ONLY));
            if (fits) {
                give(slots.record(slot), value, field, how, at, sink);
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
        for (int slot = slots.first(full); slot >= 0; slot = slots.next(slot, full)) {
            IndexRecord record = new IndexRecord(file).at(slots.record(slot));
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
                give(slots.record(slot), value, field, How.EXACT, at, sink);
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
            if (c == '.' && kind == Canonical.Kind.DOMAIN && slots.mayHavePrefix(IndexFormat.mix(state))) {
                return true;
            }
            state = IndexFormat.step(state, c);
        }
        return slots.mayHavePrefix(IndexFormat.mix(state));
    }

    /** Looks up what a URL begins with: on its host and those above it, each part of its path, and all of it. */
    void prefixes(Canonical.Url url, String field, Instant at, MatchSink sink) {
        if (hasPrefixes) {
            prefixes.of(url, 0, How.URL_PREFIX, field, at, sink);
        }
    }

    /** The same of a URL whose host has no canonical form. */
    void prefixes(Canonical.Url url, OddHost host, String field, Instant at, MatchSink sink) {
        if (hasPrefixes && host.hasSuffix()) {
            prefixes.of(url, host.suffix(), How.DOMAIN_SUFFIX, field, at, sink);
        }
    }

    private void inRanges4(int address, String value, String field, Instant at, MatchSink sink) {
        for (int range = ranges.first4(address); range >= 0; range = ranges.next4(range, address)) {
            give(ranges.record4(range), value, field, How.CIDR, at, sink);
        }
    }

    private void inRanges6(String value, String field, Instant at, MatchSink sink) {
        byte[] address = Ip.require(value);
        long high = Ip.number(address, 0);
        long low = Ip.number(address, 8);
        for (int range = ranges.first6(high, low); range >= 0; range = ranges.next6(range, high, low)) {
            give(ranges.record6(range), value, field, How.CIDR, at, sink);
        }
    }

    /** Whether there may be a URL of the host with this hash; false if there is none. */
    boolean hasUrls(long hostHash) {
        return slots.hasUrls(hostHash);
    }

    /** What is found by a hash, for who asks for that alone. */
    IndexSlots slots() {
        return slots;
    }

    /** The ranges, for who asks for an address alone. */
    RangeTables ranges() {
        return ranges;
    }

    /** Gives the match with a record, if that is valid at a time. */
    void give(int record, String value, String field, How how, Instant at, MatchSink sink) {
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
        indicator.setType(IndexFormat.type(record.type()).text());
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
