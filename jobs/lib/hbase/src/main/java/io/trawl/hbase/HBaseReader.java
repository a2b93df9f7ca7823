package io.trawl.hbase;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.intel.canonical.Observables;
import io.trawl.record.ClientSightings;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
    private static final int BATCH = 500;

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

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xFF);
        return bytes;
    }

    private static Scan prefix(byte[] prefix) {
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

    /** What one window saw of a value, without its clients. */
    private record Summary(byte[] row, CellName name, ObservableBytes.Read cell) {}

    /** By the time of the last event; what is of the same time has an order, too. */
    private static final Comparator<Sighting> LATEST = Comparator.comparing(Sighting::last)
            .thenComparing(Sighting::first)
            .reversed()
            .thenComparing(Sighting::value)
            .thenComparing(Sighting::client)
            .thenComparing(Sighting::source);

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
        return sightings(sightingScans(HBase.salts(settings, HBase.OBSERVABLES), target), since, most);
    }

    /**
     * Who sent a user agent, newest first.
     *
     * @param text exactly as logs have it; of a long one what observables have of it ({@link Observables#userAgent}) does, too
     * @throws IllegalArgumentException it is what logs have for none
     */
    public Sightings userAgentSightings(String text, @Nullable Instant since, int most) {
        return sightings(userAgentScans(HBase.salts(settings, HBase.OBSERVABLES), text), since, most);
    }

    private Sightings sightings(List<Scan> scans, @Nullable Instant since, int most) {
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.OBSERVABLES))) {
            // Each has a client that was last seen when the value was: so many of them have all that is asked for.
            PriorityQueue<Summary> newest = new PriorityQueue<>(
                    Comparator.comparing((Summary one) -> one.cell().last()));
            List<Summary> atTheEdge = new ArrayList<>();
            long total = 0;
            for (Scan scan : scans) {
                try (ResultScanner rows = table.getScanner(scan)) {
                    for (Result row : rows) {
                        for (Cell cell : row.rawCells()) {
                            if (Load.isTombstone(cell)) {
                                continue;
                            }
                            ObservableBytes.Read read = ObservableBytes.read(cell);
                            if (since != null && read.last().isBefore(since)) {
                                continue;
                            }
                            boolean edge = since != null && read.first().isBefore(since);
                            total += edge ? 0 : read.clients();
                            Summary oldest = newest.size() < most ? null : newest.peek();
                            boolean kept = oldest == null
                                    || read.last().isAfter(oldest.cell().last());
                            if (edge || kept) {
                                Summary summary = new Summary(row.getRow(), CellName.of(cell), read);
                                if (edge) {
                                    atTheEdge.add(summary);
                                }
                                if (kept) {
                                    newest.add(summary);
                                    if (newest.size() > most) {
                                        newest.poll();
                                    }
                                }
                            }
                        }
                    }
                }
            }
            for (Summary summary : atTheEdge) {
                total += clients(table, summary, since).size();
            }
            return new Sightings(newest(table, newest, since, most), total);
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    private static List<Sighting> newest(
            Table table, PriorityQueue<Summary> summaries, @Nullable Instant since, int most) throws IOException {
        List<Summary> ordered = new ArrayList<>(summaries);
        ordered.sort(Comparator.comparing((Summary one) -> one.cell().last()).reversed());
        PriorityQueue<Sighting> kept = new PriorityQueue<>(LATEST.reversed());
        for (Summary summary : ordered) {
            Sighting oldest = kept.peek();
            if (kept.size() == most && oldest != null && summary.cell().last().isBefore(oldest.last())) {
                break;
            }
            for (Sighting sighting : clients(table, summary, since)) {
                kept.add(sighting);
                if (kept.size() > most) {
                    kept.poll();
                }
            }
        }
        List<Sighting> found = new ArrayList<>(kept);
        found.sort(LATEST);
        return found;
    }

    /** A window's clients of a value, from a time on. */
    private static List<Sighting> clients(Table table, Summary summary, @Nullable Instant since) throws IOException {
        List<ClientSightings> all = new ArrayList<>(summary.cell().some());
        int chunks = HBaseStore.chunks(summary.cell().clients());
        if (chunks > 0) {
            Get get = new Get(summary.row());
            for (int chunk = 0; chunk < chunks; chunk++) {
                get.addColumn(HBase.CLIENTS, summary.name().bytes(chunk));
            }
            Result row = table.get(get);
            for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
                if (!Load.isTombstone(cell)) {
                    all.addAll(ObservableBytes.read(cell).some());
                }
            }
        }
        String known = summary.cell().value();
        String value = known == null ? String.valueOf(Keys.valueOf(summary.row())) : known;
        String type = Keys.typeOf(summary.row());
        return all.stream()
                .filter(client -> since == null || !client.getLastSeen().isBefore(since))
                .map(client -> new Sighting(
                        value,
                        type,
                        client.getClient(),
                        summary.name().source(),
                        summary.name().window(),
                        client.getFirstSeen(),
                        client.getLastSeen(),
                        client.getEvents()))
                .toList();
    }

    /** One scan, of one salt; for a public suffix, or a range that is wider than a salt's, one of each salt. */
    private static List<Scan> sightingScans(int salts, Target target) {
        IntStream asked;
        byte[] first = target.first();
        byte[] last = target.last();
        String domain = target.domain();
        if (domain != null) {
            asked = SaltDomains.of(domain) == null
                    ? IntStream.range(0, salts)
                    : IntStream.of(Keys.domainSalt(salts, domain));
        } else {
            Objects.requireNonNull(first);
            Objects.requireNonNull(last);
            asked = Arrays.equals(Keys.network(first), Keys.network(last))
                    ? IntStream.of(Keys.addressSalt(salts, first))
                    : IntStream.range(0, salts);
        }
        return asked.mapToObj(salt -> domain == null
                        ? range(
                                Keys.key(salt, Keys.ADDRESS, Objects.requireNonNull(first)),
                                Keys.key(salt, Keys.ADDRESS, Objects.requireNonNull(last)))
                        : prefix(Keys.key(salt, Keys.DOMAIN, Keys.domain(domain))))
                .map(scan -> scan.addFamily(HBase.FAMILY))
                .toList();
    }

    /** One scan, of one salt; two of a long user agent: it may be meant as logs have it, or as observables do. */
    static List<Scan> userAgentScans(int salts, String text) {
        Observables.Seen seen = Observables.userAgent(text);
        if (seen == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is what logs have for no user agent; expected one, for example curl/8.5.0");
        }
        return Stream.of(seen.value(), text)
                .distinct()
                .map(value -> prefix(Keys.userAgent(salts, value)).addFamily(HBase.FAMILY))
                .toList();
    }

    /** From a prefix to another one, both with all that begins with it. */
    private static Scan range(byte[] from, byte[] to) {
        return new Scan()
                .withStartRow(from)
                .withStopRow(Bytes.add(to, filled(1)))
                .setCaching(BATCH);
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
