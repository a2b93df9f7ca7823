package io.trawl.validate;

import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.record.RawLine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
 * long, and where they meet a table of long tells: a twentieth of what Spark's own aggregation costs, for a question that
 * nearly every line answers with no.
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
        return repeated(all).iterator();
    }

    /** @return each number that comes more than once, once */
    static List<Long> repeated(List<long[]> arrays) {
        int count = arrays.stream().mapToInt(array -> array.length).sum();
        // At most half full; a free slot has 0.
        long[] slots = new long[4 * Integer.highestOneBit(Math.max(1, count))];
        BitSet told = new BitSet();
        int zeros = 0;
        List<Long> repeated = new ArrayList<>();
        for (long[] array : arrays) {
            for (long hash : array) {
                if (hash == 0) {
                    zeros++;
                    continue;
                }
                int slot = (int) (hash >>> 32) & slots.length - 1;
                while (slots[slot] != 0 && slots[slot] != hash) {
                    slot = slot + 1 & slots.length - 1;
                }
                if (slots[slot] == 0) {
                    slots[slot] = hash;
                } else if (!told.get(slot)) {
                    told.set(slot);
                    repeated.add(hash);
                }
            }
        }
        if (zeros > 1) {
            repeated.add(0L);
        }
        return repeated;
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
