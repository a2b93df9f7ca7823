package io.trawl.enrich;

import io.trawl.etl.Rows;
import io.trawl.intel.Engine;
import io.trawl.intel.Observables;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
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
 * Who contacted what. Each task adds up the pairs of value and client that it sees, and passes on one row a value; the
 * rows of a value meet in one task and are added up the same way. Nothing is sorted but the clients of one value.
 */
final class Sightings {
    /** Pairs that a task holds before it passes them on: bounds its heap, about 50 bytes each. */
    private static final int MOST = 500_000;
    /** Events that one task adds up in the end, about: bounds its heap too. */
    private static final long EACH = 500_000;

    private static final StructType ROW = new StructType()
            .add("type", DataTypes.StringType, false)
            .add("value", DataTypes.StringType, false)
            .add("clients", DataTypes.BinaryType, false);

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

    /** Values, clients and pairs of them, as one task knows them. */
    private static final class Known {
        final Texts values = new Texts();
        final Texts clients = new Texts();
        final Pairs pairs = new Pairs();
        private String[] types = new String[1024];

        int value(String type, String value) {
            int number = values.number(value);
            if (number >= types.length) {
                types = Arrays.copyOf(types, 2 * types.length);
            }
            types[number] = type;
            return number;
        }

        String type(int value) {
            return types[value];
        }
    }

    /** The rows of one task's events, in batches. */
    private static final class Partial implements Iterator<InternalRow> {
        private static final int NONE = -1;
        private static final int UNKNOWN = -2;

        private final Iterator<ProxyEvent> events;
        private Iterator<InternalRow> ready = List.<InternalRow>of().iterator();
        private Known known = new Known();
        /** Hosts as the log has them, and the number of the value that each is. */
        private Texts hosts = new Texts();

        private int[] valueOf = new int[0];
        private String lastClient = "";
        private int lastClientNumber = UNKNOWN;

        Partial(Iterator<ProxyEvent> events) {
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            while (!ready.hasNext() && events.hasNext()) {
                ready = some();
            }
            return ready.hasNext();
        }

        @Override
        public InternalRow next() {
            return ready.next();
        }

        private Iterator<InternalRow> some() {
            known = new Known();
            hosts = new Texts();
            valueOf = new int[0];
            lastClientNumber = UNKNOWN;
            while (events.hasNext() && known.pairs.size() < MOST) {
                ProxyEvent event = events.next();
                int asked = value(event.getUrlDomain());
                int peer = value(event.getDestinationIp());
                if (asked == NONE && peer == NONE) {
                    continue;
                }
                int client = client(event);
                long at = Rows.micros(event.getTimestamp());
                if (asked != NONE) {
                    known.pairs.add(asked, client, at, at, 1);
                }
                if (peer != NONE && peer != asked) {
                    known.pairs.add(peer, client, at, at, 1);
                }
            }
            return rows(known);
        }

        private int value(@Nullable String host) {
            if (host == null) {
                return NONE;
            }
            int number = hosts.number(host);
            if (number >= valueOf.length) {
                int before = valueOf.length;
                valueOf = Arrays.copyOf(valueOf, Math.max(1024, 2 * before));
                Arrays.fill(valueOf, before, valueOf.length, UNKNOWN);
            }
            if (valueOf[number] == UNKNOWN) {
                Observables.Seen seen = Observables.host(host);
                valueOf[number] = seen == null ? NONE : known.value(seen.type(), seen.value());
            }
            return valueOf[number];
        }

        private int client(ProxyEvent event) {
            String client = Engine.client(event);
            String name = client == null ? "" : client;
            if (lastClientNumber == UNKNOWN || !name.equals(lastClient)) {
                lastClient = name;
                lastClientNumber = known.clients.number(name);
            }
            return lastClientNumber;
        }

        private static Iterator<InternalRow> rows(Known known) {
            byte[][] names = new byte[known.clients.size()][];
            for (int i = 0; i < names.length; i++) {
                names[i] = known.clients.text(i).getBytes(StandardCharsets.UTF_8);
            }
            Pairs pairs = known.pairs;
            Pairs.Grouped grouped = pairs.byValue(known.values.size());
            return IntStream.range(0, known.values.size())
                    .<InternalRow>mapToObj(value -> {
                        int length = 0;
                        for (int i = grouped.starts()[value]; i < grouped.starts()[value + 1]; i++) {
                            length += Integer.BYTES + names[pairs.client(grouped.order()[i])].length + 3 * Long.BYTES;
                        }
                        ByteBuffer clients = ByteBuffer.allocate(length);
                        for (int i = grouped.starts()[value]; i < grouped.starts()[value + 1]; i++) {
                            int pair = grouped.order()[i];
                            byte[] name = names[pairs.client(pair)];
                            clients.putInt(name.length).put(name);
                            clients.putLong(pairs.first(pair))
                                    .putLong(pairs.last(pair))
                                    .putLong(pairs.events(pair));
                        }
                        return new GenericInternalRow(new Object[] {
                            UTF8String.fromString(known.type(value)),
                            UTF8String.fromString(known.values.text(value)),
                            clients.array()
                        });
                    })
                    .iterator();
        }
    }

    private static Iterator<Observable> merged(Iterator<InternalRow> rows, String source, Instant window) {
        Known known = new Known();
        while (rows.hasNext()) {
            InternalRow row = rows.next();
            int value = known.value(
                    row.getUTF8String(0).toString(), row.getUTF8String(1).toString());
            ByteBuffer clients = ByteBuffer.wrap(row.getBinary(2));
            while (clients.hasRemaining()) {
                int length = clients.getInt();
                String name = new String(clients.array(), clients.position(), length, StandardCharsets.UTF_8);
                clients.position(clients.position() + length);
                known.pairs.add(
                        value, known.clients.number(name), clients.getLong(), clients.getLong(), clients.getLong());
            }
        }
        Pairs.Grouped grouped = known.pairs.byValue(known.values.size());
        return IntStream.range(0, known.values.size())
                .mapToObj(value -> observable(known, grouped, value, source, window))
                .iterator();
    }

    private static Observable observable(Known known, Pairs.Grouped grouped, int value, String source, Instant window) {
        Pairs pairs = known.pairs;
        int from = grouped.starts()[value];
        int until = grouped.starts()[value + 1];
        List<ClientSightings> clients = new ArrayList<>(until - from);
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        long events = 0;
        for (int i = from; i < until; i++) {
            int pair = grouped.order()[i];
            first = Math.min(first, pairs.first(pair));
            last = Math.max(last, pairs.last(pair));
            events += pairs.events(pair);
            clients.add(new ClientSightings(
                    known.clients.text(pairs.client(pair)),
                    Rows.instant(pairs.first(pair)),
                    Rows.instant(pairs.last(pair)),
                    pairs.events(pair)));
        }
        clients.sort(Comparator.comparing(ClientSightings::getClient));
        Observable observable = new Observable();
        observable.setSource(source);
        observable.setWindow(window);
        observable.setType(known.type(value));
        observable.setValue(known.values.text(value));
        observable.setFirstSeen(Rows.instant(first));
        observable.setLastSeen(Rows.instant(last));
        observable.setEvents(events);
        observable.setClients(clients);
        return observable;
    }
}
