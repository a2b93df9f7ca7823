package io.trawl.copies;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.min;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Window;
import io.trawl.lake.Horizon;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a window that a window before it has, too: an agent sent a file again. The earlier window keeps the line, unless
 * a later one has stored it that can no longer be rerun. Which lines may have come before, the places of files tell, for
 * nothing; whether they did, their ids tell, by a join with the windows that have lines of the same places.
 */
public final class EarlierCopies {
    private static final String DETAIL = "copies_earlier";
    /** What validate makes of lines. */
    private static final List<LakeTable<?>> STORED = List.of(LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS);

    private static final StructType PLACES =
            StructType.fromDDL("of_host string, of_log string, of_generation string, first bigint, last bigint");

    private final TreeMap<Instant, Long> windows = new TreeMap<>();
    private final @Nullable Dataset<Row> ids;

    private EarlierCopies(@Nullable Dataset<Row> ids) {
        this.ids = ids;
    }

    /**
     * Looks for them, in the windows of {@link SeenFiles#REMEMBERED} before, whatever is kept of earlier ones.
     *
     * @param lines the window's rows of raw_lines; null if there are none
     * @param own where they are
     */
    public static EarlierCopies find(Run run, @Nullable Dataset<Row> lines, FileRanges own, SeenFiles seen)
            throws IOException {
        if (lines == null || own.isEmpty()) {
            return new EarlierCopies(null);
        }
        TreeMap<ProxyFile, FileRanges.Range> places = new TreeMap<>();
        List<Dataset<Row>> kept = new ArrayList<>();
        Map<Instant, Long> snapshots = earlier(run, own, seen, places);
        if (!snapshots.isEmpty()) {
            Dataset<Row> earlier = run.lake()
                    .rows(run.spark(), LakeTable.RAW_LINES, run.source().name(), snapshots);
            kept.add(at(places, earlier).select("event_id", "window"));
        }
        for (Later later : later(run, own)) {
            if (isFixed(run, later.window())) {
                later.places().forEach((file, range) -> places.merge(file, range, FileRanges.Range::around));
                kept.add(stored(run, later));
            }
        }
        return kept.isEmpty()
                ? new EarlierCopies(null)
                : between(lines, kept.stream().reduce(Dataset::union).orElseThrow(), places);
    }

    /** Windows before that may have the same lines, and their snapshots of raw_lines; adds where those lines are. */
    private static Map<Instant, Long> earlier(
            Run run, FileRanges own, SeenFiles seen, TreeMap<ProxyFile, FileRanges.Range> places) {
        Map<Instant, Long> snapshots = new TreeMap<>();
        TreeMap<ProxyFile, SeenFiles.Seen> suspected = seen.suspected(own);
        if (suspected.isEmpty()) {
            return snapshots;
        }
        Instant oldest = run.window().start().minus(SeenFiles.REMEMBERED);
        Instant first = suspected.values().stream()
                .map(SeenFiles.Seen::first)
                .min(Instant::compareTo)
                .orElseThrow();
        run.ledger()
                .current(
                        run.source().name(),
                        Stage.INGEST,
                        first.isBefore(oldest) ? oldest : first,
                        run.window().start())
                .tailMap(oldest)
                .forEach((window, ingest) -> {
                    FileRanges noted = FileRanges.noted(ingest);
                    if (noted != null && noted.meets(own)) {
                        snapshots.put(window, ingest.output(LakeTable.RAW_LINES));
                        own.common(noted).forEach((file, range) -> places.merge(file, range, FileRanges.Range::around));
                    }
                });
        return snapshots;
    }

    /**
     * A window after this one that was validated, and may have the same lines.
     *
     * @param places where they are
     */
    private record Later(Window window, Ledger.Entry validate, Map<ProxyFile, FileRanges.Range> places) {}

    /** All of them, whenever they ran: a merged file of the ledger does not tell, and the lines decide. */
    private static List<Later> later(Run run, FileRanges own) {
        Instant from = run.window().end();
        Instant until = run.window().start().plus(SeenFiles.REMEMBERED).plusNanos(1_000);
        String source = run.source().name();
        List<Later> later = new ArrayList<>();
        SortedMap<Instant, Ledger.Entry> validated = run.ledger().current(source, Stage.VALIDATE, from, until);
        if (validated.isEmpty()) {
            return later;
        }
        SortedMap<Instant, Ledger.Entry> ingested = run.ledger().current(source, Stage.INGEST, from, until);
        validated.forEach((start, validate) -> {
            Ledger.Entry ingest = ingested.get(start);
            FileRanges noted = ingest == null ? null : FileRanges.noted(ingest);
            if (noted != null && noted.meets(own)) {
                later.add(new Later(new Window(start, validate.windowEnd()), validate, own.common(noted)));
            }
        });
        return later;
    }

    /** Whether a window can no longer be rerun: what it has stored, it keeps. */
    private static boolean isFixed(Run run, Window window) throws IOException {
        try {
            Horizon.require(run.state(), run.ledger(), run.source().name(), window);
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static EarlierCopies between(
            Dataset<Row> lines, Dataset<Row> kept, Map<ProxyFile, FileRanges.Range> places) {
        Dataset<Row> ids = at(places, lines)
                .select("event_id")
                .distinct()
                .join(kept, "event_id")
                .groupBy("event_id")
                .agg(min("window").as("kept_by"))
                .cache();
        EarlierCopies found = new EarlierCopies(ids);
        for (Row window : ids.groupBy("kept_by").count().collectAsList()) {
            found.windows.put(window.getTimestamp(0).toInstant(), window.getLong(1));
        }
        return found.windows.isEmpty() ? new EarlierCopies(null) : found;
    }

    /** Lines of raw_lines in some places. */
    private static Dataset<Row> at(Map<ProxyFile, FileRanges.Range> places, Dataset<Row> lines) {
        List<Row> rows = new ArrayList<>();
        places.forEach((file, range) ->
                rows.add(RowFactory.create(file.host(), file.log(), file.generation(), range.first(), range.last())));
        return lines.join(
                broadcast(lines.sparkSession().createDataFrame(rows, PLACES)),
                expr("host = of_host and coalesce(log, '') = of_log and generation = of_generation"
                        + " and file_offset between first and last"),
                "left_semi");
    }

    /**
     * Lines of a later window that this window has, too, and that its validate has stored all the same: it was made before
     * this one was ingested. Windows that can no longer be rerun are left out: they keep what they have ({@link #find}).
     *
     * @param lines this window's rows of raw_lines
     * @param own where they are
     * @return how many, by start of the later window
     */
    public static SortedMap<Instant, Long> storedLater(Run run, @Nullable Dataset<Row> lines, FileRanges own)
            throws IOException {
        TreeMap<Instant, Long> stored = new TreeMap<>();
        if (lines == null || own.isEmpty()) {
            return stored;
        }
        for (Later later : later(run, own)) {
            if (isFixed(run, later.window())) {
                continue;
            }
            long count = at(later.places(), lines)
                    .select("event_id")
                    .join(stored(run, later), "event_id")
                    .count();
            if (count > 0) {
                stored.put(later.window().start(), count);
            }
        }
        return stored;
    }

    /** What a window's validate has stored. */
    private static Dataset<Row> stored(Run run, Later later) {
        return STORED.stream()
                .map(table -> run.lake()
                        .rows(
                                run.spark(),
                                table,
                                run.source().name(),
                                later.window(),
                                later.validate().output(table))
                        .select("event_id", "window"))
                .reduce(Dataset::union)
                .orElseThrow();
    }

    /**
     * Which of some lines a window's validate dropped, since another window keeps them: those that such a window has, as far
     * as its raw_lines are kept, and that this one has neither as events nor as invalid.
     *
     * @param ids of lines
     */
    public static Set<String> dropped(Ledger ledger, String source, Window window, Set<String> ids) {
        Ledger.Entry validate = ledger.current(source, Stage.VALIDATE, window);
        TreeSet<String> dropped = new TreeSet<>();
        if (validate == null) {
            return dropped;
        }
        for (Instant keeper : noted(validate).keySet()) {
            ledger.current(source, Stage.INGEST, keeper, keeper.plusNanos(1_000))
                    .forEach((start, ingest) -> {
                        Window of = new Window(start, ingest.windowEnd());
                        long snapshot = ingest.output(LakeTable.RAW_LINES);
                        dropped.addAll(ledger.lake().events(LakeTable.RAW_LINES, source, of, snapshot, ids));
                    });
        }
        for (LakeTable<?> table : STORED) {
            if (!dropped.isEmpty()) {
                dropped.removeAll(ledger.lake().events(table, source, window, validate.output(table), dropped));
            }
        }
        return dropped;
    }

    /** Lines that came again, each counted once, by start of the window that keeps them. */
    public SortedMap<Instant, Long> windows() {
        return windows;
    }

    public long count() {
        return windows.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Rows without the lines that came again. */
    public Dataset<Row> without(Dataset<Row> lines) {
        if (ids == null) {
            return lines;
        }
        Dataset<Row> again = ids.select(col("event_id").as("again_id"));
        return lines.join(again, col("event_id").equalTo(col("again_id")), "left_anti");
    }

    /** What a validate notes of them, as JSON. */
    public String detail() {
        ObjectNode detail = Json.MAPPER.createObjectNode();
        ObjectNode list = detail.putObject(DETAIL);
        windows.forEach((window, count) -> list.put(window.toString(), count));
        return detail.toString();
    }

    /** What a validate noted. */
    public static SortedMap<Instant, Long> noted(Ledger.Entry validate) {
        TreeMap<Instant, Long> noted = new TreeMap<>();
        Json.read(validate.detail())
                .path(DETAIL)
                .fields()
                .forEachRemaining(one ->
                        noted.put(Instant.parse(one.getKey()), one.getValue().asLong()));
        return noted;
    }
}
