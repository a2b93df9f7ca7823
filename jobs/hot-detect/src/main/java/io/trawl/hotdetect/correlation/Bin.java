package io.trawl.hotdetect.correlation;

import io.trawl.intel.rule.book.NewGroups;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Correlator;
import io.trawl.intel.rule.correlation.Group;
import io.trawl.steps.Correlating;
import io.trawl.steps.Correlating.Sum;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The events of one place of a family of correlations: those that may be in a group together. */
final class Bin {
    private static final Comparator<Kept> BY_TIME =
            Comparator.comparing(one -> one.seen().fired(), Correlator.ORDER);

    /** So many times its reach a family's events are kept at most, whatever needs them. */
    private static final int LONGEST = 8;

    private final Correlations family;
    private final List<Kept> events = new ArrayList<>();
    /** What was found in them last; null if that is to be found again. */
    private @Nullable Found found;

    /**
     * The groups of some events.
     *
     * @param sums by detection's id
     */
    record Found(List<Group> groups, Set<String> known, Map<String, Sum> sums) {}

    /** What further events change. */
    record Step(List<Sum> fired, List<Sum> grown) {}

    Bin(Correlations family) {
        this.family = family;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Finds what is true before anything is added or taken. */
    void look(Instant now) {
        if (found == null) {
            found = found(now);
        }
    }

    void add(Kept one) {
        events.add(one);
    }

    /** Takes out an event for which another copy of its line comes in. */
    void take(Kept copy) {
        events.removeIf(one -> one.key().equals(copy.key()));
    }

    /** Takes out what is not kept any more. */
    void remove(Set<String> gone) {
        if (events.removeIf(one -> gone.contains(one.key()))) {
            found = null;
        }
    }

    /** Judges all events, those that were added among them. */
    Step judge(Instant now) {
        Found before = found;
        if (before == null) {
            throw new IllegalStateException("nobody looked before");
        }
        Found after = found(now);
        Step step = new Step(new ArrayList<>(), new ArrayList<>());
        after.sums.forEach((id, sum) -> {
            Sum same = before.sums.get(id);
            if (same != null) {
                if (same.count() != sum.count() || !event(same).equals(event(sum))) {
                    step.grown.add(sum);
                }
            } else if (NewGroups.isNew(sum.group(), before.known)) {
                step.fired.add(sum);
            }
        });
        found = after;
        return step;
    }

    private static String event(Sum sum) {
        return sum.home().fired().event();
    }

    private Found found(Instant now) {
        events.sort(BY_TIME);
        Map<String, Correlating.Seen> byEvent = new HashMap<>();
        events.forEach(one -> byEvent.merge(one.seen().fired().event(), one.seen(), Correlating.Seen::first));
        List<Group> groups = NewGroups.apart(Correlator.until(
                family, events.stream().map(one -> one.seen().fired()).toList(), now));
        Map<String, Sum> sums = new LinkedHashMap<>();
        for (Group group : groups) {
            Sum sum = Sum.of(group, byEvent::get, null);
            if (sum != null) {
                sums.put(sum.id(), sum);
            }
        }
        return new Found(groups, NewGroups.known(groups), sums);
    }

    /**
     * Takes out what no group to come can have. A group stays whole, so that the groups after it are the same as before.
     *
     * @param now the newest time of an event
     * @param reach how far back from now events are kept
     */
    List<Kept> evict(Instant now, Duration reach) {
        Instant cut = now.minus(reach);
        Found last = found;
        if (events.isEmpty() || last == null || !first().isBefore(cut)) {
            return List.of();
        }
        cut = clean(cut, last, reach.dividedBy(2));
        Instant latest = now.minus(reach.multipliedBy(LONGEST));
        cut = cut.isBefore(latest) ? latest : cut;
        int count = 0;
        while (count < events.size() && events.get(count).seen().fired().time().isBefore(cut)) {
            count++;
        }
        List<Kept> gone = new ArrayList<>(events.subList(0, count));
        if (count > 0) {
            events.subList(0, count).clear();
            found = null;
        }
        return gone;
    }

    /** A time before a cut from which on groups are the same without what was before. */
    private Instant clean(Instant cut, Found last, Duration span) {
        Instant clean = cut;
        if (family.all().size() == 1 && !family.waitsForEnds()) {
            for (int i = last.groups.size() - 1; i >= 0; i--) {
                Group group = last.groups.get(i);
                if (group.first().isBefore(clean) && !group.last().isBefore(clean)) {
                    clean = group.first();
                }
            }
            return clean;
        }
        // What a chain or an upper limit makes of an event depends on all those before it, but for a pause.
        Instant pause = Instant.MIN;
        for (int i = 1; i < events.size(); i++) {
            Instant time = events.get(i).seen().fired().time();
            Instant before = events.get(i - 1).seen().fired().time();
            if (before.isBefore(cut) && before.plus(span).isBefore(time)) {
                pause = time.isBefore(cut) ? time : cut;
            }
        }
        return events.get(events.size() - 1).seen().fired().time().plus(span).isBefore(cut) ? cut : pause;
    }

    private Instant first() {
        return events.get(0).seen().fired().time();
    }
}
