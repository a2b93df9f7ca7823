package io.trawl.etl;

import io.trawl.record.Detection;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
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
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Which detections of the hot path are of a line that came before: HBase has them from another message, of an earlier window
 * or an earlier one of the same window. A message that is read again after a crash finds its own cell, and is no copy.
 *
 * <p>Messages have one order, by window, partition and offset. Only the later of two is ever taken for the copy, in
 * whatever order they are read, so that no detection is passed over by each on account of the other.
 */
public final class HotCopies {
    private static final int AT_ONCE = 500;

    /** Where a message stands in that order. */
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

    private final Map<String, Rank> met = new HashMap<>();

    HotCopies() {}

    /** Looks them up, some hundred rows at once; gives which of them are copies. */
    public static BitSet among(Settings settings, List<Detection> detections) {
        BitSet copies = new BitSet();
        if (detections.isEmpty()) {
            return copies;
        }
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        HotCopies known = new HotCopies();
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            for (int from = 0; from < detections.size(); from += AT_ONCE) {
                List<Detection> some = detections.subList(from, Math.min(from + AT_ONCE, detections.size()));
                List<Get> gets = new ArrayList<>();
                some.forEach(one -> gets.add(new Get(Keys.main(salts, one)).addFamily(HBase.FAMILY)));
                Result[] rows = table.get(gets);
                for (int i = 0; i < rows.length; i++) {
                    copies.set(from + i, known.isCopy(some.get(i), rows[i]));
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return copies;
    }

    /** Whether a detection is of a line that came before, by its row and by those that were asked for before it. */
    boolean isCopy(Detection detection, Result row) {
        Rank own = Rank.of(detection);
        Rank before = met.merge(detection.getDetectionId(), own, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        if (before.compareTo(own) < 0) {
            return true;
        }
        for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
            Rank other = rank(cell, detection.getSource());
            if (other != null && other.compareTo(own) < 0) {
                return true;
            }
        }
        return false;
    }

    /** Of the message that a cell is of; null if it is not one of the hot path and the source. */
    private static @Nullable Rank rank(Cell cell, String source) {
        String name = Bytes.toString(cell.getQualifierArray(), cell.getQualifierOffset(), cell.getQualifierLength());
        if (!name.startsWith(HBaseStore.HOT + ":") || !name.endsWith(":" + source) || Load.isTombstone(cell)) {
            return null;
        }
        HBaseStore.Place place = HBaseStore.Place.of(cell.getTimestamp());
        return new Rank(CellName.parse(name).window().start(), place.partition(), place.offset());
    }
}
