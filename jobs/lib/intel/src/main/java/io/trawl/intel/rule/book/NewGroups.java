package io.trawl.intel.rule.book;

import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Correlator;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Group;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The groups that come true with a window of time. A group that more events can break is true when its timespan has ended, so
 * it belongs to the window in which that is: until then nobody knows what else comes.
 */
public final class NewGroups {
    private NewGroups() {}

    /**
     * Judges a window.
     *
     * @param fired of the window and of those before it
     * @param before of those before it
     * @param end of the window; all that is earlier has come
     * @param endBefore of the last of the windows before it
     * @return groups that are true now, and were not before
     */
    public static List<Group> of(
            Correlations correlations,
            Collection<Fired> fired,
            Collection<Fired> before,
            Instant end,
            Instant endBefore) {
        Set<String> known = known(decided(correlations, before, endBefore));
        return decided(correlations, fired, end).stream()
                .filter(group -> isNew(group, known))
                .toList();
    }

    /**
     * Without the groups that have an event of an earlier one: a chain may name an event in two groups, and which of them is
     * found first shall not depend on windows and batches.
     *
     * @param groups by the time when they came true
     */
    public static List<Group> apart(List<Group> groups) {
        List<Group> apart = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Group group : groups) {
            if (isNew(group, known)) {
                apart.add(group);
                known.addAll(known(List.of(group)));
            }
        }
        return apart;
    }

    /** What tells a group that has an event of one of these groups, in the same correlation with the same values. */
    public static Set<String> known(List<Group> groups) {
        Set<String> known = new HashSet<>();
        groups.forEach(group -> group.events().forEach(event -> known.add(key(group, event))));
        return known;
    }

    /** Whether none of a group's events is in a group that was {@link #known}. */
    public static boolean isNew(Group group, Set<String> known) {
        return group.events().stream().noneMatch(event -> known.contains(key(group, event)));
    }

    /** Groups that no later event can break. */
    private static List<Group> decided(Correlations correlations, Collection<Fired> fired, Instant end) {
        // A time beyond the end is of a clock that is wrong, or of a log whose windows are not times: nothing comes
        // behind it.
        Instant last = fired.stream().map(Fired::time).reduce(end, (one, other) -> one.isAfter(other) ? one : other);
        return apart(Correlator.batch(correlations, fired).stream()
                .filter(group -> !group.held().isAfter(last))
                .toList());
    }

    private static String key(Group group, String event) {
        return group.correlation().id() + " " + event + " " + group.values();
    }
}
