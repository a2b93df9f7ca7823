package io.trawl.maintain;

import io.trawl.base.JobFailure;
import io.trawl.base.SourceParser;
import io.trawl.base.Window;
import io.trawl.lake.Horizon;
import io.trawl.lake.LakeTable;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The windows that can be rerun, the snapshots that a rerun of them reads, and the declarations of formats that it parses with:
 * all that any ledger entry of such a window names. A window is kept after its last run for as long as settings maintain.rerun and maintain.grace say; one that is not
 * finished, since no audit found it good, is kept for as long as raw lines are, and the grace.
 */
final class Kept {
    /** Source under which refresh-indicators is in the ledger, by the time of its run: no window of its own. */
    static final String INDICATORS = "indicators";

    private final Map<String, Map<Instant, Window>> windows = new HashMap<>();
    private final Map<String, Set<Long>> snapshots = new HashMap<>();
    private final Set<String> declarations = new HashSet<>();

    private Kept() {}

    /** What the ledger has of a window. */
    private static final class Known {
        private final Horizon.Runs runs = new Horizon.Runs();
        private final Map<String, Set<Long>> named = new HashMap<>();
        private final Set<String> declarations = new HashSet<>();
    }

    private record Key(String source, Window window) {}

    static Kept of(Table ledger, Terms terms) {
        Map<Key, Known> known = new HashMap<>();
        read(ledger, old(ledger, terms.oldestRun()), known);
        Horizon horizon = terms.horizon(terms.grace());
        Kept kept = new Kept();
        known.forEach((key, one) -> {
            Instant made = one.runs.made();
            if (made != null && !horizon.isBehind(key.source(), made, one.runs.isFinished() || isOwn(key))) {
                kept.windows
                        .computeIfAbsent(key.source(), source -> new HashMap<>())
                        .put(key.window().start(), key.window());
                one.named.forEach((table, ids) -> kept.snapshots
                        .computeIfAbsent(table, name -> new HashSet<>())
                        .addAll(ids));
                kept.declarations.addAll(one.declarations);
            }
        });
        return kept;
    }

    private static boolean isOwn(Key key) {
        return key.source().equals(INDICATORS);
    }

    /**
     * Entries of the windows that had a run lately: of old ones that were swept lately there are older entries. Files say of
     * which windows and of when they have entries, so none is opened for it.
     */
    private static Expression old(Table ledger, Instant since) {
        Types.NestedField window = ledger.schema().findField("window");
        Map<String, Long> first = new TreeMap<>();
        try (CloseableIterable<FileScanTask> files = ledger.newScan()
                .filter(Expressions.greaterThanOrEqual("ended", micros(since)))
                .includeColumnStats()
                .planFiles()) {
            for (FileScanTask file : files) {
                Map<Integer, ByteBuffer> bounds = file.file().lowerBounds();
                ByteBuffer bound = bounds == null ? null : bounds.get(window.fieldId());
                first.merge(
                        Contents.value(file.spec(), file.file().partition(), "source")
                                .toString(),
                        bound == null ? Long.MIN_VALUE : Conversions.<Long>fromByteBuffer(window.type(), bound),
                        Math::min);
            }
        } catch (IOException e) {
            throw new JobFailure("lake.ledger cannot be read: " + e.getMessage(), e);
        }
        Expression all = Expressions.alwaysFalse();
        for (Map.Entry<String, Long> one : first.entrySet()) {
            all = Expressions.or(
                    all,
                    Expressions.and(
                            Expressions.equal("source", one.getKey()),
                            Expressions.greaterThanOrEqual("window", one.getValue())));
        }
        return all;
    }

    private static void read(Table ledger, Expression which, Map<Key, Known> into) {
        try (CloseableIterable<Record> records = IcebergGenerics.read(ledger)
                .where(which)
                .select(
                        "source",
                        "stage",
                        "window",
                        "window_end",
                        "started",
                        "ended",
                        "counts",
                        "inputs",
                        "outputs",
                        "indicator_snapshot",
                        "versions")
                .build()) {
            records.forEach(record -> {
                Key key = new Key(
                        (String) record.getField("source"),
                        new Window(instant(record.getField("window")), instant(record.getField("window_end"))));
                Known known = into.computeIfAbsent(key, one -> new Known());
                known.runs.add(
                        new Stage((String) record.getField("stage")),
                        instant(record.getField("started")),
                        instant(record.getField("ended")),
                        (Map<?, ?>) record.getField("counts"));
                names(known, (Map<?, ?>) record.getField("inputs"));
                names(known, (Map<?, ?>) record.getField("outputs"));
                name(known, LakeTable.INDICATORS.name(), record.getField("indicator_snapshot"));
                declarations(known, (Map<?, ?>) record.getField("versions"));
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

    private static void declarations(Known known, Map<?, ?> versions) {
        Map<String, String> texts = new HashMap<>();
        versions.forEach((of, version) -> texts.put((String) of, (String) version));
        known.declarations.addAll(SourceParser.Used.digests(texts).values());
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
        return windows.getOrDefault(source, Map.of()).containsKey(start);
    }

    /** The windows of a source. */
    Set<Window> windows(String source) {
        return Set.copyOf(windows.getOrDefault(source, Map.of()).values());
    }

    /** Snapshots of a table that a rerun reads. */
    Set<Long> snapshots(LakeTable<?> table) {
        return snapshots.getOrDefault(table.name(), Set.of());
    }

    /** SHA-256 of the declarations of formats that a rerun parses with. */
    Set<String> declarations() {
        return declarations;
    }
}
