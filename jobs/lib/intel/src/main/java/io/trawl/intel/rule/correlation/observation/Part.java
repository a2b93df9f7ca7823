package io.trawl.intel.rule.correlation.observation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A part of a pattern. */
abstract class Part {
    /** So many ways in which other parts may take items are looked at. */
    private static final int STEPS = 500;

    /** How many items the parts beside it take at most. */
    private final int others;
    /** The rules of the parts beside it: they take no other items. */
    final BitSet rivals;

    private final Bound bound;

    /** What holds of a whole pattern: how many matches a part keeps, and the first place that is left. */
    static final class Bound {
        final int most;
        long from;

        Bound(int most) {
            this.most = most;
        }
    }

    Part(Bound bound, int others, BitSet rivals) {
        this.bound = bound;
        this.others = others;
        this.rivals = rivals;
    }

    /** Matches that end with an item, those that begin last first; enough of them for whatever the other parts take. */
    abstract List<Match> at(Seen item);

    /** Of matches, those that are enough for whatever the other parts take. */
    final List<Match> enough(List<Match> matches) {
        if (matches.size() < 2) {
            return matches;
        }
        List<Match> sorted = new ArrayList<>(matches);
        sorted.sort(Match.LATEST_FIRST);
        List<Match> kept = new ArrayList<>();
        for (Match match : sorted) {
            if (isNeeded(match, kept)) {
                kept.add(match);
                if (isFull(kept)) {
                    break;
                }
            }
        }
        return kept;
    }

    /** Whether no other match is needed beside these. */
    final boolean isFull(List<Match> kept) {
        return kept.size() >= bound.most || !isNeeded(null, kept);
    }

    /** Whether the other parts can take an item of each that is kept and none of the match. */
    final boolean isNeeded(@Nullable Match match, List<Match> kept) {
        return kept.isEmpty() || canTake(match, kept, new LinkedHashSet<>(), new int[1]);
    }

    private boolean canTake(@Nullable Match match, List<Match> kept, Set<Seen> taken, int[] steps) {
        if (++steps[0] > STEPS) {
            return true;
        }
        Match whole = null;
        for (Match one : kept) {
            if (one.items().stream().noneMatch(taken::contains)) {
                whole = one;
                break;
            }
        }
        if (whole == null) {
            return true;
        }
        if (taken.size() == others) {
            return false;
        }
        for (Seen item : whole.items()) {
            if (item.rules().intersects(rivals)
                    && (match == null || !match.items().contains(item))) {
                taken.add(item);
                if (canTake(match, kept, taken, steps)) {
                    return true;
                }
                taken.remove(item);
            }
        }
        return false;
    }
}
