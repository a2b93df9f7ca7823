package io.trawl.intel.rule.correlation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges what rules found, in the order of time.
 *
 * <p>A window of a correlation begins with an event of one of its rules and lasts its timespan; an event at its very end
 * is in it. For each group the earliest window that holds fires, takes all events of its rules until the timespan ends,
 * and the search goes on with the next event. So an event is in one group of a correlation at most, and a group that is
 * always there fires once a timespan. A condition that more events cannot break (gt, gte) holds as soon as it is met. Any
 * other is judged when the window has ended, and only of windows that are not a part of another one, since the end of a
 * burst is not a small number of events.
 */
public final class Correlator {
    /** By time; of the same time as their log has them. */
    public static final Comparator<Fired> ORDER =
            Comparator.comparing(Fired::time).thenComparingLong(Fired::order).thenComparing(Fired::event);
    /** So many combinations of an event's values are looked at. */
    private static final int MOST_COMBINATIONS = 64;

    private final Correlations correlations;
    private final List<Map<List<String>, Search>> searches = new ArrayList<>();
    private final PriorityQueue<Due> dues = new PriorityQueue<>();
    private final Map<String, Group> out = new LinkedHashMap<>();

    /** When a search has something to do. */
    private record Due(Instant at, int node, List<String> key) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int compared = at.compareTo(other.at);
            compared = compared != 0 ? compared : Integer.compare(node, other.node);
            for (int i = 0; compared == 0 && i < Math.min(key.size(), other.key.size()); i++) {
                compared = key.get(i).compareTo(other.key.get(i));
            }
            return compared;
        }
    }

    /** A rule or a correlation that fired, for the correlations that refer to it. */
    private record Signal(
            String rule, String id, Instant time, Map<String, List<String>> values, List<String> events) {}

    private Correlator(Correlations correlations) {
        this.correlations = correlations;
        correlations.nodes.forEach(node -> searches.add(new HashMap<>()));
    }

    /**
     * Judges all at once.
     *
     * @param fired in any order; the same rule and event twice counts once
     * @return by the time when they came true; all are closed
     */
    public static List<Group> batch(Correlations correlations, Collection<Fired> fired) {
        return until(correlations, fired, Instant.MAX);
    }

    /**
     * Judges what is known while more may come. A condition that more events can break is judged of the windows that have
     * ended.
     *
     * @param fired as for {@link #batch}
     * @param now the windows that ended before it have all their events
     * @return by the time when they came true; those to which further events can come are not closed
     */
    public static List<Group> until(Correlations correlations, Collection<Fired> fired, Instant now) {
        Correlator correlator = new Correlator(correlations);
        List<Fired> sorted = new ArrayList<>(fired);
        sorted.sort(ORDER);
        List<Fired> same = new ArrayList<>();
        for (Fired one : sorted) {
            if (!same.isEmpty() && ORDER.compare(same.get(0), one) != 0) {
                correlator.judge(same);
                same.clear();
            }
            same.add(one);
        }
        if (!same.isEmpty()) {
            correlator.judge(same);
        }
        correlator.meet(now);
        correlator.searches.forEach(some -> some.values().forEach(search -> search.unfinished(correlator::emit)));
        List<Group> all = new ArrayList<>(correlator.out.values());
        all.sort(Comparator.comparing(Group::held).thenComparing(Group::id));
        return all;
    }

    private void judge(List<Fired> same) {
        Fired one = same.get(0);
        meet(one.time());
        TreeMap<Integer, List<Signal>> queue = new TreeMap<>();
        Set<String> rules = new LinkedHashSet<>();
        for (Fired fired : same) {
            if (rules.add(fired.rule())) {
                signal(
                        new Signal(fired.rule(), fired.event(), fired.time(), fired.values(), List.of(fired.event())),
                        queue);
            }
        }
        work(queue);
    }

    private void signal(Signal signal, TreeMap<Integer, List<Signal>> queue) {
        for (Node user : correlations.users.getOrDefault(signal.rule, List.of())) {
            queue.computeIfAbsent(user.index, key -> new ArrayList<>()).add(signal);
        }
    }

    /** Correlations are behind those that they refer to, so each has all that it needs when it is its turn. */
    private void work(TreeMap<Integer, List<Signal>> queue) {
        while (!queue.isEmpty()) {
            Map.Entry<Integer, List<Signal>> next = queue.pollFirstEntry();
            Node node = correlations.nodes.get(next.getKey());
            for (Map.Entry<Spot, Item> entry : items(node, next.getValue()).entrySet()) {
                Spot spot = entry.getKey();
                Search search = search(node, spot);
                search.add(
                        entry.getValue(),
                        this::emit,
                        open -> signal(signal(node, open, spot.values), queue),
                        item -> grown(search, item, queue));
                looked(search, spot.key);
            }
        }
    }

    private Search search(Node node, Spot spot) {
        Search known = searches.get(node.index).get(spot.key);
        if (known != null) {
            return known;
        }
        Search search = new Search(node, spot.values);
        searches.get(node.index).put(spot.key, search);
        return search;
    }

    /**
     * A group holds at each of its events, so what follows one of them follows the group. Who counts groups counts it once.
     */
    private void grown(Search search, Item item, TreeMap<Integer, List<Signal>> queue) {
        Node node = search.node;
        for (Node user : correlations.users.getOrDefault(node.correlation.id(), List.of())) {
            if (user.correlation.shape() instanceof Shape.RuleCount
                    || user.correlation.shape() instanceof Shape.Together) {
                Search.Open open = Objects.requireNonNull(search.open);
                Map<String, List<String>> all = new HashMap<>();
                for (int i = 0; i < node.wanted.size(); i++) {
                    all.put(node.wanted.get(i), item.wanted.get(i));
                }
                for (int i = 0; i < search.values.size(); i++) {
                    all.put(node.correlation.groupBy().get(i), List.of(search.values.get(i)));
                }
                Set<String> events = new LinkedHashSet<>();
                open.items.stream().limit(MOST_COMBINATIONS).forEach(one -> events.addAll(one.events));
                events.addAll(item.events);
                queue.computeIfAbsent(user.index, key -> new ArrayList<>())
                        .add(new Signal(node.correlation.id(), open.id, item.time, all, List.copyOf(events)));
            }
        }
    }

    /** What is to be done after a search was looked at. */
    private void looked(Search search, List<String> key) {
        Instant deadline = search.deadline();
        if (deadline == null) {
            if (!search.scheduled) {
                searches.get(search.node.index).remove(key);
            }
        } else if (!search.scheduled) {
            search.scheduled = true;
            dues.add(new Due(deadline, search.node.index, key));
        }
    }

    /** Meets all deadlines before a time, in their order. */
    private void meet(Instant time) {
        while (!dues.isEmpty() && dues.peek().at.isBefore(time)) {
            Due due = dues.remove();
            Search search = searches.get(due.node).get(due.key);
            if (search == null) {
                continue;
            }
            search.scheduled = false;
            Instant deadline = search.deadline();
            if (deadline != null && !deadline.isAfter(due.at)) {
                TreeMap<Integer, List<Signal>> queue = new TreeMap<>();
                search.due(this::emit, open -> signal(signal(search.node, open, search.values), queue));
                work(queue);
            }
            looked(search, due.key);
        }
    }

    private void emit(Group group) {
        if (!correlations.isSilent(group.correlation().id())) {
            out.put(group.id(), group);
        }
    }

    private Signal signal(Node node, Search.Open open, List<String> values) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < node.wanted.size(); i++) {
            Set<String> different = new LinkedHashSet<>();
            for (Item item : open.items) {
                if (different.size() < MOST_COMBINATIONS) {
                    different.addAll(item.wanted.get(i));
                }
            }
            all.put(node.wanted.get(i), List.copyOf(different));
        }
        for (int i = 0; i < values.size(); i++) {
            all.put(node.correlation.groupBy().get(i), List.of(values.get(i)));
        }
        Set<String> events = new LinkedHashSet<>();
        open.items.forEach(item -> events.addAll(item.events));
        return new Signal(node.correlation.id(), open.id, open.held, all, List.copyOf(events));
    }

    /** A group and an event in it. */
    private record Spot(List<String> key, String id, List<String> values) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Spot spot && key.equals(spot.key) && id.equals(spot.id);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + id.hashCode();
        }
    }

    /**
     * The groups of a correlation that an event of one of its rules can be in: the values that it groups by, as they are
     * compared.
     */
    static Set<List<String>> keys(Node node, Fired fired) {
        Signal signal = new Signal(fired.rule(), fired.event(), fired.time(), fired.values(), List.of());
        Set<List<String>> keys = new LinkedHashSet<>();
        for (List<String> group : combinations(node, node.correlation.groupBy(), signal)) {
            keys.add(group.stream().map(Node::folded).toList());
        }
        return keys;
    }

    private static Map<Spot, Item> items(Node node, List<Signal> signals) {
        Correlation correlation = node.correlation;
        List<String> measuredFields = correlation.shape().fields();
        Map<Spot, Item> items = new LinkedHashMap<>();
        for (Signal signal : signals) {
            List<String> measured = combinations(node, measuredFields, signal).stream()
                    .map(Item::text)
                    .toList();
            List<List<String>> wanted = new ArrayList<>();
            for (String field : node.wanted) {
                wanted.add(values(node, field, signal));
            }
            BitSet rules = new BitSet();
            rules.set(node.place(signal.rule));
            for (List<String> group : combinations(node, correlation.groupBy(), signal)) {
                Item item = new Item(signal.id, signal.time, rules, measured, wanted, signal.events, node.isNumber());
                if (!measuredFields.isEmpty() && (node.isNumber() ? item.number == null : measured.isEmpty())) {
                    continue;
                }
                Spot spot = new Spot(group.stream().map(Node::folded).toList(), signal.id, group);
                items.merge(spot, item, (one, other) -> one.with(other, node.isNumber()));
            }
        }
        return items;
    }

    private static List<String> values(Node node, String field, Signal signal) {
        return signal.values.getOrDefault(node.correlation.field(field, signal.rule), List.of());
    }

    /** One value of each field, in all ways; none if a field has none. */
    private static List<List<String>> combinations(Node node, List<String> fields, Signal signal) {
        List<List<String>> all = List.of(List.of());
        for (String field : fields) {
            List<List<String>> longer = new ArrayList<>();
            for (List<String> one : all) {
                for (String value : new LinkedHashSet<>(values(node, field, signal))) {
                    if (longer.size() < MOST_COMBINATIONS) {
                        List<String> next = new ArrayList<>(one);
                        next.add(value);
                        longer.add(next);
                    }
                }
            }
            all = longer;
        }
        return all;
    }
}
