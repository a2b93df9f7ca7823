package io.trawl.intel.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/** Where everything of an index goes, which is known before the first byte is written; then writes it. */
final class IndexLayout {
    /** Slots that a look-up may pass; where more collide, other hashes are tried. */
    private static final int LONGEST_RUN = 4096;

    private static final int SEEDS = 4;
    /** Records whose slots are looked for at once. */
    private static final int BATCH = 64;

    /** How many indicators were added, and how many of those kinds that have a place of their own. */
    static final class Counts {
        private long all;
        private int keyed;
        private int ranges4;
        private int ranges6;
        private int paths;
        private int agents;
        private int regexes;
        private int prefixes;

        long all() {
            return all;
        }

        /** @param isNew whether no indicator before it has the same expression */
        void add(int type, String value, boolean isNew) {
            all++;
            switch (type) {
                case IndexFormat.CIDR -> {
                    if (Ranges.isV4(value)) {
                        ranges4++;
                    } else {
                        ranges6++;
                    }
                }
                case IndexFormat.USER_AGENT_REGEX -> regexes += isNew ? 1 : 0;
                default -> {
                    keyed += isKeyed(type) ? 1 : 0;
                    prefixes += type == IndexFormat.URL_PREFIX ? 1 : 0;
                    paths += type == IndexFormat.URL_PATH ? 1 : 0;
                    agents += type == IndexFormat.USER_AGENT ? 1 : 0;
                }
            }
        }
    }

    private final Counts counts;
    private final int feeds;
    private final int labels;
    private final long snapshotId;
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

    /**
     * @param folder takes the temporary files of the tables
     * @param feeds names in UTF-8
     * @param labels sets of labels, as records have them
     */
    IndexLayout(
            Path folder,
            Scratch records,
            Counts counts,
            Collection<byte[]> feeds,
            Collection<byte[]> labels,
            long snapshotId)
            throws IOException {
        this.counts = counts;
        this.feeds = feeds.size();
        this.labels = labels.size();
        this.snapshotId = snapshotId;
        feedBytes = dictionary(feeds);
        labelBytes = dictionary(labels);
        // Seven slots of ten are taken.
        long slotsToBe = counts.keyed * 10L / 7 + 8;
        long wordsToBe = counts.keyed / 4 + 1;
        long at = IndexFormat.HEADER;
        long slotsFrom = at;
        at += Long.BYTES * slotsToBe;
        long filterFrom = at;
        at += Long.BYTES * wordsToBe;
        long ranges4From = at;
        at += (long) IndexFormat.RANGE4 * counts.ranges4;
        long ranges6From = at;
        at += (long) IndexFormat.RANGE6 * counts.ranges6;
        long feedsFrom = at;
        at += feedBytes.length;
        long labelsFrom = at;
        at += labelBytes.length;
        long regexesFrom = at;
        at += (long) Integer.BYTES * counts.regexes;
        long recordsFrom = at;
        at += records.length() + IndexFormat.TRAILER;
        if (at > Integer.MAX_VALUE - 16) {
            throw new IllegalStateException("an index of " + counts.all + " indicators would have " + at
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

    /** How many bytes the index has. */
    int length() {
        return length;
    }

    /** Whether records of a type are found by a hash. */
    private static boolean isKeyed(int type) {
        return type != IndexFormat.CIDR && type != IndexFormat.USER_AGENT_REGEX;
    }

    /** Ranges and regular expressions. */
    private void fillOthers() {
        if (counts.ranges4 + counts.ranges6 + counts.regexes == 0) {
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

    /** What has a hash of its own. A port's record is with its host's. */
    private long host(long start, int type, int end) {
        boolean withPort = type == IndexFormat.IP_PORT || type == IndexFormat.DOMAIN_PORT;
        long state =
                switch (type) {
                    case IndexFormat.URL_PATH -> IndexFormat.pathStart(start);
                    case IndexFormat.USER_AGENT -> IndexFormat.agentStart(start);
                    case IndexFormat.EMAIL_DOMAIN -> IndexFormat.mailStart(start);
                    case IndexFormat.MD5, IndexFormat.SHA1, IndexFormat.SHA256 -> IndexFormat.hashStart(start);
                    default -> start;
                };
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

    /** Those with an id of their own after the others, which their feeds tell apart. */
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
                .putLong(IndexFormat.AT_COUNT, counts.all)
                .putLong(IndexFormat.AT_SNAPSHOT, snapshotId)
                .putLong(IndexFormat.AT_SLOTS, slotsAt)
                .putLong(IndexFormat.AT_SLOT_COUNT, slotCount)
                .putLong(IndexFormat.AT_FILTER, filterAt)
                .putInt(IndexFormat.AT_FILTER_WORDS, filterWords)
                .putInt(IndexFormat.AT_RANGES4, ranges4At)
                .putInt(IndexFormat.AT_RANGES4_COUNT, counts.ranges4)
                .putInt(IndexFormat.AT_RANGES6, ranges6At)
                .putInt(IndexFormat.AT_RANGES6_COUNT, counts.ranges6)
                .putInt(IndexFormat.AT_FEEDS, feedsAt)
                .putInt(IndexFormat.AT_FEED_COUNT, feeds)
                .putInt(IndexFormat.AT_LABELS, labelsAt)
                .putInt(IndexFormat.AT_LABEL_COUNT, labels)
                .putInt(IndexFormat.AT_RECORDS, recordsAt)
                .putInt(IndexFormat.AT_PATH_COUNT, counts.paths)
                .putInt(IndexFormat.AT_AGENT_COUNT, counts.agents)
                .putInt(IndexFormat.AT_REGEXES, regexesAt)
                .putInt(IndexFormat.AT_REGEX_COUNT, counts.regexes)
                .putInt(IndexFormat.AT_PREFIX_COUNT, counts.prefixes);
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

    /** Takes the bytes of the index, from its first one on. */
    interface Sink {
        void write(byte[] bytes, int from, int length) throws IOException;
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
