package io.trawl.backtest;

import io.trawl.record.Detection;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one rule found: how much on which day, and some of it. */
final class Found implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Detections that are shown of a rule. */
    static final int EXAMPLES = 10;

    /** What no allowlist has comes first, then the earliest. */
    private static final Comparator<Detection> ORDER = Comparator.comparing(
                    (Detection detection) -> detection.getSuppressedBy() != null)
            .thenComparing(Detection::getTimestamp)
            .thenComparing(Detection::getDetectionId);

    private final TreeMap<LocalDate, long[]> days = new TreeMap<>();
    private final ArrayList<Detection> examples = new ArrayList<>();

    /** The rule of a detection: its id, or that of the indicator that a STIX pattern is. */
    static String rule(Detection detection) {
        return detection.getIndicatorId();
    }

    void add(Detection detection) {
        LocalDate day = LocalDate.ofInstant(detection.getTimestamp(), ZoneOffset.UTC);
        long[] counts = days.computeIfAbsent(day, any -> new long[2]);
        counts[0]++;
        counts[1] += detection.getSuppressedBy() == null ? 0 : 1;
        show(detection);
    }

    private void show(Detection detection) {
        if (examples.size() == EXAMPLES && ORDER.compare(examples.get(EXAMPLES - 1), detection) <= 0) {
            return;
        }
        int at = Collections.binarySearch(examples, detection, ORDER);
        examples.add(at < 0 ? -at - 1 : at, detection);
        if (examples.size() > EXAMPLES) {
            examples.remove(EXAMPLES);
        }
    }

    Found add(Found other) {
        other.days.forEach((day, counts) -> {
            long[] own = days.computeIfAbsent(day, any -> new long[2]);
            own[0] += counts[0];
            own[1] += counts[1];
        });
        other.examples.forEach(this::show);
        return this;
    }

    /**
     * One day of a rule.
     *
     * @param found detections of events of that day, in UTC
     * @param suppressed how many of them an allowlist has
     */
    record Day(long found, long suppressed) {}

    SortedMap<LocalDate, Day> days() {
        TreeMap<LocalDate, Day> all = new TreeMap<>();
        days.forEach((day, counts) -> all.put(day, new Day(counts[0], counts[1])));
        return all;
    }

    long count() {
        return days.values().stream().mapToLong(counts -> counts[0]).sum();
    }

    long suppressed() {
        return days.values().stream().mapToLong(counts -> counts[1]).sum();
    }

    List<Detection> examples() {
        return List.copyOf(examples);
    }
}
