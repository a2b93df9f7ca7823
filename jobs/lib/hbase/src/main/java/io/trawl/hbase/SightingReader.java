package io.trawl.hbase;

import io.trawl.base.Settings;
import io.trawl.hbase.HBaseReader.Sighting;
import io.trawl.hbase.HBaseReader.Sightings;
import io.trawl.hbase.HBaseReader.Target;
import io.trawl.intel.canonical.Observables;
import io.trawl.record.ClientSightings;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Reads who contacted what from the observables: first what each window saw, without the clients of popular values, then
 * the clients of the newest windows, until the rest must be older.
 */
final class SightingReader {
    /** What one window saw of a value, without its clients. */
    private record Summary(byte[] row, CellName name, ObservableBytes.Read cell) {}

    /** By the time of the last event; what is of the same time has an order, too. */
    private static final Comparator<Sighting> LATEST = Comparator.comparing(Sighting::last)
            .thenComparing(Sighting::first)
            .reversed()
            .thenComparing(Sighting::value)
            .thenComparing(Sighting::client)
            .thenComparing(Sighting::source);

    private final Settings settings;

    SightingReader(Settings settings) {
        this.settings = settings;
    }

    /** See {@link HBaseReader#sightings}. */
    Sightings of(Target target, @Nullable Instant since, int most) {
        return read(scans(HBase.salts(settings, HBase.OBSERVABLES), target), since, most);
    }

    /** See {@link HBaseReader#userAgentSightings}. */
    Sightings ofUserAgent(String text, @Nullable Instant since, int most) {
        return read(userAgentScans(HBase.salts(settings, HBase.OBSERVABLES), text), since, most);
    }

    private Sightings read(List<Scan> scans, @Nullable Instant since, int most) {
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
    private static List<Scan> scans(int salts, Target target) {
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
                        : HBaseReader.prefix(Keys.key(salt, Keys.DOMAIN, Keys.domain(domain))))
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
                .map(value -> HBaseReader.prefix(Keys.userAgent(salts, value)).addFamily(HBase.FAMILY))
                .toList();
    }

    /** From a prefix to another one, both with all that begins with it. */
    private static Scan range(byte[] from, byte[] to) {
        return new Scan()
                .withStartRow(from)
                .withStopRow(Bytes.add(to, HBaseReader.filled(1)))
                .setCaching(HBaseReader.BATCH);
    }
}
