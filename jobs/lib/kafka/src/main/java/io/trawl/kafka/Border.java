package io.trawl.kafka;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is pinned of a border.
 *
 * @param offsets first offset after the border
 * @param logStarts where each partition's log began when they were pinned
 * @param earlier offsets at the border before
 * @param found what the broker said when they were pinned, where it had a message after the border; null if the
 *     pin is of before that was kept
 * @param cut the accepted cut of each partition's log that came after this border was pinned, if there was one
 * @param cutHere those at which a window that begins here goes on
 */
record Border(
        Instant at,
        Map<Integer, Long> offsets,
        Map<Integer, Long> logStarts,
        Map<Integer, Long> earlier,
        @Nullable Map<Integer, Long> found,
        Map<Integer, LogCut> cut,
        Map<Integer, LogCut> cutHere) {

    /** Where a window begins that begins here. */
    Map<Integer, Long> begins() {
        Map<Integer, Long> begins = new TreeMap<>(offsets);
        cutHere.forEach((partition, accepted) -> begins.put(partition, accepted.at()));
        return begins;
    }

    /**
     * What of a partition must still be so: the end of the log may not be before the first number, nor the first
     * message of the border's time or later before the second.
     */
    long[] least(int partition) {
        long offset = offsets.getOrDefault(partition, 0L);
        LogCut accepted = cut.get(partition);
        if (accepted != null && accepted.at() < offset) {
            // Everything since has the offsets that it has; which ones a later border knows.
            long at = cutHere.containsKey(partition) ? accepted.at() : 0;
            return new long[] {at, at};
        }
        Map<Integer, Long> told = found;
        if (told == null) {
            // Where it is the same as the border's before, it may have been held to it (a clock that was set back).
            return new long[] {offset, offset == earlier.getOrDefault(partition, -1L) ? 0 : offset};
        }
        return new long[] {offset, Math.min(offset, told.getOrDefault(partition, Long.MAX_VALUE))};
    }
}
