package io.trawl.hotdetect;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.util.AccumulatorV2;

/** How far the messages of each partition were read. */
final class ReadSoFar extends AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, ReadSoFar.Place>> {
    private static final long serialVersionUID = 1L;

    /**
     * Of one partition.
     *
     * @param next offset after the last message that was read
     * @param newest newest append time of the messages, milliseconds
     */
    record Place(long next, long newest) implements Serializable {
        Place plus(Place other) {
            return new Place(Math.max(next, other.next), Math.max(newest, other.newest));
        }
    }

    /** Executors write it into their heartbeats while tasks add to it. */
    private final ConcurrentHashMap<Integer, Place> places = new ConcurrentHashMap<>();
    /** Of the partition at hand, not yet among the others. */
    private int partition = -1;

    private long next;
    private long newest;

    @Override
    public boolean isZero() {
        return partition < 0 && places.isEmpty();
    }

    @Override
    public AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, Place>> copy() {
        ReadSoFar copy = new ReadSoFar();
        copy.places.putAll(value());
        return copy;
    }

    @Override
    public void reset() {
        places.clear();
        partition = -1;
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> message) {
        if (message.partition() != partition) {
            settle();
            partition = message.partition();
            newest = message.timestamp();
        } else if (message.timestamp() > newest) {
            newest = message.timestamp();
        }
        next = message.offset() + 1;
    }

    private void settle() {
        if (partition >= 0) {
            places.merge(partition, new Place(next, newest), Place::plus);
            partition = -1;
        }
    }

    @Override
    public void merge(AccumulatorV2<ConsumerRecord<byte[], byte[]>, Map<Integer, Place>> other) {
        settle();
        other.value().forEach((of, place) -> places.merge(of, place, Place::plus));
    }

    @Override
    public Map<Integer, Place> value() {
        settle();
        return places;
    }
}
