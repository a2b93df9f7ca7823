package io.trawl.enrich;

import io.trawl.base.Times;
import io.trawl.columns.read.Block;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Who contacted what, and with which user agent. Each task adds up the pairs of value and client that it sees ({@link PartialPairs}), and passes its
 * values on in few pieces; those of a value meet in one task and are added up the same way. Nothing is compared but
 * clients' names, each once a task.
 */
final class Sightings {
    /** The fields of an event that it is about. */
    static final String[] FIELDS = {
        "timestamp",
        "source_address",
        "source_ip",
        "destination_ip",
        "url_domain",
        "user_agent_original",
        "dns_question_name",
        "dns_answers_data",
        "tls_client_server_name"
    };

    /** Pairs that a task holds before it passes them on: bounds its heap, about 50 bytes each. */
    private static final int MOST = 500_000;
    /** Events that one task adds up in the end, about: bounds its heap too. */
    private static final long EACH = 500_000;
    /**
     * Bytes of pieces that one task adds up in the end: who writes long user agents or answers of DNS, each another one, must
     * not fill its heap. They are measured however few events there are: a line may have 1 MB, and an answer of five bytes
     * takes up to 25 in a piece, so that seven such lines have more.
     */
    private static final long MOST_BYTES = 32L << 20;

    private Sightings() {}

    /**
     * Each distinct value of a window with its clients.
     *
     * @param events all of one source and window, with {@link #FIELDS}
     * @param count how many there are
     */
    static JavaRDD<Observable> of(JavaRDD<Block<ProxyEvent>> events, long count, String source, Instant window) {
        return of(events, count, source, window, MOST_BYTES);
    }

    /**
     * The same.
     *
     * @param bytes of pieces that one task adds up, about, but for a value that has more by itself
     */
    static JavaRDD<Observable> of(
            JavaRDD<Block<ProxyEvent>> events, long count, String source, Instant window, long bytes) {
        int parts = (int) Math.max(events.context().defaultParallelism(), count / EACH);
        JavaPairRDD<Integer, byte[]> pieces = events.mapPartitionsToPair(
                        blocks -> new PartialPairs(blocks, parts, MOST))
                .partitionBy(new HashPartitioner(parts));
        // Spark keeps what was shuffled: to measure it reads it once more, and makes nothing again.
        long largest =
                pieces.mapPartitions(some -> List.of(length(some)).iterator()).reduce(Math::max);
        int finer = Math.toIntExact(parts * ((Math.max(1, largest) - 1) / bytes + 1));
        JavaPairRDD<Integer, byte[]> fitting = finer == parts
                ? pieces
                : pieces.values()
                        .flatMapToPair(piece ->
                                PartialPairs.packed(known(piece), finer).iterator())
                        .partitionBy(new HashPartitioner(finer));
        return fitting.values().mapPartitions(some -> merged(some, source, window));
    }

    private static long length(Iterator<Tuple2<Integer, byte[]>> pieces) {
        long length = 0;
        while (pieces.hasNext()) {
            length += pieces.next()._2().length;
        }
        return length;
    }

    private static KnownPairs known(byte[] piece) {
        KnownPairs known = new KnownPairs();
        add(known, piece);
        return known;
    }

    private static Iterator<Observable> merged(Iterator<byte[]> pieces, String source, Instant window) {
        KnownPairs known = new KnownPairs();
        while (pieces.hasNext()) {
            add(known, pieces.next());
        }
        int[] ranks = ranks(known);
        Pairs.Grouped grouped = known.pairs.byValueAndClient(known.values.size(), ranks);
        return IntStream.range(0, known.values.size())
                .mapToObj(value -> observable(known, grouped, value, source, window))
                .iterator();
    }

    /** Adds what {@link PartialPairs} packed. */
    private static void add(KnownPairs known, byte[] piece) {
        try {
            BinaryDecoder in = DecoderFactory.get().binaryDecoder(piece, null);
            int[] clients = new int[in.readInt()];
            long since = in.readLong();
            ByteBuffer text = ByteBuffer.allocate(256);
            for (int i = 0; i < clients.length; i++) {
                text = in.readBytes(text);
                clients[i] = known.clients.number(text.array(), text.position(), text.remaining());
            }
            while (!in.isEnd()) {
                text = in.readBytes(text);
                int value = known.values.number(text.array(), text.position(), text.remaining());
                for (long pairs = in.readLong(); pairs > 0; pairs--) {
                    int client = clients[in.readInt()];
                    long first = since + in.readLong();
                    known.pairs.add(value, client, first, first + in.readLong(), in.readLong());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a piece of sightings that is no longer whole", e);
        }
    }

    /** The place of each client in the order of names. */
    private static int[] ranks(KnownPairs known) {
        List<Integer> ordered = new ArrayList<>();
        for (int client = 0; client < known.clients.size(); client++) {
            ordered.add(client);
        }
        ordered.sort((a, b) -> known.clients.text(a).compareTo(known.clients.text(b)));
        int[] ranks = new int[ordered.size()];
        for (int rank = 0; rank < ranks.length; rank++) {
            ranks[ordered.get(rank)] = rank;
        }
        return ranks;
    }

    private static Observable observable(
            KnownPairs known, Pairs.Grouped grouped, int value, String source, Instant window) {
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
                    Times.instant(pairs.first(pair)),
                    Times.instant(pairs.last(pair)),
                    pairs.events(pair)));
        }
        Observable observable = new Observable();
        observable.setSource(source);
        observable.setWindow(window);
        observable.setType(known.type(value));
        observable.setValue(known.text(value));
        observable.setFirstSeen(Times.instant(first));
        observable.setLastSeen(Times.instant(last));
        observable.setEvents(events);
        observable.setClients(clients);
        return observable;
    }
}
