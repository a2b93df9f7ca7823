package io.trawl.hotdetect.correlation;

import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.record.Detection;
import io.trawl.steps.Correlating;
import io.trawl.steps.Correlating.Sum;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of correlations found lately. After each batch it finds the groups that are true with the batch and were not
 * before. That depends on nothing but the events that are kept and the time: a driver that keeps the same finds the same.
 */
public final class Memory {
    /** How much of its reach a family's events wait for the next look at all its bins. */
    private static final int LOOKS = 8;
    /** One of so many events more is left out where there are too many, so that not every batch has to. */
    private static final int SPARE = 10;

    private final List<Family> families = new ArrayList<>();
    private final Map<String, Kept> all = new HashMap<>();
    /** By key, how many bins have it. */
    private final Map<String, Integer> places = new HashMap<>();

    private final int most;
    private final Duration margin;
    /** The newest time of an event. */
    private Instant latest = Instant.EPOCH;

    private Instant now;
    private long leftOut;

    /** Correlations that know nothing of others, and their events by place. */
    private static final class Family {
        final String name;
        final Correlations correlations;
        final Duration reach;
        final Map<List<String>, Bin> bins = new HashMap<>();
        /** When its bins are looked at for what nothing needs any more. */
        Instant look = Instant.MIN;

        Family(Correlations correlations, Duration reach) {
            this.name = correlations.all().get(0).id();
            this.correlations = correlations;
            this.reach = reach;
        }
    }

    /**
     * @param reach how far back the events of some correlations are kept
     * @param most so many events are kept at most; the oldest are left out
     * @param margin so long after the end of its timespan a window has all its events
     * @param kept what a driver before this one kept
     * @param now the newest time at which the broker took a line that is done
     */
    public Memory(
            Correlations correlations,
            Function<Correlations, Duration> reach,
            int most,
            Duration margin,
            Collection<Kept> kept,
            Instant now) {
        this.most = most;
        this.margin = margin;
        this.now = now;
        correlations.families().forEach(family -> families.add(new Family(family, reach.apply(family))));
        for (Kept one : kept) {
            List<Bin> bins = bins(one);
            if (!bins.isEmpty()) {
                all.put(one.key(), one);
                places.put(one.key(), bins.size());
                bins.forEach(bin -> bin.add(one));
                latest = one.time().isAfter(latest) ? one.time() : latest;
            }
        }
    }

    /** For a snapshot's correlations. */
    public static Memory of(Correlating correlating, Duration margin, Collection<Kept> kept, Instant now) {
        return new Memory(correlating.correlations(), correlating::reach, correlating.most(), margin, kept, now);
    }

    private List<Bin> bins(Kept one) {
        List<Bin> bins = new ArrayList<>();
        for (Family family : families) {
            if (family.correlations.isUsed(one.seen().fired().rule())
                    && !one.past().contains(family.name)) {
                family.correlations
                        .places(one.seen().fired())
                        .forEach(place ->
                                bins.add(family.bins.computeIfAbsent(place, any -> new Bin(family.correlations))));
            }
        }
        return bins;
    }

    /**
     * Takes what a batch found.
     *
     * @param found in any order
     * @param until the newest time at which the broker took a line of the batch, or of one before it
     */
    public Change judge(Collection<Kept> found, Instant until) {
        Instant before = end(now);
        Set<Bin> touched = new LinkedHashSet<>();
        Map<String, byte @Nullable []> kept = new LinkedHashMap<>();
        List<Kept> sorted = new ArrayList<>(found);
        sorted.sort(Kept.BY_MESSAGE);
        for (Kept one : sorted) {
            latest = one.time().isAfter(latest) ? one.time() : latest;
        }
        for (Kept one : sorted) {
            add(one, before, touched, kept);
        }
        now = until.isAfter(now) ? until : now;
        // Where time alone can make a group come true, each place is looked at.
        for (Family family : families) {
            if (family.correlations.waitsForEnds() && end(now).isAfter(before)) {
                for (Bin bin : family.bins.values()) {
                    bin.look(before);
                    touched.add(bin);
                }
            }
        }
        List<TimedDetection> fired = new ArrayList<>();
        List<Detection> grown = new ArrayList<>();
        for (Bin bin : touched) {
            Bin.Step step = bin.judge(end(now));
            step.fired().forEach(sum -> fired.add(timed(sum)));
            step.grown().forEach(sum -> grown.add(sum.detection()));
        }
        forget(kept);
        return new Change(fired, grown, kept);
    }

    private void add(Kept one, Instant before, Set<Bin> touched, Map<String, byte @Nullable []> kept) {
        Kept same = all.get(one.key());
        if (same != null && Kept.BY_MESSAGE.compare(same, one) <= 0) {
            return;
        }
        List<Bin> bins = bins(one);
        if (bins.isEmpty()) {
            return;
        }
        byte[] bytes = one.bytes();
        if (bytes.length > Kept.LONGEST) {
            leftOut++;
            return;
        }
        bins.forEach(bin -> bin.look(before));
        if (same != null) {
            bins(same).forEach(bin -> bin.take(same));
        }
        all.put(one.key(), one);
        places.put(one.key(), bins.size());
        kept.put(one.key(), bytes);
        bins.forEach(bin -> bin.add(one));
        touched.addAll(bins);
    }

    /** Windows that ended before it have all their events. */
    private Instant end(Instant time) {
        return time.minus(margin);
    }

    private TimedDetection timed(Sum sum) {
        Kept home = all.get(Kept.key(sum.home()));
        return new TimedDetection(sum.detection(), home == null ? now.toEpochMilli() : home.appended(), true);
    }

    /** Forgets what nothing needs any more, and what goes beyond the limit. */
    private void forget(Map<String, byte @Nullable []> kept) {
        for (Family family : families) {
            if (!latest.isBefore(family.look)) {
                family.look = latest.plus(family.reach.dividedBy(LOOKS));
                for (Bin bin : family.bins.values()) {
                    bin.look(end(now));
                    for (Kept one : bin.evict(latest, family.reach)) {
                        leave(one.key(), family, kept);
                    }
                }
                family.bins.values().removeIf(Bin::isEmpty);
            }
        }
        if (all.size() > most) {
            long over = all.size() - (most - most / SPARE);
            leftOut += over;
            Set<String> oldest = new HashSet<>();
            all.values().stream()
                    .sorted(Comparator.comparing(Kept::time).thenComparing(Kept::key))
                    .limit(over)
                    .forEach(one -> oldest.add(one.key()));
            for (Family family : families) {
                family.bins.values().forEach(bin -> bin.remove(oldest));
                family.bins.values().removeIf(Bin::isEmpty);
            }
            oldest.forEach(key -> {
                all.remove(key);
                places.remove(key);
                kept.put(key, null);
            });
        }
    }

    /** An event leaves a bin; the others need it, or nothing does. */
    private void leave(String key, Family family, Map<String, byte @Nullable []> kept) {
        if (places.merge(key, -1, Integer::sum) <= 0) {
            all.remove(key);
            places.remove(key);
            kept.put(key, null);
        } else {
            Kept left = Objects.requireNonNull(all.get(key)).without(family.name);
            all.put(key, left);
            kept.put(key, left.bytes());
        }
    }

    /** All that is kept. */
    public Collection<Kept> kept() {
        return List.copyOf(all.values());
    }

    public int size() {
        return all.size();
    }

    /** How many events were left out, since there were too many or one was too large. */
    public long leftOut() {
        return leftOut;
    }
}
