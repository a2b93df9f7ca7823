package io.trawl.intel.rule.correlation.observation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks for events that meet a pattern. Each part of it tells of each event which matches end there. Of matches that meet the
 * same, the one that begins last is kept, since a later beginning is met by whatever an earlier one is met by. Others are kept
 * as far as parts beside it may need their events: so a match is found whenever events can be given to the parts at all. That
 * holds for patterns of {@value #EXACT} observations or fewer; of larger ones fewer matches are kept, so that the cost of an
 * event is bounded.
 */
public final class Matcher {
    /** Patterns of so many observations miss nothing. */
    static final int EXACT = 8;
    /** So many sets of half of {@link #EXACT} events are enough, whatever half the other parts take: 8 over 4. */
    private static final int MOST = 70;
    /** In larger patterns, so many comparisons of an event are about what it may cost. */
    private static final int WORK = 4096;
    /** So many times as many matches as are kept are looked at, to find those. */
    private static final int FAR = 8;

    private final ToIntFunction<String> places;
    private final Part.Bound bound;
    private final Part whole;

    /** @param places gives the place of a rule */
    public Matcher(Observation observation, ToIntFunction<String> places) {
        this.places = places;
        int size = observation.size();
        this.bound = new Part.Bound(size <= EXACT ? MOST : (int) Math.max(1, WORK / ((long) size * size)));
        this.whole = part(observation, 0, new BitSet());
    }

    /**
     * Takes an event.
     *
     * @return the events of the match that ends with it and begins last, in order; null if there is none
     */
    public @Nullable List<Seen> add(Seen seen) {
        List<Match> found = whole.at(seen);
        return found.isEmpty() || found.get(0).start().place() < bound.from
                ? null
                : found.get(0).items();
    }

    /** Says that no match begins before a place. */
    public void forget(long before) {
        bound.from = before;
    }

    private BitSet rules(Observation observation) {
        BitSet rules = new BitSet();
        observation.rules().forEach(rule -> rules.set(places.applyAsInt(rule)));
        return rules;
    }

    private static BitSet union(BitSet one, BitSet other) {
        BitSet both = (BitSet) one.clone();
        both.or(other);
        return both;
    }

    private Part part(Observation observation, int others, BitSet rivals) {
        if (observation instanceof Observation.One one) {
            int rule = places.applyAsInt(one.rule());
            return new Part(bound, others, rivals) {
                @Override
                List<Match> at(Seen item) {
                    return item.rules().get(rule) ? List.of(new Match(List.of(item))) : List.of();
                }
            };
        }
        if (observation instanceof Observation.And and) {
            return new Both(and, others, rivals);
        }
        if (observation instanceof Observation.Or or) {
            Part left = part(or.left(), others, rivals);
            Part right = part(or.right(), others, rivals);
            return new Part(bound, others, rivals) {
                @Override
                List<Match> at(Seen item) {
                    return enough(Match.of(left.at(item), right.at(item)));
                }
            };
        }
        if (observation instanceof Observation.FollowedBy followed) {
            return new Following(followed, others, rivals);
        }
        if (observation instanceof Observation.Repeats repeats) {
            return repeats.of().size() == 1 ? new Row(repeats, others, rivals) : new Repeating(repeats, others, rivals);
        }
        if (observation instanceof Observation.Within within) {
            Part of = part(within.of(), others, rivals);
            return new Part(bound, others, rivals) {
                @Override
                List<Match> at(Seen item) {
                    List<Match> matches = of.at(item);
                    return matches.isEmpty()
                            ? matches
                            : matches.stream()
                                    .filter(match -> Duration.between(
                                                            match.start().time(),
                                                            match.end().time())
                                                    .compareTo(within.time())
                                            <= 0)
                                    .toList();
                }
            };
        }
        Observation.Between between = (Observation.Between) observation;
        Part of = part(between.of(), others, rivals);
        return new Part(bound, others, rivals) {
            @Override
            List<Match> at(Seen item) {
                boolean inside = (between.start() == null || !item.time().isBefore(between.start()))
                        && (between.stop() == null || item.time().isBefore(between.stop()));
                return inside ? of.at(item) : List.of();
            }
        };
    }

    /** Both parts, in whatever order. */
    private final class Both extends Part {
        private final Part left;
        private final Part right;
        private List<Match> lefts = List.of();
        private List<Match> rights = List.of();

        Both(Observation.And and, int others, BitSet rivals) {
            super(bound, others, rivals);
            left = part(and.left(), others + and.right().size(), union(rivals, rules(and.right())));
            right = part(and.right(), others + and.left().size(), union(rivals, rules(and.left())));
        }

        @Override
        List<Match> at(Seen item) {
            List<Match> newLefts = left.at(item);
            List<Match> newRights = right.at(item);
            if (newLefts.isEmpty() && newRights.isEmpty()) {
                return List.of();
            }
            List<Match> joined = new ArrayList<>();
            Match.join(newLefts, rights, joined);
            Match.join(newRights, lefts, joined);
            Match.join(newLefts, newRights, joined);
            lefts = newLefts.isEmpty() ? lefts : left.enough(Match.of(newLefts, lefts));
            rights = newRights.isEmpty() ? rights : right.enough(Match.of(newRights, rights));
            return enough(joined);
        }
    }

    /** The first part, and then the second. */
    private final class Following extends Part {
        private final Part first;
        private final Part then;
        /** Matches of the first part, by the time when they end; of one time the newest first. */
        private final TreeMap<Instant, Deque<Match>> firsts = new TreeMap<>();
        /** Matches of the second part that begin at the time of the last item: a first part of this time is not too late. */
        private List<Match> seconds = List.of();

        Following(Observation.FollowedBy followed, int others, BitSet rivals) {
            super(bound, others, rivals);
            Observation one = followed.first();
            Observation two = followed.then();
            first = part(one, others + two.size(), union(rivals, rules(two)));
            then = part(two, others + one.size(), union(rivals, rules(one)));
        }

        @Override
        List<Match> at(Seen item) {
            List<Match> newFirsts = first.at(item);
            List<Match> newSeconds = then.at(item);
            seconds = seconds.stream()
                    .filter(match -> match.start().time().equals(item.time()))
                    .toList();
            List<Match> joined = new ArrayList<>();
            for (Match second : newSeconds) {
                Match.join(before(second), List.of(second), joined);
            }
            Match.join(newFirsts, seconds, joined);
            List<Match> now = newSeconds.stream()
                    .filter(match -> match.start().time().equals(item.time()))
                    .toList();
            seconds = now.isEmpty() ? seconds : then.enough(Match.of(now, seconds));
            newFirsts.forEach(this::keep);
            forget();
            return enough(joined);
        }

        /** Matches of the first part that end before a match of the second begins: enough for what all others take. */
        private List<Match> before(Match second) {
            int seen = 0;
            List<Match> kept = List.of();
            long oldest = Long.MAX_VALUE;
            for (Deque<Match> matches :
                    firsts.headMap(second.start().time(), true).descendingMap().values()) {
                for (Match match : matches) {
                    // Whatever ends before the beginning of those that are enough begins before it, too.
                    if (!kept.isEmpty() && match.end().place() < oldest && first.isFull(kept)
                            || ++seen > FAR * bound.most) {
                        return kept;
                    }
                    kept = first.enough(Match.of(kept, List.of(match)));
                    oldest = kept.get(kept.size() - 1).start().place();
                }
            }
            return kept;
        }

        /** Keeps a match of the first part, unless those that begin later and are kept are enough. */
        private void keep(Match match) {
            List<Match> after = new ArrayList<>();
            int seen = 0;
            for (Deque<Match> matches : firsts.descendingMap().values()) {
                for (Match one : matches) {
                    if (one.end().place() < match.start().place() || ++seen > bound.most) {
                        break;
                    }
                    if (one.start().place() >= match.start().place()) {
                        after.add(one);
                    }
                }
                if (seen > bound.most
                        || matches.getFirst().end().place() < match.start().place()) {
                    break;
                }
            }
            if (first.isNeeded(match, after)) {
                firsts.computeIfAbsent(match.end().time(), time -> new ArrayDeque<>())
                        .addFirst(match);
            }
        }

        private void forget() {
            while (!firsts.isEmpty()) {
                Deque<Match> oldest = firsts.firstEntry().getValue();
                while (!oldest.isEmpty() && oldest.getLast().start().place() < bound.from) {
                    oldest.removeLast();
                }
                if (!oldest.isEmpty()) {
                    return;
                }
                firsts.pollFirstEntry();
            }
        }
    }

    /** So many items. */
    private final class Row extends Part {
        private final Part of;
        private final int times;
        private final int spare;
        private final Deque<Seen> last = new ArrayDeque<>();

        Row(Observation.Repeats repeats, int others, BitSet rivals) {
            super(bound, others, rivals);
            of = part(repeats.of(), others, rivals);
            times = repeats.times();
            spare = Math.min(others, bound.most - 1);
        }

        @Override
        List<Match> at(Seen item) {
            if (of.at(item).isEmpty()) {
                return List.of();
            }
            last.addFirst(item);
            if (last.size() > times + spare) {
                last.removeLast();
            }
            if (last.size() < times) {
                return List.of();
            }
            List<Match> matches = new ArrayList<>();
            Deque<Set<Seen>> without = new ArrayDeque<>(List.of(Set.of()));
            Set<Set<Seen>> tried = new LinkedHashSet<>(without);
            while (!without.isEmpty() && matches.size() < bound.most) {
                Set<Seen> left = without.removeFirst();
                Match match = newest(item, left);
                if (match == null) {
                    continue;
                }
                matches.add(match);
                if (left.size() == spare) {
                    continue;
                }
                for (Seen one : match.items()) {
                    if (one != item && one.rules().intersects(rivals)) {
                        Set<Seen> more = new LinkedHashSet<>(left);
                        more.add(one);
                        if (tried.size() < bound.most && tried.add(more)) {
                            without.addLast(more);
                        }
                    }
                }
            }
            return enough(matches);
        }

        /** The newest items, without some; null if there are too few. */
        private @Nullable Match newest(Seen item, Set<Seen> without) {
            ArrayDeque<Seen> items = new ArrayDeque<>();
            for (Seen one : last) {
                if (items.size() < times && !without.contains(one)) {
                    items.addFirst(one);
                }
            }
            return items.size() < times || items.getLast() != item ? null : new Match(new ArrayList<>(items));
        }
    }

    /** So many matches, each of items of its own. */
    private final class Repeating extends Part {
        private final List<Part> of = new ArrayList<>();
        private final int times;
        /** By how many, less one, the matches of that many. */
        private final List<List<Match>> matches = new ArrayList<>();

        Repeating(Observation.Repeats repeats, int others, BitSet rivals) {
            super(bound, others, rivals);
            times = repeats.times();
            int size = repeats.of().size();
            BitSet all = union(rivals, rules(repeats.of()));
            int rest = (int) Math.min(Observation.LARGEST, others + (long) size * (times - 1));
            of.add(part(repeats.of(), rest, all));
            for (int i = 2; i < times && bound.most > 1; i++) {
                int left = (int) Math.min(Observation.LARGEST, others + (long) size * (times - i));
                of.add(new Part(bound, left, all) {
                    @Override
                    List<Match> at(Seen item) {
                        return List.of();
                    }
                });
            }
        }

        @Override
        List<Match> at(Seen item) {
            List<Match> fresh = of.get(0).at(item);
            if (fresh.isEmpty()) {
                return fresh;
            }
            if (bound.most == 1) {
                return inRow(fresh.get(0));
            }
            List<Match> joined = times == 1 ? fresh : new ArrayList<>();
            for (int i = Math.min(matches.size(), times - 1); i >= 0; i--) {
                List<Match> more = fresh;
                if (i > 0) {
                    more = new ArrayList<>();
                    Match.join(fresh, matches.get(i - 1), more);
                }
                if (i == times - 1) {
                    joined = more;
                } else if (!more.isEmpty()) {
                    boolean isFirst = i == matches.size();
                    List<Match> kept = of.get(i).enough(isFirst ? more : Match.of(more, matches.get(i)));
                    if (isFirst) {
                        matches.add(kept);
                    } else {
                        matches.set(i, kept);
                    }
                }
            }
            return enough(joined);
        }

        /** Of large patterns: none begins before another one ends. */
        private List<Match> inRow(Match match) {
            List<Match> row = matches.isEmpty() ? List.of() : matches.get(0);
            if (!row.isEmpty()
                    && row.get(row.size() - 1).end().place() >= match.start().place()) {
                return List.of();
            }
            List<Match> longer = new ArrayList<>(row.subList(Math.max(0, row.size() - times + 1), row.size()));
            longer.add(match);
            matches.clear();
            matches.add(longer);
            if (longer.size() < times) {
                return List.of();
            }
            List<Seen> items = new ArrayList<>();
            longer.forEach(one -> items.addAll(one.items()));
            return List.of(new Match(items));
        }
    }
}
