package io.trawl.hotdetect.batch;

import io.trawl.flow.Store;
import io.trawl.record.Detection;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Puts what a batch found into HBase and hands it to the driver, but for copies: detections of lines that came before. They
 * are looked up just before they would be put, which costs a batch without hits nothing. A line of a megabyte may have
 * several of them, each with texts of that length: a task holds some megabytes, and hands the driver what alerts need.
 */
public final class HitStore implements Store<TimedDetection> {
    private static final long serialVersionUID = 1L;

    /** Characters of texts that a task holds before they are put. */
    private static final long AT_ONCE = 4L << 20;

    /** Which of some detections are copies, some of them of lines whose file is known. */
    public interface Lookup extends Serializable {
        BitSet among(List<Detection> detections, BitSet placed);
    }

    private final Lookup lookup;
    private final Store<Detection> hbase;
    private final transient List<TimedDetection> hits = new ArrayList<>();
    private transient long copies;

    public HitStore(Lookup lookup, Store<Detection> hbase) {
        this.lookup = lookup;
        this.hbase = hbase;
    }

    /** What one task found. */
    private record Receipt(ArrayList<TimedDetection> hits, long copies) implements Serializable {}

    @Override
    public String name() {
        return "hits";
    }

    @Override
    public Writer<TimedDetection> open(int partition, long attempt) {
        List<TimedDetection> found = new ArrayList<>();
        ArrayList<TimedDetection> hits = new ArrayList<>();
        return new Writer<>() {
            private long length;
            private long copied;

            @Override
            public void write(TimedDetection one) throws Exception {
                found.add(one);
                length += one.length();
                if (length >= AT_ONCE) {
                    put();
                }
            }

            @Override
            public Serializable close() throws Exception {
                put();
                return new Receipt(hits, copied);
            }

            private void put() throws Exception {
                BitSet placed = new BitSet();
                for (int i = 0; i < found.size(); i++) {
                    placed.set(i, found.get(i).placed());
                }
                BitSet copies = lookup.among(
                        found.stream().map(TimedDetection::detection).toList(), placed);
                Writer<Detection> writer = hbase.open(partition, attempt);
                try {
                    for (int i = 0; i < found.size(); i++) {
                        if (!copies.get(i)) {
                            writer.write(found.get(i).detection());
                            hits.add(found.get(i).cut());
                        }
                    }
                    writer.close();
                } catch (Exception e) {
                    writer.abort();
                    throw e;
                }
                copied += copies.cardinality();
                found.clear();
                length = 0;
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

    /** Detections that are not copies, in the order in which the broker took their lines; long texts are {@link TimedDetection#cut}. */
    public List<TimedDetection> hits() {
        return hits.stream().sorted(TimedDetection.ORDER).toList();
    }

    /** How many were copies. */
    public long copies() {
        return copies;
    }
}
