package io.trawl.etl;

import io.trawl.record.Detection;
import io.trawl.record.Observable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.BufferedMutatorParams;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Mutation;
import org.apache.hadoop.hbase.client.Put;
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
            for (int chunk = 0;
                    chunk == 0 || chunk * CLIENTS < observable.getClients().size();
                    chunk++) {
                put.addColumn(HBase.FAMILY, qualifier(path, window, chunk), encode(observable, chunk));
            }
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

    private static byte[] encode(Observable observable, int chunk) throws IOException {
        Observable part = observable;
        if (observable.getClients().size() > CLIENTS) {
            part = Observable.newBuilder(observable)
                    .setClients(new ArrayList<>(observable
                            .getClients()
                            .subList(
                                    chunk * CLIENTS,
                                    Math.min(
                                            (chunk + 1) * CLIENTS,
                                            observable.getClients().size()))))
                    .build();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new SpecificDatumWriter<>(Observable.class).write(part, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Writer<T> open(int partition, long attempt) {
        return new Cells();
    }

    private final class Cells implements Writer<T> {
        private final List<Mutation> mutations = new ArrayList<>();
        private @Nullable BufferedMutator buffer;

        @Override
        public void write(T record) throws IOException {
            mutations.clear();
            mutator.mutate(record, mutations);
            BufferedMutator open = buffer;
            try {
                if (open == null) {
                    open = HBase.connection(settings)
                            .getBufferedMutator(new BufferedMutatorParams(TableName.valueOf(table))
                                    .writeBufferSize(4 << 20)
                                    .maxKeyValueSize(-1));
                    buffer = open;
                }
                open.mutate(mutations);
            } catch (IOException e) {
                throw HBase.unreachable(settings, e);
            }
        }

        @Override
        public Serializable close() throws IOException {
            try {
                if (buffer != null) {
                    buffer.close();
                }
            } catch (IOException e) {
                throw HBase.unreachable(settings, e);
            }
            return Boolean.TRUE;
        }

        @Override
        public void abort() {
            // What was put stays: the same puts follow, or the next load takes them out by its manifest.
        }
    }
}
