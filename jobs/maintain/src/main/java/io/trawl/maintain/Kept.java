package io.trawl.maintain;

import io.trawl.etl.Horizon;
import io.trawl.etl.JobFailure;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Window;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * The windows that can be rerun, and the snapshots that a rerun of them reads: all that any ledger entry of such a window
 * names. A window is kept after its last run for as long as settings maintain.rerun and maintain.grace say; one that was
 * never audited is kept for as long as its raw lines are.
 */
final class Kept {
    private static final String AUDIT = "audit";
    /** Source under which refresh-indicators is in the ledger, by the time of its run: no window of its own. */
    static final String INDICATORS = "indicators";

    private final Map<String, Set<Window>> windows = new HashMap<>();
    private final Map<String, Set<Long>> snapshots = new HashMap<>();

    private Kept() {}

    /** What the ledger has of a window. */
    private static final class Known {
        private Instant last = Instant.MIN;
        private boolean audited;
        private final Map<String, Set<Long>> named = new HashMap<>();
    }

    private record Key(String source, Window window) {}

    static Kept of(Table ledger, Terms terms) {
        Map<Key, Known> known = new HashMap<>();
        Instant raw = terms.oldestRaw();
        Expression recent = Expressions.greaterThanOrEqual("ended", micros(terms.cutoff()));
        Expression young = Expressions.greaterThanOrEqual("window_end", micros(raw));
        read(ledger, Expressions.or(recent, young), known);
        // Old windows that were swept lately have older entries.
        Instant first = known.keySet().stream()
                .map(key -> key.window().start())
                .min(Instant::compareTo)
                .orElse(raw);
        if (first.isBefore(raw)) {
            known.clear();
            read(ledger, Expressions.greaterThanOrEqual("window", micros(first)), known);
        }
        Horizon horizon = new Horizon(terms.cutoff(), windows(terms, known));
        Kept kept = new Kept();
        known.forEach((key, one) -> {
            if (!horizon.isBehind(key.source(), key.window(), one.last, one.audited)) {
                kept.windows
                        .computeIfAbsent(key.source(), source -> new HashSet<>())
                        .add(key.window());
                one.named.forEach((table, ids) -> kept.snapshots
                        .computeIfAbsent(table, name -> new HashSet<>())
                        .addAll(ids));
            }
        });
        return kept;
    }

    private static Map<String, Instant> windows(Terms terms, Map<Key, Known> known) {
        Map<String, Instant> before = new TreeMap<>();
        for (Key key : known.keySet()) {
            if (terms.hasTimes(key.source())) {
                before.put(key.source(), terms.before(LakeTable.RAW_LINES, key.source()));
            }
        }
        return before;
    }

    /** The horizon that jobs are to see, which is ahead of what is deleted. */
    static Horizon horizon(Terms terms, Set<String> sources) {
        Map<String, Instant> before = new TreeMap<>();
        sources.stream()
                .filter(terms::hasTimes)
                .forEach(source -> before.put(source, terms.before(LakeTable.RAW_LINES, source)));
        return new Horizon(terms.horizon(), before);
    }

    private static void read(Table ledger, Expression which, Map<Key, Known> into) {
        try (CloseableIterable<Record> records = IcebergGenerics.read(ledger)
                .where(which)
                .select("source", "stage", "window", "window_end", "ended", "inputs", "outputs", "indicator_snapshot")
                .build()) {
            records.forEach(record -> {
                Key key = new Key(
                        (String) record.getField("source"),
                        new Window(instant(record.getField("window")), instant(record.getField("window_end"))));
                Known known = into.computeIfAbsent(key, one -> new Known());
                Instant ended = instant(record.getField("ended"));
                String stage = (String) record.getField("stage");
                known.last = Horizon.isMaking(stage) && ended.isAfter(known.last) ? ended : known.last;
                known.audited |= AUDIT.equals(stage) || INDICATORS.equals(key.source());
                names(known, (Map<?, ?>) record.getField("inputs"));
                names(known, (Map<?, ?>) record.getField("outputs"));
                name(known, LakeTable.INDICATORS.name(), record.getField("indicator_snapshot"));
            });
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
    }

    private static void names(Known known, Map<?, ?> tables) {
        tables.forEach((table, id) -> name(known, (String) table, id));
    }

    private static void name(Known known, String table, @Nullable Object id) {
        if (id != null) {
            known.named.computeIfAbsent(table, name -> new HashSet<>()).add((Long) id);
        }
    }

    static Instant instant(Object time) {
        return ((OffsetDateTime) time).toInstant();
    }

    /** As Iceberg's expressions take a time. */
    static long micros(Instant time) {
        OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
        return Math.addExact(Math.multiplyExact(utc.toEpochSecond(), 1_000_000L), utc.getNano() / 1_000);
    }

    /** Whether a window of a source that begins at an instant can be rerun. */
    boolean has(String source, Instant start) {
        return windows.getOrDefault(source, Set.of()).stream()
                .anyMatch(window -> window.start().equals(start));
    }

    /** The windows of a source. */
    Set<Window> windows(String source) {
        return Set.copyOf(windows.getOrDefault(source, Set.of()));
    }

    /** Snapshots of a table that a rerun reads. */
    Set<Long> snapshots(LakeTable<?> table) {
        return snapshots.getOrDefault(table.name(), Set.of());
    }
}
