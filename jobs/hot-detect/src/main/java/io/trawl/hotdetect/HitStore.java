package io.trawl.hotdetect;

import io.trawl.etl.HotCopies;
import io.trawl.etl.Settings;
import io.trawl.etl.Store;
import io.trawl.record.Detection;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Puts what a batch found into HBase and hands it to the driver, but for copies: detections of lines that came before. They
 * are looked up just before they would be put, which costs a batch without hits nothing.
 */
final class HitStore implements Store<Sighted> {
    private static final long serialVersionUID = 1L;

    private final Settings settings;
    private final Store<Detection> hbase;
    private final transient List<Sighted> hits = new ArrayList<>();
    private transient long copies;

    HitStore(Settings settings, Store<Detection> hbase) {
        this.settings = settings;
        this.hbase = hbase;
    }

    /** What one task found. */
    private record Receipt(ArrayList<Sighted> hits, long copies) implements Serializable {}

    @Override
    public String name() {
        return "hits";
    }

    @Override
    public Writer<Sighted> open(int partition, long attempt) {
        List<Sighted> found = new ArrayList<>();
        return new Writer<>() {
            @Override
            public void write(Sighted one) {
                found.add(one);
            }

            @Override
            public Serializable close() throws Exception {
                BitSet copies = HotCopies.among(
                        settings, found.stream().map(Sighted::detection).toList());
                ArrayList<Sighted> hits = new ArrayList<>();
                Writer<Detection> writer = hbase.open(partition, attempt);
                try {
                    for (int i = 0; i < found.size(); i++) {
                        if (!copies.get(i)) {
                            writer.write(found.get(i).detection());
                            hits.add(found.get(i));
                        }
                    }
                    writer.close();
                } catch (Exception e) {
                    writer.abort();
                    throw e;
                }
                return new Receipt(hits, copies.cardinality());
            }

            @Override
            public void abort() {
                found.clear();
            }
        };
    }

    @Override
    public void commit(List<Serializable> receipts) {
        for (Serializable receipt : receipts) {
            hits.addAll(((Receipt) receipt).hits());
            copies += ((Receipt) receipt).copies();
        }
    }

    /** Detections that are no copies, in the order in which the broker took their lines. */
    List<Sighted> hits() {
        return hits.stream().sorted(Sighted.ORDER).toList();
    }

    /** How many were copies. */
    long copies() {
        return copies;
    }
}
