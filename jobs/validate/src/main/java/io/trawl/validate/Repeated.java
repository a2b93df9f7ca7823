package io.trawl.validate;

import io.trawl.etl.Block;
import io.trawl.etl.Cells;
import io.trawl.record.RawLine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.unsafe.Platform;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Which hashes of identities come more than once: 64 bits each, as Spark's xxhash64 gives them. They travel as arrays of
 * long and are sorted where they meet:
 * a twentieth of what Spark's own aggregation costs, for a question that nearly every line answers with no.
 */
final class Repeated {
    /** Hashes that a task holds before it passes them on. */
    private static final int MOST = 1 << 20;

    private Repeated() {}

    /** @param lines with their event_id; @return each hash that more than one line has, once */
    static JavaRDD<Long> in(JavaRDD<Block<RawLine>> lines) {
        int parts = Math.max(1, lines.getNumPartitions());
        JavaPairRDD<Integer, long[]> dealt = lines.mapPartitionsToPair(blocks -> new Dealer(new Hashes(blocks), parts));
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

    /** The hashes of the identities in blocks. */
    private static final class Hashes implements PrimitiveIterator.OfLong {
        /** Of Spark's xxhash64. */
        private static final long SEED = 42;

        private final Iterator<Block<RawLine>> blocks;
        private byte[] id = new byte[32];
        private int row;
        private int rows;
        private @Nullable Cells ids;

        Hashes(Iterator<Block<RawLine>> blocks) {
            this.blocks = blocks;
        }

        @Override
        public boolean hasNext() {
            while (row == rows && blocks.hasNext()) {
                Block<RawLine> block = blocks.next();
                ids = block.cells("event_id");
                rows = block.rows();
                row = 0;
            }
            return row < rows;
        }

        @Override
        public long nextLong() {
            if (!hasNext() || ids == null || !ids.at(row++)) {
                throw new NoSuchElementException("a line without an event_id");
            }
            ByteBuffer bytes = ids.bytes();
            int length = bytes.remaining();
            id = id.length < length ? new byte[length] : id;
            bytes.get(bytes.position(), id, 0, length);
            return XXH64.hashUnsafeBytes(id, Platform.BYTE_ARRAY_OFFSET, length, SEED);
        }
    }

    /** Deals hashes out to the parts that they belong to, an array at a time. */
    private static final class Dealer implements Iterator<Tuple2<Integer, long[]>> {
        private final PrimitiveIterator.OfLong hashes;
        private final long[][] hands;
        private final int[] sizes;
        private int next;

        Dealer(PrimitiveIterator.OfLong hashes, int parts) {
            this.hashes = hashes;
            this.hands = new long[parts][64];
            this.sizes = new int[parts];
            this.next = parts;
        }

        @Override
        public boolean hasNext() {
            while (next < sizes.length && sizes[next] == 0) {
                next++;
            }
            return next < sizes.length || hashes.hasNext();
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
            for (int dealt = 0; dealt < MOST && hashes.hasNext(); dealt++) {
                long hash = hashes.nextLong();
                int part = (int) Long.remainderUnsigned(hash, sizes.length);
                if (sizes[part] == hands[part].length) {
                    hands[part] = Arrays.copyOf(hands[part], 2 * sizes[part]);
                }
                hands[part][sizes[part]++] = hash;
            }
        }
    }
}
