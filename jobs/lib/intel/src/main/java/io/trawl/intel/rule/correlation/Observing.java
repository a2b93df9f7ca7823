package io.trawl.intel.rule.correlation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of observations. Each part of it tells of each item which match ends there, and of those the one that begins
 * last, since a later beginning is met by whatever an earlier one is met by.
 */
final class Observing implements Measure {
    /** So many events of one time are looked at in another order than their log's. */
    private static final int MOST_AT_ONCE = 16;

    private static final Comparator<Match> BY_START = Comparator.comparingLong(match -> match.start.place);

    private final Part whole;
    private @Nullable Match found;
    /** The place of the first item that is left. */
    private long from;

    Observing(Node node, Observation observation) {
        this.whole = part(node, observation);
    }

    /** Items that meet a part of a pattern. */
    private record Match(Item start, Item end, List<Match> of) {
        static Match one(Item item) {
            return new Match(item, item, List.of());
        }

        static Match both(Match one, Match other) {
            return new Match(
                    one.start.place <= other.start.place ? one.start : other.start,
                    one.end.place >= other.end.place ? one.end : other.end,
                    List.of(one, other));
        }

        void collect(Set<Item> items) {
            if (of.isEmpty()) {
                items.add(start);
            }
            of.forEach(match -> match.collect(items));
        }

        boolean shares(Match other) {
            if (end.place < other.start.place || other.end.place < start.place) {
                return false;
            }
            Set<Item> mine = new HashSet<>();
            collect(mine);
            Set<Item> theirs = new HashSet<>();
            other.collect(theirs);
            return theirs.stream().anyMatch(mine::contains);
        }
    }

    /** A part of a pattern. */
    private interface Part {
        /** The match that ends with an item; null if there is none. */
        @Nullable
        Match at(Item item);
    }

    private Part part(Node node, Observation observation) {
        if (observation instanceof Observation.One one) {
            int rule = node.place(one.rule());
            return item -> item.rules.get(rule) ? Match.one(item) : null;
        }
        if (observation instanceof Observation.And and) {
            return new Both(part(node, and.left()), part(node, and.right()));
        }
        if (observation instanceof Observation.Or or) {
            Part left = part(node, or.left());
            Part right = part(node, or.right());
            return item -> later(left.at(item), right.at(item));
        }
        if (observation instanceof Observation.FollowedBy followed) {
            return new Following(part(node, followed.first()), part(node, followed.then()));
        }
        if (observation instanceof Observation.Repeats repeats) {
            return new Repeating(part(node, repeats.of()), repeats.times());
        }
        if (observation instanceof Observation.Within within) {
            Part of = part(node, within.of());
            return item -> {
                Match match = of.at(item);
                return match != null
                                && Duration.between(match.start.time, match.end.time)
                                                .compareTo(within.time())
                                        <= 0
                        ? match
                        : null;
            };
        }
        Observation.Between between = (Observation.Between) observation;
        Part of = part(node, between.of());
        return item -> (between.start() == null || !item.time.isBefore(between.start()))
                        && (between.stop() == null || item.time.isBefore(between.stop()))
                ? of.at(item)
                : null;
    }

    private static @Nullable Match later(@Nullable Match one, @Nullable Match other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return BY_START.compare(one, other) >= 0 ? one : other;
    }

    /** Both parts, in whatever order. */
    private static final class Both implements Part {
        private final Part left;
        private final Part right;
        private @Nullable Match bestLeft;
        private @Nullable Match bestRight;

        Both(Part left, Part right) {
            this.left = left;
            this.right = right;
        }

        @Override
        public @Nullable Match at(Item item) {
            Match newLeft = left.at(item);
            Match newRight = right.at(item);
            Match match = later(joined(newLeft, bestRight), joined(newRight, bestLeft));
            match = later(match, joined(newLeft, newRight));
            bestLeft = later(newLeft, bestLeft);
            bestRight = later(newRight, bestRight);
            return match;
        }

        private static @Nullable Match joined(@Nullable Match one, @Nullable Match other) {
            return one == null || other == null || one.shares(other) ? null : Match.both(one, other);
        }
    }

    /** The first part, and then the second. */
    private final class Following implements Part {
        private final Part first;
        private final Part then;
        /** By the place where a match of the first part ends, the best so far; each begins later than the one before. */
        private final TreeMap<Long, Match> firsts = new TreeMap<>();
        /** Matches of the second part that begin at the time of the last item: a first part of this time is not too late. */
        private final List<Match> seconds = new ArrayList<>();

        Following(Part first, Part then) {
            this.first = first;
            this.then = then;
        }

        @Override
        public @Nullable Match at(Item item) {
            Match second = then.at(item);
            Match match = null;
            if (second != null) {
                var before = firsts.lowerEntry(second.start.place);
                match = before == null ? null : Match.both(before.getValue(), second);
            }
            Match newFirst = first.at(item);
            seconds.removeIf(one -> one.start.time.isBefore(item.time));
            for (Match one : seconds) {
                match = newFirst == null || newFirst.shares(one) ? match : later(Match.both(newFirst, one), match);
            }
            if (second != null && second.start.time.equals(item.time) && seconds.size() < MOST_AT_ONCE) {
                seconds.add(second);
            }
            if (newFirst != null
                    && (firsts.isEmpty()
                            || BY_START.compare(newFirst, firsts.lastEntry().getValue()) > 0)) {
                firsts.put(newFirst.end.place, newFirst);
            }
            while (!firsts.isEmpty() && firsts.firstEntry().getValue().start.place < from) {
                firsts.pollFirstEntry();
            }
            return match;
        }
    }

    /** So many matches, none of which begins before another one ends. */
    private static final class Repeating implements Part {
        private final Part of;
        private final int times;
        private final Deque<Match> last = new ArrayDeque<>();

        Repeating(Part of, int times) {
            this.of = of;
            this.times = times;
        }

        @Override
        public @Nullable Match at(Item item) {
            Match match = of.at(item);
            if (match == null || !last.isEmpty() && last.getLast().end.place >= match.start.place) {
                return null;
            }
            last.addLast(match);
            if (last.size() > times) {
                last.removeFirst();
            }
            return last.size() < times ? null : new Match(last.getFirst().start, match.end, List.copyOf(last));
        }
    }

    @Override
    public void add(Item item) {
        found = whole.at(item);
    }

    @Override
    public void removeFirst(Item item) {
        from = item.place + 1;
    }

    @Override
    public boolean holds(Item first) {
        return found != null && found.start.place >= first.place;
    }

    @Override
    public List<Item> chosen() {
        if (found == null) {
            return List.of();
        }
        Set<Item> items = new HashSet<>();
        found.collect(items);
        List<Item> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparingLong(item -> item.place));
        return sorted;
    }
}
