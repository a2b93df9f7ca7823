package io.trawl.maintain;

import io.trawl.base.Settings;
import io.trawl.copies.SeenFiles;
import io.trawl.lake.Horizon;
import io.trawl.lake.LakeTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How long what is kept.
 *
 * @param now when maintenance began
 * @param rerun how long a window can be rerun after its last run
 * @param grace longer than any job, reader or stalled writer lives
 * @param keep how long rows are kept in a table, by its name, or SOURCE.NAME
 * @param pinned sources that windows were pinned of to offsets of a topic
 */
record Terms(
        Instant now,
        Duration rerun,
        Duration grace,
        Map<String, Duration> keep,
        Settings settings,
        Set<String> pinned) {
    static final String RERUN = "maintain.rerun";
    static final String GRACE = "maintain.grace";
    private static final String KEEP_LEDGER = "maintain.keep.ledger";
    /** By table: the setting of all sources, and that of one, after its name. */
    private static final Map<String, List<String>> KEEP = Map.of(
            LakeTable.RAW_LINES.name(), List.of("maintain.keep.raw_lines", "keep.raw_lines"),
            LakeTable.PROXY_EVENTS.name(), List.of("maintain.keep.proxy_events", "keep.proxy_events"),
            LakeTable.INVALID_RECORDS.name(), List.of("maintain.keep.invalid_records", "keep.invalid_records"),
            LakeTable.DETECTIONS.name(), List.of("maintain.keep.detections", "keep.detections"),
            LakeTable.OBSERVABLES.name(), List.of("maintain.keep.observables", "keep.observables"));

    /** Tables that have windows, and so a retention of their own. */
    static final List<LakeTable<?>> WINDOWED = List.of(
            LakeTable.RAW_LINES,
            LakeTable.PROXY_EVENTS,
            LakeTable.INVALID_RECORDS,
            LakeTable.DETECTIONS,
            LakeTable.OBSERVABLES);

    /** @throws IllegalArgumentException a term is negative, or shorter than what needs it */
    static Terms of(Settings settings, Instant now, Set<String> pinned) {
        Duration rerun = atLeast(settings, RERUN, Duration.ZERO, "zero");
        Duration grace = atLeast(settings, GRACE, Duration.ofHours(6), "six hours");
        Map<String, Duration> keep = new TreeMap<>();
        KEEP.forEach((table, keys) -> {
            boolean raw = table.equals(LakeTable.RAW_LINES.name());
            // A rerun of validate looks for copies in the raw lines of days before its window.
            Duration least = rerun.plus(grace).plus(raw ? SeenFiles.REMEMBERED : Duration.ZERO);
            String what = RERUN + " + " + GRACE + (raw ? " + " + SeenFiles.REMEMBERED.toDays() + " days" : "");
            keep.put(table, atLeast(settings, keys.get(0), least, what));
            for (String source : settings.sources()) {
                String own = "source." + source + "." + keys.get(1);
                if (!settings.text(own, "").isEmpty()) {
                    keep.put(source + "." + table, atLeast(settings, own, least, what));
                }
            }
        });
        Duration longest = Collections.max(keep.values());
        keep.put(
                LakeTable.LEDGER.name(),
                atLeast(settings, KEEP_LEDGER, longest, "the longest time of the other tables"));
        return new Terms(now, rerun, grace, keep, settings, pinned);
    }

    static Duration atLeast(Settings settings, String key, Duration least, String what) {
        Duration value = settings.duration(key);
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "setting " + key + " = " + value + ": expected at least " + what + " (" + least + ")");
        }
        return value;
    }

    /** Which windows cannot be rerun, or could not so long ago. */
    Horizon horizon(Duration ago) {
        Instant then = now.minus(ago);
        Map<String, Instant> own = new TreeMap<>();
        String raw = "." + LakeTable.RAW_LINES.name();
        keep.forEach((key, term) -> {
            if (key.endsWith(raw)) {
                own.put(key.substring(0, key.length() - raw.length()), then.minus(term));
            }
        });
        return new Horizon(then.minus(rerun), then.minus(term(LakeTable.RAW_LINES, "")), own);
    }

    /** What only runs from before this need may be deleted. */
    Instant cutoff() {
        return now.minus(rerun).minus(grace);
    }

    /** Of no run that ended before this is a window kept. */
    Instant oldestRun() {
        Horizon horizon = horizon(grace);
        return Stream.concat(Stream.of(horizon.ended(), horizon.unfinished()), horizon.own().values().stream())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Windows of a source that begin before this leave a table. */
    Instant before(LakeTable<?> table, String source) {
        return now.minus(term(table, source));
    }

    private Duration term(LakeTable<?> table, String source) {
        Duration all = keep.getOrDefault(table.name(), Duration.ZERO);
        return keep.getOrDefault(source + "." + table.name(), all);
    }

    /**
     * Whether a source's windows are times at which messages came, and not places that log files have been given. Of a source
     * that is no longer in the settings its pinned offsets tell.
     */
    boolean hasTimes(String source) {
        return settings.sources().contains(source) ? !settings.source(source).fromFiles() : pinned.contains(source);
    }
}
