package io.trawl.intel.index;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import io.trawl.record.Indicator;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the indicators of a snapshot and makes its index. The same indicators in the same order give the same bytes. They
 * are kept in a temporary file, which nobody else sees and which is gone with the process: the heap does not grow with
 * them. For one thread.
 */
public final class IndexBuilder implements Closeable {
    /** Sets of labels beyond this many are in their records, which bounds the heap. */
    private static final int MOST_LABEL_SETS = 1 << 16;
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
    private final IndexLayout.Counts counts = new IndexLayout.Counts();
    /** Regular expressions that were added, with the indicator's id. */
    private final Set<String> expressions = new HashSet<>();

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
        return counts.all();
    }

    /**
     * Adds an indicator. One that was added before, with the same id, type and value, is matched once.
     *
     * @throws IllegalArgumentException if type or value are not those of an indicator in canonical form
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
            throw new IllegalStateException(
                    "more than 2 GiB of indicators: " + counts.all() + "; expected about 45 million");
        }
        counts.add(
                type,
                value,
                type != IndexFormat.USER_AGENT_REGEX || expressions.add(value + '\0' + indicator.getIndicatorId()));
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
        return this;
    }

    /** Whether what is below a domain belongs to others. */
    private boolean isOthers(int type, String value) {
        return switch (type) {
            case IndexFormat.URL_PREFIX -> {
                Canonical.Url url = Canonical.parseUrl(value);
                yield url != null && suffixes.section(url.host()) != null;
            }
            case IndexFormat.DOMAIN, IndexFormat.EMAIL_DOMAIN -> suffixes.section(value) != null;
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
            Indicators.Read read =
                    Indicators.read(value, Family.of(IndexFormat.type(type).text()));
            if (!value.equals(read.value()) || read.kind() != IndexFormat.type(type)) {
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

    /** Number of a set of labels in the dictionary; null if there is no room for one more. */
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

    private IndexLayout layout() throws IOException {
        return new IndexLayout(
                folder,
                records,
                counts,
                feeds.keySet().stream().map(feed -> feed.getBytes(UTF_8)).toList(),
                labels.stream().map(IndexBuilder::encoded).toList(),
                snapshotId);
    }

    /** Makes the index in memory. */
    public IndicatorIndex build() {
        try {
            IndexLayout layout = layout();
            byte[] file = new byte[layout.length()];
            ByteBuffer into = ByteBuffer.wrap(file);
            layout.write(into::put);
            return IndexFile.of(into.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the index. The stream is flushed and left open. */
    public void write(OutputStream out) throws IOException {
        layout().write((bytes, from, length) -> out.write(bytes, from, length));
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
}
