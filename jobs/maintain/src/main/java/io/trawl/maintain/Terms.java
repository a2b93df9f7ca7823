package io.trawl.maintain;

import io.trawl.etl.LakeTable;
import io.trawl.etl.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long what is kept.
 *
 * @param now when maintenance began
 * @param rerun how long a window can be rerun after its last run
 * @param grace longer than any job, reader or stalled writer lives
 */
record Terms(Instant now, Duration rerun, Duration grace, Map<String, Duration> keep, Settings settings) {
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
    static Terms of(Settings settings, Instant now) {
        Duration rerun = atLeast(settings, RERUN, Duration.ZERO, "zero");
        Duration grace = atLeast(settings, GRACE, Duration.ZERO, "zero");
        Duration least = rerun.plus(grace);
        Map<String, Duration> keep = new TreeMap<>();
        String what = RERUN + " + " + GRACE;
        KEEP.forEach((table, keys) -> {
            keep.put(table, atLeast(settings, keys.get(0), least, what));
            for (String source : settings.sources()) {
                String own = "source." + source + "." + keys.get(1);
                if (!settings.text(own, "").isEmpty()) {
                    keep.put(source + "." + table, atLeast(settings, own, least, what));
                }
            }
        });
        keep.put(LakeTable.LEDGER.name(), atLeast(settings, KEEP_LEDGER, least, what));
        return new Terms(now, rerun, grace, keep, settings);
    }

    static Duration atLeast(Settings settings, String key, Duration least, String what) {
        Duration value = settings.duration(key);
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "setting " + key + " = " + value + ": expected at least " + what + " (" + least + ")");
        }
        return value;
    }

    /** Runs that ended before this cannot be rerun. */
    Instant horizon() {
        return now.minus(rerun);
    }

    /** What only runs from before this need may be deleted. */
    Instant cutoff() {
        return horizon().minus(grace);
    }

    /** Windows of a source that begin before this leave a table. */
    Instant before(LakeTable<?> table, String source) {
        Duration all = keep.getOrDefault(table.name(), Duration.ZERO);
        return now.minus(keep.getOrDefault(source + "." + table.name(), all));
    }

    /** The earliest time from which on raw lines of any source are kept. */
    Instant oldestRaw() {
        String raw = LakeTable.RAW_LINES.name();
        return keep.entrySet().stream()
                .filter(one -> one.getKey().equals(raw) || one.getKey().endsWith("." + raw))
                .map(one -> now.minus(one.getValue()))
                .min(Instant::compareTo)
                .orElse(now);
    }

    /** Whether a source's windows are times at which messages came, and not places that log files have been given. */
    boolean hasTimes(String source) {
        return !settings.sources().contains(source) || !settings.source(source).fromFiles();
    }
}
