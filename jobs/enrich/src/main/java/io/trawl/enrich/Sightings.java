package io.trawl.enrich;

import io.trawl.etl.Rows;
import io.trawl.intel.Engine;
import io.trawl.intel.Observables;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Who contacted what: each task adds up what it sees in a hash map and passes on one row a value and client; the rows
 * meet by value and are added up the same way. Nothing is sorted but the clients of one value.
 */
final class Sightings {
    /** Pairs that a task holds before it passes them on: bounds its heap. */
    private static final int MOST = 200_000;
    /** Values that one task adds up in the end, about: bounds its heap too. */
    private static final long EACH = 500_000;

    private static final StructType ROW = new StructType()
            .add("type", DataTypes.StringType, false)
            .add("value", DataTypes.StringType, false)
            .add("client", DataTypes.StringType, false)
            .add("first", DataTypes.LongType, false)
            .add("last", DataTypes.LongType, false)
            .add("events", DataTypes.LongType, false);

    private Sightings() {}

    /**
     * Each distinct value of a window with its clients.
     *
     * @param events all of one source and window
     * @param count how many there are
     */
    static JavaRDD<Observable> of(
            SparkSession spark, JavaRDD<ProxyEvent> events, long count, String source, Instant window) {
        JavaRDD<InternalRow> partial = events.mapPartitions(Partial::new);
        int parts = (int) Math.max(spark.sparkContext().defaultParallelism(), count / EACH);
        return spark.internalCreateDataFrame(partial.rdd(), ROW, false)
                .repartition(parts, functions.col("value"))
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitions(rows -> merged(rows, source, window));
    }

    private static final class Seen {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        long events;

        void add(long from, long until, long times) {
            first = Math.min(first, from);
            last = Math.max(last, until);
            events += times;
        }
    }

    /** A value; what Strings of addresses make of hash codes lies close together, so it is mixed. */
    private record Key(String type, String value) {
        @Override
        public int hashCode() {
            int mixed = value.hashCode() * 0x9E3779B9;
            return mixed ^ mixed >>> 15;
        }
    }

    private static Iterator<Observable> merged(Iterator<InternalRow> rows, String source, Instant window) {
        Map<Key, Map<String, Seen>> values = new HashMap<>();
        while (rows.hasNext()) {
            InternalRow row = rows.next();
            values.computeIfAbsent(
                            new Key(
                                    row.getUTF8String(0).toString(),
                                    row.getUTF8String(1).toString()),
                            key -> new HashMap<>(4))
                    .computeIfAbsent(row.getUTF8String(2).toString(), client -> new Seen())
                    .add(row.getLong(3), row.getLong(4), row.getLong(5));
        }
        Iterator<Map.Entry<Key, Map<String, Seen>>> entries = values.entrySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Observable next() {
                Map.Entry<Key, Map<String, Seen>> entry = entries.next();
                return observable(source, window, entry.getKey(), entry.getValue());
            }
        };
    }

    private static Observable observable(String source, Instant window, Key key, Map<String, Seen> by) {
        Seen all = new Seen();
        List<ClientSightings> clients = new ArrayList<>(by.size());
        by.forEach((client, seen) -> {
            all.add(seen.first, seen.last, seen.events);
            clients.add(new ClientSightings(client, Rows.instant(seen.first), Rows.instant(seen.last), seen.events));
        });
        clients.sort(Comparator.comparing(ClientSightings::getClient));
        Observable observable = new Observable();
        observable.setSource(source);
        observable.setWindow(window);
        observable.setType(key.type());
        observable.setValue(key.value());
        observable.setFirstSeen(Rows.instant(all.first));
        observable.setLastSeen(Rows.instant(all.last));
        observable.setEvents(all.events);
        observable.setClients(clients);
        return observable;
    }

    /** What one task sees, in batches. */
    private static final class Partial implements Iterator<InternalRow> {
        private final Iterator<ProxyEvent> events;
        private final Map<Key, Map<String, Seen>> values = new HashMap<>();
        private Iterator<InternalRow> ready = List.<InternalRow>of().iterator();

        Partial(Iterator<ProxyEvent> events) {
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            while (!ready.hasNext() && events.hasNext()) {
                ready = some().iterator();
            }
            return ready.hasNext();
        }

        @Override
        public InternalRow next() {
            return ready.next();
        }

        private List<InternalRow> some() {
            int[] pairs = {0};
            while (events.hasNext() && pairs[0] < MOST) {
                ProxyEvent event = events.next();
                String client = client(event);
                long at = Rows.micros(event.getTimestamp());
                Observables.of(
                        event,
                        (type, value) -> values.computeIfAbsent(new Key(type, value), key -> new HashMap<>(4))
                                .computeIfAbsent(client, key -> {
                                    pairs[0]++;
                                    return new Seen();
                                })
                                .add(at, at, 1));
            }
            List<InternalRow> rows = new ArrayList<>(pairs[0]);
            values.forEach((key, clients) -> {
                UTF8String type = UTF8String.fromString(key.type());
                UTF8String value = UTF8String.fromString(key.value());
                clients.forEach((client, seen) -> rows.add(new GenericInternalRow(
                        new Object[] {type, value, UTF8String.fromString(client), seen.first, seen.last, seen.events
                        })));
            });
            values.clear();
            return rows;
        }

        private static String client(ProxyEvent event) {
            @Nullable String client = Engine.client(event);
            return client == null ? "" : client;
        }
    }
}
