package io.trawl.copies;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.lake.Ledger;
import io.trawl.parsing.Printable;
import io.trawl.parsing.flume.ProxyFile;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines of a window lie in the files that they were written to: of each file the offsets of the first and the last
 * line that came. Lines whose place is not known ({@link ProxyFile#isPlaced}) are left out.
 */
public final class FileRanges {
    private static final String FILES = "files";
    /** Characters of a file's name that are shown. */
    private static final int SHOWN = 300;

    private final TreeMap<ProxyFile, Range> ranges = new TreeMap<>();
    private long unplaced;

    /** Offsets of the first and the last line, bytes from the beginning of the file. */
    public record Range(long first, long last) implements Serializable {
        boolean meets(Range other) {
            return first <= other.last && other.first <= last;
        }

        /** What both have; only if they meet. */
        Range common(Range other) {
            return new Range(Math.max(first, other.first), Math.min(last, other.last));
        }

        /** From the first line of both to the last one. */
        Range around(Range other) {
            return new Range(Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /** Counts them in rows of raw_lines; null if there are none. */
    public static FileRanges in(@Nullable Dataset<Row> rawLines) {
        FileRanges found = new FileRanges();
        if (rawLines == null) {
            return found;
        }
        for (Row row : rawLines.where("host is not null and file_offset is not null")
                .groupBy("host", "log", "generation")
                .agg(min(col("file_offset")), max(col("file_offset")), count(lit(1)))
                .collectAsList()) {
            String host = row.getString(0);
            String log = row.isNullAt(1) ? "" : row.getString(1);
            String generation = row.isNullAt(2) ? null : row.getString(2);
            if (generation != null && ProxyFile.isPlaced(host, generation, row.getLong(3))) {
                found.add(new ProxyFile(host, log, generation), new Range(row.getLong(3), row.getLong(4)));
            } else {
                found.unplaced += row.getLong(5);
            }
        }
        return found;
    }

    /** Reads what an ingest noted; null if it is of a version that noted none. */
    public static @Nullable FileRanges noted(Ledger.Entry ingest) {
        FileRanges noted = new FileRanges();
        JsonNode files = Json.read(ingest.detail()).path(FILES);
        if (files.isMissingNode()) {
            return ingest.counts().getOrDefault("raw", -1L) == 0 ? noted : null;
        }
        each(
                files,
                (file, values) -> noted.add(
                        file, new Range(values.path(0).asLong(), values.path(1).asLong())));
        return noted;
    }

    /** What is done with each file of a JSON object of hosts, logs and generations. */
    interface Each {
        void take(ProxyFile file, JsonNode values);
    }

    static void each(JsonNode hosts, Each each) {
        hosts.fields()
                .forEachRemaining(host -> host.getValue()
                        .fields()
                        .forEachRemaining(log -> log.getValue()
                                .fields()
                                .forEachRemaining(generation -> each.take(
                                        new ProxyFile(host.getKey(), log.getKey(), generation.getKey()),
                                        generation.getValue()))));
    }

    /** The place of a file in such an object. */
    static ObjectNode at(ObjectNode hosts, ProxyFile file) {
        return inside(inside(hosts, file.host()), file.log());
    }

    private static ObjectNode inside(ObjectNode of, String name) {
        return of.get(name) instanceof ObjectNode known ? known : of.putObject(name);
    }

    void add(ProxyFile file, Range range) {
        ranges.merge(file, range, Range::around);
    }

    SortedMap<ProxyFile, Range> ranges() {
        return Collections.unmodifiableSortedMap(ranges);
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Lines that have a host and an offset, but are of no file that is known: their copies have equal ids all the same. */
    public long unplaced() {
        return unplaced;
    }

    /** The files of which others have other places, or none, with the places of both; in order. */
    public List<String> differing(FileRanges others) {
        TreeSet<ProxyFile> files = new TreeSet<>(ranges.keySet());
        files.addAll(others.ranges.keySet());
        return files.stream()
                .filter(file -> !Objects.equals(ranges.get(file), others.ranges.get(file)))
                .map(file -> Printable.line(file.toString(), SHOWN) + " at " + text(ranges.get(file)) + ", not at "
                        + text(others.ranges.get(file)))
                .toList();
    }

    private static String text(@Nullable Range range) {
        return range == null ? "none" : range.first() + " to " + range.last();
    }

    /** Whether a file has a line here that may be among those of the other. */
    boolean meets(FileRanges other) {
        return ranges.entrySet().stream().anyMatch(one -> {
            Range there = other.ranges.get(one.getKey());
            return there != null && there.meets(one.getValue());
        });
    }

    /** What both have, of the files whose lines may be among those of the other. */
    Map<ProxyFile, Range> common(FileRanges other) {
        TreeMap<ProxyFile, Range> common = new TreeMap<>();
        ranges.forEach((file, range) -> {
            Range there = other.ranges.get(file);
            if (there != null && there.meets(range)) {
                common.put(file, range.common(there));
            }
        });
        return common;
    }

    /** Writes them into an ingest's detail. */
    public void into(ObjectNode detail) {
        ObjectNode files = detail.putObject(FILES);
        for (Map.Entry<ProxyFile, Range> one : ranges.entrySet()) {
            at(files, one.getKey())
                    .putArray(one.getKey().generation())
                    .add(one.getValue().first())
                    .add(one.getValue().last());
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FileRanges that && ranges.equals(that.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }
}
