package io.trawl.etl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.record.ClientSightings;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.FirstKeyOnlyFilter;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.spark.api.java.JavaRDD;
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
            asked.add(new Question(salt -> scans(salt, value, Keys.HOST), false));
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

    private static List<Scan> scans(int salt, Target target, byte domainKind) {
        if (target.domain() != null) {
            String reversed = Keys.reversed(target.domain());
            return List.of(
                    prefix(Keys.key(salt, domainKind, Keys.terminated(reversed))),
                    prefix(Keys.key(salt, domainKind, (reversed + ".").getBytes(StandardCharsets.UTF_8))));
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
                if (!row.isEmpty()) {
                    found.add(detection(row));
                }
            }
        }
        return found;
    }

    private static ObjectNode detection(Result row) throws IOException {
        ObjectNode detection = null;
        TreeSet<String> seenBy = new TreeSet<>();
        for (Cell cell : row.listCells()) {
            JsonNode value = Json.MAPPER.readTree(CellUtil.cloneValue(cell));
            if (detection == null) {
                detection = (ObjectNode) value;
            }
            seenBy.add(Bytes.toString(CellUtil.cloneQualifier(cell)));
        }
        if (detection == null) {
            throw new IOException("a row without cells");
        }
        ArrayNode paths = detection.putArray("seen_by");
        seenBy.forEach(paths::add);
        return detection;
    }

    /** One value, one client: how often and when, over all windows. */
    public record Sighting(
            String value, String type, String client, Instant first, Instant last, long events, int windows) {}

    /** Who contacted a domain (with subdomains), an address or a range, in order of value and client. */
    public List<Sighting> sightings(Target target, @Nullable Instant since) {
        int salts = HBase.salts(settings, HBase.OBSERVABLES);
        TreeMap<String, Sighting> found = new TreeMap<>();
        SpecificDatumReader<Observable> reader = new SpecificDatumReader<>(Observable.class);
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.OBSERVABLES))) {
            for (int salt = 0; salt < salts; salt++) {
                for (Scan scan : scans(salt, target, Keys.DOMAIN)) {
                    try (ResultScanner rows = table.getScanner(scan)) {
                        for (Result row : rows) {
                            for (Cell cell : row.listCells()) {
                                byte[] bytes = CellUtil.cloneValue(cell);
                                Observable observable =
                                        reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
                                for (ClientSightings client : observable.getClients()) {
                                    add(found, observable, client, since);
                                }
                            }
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return new ArrayList<>(found.values());
    }

    private static void add(
            Map<String, Sighting> found, Observable observable, ClientSightings client, @Nullable Instant since) {
        if (since != null && client.getLastSeen().isBefore(since)) {
            return;
        }
        Sighting one = new Sighting(
                observable.getValue(),
                observable.getType(),
                client.getClient(),
                client.getFirstSeen(),
                client.getLastSeen(),
                client.getEvents(),
                1);
        found.merge(
                observable.getValue() + "\0" + client.getClient(),
                one,
                (a, b) -> new Sighting(
                        a.value(),
                        a.type(),
                        a.client(),
                        a.first().isBefore(b.first()) ? a.first() : b.first(),
                        a.last().isAfter(b.last()) ? a.last() : b.last(),
                        a.events() + b.events(),
                        a.windows() + b.windows()));
    }

    /** Of so many detections, what HBase does not have. */
    public record Lacking(long detections, long missing, List<String> examples) implements Serializable {
        private static final int EXAMPLES = 3;

        public static final Lacking NOTHING = new Lacking(0, 0, List.of());

        /** This and another share of the detections. */
        public Lacking plus(Lacking other) {
            List<String> some = Stream.concat(examples.stream(), other.examples.stream())
                    .limit(EXAMPLES)
                    .toList();
            return new Lacking(detections + other.detections, missing + other.missing, some);
        }
    }

    /**
     * How many of the detections HBase does not have, or not in the version they were loaded in. They are looked up where
     * they are read, task by task; only counts and the ids of a few come back.
     *
     * @param detections with detection_id and timestamp at least
     */
    public static Lacking lacking(
            Settings settings, JavaRDD<Detection> detections, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        return detections
                .mapPartitions(some -> List.of(new HBaseReader(settings).lacking(salts, some, path, window, version))
                        .iterator())
                .fold(Lacking.NOTHING, Lacking::plus);
    }

    private Lacking lacking(int salts, Iterator<Detection> detections, String path, Window window, long version) {
        byte[] qualifier = HBase.qualifier(path, window);
        Lacking lacking = Lacking.NOTHING;
        if (!detections.hasNext()) {
            return lacking;
        }
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            while (detections.hasNext()) {
                List<String> ids = new ArrayList<>();
                List<Get> gets = new ArrayList<>();
                while (detections.hasNext() && gets.size() < BATCH) {
                    Detection detection = detections.next();
                    ids.add(detection.getDetectionId());
                    gets.add(new Get(Keys.main(salts, detection))
                            .addColumn(HBase.FAMILY, qualifier)
                            .setFilter(new FirstKeyOnlyFilter()));
                }
                lacking = lacking.plus(new Lacking(gets.size(), 0, List.of()));
                Result[] rows = table.get(gets);
                for (int i = 0; i < rows.length; i++) {
                    Cell cell = rows[i].getColumnLatestCell(HBase.FAMILY, qualifier);
                    if (cell == null || cell.getTimestamp() != version) {
                        lacking = lacking.plus(new Lacking(0, 1, List.of(ids.get(i))));
                    }
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return lacking;
    }
}
