package io.trawl.run;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import java.time.Duration;
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
     * @param given what --window says: ranges, separated by commas; null if it is not given
     * @param since of the job, where --window is not given: then the windows are those that {@link #done} finds
     * @throws IllegalArgumentException it is not a range, not of whole windows, too long, or has not closed
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
            return new WindowRanges(List.of(), since(since, source, settings, now));
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

    /**
     * Those windows of a range since an instant that a stage was done of.
     *
     * @throws IllegalArgumentException they are too many
     */
    static List<Window> done(Ledger ledger, Stage stage, Instant since, Window range, LogSource source, int most) {
        List<Window> windows = ledger.current(source.name(), stage, range.start(), range.end()).values().stream()
                .map(entry -> new Window(entry.window(), entry.windowEnd()))
                // Those of another length are of a time before the source's windows were changed.
                .filter(window -> Duration.between(window.start(), window.end()).equals(source.unit()))
                .toList();
        if (windows.size() > most) {
            throw new IllegalArgumentException("--since " + since + ": " + windows.size() + " windows of source "
                    + source.name() + " were " + (stage.equals(Stage.VALIDATE) ? "validated" : "done by " + stage)
                    + " since then; expected at most " + most
                    + " (setting window.most): give a later time, or --window");
        }
        return windows;
    }

    private static Instant floor(Instant at, LogSource source) {
        long unit = source.unit().toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), unit) * unit);
    }
}
