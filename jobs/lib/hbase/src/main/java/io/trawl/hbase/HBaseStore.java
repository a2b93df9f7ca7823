package io.trawl.hbase;

import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.flow.Store;
import io.trawl.record.ClientSightings;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Table;
import org.jspecify.annotations.Nullable;

/**
 * Puts records into an HBase table, or tombstones in their place. Every cell is named by path, window and source and
 * stamped with the result it belongs to, so that a repeated or overtaken write changes nothing.
 */
public final class HBaseStore<T> implements Store<T> {
    private static final long serialVersionUID = 1L;
    /** Clients in one cell: a popular value has several cells. */
    public static final int CLIENTS = 1_000;
    /** Clients that are scanned with their value; those of a value with more have cells of their own. */
    public static final int FEW = 20;

    /** Version of a cell of the first message of partition 0; those of later messages are lower. */
    private static final long FIRST = 1L << 62;
    /** Of an offset, within a version. */
    private static final int OFFSET_BITS = 44;

    private static final ThreadLocal<ObservableBytes> BYTES = ThreadLocal.withInitial(ObservableBytes::new);

    /** What a record becomes in HBase. */
    interface Mutator<T> extends Serializable {
        void mutate(T record, List<Put> into);
    }

    private final String name;
    private final String table;
    private final Settings settings;
    private final int salts;
    private final Mutator<T> mutator;

    private HBaseStore(String name, String table, Settings settings, int salts, Mutator<T> mutator) {
        this.name = name;
        this.table = table;
        this.settings = settings;
        this.salts = salts;
        this.mutator = mutator;
    }

    /** Puts the detections of a load. */
    public static HBaseStore<Detection> detections(Settings settings, Load load) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        byte[] qualifier = load.name().bytes();
        return new HBaseStore<>("hbase.detections", HBase.DETECTIONS, settings, salts, (detection, into) -> {
            put(Keys.main(salts, detection), qualifier, load.stamp(), json(detection), into);
            for (byte[] index : Keys.indexes(salts, detection)) {
                put(index, qualifier, load.stamp(), new byte[0], into);
            }
        });
    }

    /**
     * Puts detections as the hot path finds them: each into the cell of its own window, and into a row by which the
     * window's are found. Of copies of a line that one window has, the first stays, whichever is put last.
     */
    public static HBaseStore<Detection> hotDetections(Settings settings) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        Map<String, Duration> units = new ConcurrentHashMap<>();
        return new HBaseStore<>("hbase.detections", HBase.DETECTIONS, settings, salts, (detection, into) -> {
            Duration unit = units.computeIfAbsent(
                    detection.getSource(), source -> settings.source(source).unit());
            Window window =
                    new Window(detection.getWindow(), detection.getWindow().plus(unit));
            byte[] qualifier = new CellName(SweepKind.HOT, window, detection.getSource()).bytes();
            long version = hotVersion(detection.getPartition(), detection.getOffset());
            put(Keys.main(salts, detection), qualifier, version, json(detection), into);
            List<byte[]> indexes = Keys.indexes(salts, detection);
            indexes.add(Keys.window(salts, detection, window));
            for (byte[] index : indexes) {
                put(index, qualifier, version, new byte[0], into);
            }
        });
    }

    private static byte[] json(Detection detection) {
        return Json.of(detection).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(byte[] row, byte[] qualifier, long version, byte[] value, List<Put> into) {
        into.add(new Put(row, version).addColumn(HBase.FAMILY, qualifier, value));
    }

    public static long hotVersion(int partition, long offset) {
        return FIRST - ((long) partition << OFFSET_BITS) - offset;
    }

    /** Where the line is that a cell of the hot path is of: partition and offset. */
    public record Place(int partition, long offset) implements Serializable {
        /** As the cell's version has it. */
        public static Place of(long version) {
            long place = FIRST - version;
            return new Place((int) (place >> OFFSET_BITS), place & (1L << OFFSET_BITS) - 1);
        }
    }

    /** Puts the observables of a load. */
    public static HBaseStore<Observable> observables(Settings settings, Load load) {
        int salts = HBase.salts(settings, HBase.OBSERVABLES);
        byte[] qualifier = load.name().bytes();
        return new HBaseStore<>("hbase.observables", HBase.OBSERVABLES, settings, salts, (observable, into) -> {
            byte[] row = Keys.observable(salts, observable);
            boolean withValue = Keys.isAltered(row);
            List<ClientSightings> clients = observable.getClients();
            ObservableBytes bytes = BYTES.get();
            boolean few = clients.size() <= FEW;
            Put put = new Put(row, load.stamp());
            put.addColumn(HBase.FAMILY, qualifier, bytes.of(observable, few ? clients : List.of(), withValue));
            for (int from = 0; !few && from < clients.size(); from += CLIENTS) {
                put.addColumn(
                        HBase.CLIENTS,
                        load.name().bytes(from / CLIENTS),
                        bytes.of(observable, clients.subList(from, Math.min(from + CLIENTS, clients.size())), false));
            }
            into.add(put);
        });
    }

    /** How many cells the clients of a value have for themselves. */
    public static int chunks(long clients) {
        return clients <= FEW ? 0 : Math.toIntExact((clients + CLIENTS - 1) / CLIENTS);
    }

    /**
     * A store that puts a tombstone into each cell that this one would put: a cell that says that nothing is there, and
     * that hides what older loads have put or may yet put. A delete marker would go with the first compaction.
     *
     * @param load whose result does not have the records
     */
    public HBaseStore<T> tombstones(Load load) {
        return new HBaseStore<>(name + ".deleted", table, settings, salts, (record, into) -> {
            for (Put put : puts(record)) {
                Put tombstone = new Put(put.getRow(), load.tombstone());
                put.getFamilyCellMap()
                        .forEach((family, cells) -> cells.forEach(
                                cell -> tombstone.addColumn(family, CellUtil.cloneQualifier(cell), Load.TOMBSTONE)));
                into.add(tombstone);
            }
        });
    }

    /** What a record is put as. */
    List<Put> puts(T record) {
        List<Put> puts = new ArrayList<>();
        mutator.mutate(record, puts);
        return puts;
    }

    String table() {
        return table;
    }

    /** How many salts the row keys of its table have: the master was asked when the store was made. */
    int salts() {
        return salts;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Writer<T> open(int partition, long attempt) {
        return new Cells();
    }

    /**
     * Sends mutations some megabytes at a time. HBase's own buffer would measure each one three times over, and send no
     * sooner.
     */
    private final class Cells implements Writer<T> {
        /** Bytes of keys and values, about, that are sent at once. */
        private static final long AT_ONCE = 4L << 20;

        private final List<Put> mutations = new ArrayList<>();
        private long size;
        private int measured;
        private @Nullable Table open;

        @Override
        public void write(T record) throws IOException {
            mutator.mutate(record, mutations);
            for (; measured < mutations.size(); measured++) {
                size += size(mutations.get(measured));
            }
            if (size >= AT_ONCE) {
                send();
            }
        }

        private static long size(Put mutation) {
            long bytes = mutation.getRow().length;
            for (List<Cell> cells : mutation.getFamilyCellMap().values()) {
                for (Cell cell : cells) {
                    bytes += cell.getRowLength() + cell.getQualifierLength() + cell.getValueLength();
                }
            }
            return bytes;
        }

        private void send() throws IOException {
            if (mutations.isEmpty()) {
                return;
            }
            try {
                Table to = open;
                if (to == null) {
                    to = HBase.connection(settings).getTable(TableName.valueOf(table));
                    open = to;
                }
                to.batch(mutations, new Object[mutations.size()]);
            } catch (IOException e) {
                throw HBase.unreachable(settings, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JobFailure("interrupted while writing to HBase", e);
            }
            mutations.clear();
            size = 0;
            measured = 0;
        }

        @Override
        public Serializable close() throws IOException {
            send();
            if (open != null) {
                open.close();
            }
            return Boolean.TRUE;
        }

        @Override
        public void abort() {
            // What was put stays: the same puts follow, or the next load takes them out by its manifest.
        }
    }
}
