package io.trawl.intel.rule.correlation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The search for windows of one group of one correlation, an item at a time and in order. A window begins with an item and
 * lasts a timespan. The earliest one that holds fires and takes its items; the search goes on behind it.
 */
final class Search {
    final Node node;
    /** The values of the group, as its first item has them. */
    final List<String> values;

    /** Items that no group has taken and that a window to come may have. */
    private final Deque<Item> items = new ArrayDeque<>();
    /** The group that fired and still takes items. */
    @Nullable
    Open open;
    /** The place of the last item of the last window that was judged: a window that ends with it is a part of that one. */
    private long judged = -1;

    private long next;
    /** Whether its deadline is waited for. */
    boolean scheduled;

    private Measure measure;

    /** A group that fired. */
    static final class Open {
        final Instant first;
        final Instant held;
        final String id;
        /** The event with which it came true. */
        final String cause;

        final List<Item> items;
        Instant last;

        Open(String id, Instant held, Item cause, List<Item> items) {
            this.id = id;
            this.first = items.get(0).time;
            this.held = held;
            this.cause = cause.events.get(cause.events.size() - 1);
            this.last = cause.time;
            this.items = items;
        }
    }

    Search(Node node, List<String> values) {
        this.node = node;
        this.values = values;
        this.measure = Measure.of(node);
    }

    /** Until when items can come to the first window, inclusive; null if there is none. */
    @Nullable
    Instant deadline() {
        Instant first = open != null ? open.first : items.isEmpty() ? null : items.getFirst().time;
        return first == null ? null : end(first);
    }

    private Instant end(Instant first) {
        Duration timespan = node.correlation.timespan();
        return timespan == null || first.isAfter(Instant.MAX.minus(timespan)) ? Instant.MAX : first.plus(timespan);
    }

    /** Takes an item; all deadlines before it have been met. */
    void add(Item item, Consumer<Group> groups, Consumer<Open> fired, Consumer<Item> grown) {
        if (open != null) {
            if (measure.isPart(item)) {
                grown.accept(item);
                open.last = item.time;
                open.items.add(item);
            }
            return;
        }
        keep(item);
        if (items.isEmpty() || !node.correlation.shape().isRising() || !measure.holds(items.getFirst())) {
            return;
        }
        List<Item> taken = measure.chosen().isEmpty() ? parts() : new ArrayList<>(measure.chosen());
        Open now = new Open(id(taken), item.time, item, taken);
        fired.accept(now);
        clear();
        if (node.correlation.shape() instanceof Shape.Observed) {
            groups.accept(group(now, true));
        } else {
            open = now;
        }
    }

    private void keep(Item item) {
        item.place = next++;
        items.addLast(item);
        measure.add(item);
        trim();
    }

    /** Gives the group that fired and still takes items. */
    void unfinished(Consumer<Group> groups) {
        if (open != null) {
            groups.accept(group(open, false));
        }
    }

    /** Goes past the deadline. */
    void due(Consumer<Group> groups, Consumer<Open> fired) {
        if (open != null) {
            groups.accept(group(open, true));
            open = null;
            return;
        }
        Item first = items.getFirst();
        Item last = items.getLast();
        if (!node.correlation.shape().isRising()) {
            boolean isPartOfOther = last.place == judged && !(node.correlation.shape() instanceof Shape.Together);
            judged = last.place;
            if (!isPartOfOther && measure.holds(first)) {
                List<Item> taken = parts();
                Open now = new Open(id(taken), end(first.time), taken.get(taken.size() - 1), taken);
                fired.accept(now);
                groups.accept(group(now, true));
                clear();
                return;
            }
        }
        removeFirst();
        trim();
    }

    private void removeFirst() {
        measure.removeFirst(items.removeFirst());
    }

    /** A window begins with an item that it can begin with. */
    private void trim() {
        while (!items.isEmpty() && !measure.begins(items.getFirst())) {
            removeFirst();
        }
    }

    private List<Item> parts() {
        List<Item> parts = new ArrayList<>();
        for (Item item : items) {
            if (measure.isPart(item)) {
                parts.add(item);
            }
        }
        return parts;
    }

    private void clear() {
        items.clear();
        measure = Measure.of(node);
    }

    private String id(List<Item> taken) {
        List<String> texts = new ArrayList<>();
        texts.add(node.correlation.id());
        values.forEach(value -> texts.add(Node.folded(value)));
        texts.add(taken.get(0).id);
        return Node.hash(texts.toArray(String[]::new));
    }

    private Group group(Open of, boolean closed) {
        Set<String> events = new LinkedHashSet<>();
        of.items.forEach(item -> events.addAll(item.events));
        return new Group(
                node.correlation,
                of.id,
                values,
                of.first,
                of.last,
                of.held,
                of.cause,
                new ArrayList<>(events),
                of.items.size(),
                closed);
    }
}
