package io.trawl.hotdetect.batch;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.OffsetRange;

/** The offsets that a batch covers, a range per partition. */
public final class OffsetRanges {
    private OffsetRanges() {}

    public static OffsetRange[] of(JavaRDD<ConsumerRecord<byte[], byte[]>> rdd) {
        return ((HasOffsetRanges) rdd.rdd()).offsetRanges();
    }

    public static boolean hasLines(OffsetRange[] ranges) {
        for (OffsetRange range : ranges) {
            if (range.count() > 0) {
                return true;
            }
        }
        return false;
    }

    /** What of a batch is left to do. */
    public static OffsetRange[] left(OffsetRange[] ranges, Map<Integer, Long> done) {
        OffsetRange[] left = new OffsetRange[ranges.length];
        for (int i = 0; i < left.length; i++) {
            OffsetRange range = ranges[i];
            long from = done.getOrDefault(range.partition(), range.fromOffset());
            left[i] = OffsetRange.create(
                    range.topicPartition(),
                    Math.min(Math.max(from, range.fromOffset()), range.untilOffset()),
                    range.untilOffset());
        }
        return left;
    }
}
