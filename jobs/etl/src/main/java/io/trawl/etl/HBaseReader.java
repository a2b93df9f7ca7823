package io.trawl.etl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.record.ClientSightings;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
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
import org.jspecify.annotations.Nullable;

/** Answers the questions that the HBase tables are keyed for. */
public final class HBaseReader {
    private static final int BATCH = 500;

    private final Settings settings;

    public HBaseReader(Settings settings) {
        this.settings = settings;
    }

    /**
     * What detections are asked for; null is any. At most one of client, indicator, host and address picks the index.
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

    /** Detections, newest first, each once: as it was stored, with "seen_by", the paths and windows that have it. */
    public List<ObjectNode> detections(Query query) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        TreeMap<byte[], Boolean> keys = new TreeMap<>(Comparator.comparing((byte[] key) -> Keys.timeOf(key))
                .reversed()
                .thenComparing(Arrays::compare));
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            for (int salt = 0; salt < salts; salt++) {
                for (Scan scan : scans(salt, query)) {
                    int found = 0;
                    try (ResultScanner rows = table.getScanner(scan)) {
                        for (Result row : rows) {
                            byte[] key = row.getRow();
                            if (query.since() != null && Keys.timeOf(key).isBefore(query.since())) {
                                if (ordered(query)) {
                                    break;
                                }
                                continue;
                            }
                            keys.put(key[1] == Keys.TIME ? key : Keys.mainOf(key), true);
                            if (ordered(query) && ++found >= query.most()) {
                                break;
                            }
                        }
                    }
                }
            }
            return rows(table, keys.keySet().stream().limit(query.most()).toList());
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    /** Whether one scan gives detections newest first. */
    private static boolean ordered(Query query) {
        return query.value() == null;
    }

    private static List<Scan> scans(int salt, Query query) {
        Target target = query.value();
        if (query.client() != null) {
            return List.of(prefix(Keys.key(salt, Keys.CLIENT, Keys.terminated(query.client()))));
        }
        if (query.indicator() != null) {
            return List.of(prefix(Keys.key(salt, Keys.INDICATOR, Keys.terminated(query.indicator()))));
        }
        if (target != null) {
            return scans(salt, target, Keys.HOST);
        }
        return List.of(prefix(Keys.key(salt, Keys.TIME)));
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

    /** How many of the detections HBase does not have, or not in the version they were loaded in. */
    public long missing(List<Detection> detections, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        byte[] qualifier = HBase.qualifier(path, window);
        long missing = 0;
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            for (int from = 0; from < detections.size(); from += BATCH) {
                List<Get> gets = new ArrayList<>();
                for (Detection detection : detections.subList(from, Math.min(from + BATCH, detections.size()))) {
                    gets.add(new Get(Keys.main(salts, detection))
                            .addColumn(HBase.FAMILY, qualifier)
                            .setFilter(new FirstKeyOnlyFilter()));
                }
                for (Result row : table.get(gets)) {
                    Cell cell = row.getColumnLatestCell(HBase.FAMILY, qualifier);
                    if (cell == null || cell.getTimestamp() != version) {
                        missing++;
                    }
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return missing;
    }
}
