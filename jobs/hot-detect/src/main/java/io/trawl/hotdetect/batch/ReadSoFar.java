package io.trawl.hotdetect.batch;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.util.AccumulatorV2;

/** How far the messages of each partition were read: what each task says when it has read its own. */
public final class ReadSoFar extends AccumulatorV2<ReadSoFar.Place, Map<Integer, ReadSoFar.Place>> {
    private static final long serialVersionUID = 1L;

    /**
     * Where the reading of a partition ended.
     *
     * @param next offset after the last message that was read
     * @param newest newest append time of the messages, milliseconds
     */
    public record Place(int partition, long next, long newest) implements Serializable {
        Place plus(Place other) {
            return new Place(partition, Math.max(next, other.next), Math.max(newest, other.newest));
        }
    }

    /** Executors write it into their heartbeats while tasks add to it. */
    private final ConcurrentHashMap<Integer, Place> places = new ConcurrentHashMap<>();

    @Override
    public boolean isZero() {
        return places.isEmpty();
    }

    @Override
    public AccumulatorV2<Place, Map<Integer, Place>> copy() {
        ReadSoFar copy = new ReadSoFar();
        copy.places.putAll(places);
        return copy;
    }

    @Override
    public void reset() {
        places.clear();
    }

    @Override
    public void add(Place place) {
        places.merge(place.partition(), place, Place::plus);
    }

    @Override
    public void merge(AccumulatorV2<Place, Map<Integer, Place>> other) {
        other.value().values().forEach(this::add);
    }

    @Override
    public Map<Integer, Place> value() {
        return places;
    }
}
