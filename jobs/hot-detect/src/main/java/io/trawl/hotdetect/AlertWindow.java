package io.trawl.hotdetect;

import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.record.Alert;
import io.trawl.record.Detection;
import io.trawl.record.RuleReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The suppression window: detections of one client and one indicator (its type and value, whichever feeds have it) or rule are
 * one alert for some time since the first, by append time, so that lines that are read again give the same alerts.
 */
final class AlertWindow {
    /** So many detections are known again when their line comes a second time, as after a crash of an agent. */
    private static final int KNOWN = 100_000;
    /** Partitions that have caught up wait so many windows for those that have not, and for alerts that still change. */
    private static final int KEPT = 3;

    /** Tags and references of a rule that an alert has. */
    private static final int MOST = 50;

    private final long length;
    private final LinkedHashSet<String> known = new LinkedHashSet<>();
    /** Some of one key where partitions are not equally far: a line is counted by when the broker took it. */
    private final Map<String, List<Alert>> open = new HashMap<>();

    /** The newest append time when each of those that changed lately did so, by id. */
    private final Map<String, Instant> lately = new HashMap<>();

    private Instant newest = Instant.EPOCH;
    private Instant swept = Instant.EPOCH;

    AlertWindow(Duration length) {
        this.length = length.toMillis();
    }

    /**
     * What a batch makes of the alerts. Nothing is kept of it until {@link #accept}.
     *
     * @param sighted in {@link TimedDetection#ORDER}
     * @param stored when HBase had answered for them
     */
    Change of(List<TimedDetection> sighted, Instant stored) {
        Map<String, Alert> changed = new LinkedHashMap<>();
        Map<String, List<Alert>> now = new HashMap<>();
        Set<String> ids = new LinkedHashSet<>();
        for (TimedDetection one : sighted) {
            Detection detection = one.detection();
            if (detection.getSuppressedBy() != null
                    || known.contains(detection.getDetectionId())
                    || !ids.add(detection.getDetectionId())) {
                continue;
            }
            List<Alert> those = now.computeIfAbsent(
                    key(
                            detection.getClient(),
                            detection.getIndicatorType(),
                            detection.getRuleId(),
                            detection.getIndicatorValue(),
                            detection.getValue()),
                    key -> new ArrayList<>(open.getOrDefault(key, List.of())));
            int at = find(those, one.appended());
            Alert alert;
            if (at < 0) {
                alert = opened(one);
                those.add(alert);
            } else if (changed.containsKey(those.get(at).getDetectionId())) {
                alert = those.get(at);
            } else {
                Alert before = those.get(at);
                alert = Alert.newBuilder(before)
                        .setRevision(before.getRevision() + 1)
                        .build();
                those.set(at, alert);
            }
            add(alert, one, stored);
            changed.put(alert.getDetectionId(), alert);
        }
        return new Change(new ArrayList<>(changed.values()), ids);
    }

    /** Which of these a detection counts in: the last one opened before it, else the first one after it; -1 for none. */
    private int find(List<Alert> those, long appended) {
        int found = -1;
        for (int i = 0; i < those.size(); i++) {
            long opened = those.get(i).getOpened().toEpochMilli();
            if (Math.abs(appended - opened) < length) {
                long best = found < 0 ? 0 : those.get(found).getOpened().toEpochMilli();
                boolean better = found < 0 || (opened <= appended ? best > appended || best < opened : best > opened);
                found = better ? i : found;
            }
        }
        return found;
    }

    /**
     * What a batch changes.
     *
     * @param alerts new alerts and new revisions of known ones, one of each alert, in the order in which they were met
     * @param detections ids of the detections that count in them
     */
    record Change(List<Alert> alerts, Set<String> detections) {}

    /** Takes note of a change that stands in the topic. */
    void accept(Change change) {
        restore(change.alerts());
        known.addAll(change.detections());
        Iterator<String> oldest = known.iterator();
        for (int over = known.size() - KNOWN; over > 0; over--) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Takes note of alerts that another driver has sent; the newest revision of each counts. */
    void restore(Collection<Alert> alerts) {
        for (Alert alert : alerts) {
            known.add(alert.getDetectionId());
            known.add(alert.getLatestDetectionId());
            List<Alert> those = open.computeIfAbsent(
                    key(
                            alert.getClient(),
                            alert.getIndicatorType(),
                            alert.getRuleId(),
                            alert.getIndicatorValue(),
                            alert.getValue()),
                    key -> new ArrayList<>(1));
            if (those.removeIf(one -> one.getDetectionId().equals(alert.getDetectionId())
                            && one.getRevision() <= alert.getRevision())
                    || those.stream().noneMatch(one -> one.getDetectionId().equals(alert.getDetectionId()))) {
                those.add(alert);
            }
            if (alert.getAppendTime().isAfter(newest)) {
                newest = alert.getAppendTime();
            }
        }
        alerts.forEach(alert -> lately.put(alert.getDetectionId(), newest));
        if (Duration.between(swept, newest).toMillis() > length / 4) {
            swept = newest;
            Instant oldest = newest.minusMillis(KEPT * length);
            lately.values().removeIf(at -> at.isBefore(newest.minusMillis(length)));
            open.values().removeIf(those -> {
                those.removeIf(
                        alert -> alert.getOpened().isBefore(oldest) && !lately.containsKey(alert.getDetectionId()));
                return those.isEmpty();
            });
        }
    }

    /** Alerts that further detections may still count in. */
    int size() {
        return open.values().stream().mapToInt(List::size).sum();
    }

    private static Alert opened(TimedDetection first) {
        Alert alert = new Alert();
        alert.setDetectionId(first.detection().getDetectionId());
        alert.setRevision(1);
        alert.setOpened(first.appendTime());
        alert.setFirstSeen(first.detection().getTimestamp());
        alert.setLastSeen(first.detection().getTimestamp());
        return alert;
    }

    private static void add(Alert alert, TimedDetection one, Instant stored) {
        Detection detection = one.detection();
        Instant seen = detection.getTimestamp();
        // What an alert has of its newest detection has the same names there.
        for (Schema.Field field : Detection.SCHEMA$.getFields()) {
            Schema.Field own = Alert.SCHEMA$.getField(field.name());
            if (own != null && !field.name().equals("detection_id")) {
                Object value = detection.get(field.pos());
                alert.put(own.pos(), cut(value));
            }
        }
        alert.setReason(reason(detection.getWhy()));
        alert.setLatestDetectionId(detection.getDetectionId());
        alert.setEventTime(seen);
        alert.setCount(alert.getCount() + 1);
        alert.setFirstSeen(seen.isBefore(alert.getFirstSeen()) ? seen : alert.getFirstSeen());
        alert.setLastSeen(seen.isAfter(alert.getLastSeen()) ? seen : alert.getLastSeen());
        alert.setAppendTime(one.appendTime());
        alert.setStored(stored);
    }

    /** A message of the topic has to be short, whatever a rule has. */
    private static @Nullable Object cut(@Nullable Object value) {
        if (value instanceof List<?> list && list.size() > MOST) {
            return new ArrayList<>(list.subList(0, MOST));
        }
        return value instanceof String text ? TimedDetection.cut(text) : value;
    }

    /** Why a rule matched, in one line; null if an indicator did. */
    private static @Nullable String reason(List<RuleReason> why) {
        return why.isEmpty()
                ? null
                : TimedDetection.cut(why.stream()
                        .map(one -> (one.getSelection().isEmpty() ? "" : one.getSelection() + ": ") + one.getField()
                                + " " + one.getPart())
                        .collect(Collectors.joining("; ")));
    }

    /** Two rules may have one name; and a rule on hosts is about the host, each of which is an alert of its own. */
    private static String key(@Nullable String client, String type, @Nullable String rule, String value, String seen) {
        return TimedDetection.cut(client) + "\0" + type + "\0" + TimedDetection.cut(rule == null ? value : rule)
                + (isOfHosts(rule) ? "\0" + TimedDetection.cut(seen) : "");
    }

    private static boolean isOfHosts(@Nullable String rule) {
        return rule != null && (rule.startsWith("lookalike-") || rule.startsWith("host-"));
    }
}
