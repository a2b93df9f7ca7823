package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.feed.Indicators;
import io.trawl.record.Indicator;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Takes the indicators of a snapshot and makes its index. The same indicators in the same order give the same bytes. They
 * are kept in a temporary file, which nobody else sees and which is gone with the process: the heap does not grow with
 * them. For one thread.
 */
public final class IndexBuilder implements Closeable {
    /** Sets of labels beyond this many stand in their records, which bounds the heap. */
    private static final int MOST_LABEL_SETS = 1 << 16;
    /** Slots that a look-up may pass; where more collide, other hashes are tried. */
    private static final int LONGEST_RUN = 4096;

    private static final int SEEDS = 4;
    /** Records whose slots are looked for at once. */
    private static final int BATCH = 64;
    /** Room for one more record within 2 GiB. */
    private static final long MOST_RECORD_BYTES = Integer.MAX_VALUE - (1L << 26);

    private final Path folder;
    private final Scratch records;
    private final Map<String, Integer> feeds = new LinkedHashMap<>();
    private final Map<List<String>, Integer> labelSets = new HashMap<>();
    private final List<List<String>> labels = new ArrayList<>();
    /** Most of a feed's indicators have the same. */
    private @Nullable List<String> lastLabels;

    private @Nullable Integer lastLabelSet;
    private final Ids ids = new Ids();
    private final PublicSuffixes suffixes = PublicSuffixes.bundled();
    private long snapshotId;
    private long count;
    /** How many have a slot, and how many of those kinds that have their place elsewhere. */
    private int keyed;

    private int ranges4;
    private int ranges6;
    private int paths;
    private int agents;
    private int regexes;
    /** Regular expressions that were added, with the indicator's id. */
    private final Set<String> expressions = new HashSet<>();

    private int prefixes;

    IndexBuilder(Path folder) {
        this.folder = folder;
        this.records = new Scratch(folder);
        labelSet(List.of());
    }

    /** Iceberg snapshot of lake.indicators; default 0. */
    public IndexBuilder snapshotId(long id) {
        snapshotId = id;
        return this;
    }

    /** How many indicators were added. */
    public long size() {
        return count;
    }

    /**
     * Adds an indicator. One that was added before, with the same id, type and value, is matched once.
     *
     * @throws IllegalArgumentException where type or value are not those of an indicator in canonical form
     */
    public IndexBuilder add(Indicator indicator) {
        String value = indicator.getValue();
        int type = IndexFormat.code(indicator.getType());
        require(type, value);
        List<String> names = indicator.getLabels() == null ? List.of() : List.copyOf(indicator.getLabels());
        Integer labelSet = labelSet(names);
        byte[] derived = ids.digest(indicator.getType(), value, indicator.getFeed());
        int head = type
                | (indicator.getOriginal().equals(value) ? 0 : IndexFormat.ORIGINAL)
                | (indicator.getValidFrom() == null && indicator.getValidUntil() == null ? 0 : IndexFormat.VALIDITY)
                | (indicator.getConfidence() == null ? 0 : IndexFormat.CONFIDENCE)
                | (isOthers(type, value) ? IndexFormat.HOST_ONLY : 0)
                | (labelSet == null ? IndexFormat.OWN_LABELS : 0)
                | (Ids.isHex(derived, indicator.getIndicatorId()) ? 0 : IndexFormat.OWN_ID);
        if (records.length() > MOST_RECORD_BYTES) {
            throw new IllegalStateException("more than 2 GiB of indicators: " + count + "; expected about 45 million");
        }
        switch (type) {
            case IndexFormat.CIDR -> {
                if (Ranges.isV4(value)) {
                    ranges4++;
                } else {
                    ranges6++;
                }
            }
            case IndexFormat.USER_AGENT_REGEX ->
                regexes += expressions.add(value + '\0' + indicator.getIndicatorId()) ? 1 : 0;
            default -> {
                keyed += isKeyed(type) ? 1 : 0;
                prefixes += type == IndexFormat.URL_PREFIX ? 1 : 0;
                paths += type == IndexFormat.URL_PATH ? 1 : 0;
                agents += type == IndexFormat.USER_AGENT ? 1 : 0;
            }
        }
        records.varint(head);
        records.bytes(value.getBytes(ISO_8859_1));
        records.varint(feeds.computeIfAbsent(indicator.getFeed(), feed -> feeds.size()));
        records.varint(indicator.getLine());
        if (labelSet != null) {
            records.varint(labelSet);
        } else {
            records.bytes(encoded(names));
        }
        if ((head & IndexFormat.ORIGINAL) != 0) {
            records.bytes(indicator.getOriginal().getBytes(UTF_8));
        }
        if ((head & IndexFormat.VALIDITY) != 0) {
            Instant from = indicator.getValidFrom();
            Instant until = indicator.getValidUntil();
            records.put((from == null ? 0 : IndexFormat.FROM) | (until == null ? 0 : IndexFormat.UNTIL));
            if (from != null) {
                records.putLong(micros(from));
            }
            if (until != null) {
                records.putLong(micros(until));
            }
        }
        if ((head & IndexFormat.CONFIDENCE) != 0) {
            records.varint(indicator.getConfidence());
        }
        if ((head & IndexFormat.OWN_ID) != 0) {
            records.bytes(indicator.getIndicatorId().getBytes(UTF_8));
        }
        count++;
        return this;
    }

    /** Whether records of a type are found by a hash. */
    private static boolean isKeyed(int type) {
        return type != IndexFormat.CIDR && type < IndexFormat.USER_AGENT_REGEX || type == IndexFormat.URL_PREFIX;
    }

    /** Whether what lies beneath a domain belongs to others. */
    private boolean isOthers(int type, String value) {
        return switch (type) {
            case IndexFormat.URL_PREFIX -> {
                Canonical.Url url = Canonical.parseUrl(value);
                yield url != null && suffixes.section(url.host()) != null;
            }
            case IndexFormat.DOMAIN -> suffixes.section(value) != null;
            case IndexFormat.DOMAIN_PORT -> suffixes.section(hostOf(value)) != null;
            default -> false;
        };
    }

    /** The host before a port. */
    private static String hostOf(String value) {
        int colon = value.lastIndexOf(':');
        return value.startsWith("[") ? value.substring(1, colon - 1) : value.substring(0, colon);
    }

    /** A value that is not canonical would never match, and nobody would know. */
    private static void require(int type, String value) {
        if (type > IndexFormat.URL) {
            Indicators.Read read = Indicators.read(value, Indicators.Family.of(IndexFormat.type(type)));
            if (!value.equals(read.value()) || !read.type().equals(IndexFormat.type(type))) {
                throw new IllegalArgumentException(
                        "indicator '" + value + "' is not the canonical form of a " + IndexFormat.type(type)
                                + (read.value() == null ? ": " + read.reason() : ", which is " + read.value()));
            }
            return;
        }
        Canonical.Result canonical =
                switch (type) {
                    case IndexFormat.CIDR -> Canonical.cidr(value);
                    case IndexFormat.URL -> Canonical.url(value);
                    default -> Canonical.host(value);
                };
        boolean right =
                switch (type) {
                    case IndexFormat.DOMAIN -> canonical.kind() == Canonical.Kind.DOMAIN;
                    case IndexFormat.IPV4 -> canonical.kind() == Canonical.Kind.IPV4;
                    case IndexFormat.IPV6 -> canonical.kind() == Canonical.Kind.IPV6;
                    case IndexFormat.CIDR -> canonical.kind() == Canonical.Kind.CIDR;
                    default -> canonical.kind() == Canonical.Kind.URL;
                };
        if (!right || !value.equals(canonical.canonical())) {
            throw new IllegalArgumentException("indicator '" + value + "' is not the canonical form of a "
                    + IndexFormat.type(type)
                    + (canonical.canonical() == null
                            ? ": " + canonical.reason()
                            : ", which is " + canonical.canonical()));
        }
    }

    /** Number of a set of labels in the dictionary; null where there is no room for one more. */
    private @Nullable Integer labelSet(List<String> names) {
        if (names.equals(lastLabels)) {
            return lastLabelSet;
        }
        lastLabels = names;
        lastLabelSet = numbered(names);
        return lastLabelSet;
    }

    private @Nullable Integer numbered(List<String> names) {
        Integer known = labelSets.get(names);
        if (known == null && labels.size() < MOST_LABEL_SETS) {
            known = labels.size();
            labelSets.put(names, known);
            labels.add(names);
        }
        return known;
    }

    private static byte[] encoded(List<String> names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(names.size(), bytes);
        for (String name : names) {
            byte[] utf8 = name.getBytes(UTF_8);
            varint(utf8.length, bytes);
            bytes.writeBytes(utf8);
        }
        return bytes.toByteArray();
    }

    private static void varint(int number, ByteArrayOutputStream into) {
        int rest = number;
        while (rest >>> 7 != 0) {
            into.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        into.write(rest);
    }

    /** Micros since 1970, cut off as Avro and Iceberg do. */
    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    /** Makes the index in memory. */
    public IndicatorIndex build() {
        try {
            Layout layout = new Layout();
            byte[] file = new byte[layout.length];
            ByteBuffer into = ByteBuffer.wrap(file);
            layout.write(into::put);
            return IndexFile.of(into.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the index. The stream is flushed and left open. */
    public void write(OutputStream out) throws IOException {
        new Layout().write((bytes, from, length) -> out.write(bytes, from, length));
        out.flush();
    }

    /** Writes the index into a file, which is there whole or not at all under its name. */
    public void write(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(temporary)) {
                write(out);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Gives up what was added. */
    @Override
    public void close() throws IOException {
        records.close();
    }

    private interface Sink {
        void write(byte[] bytes, int from, int length) throws IOException;
    }

    /** Where everything goes: known before the first byte is written. */
    private final class Layout {
        private final int slotsAt;
        private final int filterAt;
        private final int ranges4At;
        private final int ranges6At;
        private final int feedsAt;
        private final int labelsAt;
        private final int regexesAt;
        private final int recordsAt;
        private final int length;
        private final int slotCount;
        private final int filterWords;
        private final ByteBuffer bytes;
        /** Slots, then the filter. */
        private final ByteBuffer tables;

        private final Ranges v4;
        private final Ranges v6;
        private final ByteBuffer regexPlaces;
        private final byte[] feedBytes;
        private final byte[] labelBytes;
        private final IndexRecord one;
        private final IndexRecord other;
        /** The value in hand. */
        private byte[] value = new byte[1 << 10];

        private final long[] hashes = new long[BATCH];
        private final int[] places = new int[BATCH];
        private int inHand;
        private int seed;

        Layout() throws IOException {
            feedBytes = dictionary(
                    feeds.keySet().stream().map(feed -> feed.getBytes(UTF_8)).toList());
            labelBytes = dictionary(labels.stream().map(IndexBuilder::encoded).toList());
            // Seven slots of ten are taken.
            long slotsToBe = keyed * 10L / 7 + 8;
            long wordsToBe = keyed / 4 + 1;
            long at = IndexFormat.HEADER;
            long slotsFrom = at;
            at += Long.BYTES * slotsToBe;
            long filterFrom = at;
            at += Long.BYTES * wordsToBe;
            long ranges4From = at;
            at += (long) IndexFormat.RANGE4 * ranges4;
            long ranges6From = at;
            at += (long) IndexFormat.RANGE6 * ranges6;
            long feedsFrom = at;
            at += feedBytes.length;
            long labelsFrom = at;
            at += labelBytes.length;
            long regexesFrom = at;
            at += (long) Integer.BYTES * regexes;
            long recordsFrom = at;
            at += records.length() + IndexFormat.TRAILER;
            if (at > Integer.MAX_VALUE - 16) {
                throw new IllegalStateException("an index of " + count + " indicators would have " + at
                        + " bytes; expected less than 2 GiB, about 45 million indicators");
            }
            slotsAt = (int) slotsFrom;
            filterAt = (int) filterFrom;
            ranges4At = (int) ranges4From;
            ranges6At = (int) ranges6From;
            feedsAt = (int) feedsFrom;
            labelsAt = (int) labelsFrom;
            regexesAt = (int) regexesFrom;
            recordsAt = (int) recordsFrom;
            length = (int) at;
            slotCount = (int) slotsToBe;
            filterWords = (int) wordsToBe;
            bytes = records.content();
            one = new IndexRecord(bytes);
            other = new IndexRecord(bytes);
            tables = Scratch.zeros(folder, ranges4At - slotsAt);
            v4 = new Ranges(Scratch.zeros(folder, ranges6At - ranges4At), IndexFormat.RANGE4, this::order);
            v6 = new Ranges(Scratch.zeros(folder, feedsAt - ranges6At), IndexFormat.RANGE6, this::order);
            regexPlaces = Scratch.zeros(folder, recordsAt - regexesAt);
            fillOthers();
            while (!fill(seed) && seed < SEEDS - 1) {
                seed++;
                for (int i = 0; i < tables.capacity(); i += Long.BYTES) {
                    tables.putLong(i, 0);
                }
            }
        }

        /** Ranges and regular expressions. */
        private void fillOthers() {
            if (ranges4 + ranges6 + regexes == 0) {
                return;
            }
            Set<String> found = new HashSet<>();
            for (int at = 0; at < bytes.capacity(); at = one.rest()) {
                int type = one.at(at).type();
                if (type == IndexFormat.CIDR) {
                    String range = one.value();
                    (Ranges.isV4(range) ? v4 : v6).add(range, recordsAt + at);
                } else if (type == IndexFormat.USER_AGENT_REGEX) {
                    one.rest();
                    String id = one.ownId();
                    if (found.add(one.value() + '\0' + (id == null ? one.feed() : id))) {
                        regexPlaces.putInt(recordsAt + at);
                    }
                }
            }
            v4.nest();
            v6.nest();
        }

        /** @return whether no run of slots is too long */
        private boolean fill(int withSeed) {
            IndexRecord record = new IndexRecord(bytes);
            long start = IndexFormat.start(withSeed);
            int longest = 0;
            for (int at = 0; at < bytes.capacity(); at = record.rest()) {
                int type = record.at(at).type();
                if (!isKeyed(type)) {
                    continue;
                }
                int end = record.valueLength();
                value = value.length < end ? new byte[2 * end] : value;
                record.value(value, end);
                hashes[inHand] = type == IndexFormat.URL || type == IndexFormat.URL_PREFIX
                        ? url(start, type, end)
                        : host(start, type, end);
                places[inHand++] = recordsAt + at;
                if (inHand == BATCH) {
                    longest = Math.max(longest, putBatch());
                }
            }
            longest = Math.max(longest, putBatch());
            return longest <= LONGEST_RUN;
        }

        /** What has a hash of its own. A port's record lies with its host's. */
        private long host(long start, int type, int end) {
            boolean withPort = type == IndexFormat.IP_PORT || type == IndexFormat.DOMAIN_PORT;
            long state = type == IndexFormat.URL_PATH
                    ? IndexFormat.pathStart(start)
                    : type == IndexFormat.USER_AGENT ? IndexFormat.agentStart(start) : start;
            int hostEnd = withPort ? hostEnd(0, end) : end;
            long hash = IndexFormat.host(state, value, value[0] == '[' && withPort ? 1 : 0, hostEnd);
            mark(hash, IndexFormat.hostBits(hash));
            return hash;
        }

        /** A URL, or the beginning of one, in canonical form: [scheme://]host[:port]/rest. */
        private long url(long start, int type, int end) {
            int scheme = 0;
            while (isOfScheme(value[scheme])) {
                scheme++;
            }
            boolean hasScheme = value[scheme] == ':' && value[scheme + 1] == '/' && value[scheme + 2] == '/';
            int from = hasScheme ? scheme + 3 : 0;
            int hostEnd = hostEnd(from, end);
            boolean bracket = value[from] == '[';
            long host = IndexFormat.host(start, value, bracket ? from + 1 : from, hostEnd);
            mark(host, IndexFormat.urlHostBits(host));
            if (type == IndexFormat.URL_PREFIX) {
                // Those who look for the host alone learn that there is more to see.
                mark(host, IndexFormat.hostBits(host));
                int path = hostEnd;
                while (value[path] != '/') {
                    path++;
                }
                return IndexFormat.mix(IndexFormat.onwards(IndexFormat.prefixStart(host), value, path, end));
            }
            long hash = IndexFormat.onwards(IndexFormat.urlStart(host), value, bracket ? hostEnd + 1 : hostEnd, end);
            return IndexFormat.mix(IndexFormat.onwards(hash, value, 0, hasScheme ? scheme : 0));
        }

        private static boolean isOfScheme(byte c) {
            return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.';
        }

        /** Where the host ends that begins at a place of the value: before its port, its path, or a bracket. */
        private int hostEnd(int from, int end) {
            boolean bracket = value[from] == '[';
            int at = from;
            while (at < end && (bracket ? value[at] != ']' : value[at] != ':' && value[at] != '/')) {
                at++;
            }
            return at;
        }

        private void mark(long hash, long bits) {
            int place = filterAt - slotsAt + Long.BYTES * IndexFormat.word(hash, filterWords);
            tables.putLong(place, tables.getLong(place) | bits);
        }

        /** One right after the other, so that the processor waits for the memory of several at once. */
        private int putBatch() {
            int longest = 0;
            for (int i = 0; i < inHand; i++) {
                longest = Math.max(longest, put(hashes[i], places[i]));
            }
            inHand = 0;
            return longest;
        }

        /** @return how many slots were passed */
        private int put(long hash, int place) {
            int slot = IndexFormat.slot(hash, slotCount);
            int passed = 0;
            for (long entry; (entry = tables.getLong(Long.BYTES * slot)) != 0; passed++) {
                if (IndexFormat.tag(entry) == IndexFormat.tag(hash) && same((int) entry, place)) {
                    return 0;
                }
                slot = slot + 1 == slotCount ? 0 : slot + 1;
            }
            tables.putLong(Long.BYTES * slot, IndexFormat.tag(hash) | place);
            return passed;
        }

        /** Whether two records are of the same indicator. */
        private boolean same(int place, int otherPlace) {
            one.at(place - recordsAt).rest();
            other.at(otherPlace - recordsAt).rest();
            return one.type() == other.type()
                    && one.valueLength() == other.valueLength()
                    && one.value().equals(other.value())
                    && byId() == 0;
        }

        /** The order of two records with the same value, by what else makes the indicator. */
        private int order(int place, int otherPlace) {
            one.at(place - recordsAt).rest();
            other.at(otherPlace - recordsAt).rest();
            return byId();
        }

        /** Those with an id of their own behind the others, which their feeds tell apart. */
        private int byId() {
            String id = one.ownId();
            String otherId = other.ownId();
            return id != null && otherId != null
                    ? id.compareTo(otherId)
                    : id == null && otherId == null ? Integer.compare(one.feed(), other.feed()) : id == null ? -1 : 1;
        }

        /** Offsets of the entries and of their end, then the entries. */
        private byte[] dictionary(Collection<byte[]> entries) {
            int bytesOfAll = entries.stream().mapToInt(entry -> entry.length).sum();
            int at = Integer.BYTES * (entries.size() + 1);
            ByteBuffer buffer = ByteBuffer.allocate(at + bytesOfAll).order(ByteOrder.LITTLE_ENDIAN);
            for (byte[] entry : entries) {
                buffer.putInt(at);
                at += entry.length;
            }
            buffer.putInt(at);
            entries.forEach(buffer::put);
            return buffer.array();
        }

        void write(Sink out) throws IOException {
            Summed summed = new Summed(out);
            ByteBuffer header = ByteBuffer.allocate(IndexFormat.HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(0, IndexFormat.MAGIC)
                    .putInt(IndexFormat.AT_VERSION, IndexFormat.VERSION)
                    .putInt(IndexFormat.AT_SEED, seed)
                    .putLong(IndexFormat.AT_LENGTH, length)
                    .putLong(IndexFormat.AT_COUNT, count)
                    .putLong(IndexFormat.AT_SNAPSHOT, snapshotId)
                    .putLong(IndexFormat.AT_SLOTS, slotsAt)
                    .putLong(IndexFormat.AT_SLOT_COUNT, slotCount)
                    .putLong(IndexFormat.AT_FILTER, filterAt)
                    .putInt(IndexFormat.AT_FILTER_WORDS, filterWords)
                    .putInt(IndexFormat.AT_RANGES4, ranges4At)
                    .putInt(IndexFormat.AT_RANGES4_COUNT, ranges4)
                    .putInt(IndexFormat.AT_RANGES6, ranges6At)
                    .putInt(IndexFormat.AT_RANGES6_COUNT, ranges6)
                    .putInt(IndexFormat.AT_FEEDS, feedsAt)
                    .putInt(IndexFormat.AT_FEED_COUNT, feeds.size())
                    .putInt(IndexFormat.AT_LABELS, labelsAt)
                    .putInt(IndexFormat.AT_LABEL_COUNT, labels.size())
                    .putInt(IndexFormat.AT_RECORDS, recordsAt)
                    .putInt(IndexFormat.AT_PATH_COUNT, paths)
                    .putInt(IndexFormat.AT_AGENT_COUNT, agents)
                    .putInt(IndexFormat.AT_REGEXES, regexesAt)
                    .putInt(IndexFormat.AT_REGEX_COUNT, regexes)
                    .putInt(IndexFormat.AT_PREFIX_COUNT, prefixes);
            CRC32C crc = new CRC32C();
            crc.update(header.array(), 0, IndexFormat.AT_HEADER_CRC);
            header.putInt(IndexFormat.AT_HEADER_CRC, (int) crc.getValue());
            summed.write(header);
            summed.write(tables);
            summed.write(v4.bytes());
            summed.write(v6.bytes());
            summed.write(ByteBuffer.wrap(feedBytes));
            summed.write(ByteBuffer.wrap(labelBytes));
            summed.write(regexPlaces);
            summed.write(bytes);
            ByteBuffer trailer = ByteBuffer.allocate(IndexFormat.TRAILER).order(ByteOrder.LITTLE_ENDIAN);
            trailer.putInt((int) summed.crc.getValue()).putInt(IndexFormat.END);
            out.write(trailer.array(), 0, trailer.capacity());
        }
    }

    /** Writes, and adds up the checksum. */
    private static final class Summed {
        private final Sink out;
        private final CRC32C crc = new CRC32C();
        private final byte[] some = new byte[1 << 16];

        Summed(Sink out) {
            this.out = out;
        }

        /** Writes all of a buffer. */
        void write(ByteBuffer bytes) throws IOException {
            for (int at = 0; at < bytes.capacity(); at += some.length) {
                int length = Math.min(some.length, bytes.capacity() - at);
                bytes.get(at, some, 0, length);
                crc.update(some, 0, length);
                out.write(some, 0, length);
            }
        }
    }
}
