package io.trawl.intel.rule.correlation.observation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Items that meet a part of a pattern, in the order of their places. */
record Match(List<Seen> items) {
    static final Comparator<Match> LATEST_FIRST =
            Comparator.<Match>comparingLong(match -> match.start().place()).reversed();

    Seen start() {
        return items.get(0);
    }

    Seen end() {
        return items.get(items.size() - 1);
    }

    /** Both together; null if they share an item. */
    @Nullable
    Match with(Match other) {
        List<Seen> all = new ArrayList<>(items.size() + other.items.size());
        int i = 0;
        int j = 0;
        while (i < items.size() || j < other.items.size()) {
            long mine = i < items.size() ? items.get(i).place() : Long.MAX_VALUE;
            long theirs = j < other.items.size() ? other.items.get(j).place() : Long.MAX_VALUE;
            if (mine == theirs) {
                return null;
            }
            all.add(mine < theirs ? items.get(i++) : other.items.get(j++));
        }
        return new Match(all);
    }

    /** All pairs of different items. */
    static void join(List<Match> some, List<Match> others, List<Match> joined) {
        for (Match one : some) {
            for (Match other : others) {
                Match both = one.with(other);
                if (both != null) {
                    joined.add(both);
                }
            }
        }
    }

    /** Both lists in one. */
    static List<Match> of(List<Match> some, List<Match> others) {
        if (some.isEmpty() || others.isEmpty()) {
            return some.isEmpty() ? others : some;
        }
        List<Match> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }
}
