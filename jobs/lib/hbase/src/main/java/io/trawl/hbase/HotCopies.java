package io.trawl.hbase;

import io.trawl.base.Settings;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.Detection;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.ColumnPrefixFilter;
import org.apache.hadoop.hbase.filter.FilterList;
import org.apache.hadoop.hbase.filter.KeyOnlyFilter;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Which detections of the hot path are of a line that came before: HBase has them from another message, of an earlier window
 * or an earlier one of the same window. A message that is read again after a crash finds its own cell; it is not a copy.
 *
 * <p>Messages have one order, by window, partition and offset. Only the later of two is ever taken for the copy, in
 * whatever order they are read, so that no detection is passed over by each on account of the other.
 */
public final class HotCopies {
    private static final int AT_ONCE = 500;

    /** Where a message is in that order. */
    private record Rank(Instant window, int partition, long offset) implements Comparable<Rank> {
        private static final Comparator<Rank> ORDER = Comparator.comparing(Rank::window)
                .thenComparing(Rank::partition)
                .thenComparing(Rank::offset);

        static Rank of(Detection detection) {
            return new Rank(detection.getWindow(), detection.getPartition(), detection.getOffset());
        }

        @Override
        public int compareTo(Rank other) {
            return ORDER.compare(this, other);
        }
    }

    /** Rows of the table, asked for at once. */
    interface Rows {
        Result[] get(List<Get> gets) throws IOException;
    }

    /** The earliest messages so far; of lines whose place is not known those of each window. */
    private final Map<String, Rank> met = new HashMap<>();

    HotCopies() {}

    /**
     * Looks them up, some hundred rows at once.
     *
     * @param store whose rows are asked for; it knows how many salts their keys have, so that a task need not ask the master
     * @param placed which of them are of lines whose file is known ({@link ProxyFile#isPlaced})
     * @return which of them are copies
     */
    public static BitSet among(
            Settings settings, HBaseStore<Detection> store, List<Detection> detections, BitSet placed) {
        if (detections.isEmpty()) {
            return new BitSet();
        }
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(store.table()))) {
            return among(store.salts(), detections, placed, table::get);
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    static BitSet among(int salts, List<Detection> detections, BitSet placed, Rows table) throws IOException {
        BitSet copies = new BitSet();
        HotCopies known = new HotCopies();
        for (int from = 0; from < detections.size(); from += AT_ONCE) {
            List<Detection> some = detections.subList(from, Math.min(from + AT_ONCE, detections.size()));
            Result[] rows = table.get(some.stream().map(one -> get(salts, one)).toList());
            for (int i = 0; i < rows.length; i++) {
                copies.set(from + i, known.isCopy(some.get(i), placed.get(from + i), rows[i]));
            }
        }
        return copies;
    }

    /** Of the values, which have URLs and may be large, only the lengths are asked for. */
    static Get get(int salts, Detection detection) {
        return new Get(Keys.main(salts, detection))
                .addFamily(HBase.FAMILY)
                .setFilter(new FilterList(
                        new ColumnPrefixFilter(Bytes.toBytes(SweepKind.HOT + ":")), new KeyOnlyFilter(true)));
    }

    /**
     * Whether a detection is of a line that came before, by its row and by those that were asked for before it.
     *
     * @param placed whether the line's file is known; if not, only a message of the same window is a copy of it
     */
    boolean isCopy(Detection detection, boolean placed, Result row) {
        Rank own = Rank.of(detection);
        String id = placed ? detection.getDetectionId() : detection.getDetectionId() + " " + own.window();
        Rank before = met.merge(id, own, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        if (before.compareTo(own) < 0) {
            return true;
        }
        for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
            Rank other = rank(cell, detection.getSource());
            if (other != null
                    && other.compareTo(own) < 0
                    && (placed || other.window().equals(own.window()))) {
                return true;
            }
        }
        return false;
    }

    /** Of the message that a cell is of; null if it is not of the source, or a tombstone. */
    private static @Nullable Rank rank(Cell cell, String source) {
        CellName name = CellName.of(cell);
        if (!name.isOf(SweepKind.HOT) || !name.source().equals(source) || LoadCheck.isTombstone(cell, false)) {
            return null;
        }
        HBaseStore.Place place = HBaseStore.Place.of(cell.getTimestamp());
        return new Rank(name.window().start(), place.partition(), place.offset());
    }
}
