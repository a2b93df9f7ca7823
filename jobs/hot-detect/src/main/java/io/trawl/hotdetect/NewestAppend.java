package io.trawl.hotdetect;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.util.AccumulatorV2;

/** The newest append time of the messages that were read, milliseconds, by partition. */
final class NewestAppend extends AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, Long>> {
    private static final long serialVersionUID = 1L;

    /** Executors write it into their heartbeats while tasks add to it. */
    private final ConcurrentHashMap<Integer, Long> newest = new ConcurrentHashMap<>();
    /** Of the partition at hand, not yet among the others. */
    private int partition = -1;

    private long time;

    @Override
    public boolean isZero() {
        return partition < 0 && newest.isEmpty();
    }

    @Override
    public AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, Long>> copy() {
        NewestAppend copy = new NewestAppend();
        copy.newest.putAll(value());
        return copy;
    }

    @Override
    public void reset() {
        newest.clear();
        partition = -1;
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> message) {
        if (message.partition() != partition) {
            settle();
            partition = message.partition();
            time = message.timestamp();
        } else if (message.timestamp() > time) {
            time = message.timestamp();
        }
    }

    private void settle() {
        if (partition >= 0) {
            newest.merge(partition, time, Math::max);
            partition = -1;
        }
    }

    @Override
    public void merge(AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, Long>> other) {
        settle();
        other.value().forEach((of, when) -> newest.merge(of, when, Math::max));
    }

    @Override
    public Map<Integer, Long> value() {
        settle();
        return newest;
    }
}
