package io.trawl.etl;

import io.trawl.record.ClientSightings;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Mutation;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Puts records into an HBase table, or takes their cells out. Every cell is named by path and window and stamped with
 * the version of the result it belongs to, so that a repeated or overtaken write changes nothing.
 */
public final class HBaseStore<T> implements Store<T> {
    private static final long serialVersionUID = 1L;
    /** Clients in one cell of an observable: a popular value has several cells. */
    public static final int CLIENTS = 1_000;

    /** The hot path, as cells and detections name it. */
    public static final String HOT = "hot";
    /** Version of a cell of the first message of partition 0; those of later messages are lower. */
    private static final long FIRST = 1L << 62;
    /** Of an offset, within a version. */
    private static final int OFFSET_BITS = 44;

    private static final ThreadLocal<ObservableBytes> BYTES = ThreadLocal.withInitial(ObservableBytes::new);

    /** What a record becomes in HBase. */
    interface Mutator<T> extends Serializable {
        void mutate(T record, List<Mutation> into) throws IOException;
    }

    private final String name;
    private final String table;
    private final Settings settings;
    private final Mutator<T> mutator;

    private HBaseStore(String name, String table, Settings settings, Mutator<T> mutator) {
        this.name = name;
        this.table = table;
        this.settings = settings;
        this.mutator = mutator;
    }

    /**
     * Puts detections.
     *
     * @param path batch, hot or retro
     * @param version timestamp of the cells; a higher one wins
     */
    public static HBaseStore<Detection> detections(Settings settings, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        byte[] qualifier = HBase.qualifier(path, window);
        return new HBaseStore<>("hbase.detections", HBase.DETECTIONS, settings, (detection, into) -> {
            into.add(new Put(Keys.main(salts, detection), version)
                    .addColumn(
                            HBase.FAMILY,
                            qualifier,
                            Json.of(detection).toString().getBytes(StandardCharsets.UTF_8)));
            for (byte[] index : Keys.indexes(salts, detection)) {
                into.add(new Put(index, version).addColumn(HBase.FAMILY, qualifier, new byte[0]));
            }
        });
    }

    /**
     * Puts detections as the hot path finds them: each into the cell of its own window, and into a row by which the
     * window's are found. Of copies of a line that one window has, the first stays, whichever is put last.
     */
    public static HBaseStore<Detection> hotDetections(Settings settings) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        return new HBaseStore<>("hbase.detections", HBase.DETECTIONS, settings, (detection, into) -> {
            byte[] qualifier = HBase.qualifier(HOT, detection.getWindow());
            long version = hotVersion(detection.getPartition(), detection.getOffset());
            into.add(new Put(Keys.main(salts, detection), version)
                    .addColumn(
                            HBase.FAMILY,
                            qualifier,
                            Json.of(detection).toString().getBytes(StandardCharsets.UTF_8)));
            List<byte[]> indexes = Keys.indexes(salts, detection);
            indexes.add(Keys.window(salts, detection));
            for (byte[] index : indexes) {
                into.add(new Put(index, version).addColumn(HBase.FAMILY, qualifier, new byte[0]));
            }
        });
    }

    static long hotVersion(int partition, long offset) {
        return FIRST - ((long) partition << OFFSET_BITS) - offset;
    }

    /** Where the line stands that a cell of the hot path is of: partition and offset. */
    record Place(int partition, long offset) implements Serializable {
        /** As the cell's version has it. */
        static Place of(long version) {
            long place = FIRST - version;
            return new Place((int) (place >> OFFSET_BITS), place & (1L << OFFSET_BITS) - 1);
        }
    }

    /** Takes the cells of detections out, up to a version. */
    public static HBaseStore<Detection> withoutDetections(Settings settings, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        byte[] qualifier = HBase.qualifier(path, window);
        return new HBaseStore<>("hbase.detections.deleted", HBase.DETECTIONS, settings, (detection, into) -> {
            into.add(new Delete(Keys.main(salts, detection)).addColumns(HBase.FAMILY, qualifier, version));
            for (byte[] index : Keys.indexes(salts, detection)) {
                into.add(new Delete(index).addColumns(HBase.FAMILY, qualifier, version));
            }
        });
    }

    /** Puts observables. */
    public static HBaseStore<Observable> observables(Settings settings, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.OBSERVABLES);
        return new HBaseStore<>("hbase.observables", HBase.OBSERVABLES, settings, (observable, into) -> {
            Put put = new Put(Keys.observable(salts, observable), version);
            List<ClientSightings> clients = observable.getClients();
            ObservableBytes bytes = BYTES.get();
            int chunk = 0;
            do {
                List<ClientSightings> some = clients.subList(
                        Math.min(chunk * CLIENTS, clients.size()), Math.min((chunk + 1) * CLIENTS, clients.size()));
                put.addColumn(HBase.FAMILY, qualifier(path, window, chunk), bytes.of(observable, some));
                chunk++;
            } while (chunk * CLIENTS < clients.size());
            into.add(put);
        });
    }

    /** Takes the cells of observables out, up to a version. */
    public static HBaseStore<Observable> withoutObservables(
            Settings settings, String path, Window window, long version) {
        int salts = HBase.salts(settings, HBase.OBSERVABLES);
        return new HBaseStore<>("hbase.observables.deleted", HBase.OBSERVABLES, settings, (observable, into) -> {
            Delete delete = new Delete(Keys.observable(salts, observable));
            for (int chunk = 0;
                    chunk == 0 || chunk * CLIENTS < observable.getClients().size();
                    chunk++) {
                delete.addColumns(HBase.FAMILY, qualifier(path, window, chunk), version);
            }
            into.add(delete);
        });
    }

    private static byte[] qualifier(String path, Window window, int chunk) {
        byte[] first = HBase.qualifier(path, window);
        return chunk == 0 ? first : Bytes.add(first, Bytes.toBytes("#" + chunk));
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

        private final List<Mutation> mutations = new ArrayList<>();
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

        private static long size(Mutation mutation) {
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
