package io.trawl.run;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a job is to work on.
 *
 * @param windows in order, each once
 * @param whole from the first one's start to the last one's end
 */
record WindowRanges(List<Window> windows, Window whole) {
    /**
     * @param given what --window says: ranges, separated by commas; null where it is not given
     * @param since of the job, where --window is not given
     * @throws IllegalArgumentException it is no range, not of whole windows, too long, or has not closed
     */
    static WindowRanges of(
            @Nullable String given, @Nullable Instant since, LogSource source, Settings settings, Instant now) {
        if (given != null && since != null) {
            throw new IllegalArgumentException("--since and --window are both given: expected one of them");
        }
        if (given == null) {
            if (since == null) {
                throw new IllegalArgumentException(
                        "--window is missing: START/END in UTC, for example 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
            }
            given = since(since, source, settings, now).toString();
        }
        int most = settings.number("window.most");
        TreeMap<Instant, Window> units = new TreeMap<>();
        for (String range : given.split(",", -1)) {
            Window.parse(range).units(source.unit(), most).forEach(unit -> units.put(unit.start(), unit));
        }
        if (units.size() > most) {
            throw new IllegalArgumentException("--window has " + units.size() + " windows of " + source.unit()
                    + " in all; at most " + most + " at once (setting window.most)");
        }
        Window last = units.lastEntry().getValue();
        last.requireClosed(now, settings.duration("window.margin"));
        return new WindowRanges(
                new ArrayList<>(units.values()), new Window(units.firstEntry().getKey(), last.end()));
    }

    private static Window since(Instant since, LogSource source, Settings settings, Instant now) {
        Instant start = floor(since, source);
        Instant end = floor(now.minus(settings.duration("window.margin")), source);
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException("--since " + since + ": no window of source " + source.name()
                    + " has closed since then; expected a time before " + end);
        }
        return new Window(start, end);
    }

    private static Instant floor(Instant at, LogSource source) {
        long unit = source.unit().toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), unit) * unit);
    }
}
