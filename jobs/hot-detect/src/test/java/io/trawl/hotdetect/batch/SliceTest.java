package io.trawl.hotdetect.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.spark.streaming.kafka010.OffsetRange;
import org.junit.jupiter.api.Test;

class SliceTest {
    private static final int MEGABYTE = 1 << 20;
    private static final long HOUR = 3_600_000_000_000L;

    /** A message that says it has so many bytes. */
    private static ConsumerRecord<byte[], byte[]> message(int partition, long offset, int key, int value) {
        byte[] nothing = new byte[0];
        return new ConsumerRecord<>(
                "logs",
                partition,
                offset,
                1_000 + offset % 7,
                TimestampType.LOG_APPEND_TIME,
                key,
                value,
                nothing,
                nothing,
                new RecordHeaders(),
                Optional.empty());
    }

    private static List<Long> offsets(Iterator<ConsumerRecord<byte[], byte[]>> messages) {
        List<Long> offsets = new ArrayList<>();
        messages.forEachRemaining(message -> offsets.add(message.offset()));
        return offsets;
    }

    @Test
    void endsWithTheMessageThatReachesTheBound() {
        List<ConsumerRecord<byte[], byte[]>> messages = List.of(
                message(0, 5, 10, 50),
                message(0, 6, -1, -1),
                message(0, 7, 10, 30),
                message(0, 8, 10, 1),
                message(0, 9, 0, 0));
        assertThat(offsets(new Slice(messages.iterator(), 100, HOUR, new ReadSoFar())))
                .containsExactly(5L, 6L, 7L);
        assertThat(offsets(new Slice(messages.iterator(), 101, HOUR, new ReadSoFar())))
                .containsExactly(5L, 6L, 7L, 8L);
        assertThat(offsets(new Slice(messages.iterator(), 1_000, HOUR, new ReadSoFar())))
                .hasSize(5);
        // Also of a message that is larger than the bound: the next slice begins behind it.
        Slice one = new Slice(messages.iterator(), 1, HOUR, new ReadSoFar());
        assertThat(one.next().offset()).isEqualTo(5);
        assertThat(one.hasNext()).isFalse();
        assertThatThrownBy(one::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void endsWhenLinesAreSlow() {
        List<ConsumerRecord<byte[], byte[]>> messages =
                IntStream.range(0, 9).mapToObj(i -> message(0, i, 1, 1)).toList();
        long[] now = {Long.MAX_VALUE - 5};
        Slice slice = new Slice(messages.iterator(), 100, 10, new ReadSoFar(), () -> now[0]);
        List<Long> judged = new ArrayList<>();
        while (slice.hasNext()) {
            judged.add(slice.next().offset());
            now[0] += 4;
        }
        assertThat(judged).containsExactly(0L, 1L, 2L);
        // However slow one is, it is done.
        assertThat(offsets(new Slice(messages.iterator(), 100, 0, new ReadSoFar())))
                .containsExactly(0L);
    }

    @Test
    void whatWasReadIsKnownByPartitionWhenItIsRead() {
        ReadSoFar read = new ReadSoFar();
        List<ConsumerRecord<byte[], byte[]>> messages =
                List.of(message(1, 3, 0, 1), message(1, 6, 0, 1), message(1, 8, 0, 1));
        Slice slice = new Slice(messages.iterator(), 2, HOUR, read);
        while (slice.hasNext()) {
            slice.next();
            // A task that fails here has done nothing.
            assertThat(read.isZero()).isTrue();
        }
        assertThat(read.value()).isEqualTo(Map.of(1, new ReadSoFar.Place(1, 7, 1_006)));
        assertThat(slice.hasNext()).isFalse();

        ReadSoFar other = new ReadSoFar();
        offsets(new Slice(List.of(message(0, 41, 0, 1)).iterator(), 9, HOUR, other));
        offsets(new Slice(List.<ConsumerRecord<byte[], byte[]>>of().iterator(), 9, HOUR, other));
        read.merge(other);
        read.merge(new ReadSoFar());
        assertThat(read.copy().value())
                .isEqualTo(read.value())
                .isEqualTo(Map.of(0, new ReadSoFar.Place(0, 42, 1_006), 1, new ReadSoFar.Place(1, 7, 1_006)));
        read.reset();
        assertThat(read.isZero()).isTrue();
    }

    /** 10,000 lines of a megabyte from one host, and short ones of others: what a batch of hot.rate lines may be. */
    @Test
    void slicesAreBoundedAndHaveEachMessageOnceInOrder() {
        SplittableRandom random = new SplittableRandom(13);
        List<List<ConsumerRecord<byte[], byte[]>>> topic = List.of(
                IntStream.range(0, 10_000)
                        .mapToObj(i -> message(0, 70 + i, 8, MEGABYTE))
                        .toList(),
                IntStream.range(0, 5_000)
                        .mapToObj(i -> message(1, i, 8, random.nextInt(400)))
                        .toList(),
                List.of());
        OffsetRange[] left = {
            OffsetRange.create("logs", 0, 70, 10_070),
            OffsetRange.create("logs", 1, 0, 5_000),
            OffsetRange.create("logs", 2, 9, 9)
        };
        long bound = 64L * MEGABYTE;
        Map<Integer, List<Long>> done = new TreeMap<>(Map.of(0, new ArrayList<>(), 1, new ArrayList<>()));
        int slices = 0;
        while (OffsetRanges.hasLines(left)) {
            long filled = Stream.of(left).filter(range -> range.count() > 0).count();
            ReadSoFar read = new ReadSoFar();
            long bytes = 0;
            for (OffsetRange range : left) {
                if (range.count() == 0) {
                    continue;
                }
                long first = range.partition() == 0 ? 70 : 0;
                ReadSoFar task = new ReadSoFar();
                Slice slice = new Slice(
                        topic.get(range.partition())
                                .subList((int) (range.fromOffset() - first), (int) (range.untilOffset() - first))
                                .iterator(),
                        bound / filled,
                        HOUR,
                        task);
                while (slice.hasNext()) {
                    ConsumerRecord<byte[], byte[]> message = slice.next();
                    bytes += message.serializedKeySize() + message.serializedValueSize();
                    done.get(message.partition()).add(message.offset());
                }
                read.merge(task);
            }
            assertThat(bytes).isLessThan(bound + filled * 2 * MEGABYTE);
            Map<Integer, Long> until = new TreeMap<>(Map.of(2, 9L));
            read.value().forEach((partition, place) -> until.put(partition, place.next()));
            left = OffsetRanges.left(left, until);
            slices++;
        }
        assertThat(slices).isBetween(10_000 / 64, 10_000 / 63 + 2);
        assertThat(done.get(0))
                .isEqualTo(IntStream.range(70, 10_070).mapToObj(i -> (long) i).toList());
        assertThat(done.get(1))
                .isEqualTo(IntStream.range(0, 5_000).mapToObj(i -> (long) i).toList());
    }

    @Test
    void whatIsLeftNeverBeginsOutsideOfTheBatch() {
        OffsetRange[] ranges = {OffsetRange.create("logs", 0, 10, 20), OffsetRange.create("logs", 1, 5, 9)};
        assertThat(OffsetRanges.left(ranges, Map.of(0, 12L)))
                .containsExactly(OffsetRange.create("logs", 0, 12, 20), OffsetRange.create("logs", 1, 5, 9));
        // Retention has deleted more than the batch.
        assertThat(OffsetRanges.left(ranges, Map.of(0, 25L, 1, 1L)))
                .containsExactly(OffsetRange.create("logs", 0, 20, 20), OffsetRange.create("logs", 1, 5, 9));
    }
}
