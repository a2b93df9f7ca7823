package io.trawl.hbase;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.intel.canonical.Observables;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/** Answers the questions that the HBase tables are keyed for. */
public final class HBaseReader {
    static final int BATCH = 500;

    private final Settings settings;

    public HBaseReader(Settings settings) {
        this.settings = settings;
    }

    /**
     * What detections are asked for; null is any. A detection has to meet all that is given.
     *
     * @param client a client, exactly
     * @param indicator a canonical indicator value, exactly
     * @param value a canonical host (with its subdomains), address, or range as first and last address
     * @param since from this event time on
     * @param most how many at most, newest first
     */
    public record Query(
            @Nullable String client,
            @Nullable String indicator,
            @Nullable Target value,
            @Nullable Instant since,
            int most) {}

    /** A domain with its subdomains, or a range of addresses (16 bytes each, both inclusive). */
    public record Target(@Nullable String domain, byte @Nullable [] first, byte @Nullable [] last) {
        public static Target domain(String canonical) {
            return new Target(canonical, null, null);
        }

        /** @param text an address, or a range in CIDR notation, canonical */
        public static Target addresses(String text) {
            int slash = text.indexOf('/');
            byte[] address = Keys.address(slash < 0 ? text : text.substring(0, slash));
            if (address == null) {
                throw new IllegalArgumentException("no address or range: " + text);
            }
            int bits = slash < 0 ? 128 : Integer.parseInt(text.substring(slash + 1)) + (text.indexOf(':') < 0 ? 96 : 0);
            byte[] first = address.clone();
            byte[] last = address.clone();
            for (int bit = bits; bit < 128; bit++) {
                first[bit / 8] &= (byte) ~(0x80 >> bit % 8);
                last[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
            return new Target(null, first, last);
        }
    }

    /** One condition: the scans that answer it for a salt, and whether their rows come newest first. */
    private record Question(IntFunction<List<Scan>> scans, boolean newestFirst) {}

    /** Newest first. */
    private static final Comparator<byte[]> NEWEST =
            Comparator.comparing((byte[] key) -> Keys.timeOf(key)).reversed().thenComparing(Arrays::compare);

    /** Detections, newest first, each once: as it was stored, with "seen_by", the paths and windows that have it. */
    public List<ObjectNode> detections(Query query) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        List<Question> asked = new ArrayList<>();
        if (query.client() != null) {
            byte[] client = Keys.terminated(query.client());
            asked.add(new Question(salt -> List.of(prefix(Keys.key(salt, Keys.CLIENT, client))), true));
        }
        if (query.indicator() != null) {
            byte[] indicator = Keys.terminated(query.indicator());
            asked.add(new Question(salt -> List.of(prefix(Keys.key(salt, Keys.INDICATOR, indicator))), true));
        }
        Target value = query.value();
        if (value != null) {
            asked.add(new Question(salt -> scans(salt, value), false));
        }
        if (asked.isEmpty()) {
            asked.add(new Question(salt -> List.of(prefix(Keys.key(salt, Keys.TIME))), true));
        }
        // Several questions are answered by what all of them found, so each has to be answered whole.
        int most = asked.size() == 1 ? query.most() : Integer.MAX_VALUE;
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            TreeSet<byte[]> keys = null;
            for (Question question : asked) {
                TreeSet<byte[]> found = new TreeSet<>(NEWEST);
                for (int salt = 0; salt < salts; salt++) {
                    for (Scan scan : question.scans().apply(salt)) {
                        mainRows(table, scan, question.newestFirst(), query.since(), most, found);
                    }
                }
                if (keys == null) {
                    keys = found;
                } else {
                    keys.retainAll(found);
                }
            }
            return rows(
                    table,
                    Objects.requireNonNull(keys).stream().limit(query.most()).toList());
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    /** Adds the main rows that a scan leads to, from an event time on, at most so many of them. */
    private static void mainRows(
            Table table, Scan scan, boolean newestFirst, @Nullable Instant since, int most, Set<byte[]> into)
            throws IOException {
        int found = 0;
        try (ResultScanner rows = table.getScanner(scan)) {
            for (Result row : rows) {
                if (Stream.of(row.rawCells()).allMatch(Load::isTombstone)) {
                    continue;
                }
                byte[] key = row.getRow();
                if (since != null && Keys.timeOf(key).isBefore(since)) {
                    if (newestFirst) {
                        return;
                    }
                    continue;
                }
                into.add(key[1] == Keys.TIME ? key : Keys.mainOf(key));
                if (newestFirst && ++found >= most) {
                    return;
                }
            }
        }
    }

    private static List<Scan> scans(int salt, Target target) {
        if (target.domain() != null) {
            String reversed = Keys.reversed(target.domain());
            return List.of(
                    prefix(Keys.key(salt, Keys.HOST, Keys.terminated(reversed))),
                    prefix(Keys.key(salt, Keys.HOST, (reversed + ".").getBytes(StandardCharsets.UTF_8))));
        }
        byte[] last =
                Bytes.add(Keys.key(salt, Keys.ADDRESS, Objects.requireNonNull(target.last())), filled(Keys.TAIL + 1));
        return List.of(new Scan()
                .withStartRow(Keys.key(salt, Keys.ADDRESS, Objects.requireNonNull(target.first())))
                .withStopRow(last, true)
                .setCaching(BATCH));
    }

    static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xFF);
        return bytes;
    }

    static Scan prefix(byte[] prefix) {
        return new Scan().setStartStopRowForPrefixScan(prefix).setCaching(BATCH);
    }

    private static List<ObjectNode> rows(Table table, List<byte[]> keys) throws IOException {
        List<ObjectNode> found = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<Get> gets = keys.subList(from, Math.min(from + BATCH, keys.size())).stream()
                    .map(Get::new)
                    .toList();
            for (Result row : table.get(gets)) {
                ObjectNode detection = detection(row);
                if (detection != null) {
                    found.add(detection);
                }
            }
        }
        return found;
    }

    private static @Nullable ObjectNode detection(Result row) throws IOException {
        ObjectNode detection = null;
        TreeSet<String> seenBy = new TreeSet<>();
        for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
            if (Load.isTombstone(cell)) {
                continue;
            }
            if (detection == null) {
                detection = (ObjectNode) Json.MAPPER.readTree(CellUtil.cloneValue(cell));
            }
            seenBy.add(Bytes.toString(CellUtil.cloneQualifier(cell)));
        }
        if (detection != null) {
            ArrayNode paths = detection.putArray("seen_by");
            seenBy.forEach(paths::add);
        }
        return detection;
    }

    /** One value, one client, one window: how often and when. */
    public record Sighting(
            String value,
            String type,
            String client,
            String source,
            Window window,
            Instant first,
            Instant last,
            long events) {}

    /**
     * The newest sightings, and how many there are.
     *
     * @param total of all that was asked for
     */
    public record Sightings(List<Sighting> newest, long total) {}

    /**
     * Who contacted a domain (with subdomains), an address or a range, newest first.
     *
     * <p>One scan of what each window saw, without the clients of popular values; then the clients of the newest windows
     * are read, until the rest must be older.
     *
     * @param since from this time of the last event on
     * @param most how many at most
     */
    public Sightings sightings(Target target, @Nullable Instant since, int most) {
        return new SightingReader(settings).of(target, since, most);
    }

    /**
     * Who sent a user agent, newest first.
     *
     * @param text exactly as logs have it; of a long one what observables have of it ({@link Observables#userAgent}) does, too
     * @throws IllegalArgumentException it is what logs have for none
     */
    public Sightings userAgentSightings(String text, @Nullable Instant since, int most) {
        return new SightingReader(settings).ofUserAgent(text, since, most);
    }

    /** Of so many detections, or whatever else there must be, what HBase does not have. */
    public record Lacking(long detections, long missing, List<String> examples) implements Serializable {
        private static final int EXAMPLES = 3;

        public static final Lacking NOTHING = new Lacking(0, 0, List.of());

        /** This and another share of them. */
        public Lacking plus(Lacking other) {
            List<String> some = Stream.concat(examples.stream(), other.examples.stream())
                    .limit(EXAMPLES)
                    .toList();
            return new Lacking(detections + other.detections, missing + other.missing, some);
        }
    }
}
