package io.trawl.intel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.trawl.record.Indicator;
import java.io.ByteArrayOutputStream;
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
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Takes the indicators of a snapshot and makes its index. The same indicators in the same order give the same bytes. It
 * holds them packed, about 30 bytes each. For one thread, and one index.
 */
public final class IndexBuilder {
    /** Sets of labels beyond this many stand in their records, which bounds the heap. */
    private static final int MOST_LABEL_SETS = 1 << 16;
    /** Slots that a look-up may pass; where more collide, other hashes are tried. */
    private static final int LONGEST_RUN = 4096;

    private static final int SEEDS = 4;

    private final Records records = new Records();
    private final Map<String, Integer> feeds = new LinkedHashMap<>();
    private final Map<List<String>, Integer> labelSets = new HashMap<>();
    private final List<List<String>> labels = new ArrayList<>();
    private final List<Range> ranges4 = new ArrayList<>();
    private final List<Range> ranges6 = new ArrayList<>();
    private final List<Integer> regexes = new ArrayList<>();
    private int paths;
    private int agents;
    private long unkeyed;
    private final Ids ids = new Ids();
    private final PublicSuffixes suffixes = PublicSuffixes.bundled();
    private long count;
    private long snapshotId;

    IndexBuilder() {
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
        if (type == IndexFormat.CIDR) {
            range(value, records.length());
        }
        paths += type == IndexFormat.URL_PATH ? 1 : 0;
        agents += type == IndexFormat.USER_AGENT ? 1 : 0;
        unkeyed += type >= IndexFormat.USER_AGENT_REGEX ? 1 : 0;
        if (type == IndexFormat.USER_AGENT_REGEX) {
            regexes.add(records.length());
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

    /** Whether what lies beneath a domain belongs to others. */
    private boolean isOthers(int type, String value) {
        return switch (type) {
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

    /**
     * A range of addresses.
     *
     * @param high first eight bytes of the first address, or all four of an IPv4 one
     * @param record its record
     */
    private record Range(long high, long low, int bits, int record) {}

    private void range(String value, int record) {
        int slash = value.indexOf('/');
        byte[] first = Ip.require(value.substring(0, slash));
        int bits = Integer.parseInt(value.substring(slash + 1));
        if (first.length == 4) {
            ranges4.add(new Range(Integer.toUnsignedLong(ByteBuffer.wrap(first).getInt()), 0, bits, record));
        } else {
            ranges6.add(new Range(Ip.number(first, 0), Ip.number(first, 8), bits, record));
        }
    }

    /** Makes the index in memory. */
    public IndicatorIndex build() {
        Layout layout = new Layout();
        byte[] file = new byte[layout.length];
        try {
            layout.write(new OutputStream() {
                private int at;

                @Override
                public void write(int b) {
                    file[at++] = (byte) b;
                }

                @Override
                public void write(byte[] bytes, int from, int length) {
                    System.arraycopy(bytes, from, file, at, length);
                    at += length;
                }
            });
            return IndexFile.of(ByteBuffer.wrap(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the index. The stream is flushed and left open. */
    public void write(OutputStream out) throws IOException {
        new Layout().write(out);
        out.flush();
    }

    /** Writes the index into a file, which is there whole or not at all under its name. */
    public void write(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try (OutputStream out = Files.newOutputStream(temporary)) {
            write(out);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
        private final long[] slots;
        private final long[] filter;
        private final byte[] feedBytes;
        private final byte[] labelBytes;
        private int seed;

        Layout() {
            long keyed = count - ranges4.size() - ranges6.size() - unkeyed;
            feedBytes = dictionary(
                    feeds.keySet().stream().map(feed -> feed.getBytes(UTF_8)).toList());
            labelBytes = dictionary(labels.stream().map(IndexBuilder::encoded).toList());
            // Seven slots of ten are taken.
            long slotCount = keyed * 10 / 7 + 8;
            long filterWords = keyed / 4 + 1;
            long at = IndexFormat.HEADER;
            long slotsFrom = at;
            at += 8 * slotCount;
            long filterFrom = at;
            at += 8 * filterWords;
            long ranges4From = at;
            at += (long) IndexFormat.RANGE4 * ranges4.size();
            long ranges6From = at;
            at += (long) IndexFormat.RANGE6 * ranges6.size();
            long feedsFrom = at;
            at += feedBytes.length;
            long labelsFrom = at;
            at += labelBytes.length;
            long regexesFrom = at;
            at += 4L * regexes.size();
            long recordsFrom = at;
            at += records.length() + (long) IndexFormat.TRAILER;
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
            slots = new long[(int) slotCount];
            filter = new long[(int) filterWords];
            while (!fill(seed) && seed < SEEDS - 1) {
                seed++;
                Arrays.fill(slots, 0);
                Arrays.fill(filter, 0);
            }
        }

        /** @return whether no run of slots is too long */
        private boolean fill(int withSeed) {
            Records.Cursor cursor = records.new Cursor();
            long start = IndexFormat.start(withSeed);
            int longest = 0;
            while (cursor.at < records.length()) {
                int record = cursor.at;
                int head = cursor.varint();
                String value = new String(cursor.bytes(), ISO_8859_1);
                int type = head & IndexFormat.TYPE;
                if (type == IndexFormat.URL) {
                    Canonical.Url url = Canonical.parseUrl(value);
                    if (url == null) {
                        throw new IllegalStateException("no URL: " + value);
                    }
                    long host =
                            IndexFormat.host(start, url.host(), 0, url.host().length());
                    filter[IndexFormat.word(host, filter.length)] |= IndexFormat.urlHostBits(host);
                    long hash = IndexFormat.scheme(IndexFormat.url(host, url.port(), url.rest()), url.scheme());
                    longest = Math.max(longest, put(hash, record));
                } else if (type != IndexFormat.CIDR && type < IndexFormat.USER_AGENT_REGEX) {
                    long hash =
                            switch (type) {
                                case IndexFormat.URL_PATH -> IndexFormat.path(start, value);
                                case IndexFormat.USER_AGENT -> IndexFormat.agent(start, value);
                                // A port's record lies with its host's.
                                case IndexFormat.IP_PORT, IndexFormat.DOMAIN_PORT -> {
                                    String host = hostOf(value);
                                    yield IndexFormat.host(start, host, 0, host.length());
                                }
                                default -> IndexFormat.host(start, value, 0, value.length());
                            };
                    filter[IndexFormat.word(hash, filter.length)] |= IndexFormat.hostBits(hash);
                    longest = Math.max(longest, put(hash, record));
                }
                cursor.varint();
                cursor.skipRest(head);
            }
            return longest <= LONGEST_RUN;
        }

        /** @return how many slots were passed */
        private int put(long hash, int record) {
            int slot = IndexFormat.slot(hash, slots.length);
            int passed = 0;
            while (slots[slot] != 0) {
                if (IndexFormat.tag(slots[slot]) == IndexFormat.tag(hash)
                        && records.same((int) slots[slot] - recordsAt, record)) {
                    return 0;
                }
                slot = slot + 1 == slots.length ? 0 : slot + 1;
                passed++;
            }
            slots[slot] = IndexFormat.tag(hash) | recordsAt + record;
            return passed;
        }

        /** Offsets of the entries and of their end, then the entries. */
        private byte[] dictionary(Collection<byte[]> entries) {
            int bytes = entries.stream().mapToInt(entry -> entry.length).sum();
            ByteBuffer buffer =
                    ByteBuffer.allocate(4 * (entries.size() + 1) + bytes).order(ByteOrder.LITTLE_ENDIAN);
            int at = 4 * (entries.size() + 1);
            for (byte[] entry : entries) {
                buffer.putInt(at);
                at += entry.length;
            }
            buffer.putInt(at);
            entries.forEach(buffer::put);
            return buffer.array();
        }

        void write(OutputStream out) throws IOException {
            Summed summed = new Summed(out);
            ByteBuffer header = ByteBuffer.allocate(IndexFormat.HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(0, IndexFormat.MAGIC)
                    .putInt(IndexFormat.AT_VERSION, IndexFormat.VERSION)
                    .putInt(IndexFormat.AT_SEED, seed)
                    .putLong(IndexFormat.AT_LENGTH, length)
                    .putLong(IndexFormat.AT_COUNT, count)
                    .putLong(IndexFormat.AT_SNAPSHOT, snapshotId)
                    .putLong(IndexFormat.AT_SLOTS, slotsAt)
                    .putLong(IndexFormat.AT_SLOT_COUNT, slots.length)
                    .putLong(IndexFormat.AT_FILTER, filterAt)
                    .putInt(IndexFormat.AT_FILTER_WORDS, filter.length)
                    .putInt(IndexFormat.AT_RANGES4, ranges4At)
                    .putInt(IndexFormat.AT_RANGES4_COUNT, ranges4.size())
                    .putInt(IndexFormat.AT_RANGES6, ranges6At)
                    .putInt(IndexFormat.AT_RANGES6_COUNT, ranges6.size())
                    .putInt(IndexFormat.AT_FEEDS, feedsAt)
                    .putInt(IndexFormat.AT_FEED_COUNT, feeds.size())
                    .putInt(IndexFormat.AT_LABELS, labelsAt)
                    .putInt(IndexFormat.AT_LABEL_COUNT, labels.size())
                    .putInt(IndexFormat.AT_RECORDS, recordsAt)
                    .putInt(IndexFormat.AT_PATH_COUNT, paths)
                    .putInt(IndexFormat.AT_AGENT_COUNT, agents)
                    .putInt(IndexFormat.AT_REGEXES, regexesAt)
                    .putInt(IndexFormat.AT_REGEX_COUNT, regexes.size());
            CRC32C crc = new CRC32C();
            crc.update(header.array(), 0, IndexFormat.AT_HEADER_CRC);
            header.putInt(IndexFormat.AT_HEADER_CRC, (int) crc.getValue());
            summed.write(header.array(), header.capacity());
            longs(slots, summed);
            longs(filter, summed);
            ranges(ranges4, IndexFormat.RANGE4, summed);
            ranges(ranges6, IndexFormat.RANGE6, summed);
            summed.write(feedBytes, feedBytes.length);
            summed.write(labelBytes, labelBytes.length);
            ByteBuffer places = ByteBuffer.allocate(4 * regexes.size()).order(ByteOrder.LITTLE_ENDIAN);
            regexes.forEach(record -> places.putInt(recordsAt + record));
            summed.write(places.array(), places.capacity());
            records.write(summed);
            ByteBuffer trailer = ByteBuffer.allocate(IndexFormat.TRAILER).order(ByteOrder.LITTLE_ENDIAN);
            trailer.putInt((int) summed.crc.getValue()).putInt(IndexFormat.END);
            out.write(trailer.array());
        }

        private static void longs(long[] numbers, Summed out) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            for (long number : numbers) {
                buffer.putLong(number);
                if (!buffer.hasRemaining()) {
                    out.write(buffer.array(), buffer.capacity());
                    buffer.clear();
                }
            }
            out.write(buffer.array(), buffer.position());
        }

        /** In order of first addresses, a wider range before those in it; each knows the range around it. */
        private void ranges(List<Range> ranges, int size, Summed out) throws IOException {
            List<Range> sorted = new ArrayList<>(ranges);
            sorted.sort((one, other) -> {
                int order = Long.compareUnsigned(one.high, other.high);
                order = order != 0 ? order : Long.compareUnsigned(one.low, other.low);
                return order != 0 ? order : Integer.compare(one.bits, other.bits);
            });
            ByteBuffer buffer = ByteBuffer.allocate(size * sorted.size()).order(ByteOrder.LITTLE_ENDIAN);
            int[] around = new int[sorted.size()];
            for (int i = 0; i < sorted.size(); i++) {
                Range range = sorted.get(i);
                int parent = i - 1;
                // Of an indicator that was added twice, one is passed by.
                while (parent >= 0 && records.same(sorted.get(parent).record, range.record)) {
                    parent = around[parent];
                }
                while (parent >= 0 && !contains(sorted.get(parent), range, size)) {
                    parent = around[parent];
                }
                around[i] = parent;
                if (size == IndexFormat.RANGE4) {
                    buffer.putInt((int) range.high);
                } else {
                    buffer.putLong(range.high).putLong(range.low);
                }
                buffer.putInt(parent).putInt(recordsAt + range.record).putInt(range.bits);
            }
            out.write(buffer.array(), buffer.capacity());
        }

        private static boolean contains(Range range, Range other, int size) {
            return size == IndexFormat.RANGE4
                    ? IndexFile.sameBits((int) range.high, (int) other.high, range.bits)
                    : IndexFile.sameBits(range.high, range.low, other.high, other.low, range.bits);
        }
    }

    /** Writes, and adds up the checksum. */
    private static final class Summed {
        private final OutputStream out;
        private final CRC32C crc = new CRC32C();

        Summed(OutputStream out) {
            this.out = out;
        }

        void write(byte[] bytes, int length) throws IOException {
            crc.update(bytes, 0, length);
            out.write(bytes, 0, length);
        }
    }

    /** Records one after the other, in pieces, so that growing copies nothing. */
    private static final class Records {
        private static final int BITS = 20;
        private static final int PIECE = 1 << BITS;

        private final List<byte[]> pieces = new ArrayList<>();
        private int length;

        int length() {
            return length;
        }

        void put(int b) {
            int in = length & PIECE - 1;
            if (in == 0) {
                if (length < 0) {
                    throw new IllegalStateException("more than 2 GiB of indicators");
                }
                pieces.add(new byte[PIECE]);
            }
            pieces.get(length >> BITS)[in] = (byte) b;
            length++;
        }

        void varint(int number) {
            int rest = number;
            while (rest >>> 7 != 0) {
                put(rest & 0x7F | 0x80);
                rest >>>= 7;
            }
            put(rest);
        }

        void putLong(long number) {
            for (int i = 0; i < 64; i += 8) {
                put((int) (number >>> i));
            }
        }

        void bytes(byte[] bytes) {
            varint(bytes.length);
            for (byte b : bytes) {
                put(b);
            }
        }

        /** Whether two records are of the same indicator. */
        boolean same(int one, int other) {
            Cursor first = new Cursor();
            Cursor second = new Cursor();
            first.at = one;
            second.at = other;
            int head = first.varint();
            int otherHead = second.varint();
            int sameness = IndexFormat.TYPE | IndexFormat.OWN_ID;
            return (head & sameness) == (otherHead & sameness)
                    && Arrays.equals(first.bytes(), second.bytes())
                    && first.id(head).equals(second.id(otherHead));
        }

        void write(Summed out) throws IOException {
            for (int i = 0; i < pieces.size(); i++) {
                out.write(pieces.get(i), Math.min(PIECE, length - (i << BITS)));
            }
        }

        /** Reads along the records. */
        private final class Cursor {
            private int at;

            int get() {
                byte b = pieces.get(at >> BITS)[at & PIECE - 1];
                at++;
                return b;
            }

            int varint() {
                int number = 0;
                for (int shift = 0; ; shift += 7) {
                    int b = get();
                    number |= (b & 0x7F) << shift;
                    if (b >= 0) {
                        return number;
                    }
                }
            }

            byte[] bytes() {
                byte[] bytes = new byte[varint()];
                for (int i = 0; i < bytes.length; ) {
                    int in = at & PIECE - 1;
                    int some = Math.min(bytes.length - i, PIECE - in);
                    System.arraycopy(pieces.get(at >> BITS), in, bytes, i, some);
                    at += some;
                    i += some;
                }
                return bytes;
            }

            private void skipBytes() {
                int length = varint();
                at += length;
            }

            /** What besides type and value makes the indicator: the feed, or an id of its own. Passes what lies behind the value. */
            String id(int head) {
                int feed = varint();
                skipRest(head & ~IndexFormat.OWN_ID);
                return (head & IndexFormat.OWN_ID) != 0 ? new String(bytes(), UTF_8) : Integer.toString(feed);
            }

            /** Passes what lies behind the feed. */
            void skipRest(int head) {
                varint();
                if ((head & IndexFormat.OWN_LABELS) != 0) {
                    skipBytes();
                } else {
                    varint();
                }
                if ((head & IndexFormat.ORIGINAL) != 0) {
                    skipBytes();
                }
                if ((head & IndexFormat.VALIDITY) != 0) {
                    int bounds = get();
                    at += 8 * Integer.bitCount(bounds);
                }
                if ((head & IndexFormat.CONFIDENCE) != 0) {
                    varint();
                }
                if ((head & IndexFormat.OWN_ID) != 0) {
                    skipBytes();
                }
            }
        }
    }
}
