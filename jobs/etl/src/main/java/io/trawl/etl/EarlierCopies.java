package io.trawl.etl;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.min;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * Lines of a window that a window before it has, too: an agent sent a file again. The earlier window keeps the line. Which
 * lines may have come before, the places of files tell, for nothing; whether they did, their ids tell, by a join with the
 * windows that have lines of the same places.
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
     * Looks for them.
     *
     * @param lines the window's rows of raw_lines; null where there are none
     * @param own where they lie
     */
    public static EarlierCopies find(Run run, @Nullable Dataset<Row> lines, FileRanges own, SeenFiles seen) {
        TreeMap<ProxyFile, SeenFiles.Seen> suspected = seen.suspected(own);
        if (lines == null || suspected.isEmpty()) {
            return new EarlierCopies(null);
        }
        Instant first = suspected.values().stream()
                .map(SeenFiles.Seen::first)
                .min(Instant::compareTo)
                .orElseThrow();
        Map<Instant, Long> snapshots = new TreeMap<>();
        TreeMap<ProxyFile, FileRanges.Range> places = new TreeMap<>();
        SortedMap<Instant, Ledger.Entry> before = run.ledger()
                .current(run.source().name(), "ingest", first, run.window().start());
        before.forEach((window, ingest) -> {
            FileRanges noted = FileRanges.noted(ingest);
            if (noted == null || !noted.meets(own)) {
                return;
            }
            snapshots.put(window, ingest.output(LakeTable.RAW_LINES));
            noted.ranges().forEach((file, range) -> {
                FileRanges.Range here = own.ranges().get(file);
                if (here != null && here.meets(range)) {
                    places.merge(file, here.common(range), FileRanges.Range::around);
                }
            });
        });
        if (snapshots.isEmpty()) {
            return new EarlierCopies(null);
        }
        Dataset<Row> earlier =
                run.lake().rows(run.spark(), LakeTable.RAW_LINES, run.source().name(), snapshots);
        return between(lines, earlier, places);
    }

    private static EarlierCopies between(
            Dataset<Row> lines, Dataset<Row> earlier, Map<ProxyFile, FileRanges.Range> places) {
        Dataset<Row> ids = at(places, lines)
                .select("event_id")
                .distinct()
                .join(at(places, earlier).select("event_id", "window"), "event_id")
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
     * this one was ingested.
     *
     * @param lines this window's rows of raw_lines
     * @param own where they lie
     * @return how many, by start of the later window
     */
    public static SortedMap<Instant, Long> storedLater(Run run, @Nullable Dataset<Row> lines, FileRanges own) {
        TreeMap<Instant, Long> stored = new TreeMap<>();
        if (lines == null || own.isEmpty()) {
            return stored;
        }
        // All of them, whenever they ran: a merged file of the ledger does not tell, and the lines decide.
        Instant from = run.window().end();
        Instant until = run.window().start().plus(SeenFiles.REMEMBERED).plusNanos(1_000);
        String source = run.source().name();
        SortedMap<Instant, Ledger.Entry> validated = run.ledger().current(source, "validate", from, until);
        if (validated.isEmpty()) {
            return stored;
        }
        SortedMap<Instant, Ledger.Entry> ingested = run.ledger().current(source, "ingest", from, until);
        validated.forEach((window, validate) -> {
            Ledger.Entry later = ingested.get(window);
            FileRanges noted = later == null ? null : FileRanges.noted(later);
            if (noted == null || !noted.meets(own)) {
                return;
            }
            TreeMap<ProxyFile, FileRanges.Range> places = new TreeMap<>();
            noted.ranges().forEach((file, range) -> {
                FileRanges.Range here = own.ranges().get(file);
                if (here != null && here.meets(range)) {
                    places.put(file, here.common(range));
                }
            });
            Window of = new Window(window, validate.windowEnd());
            long count = at(places, lines)
                    .select("event_id")
                    .join(stored(run, validate, of), "event_id")
                    .count();
            if (count > 0) {
                stored.put(window, count);
            }
        });
        return stored;
    }

    private static Dataset<Row> stored(Run run, Ledger.Entry validate, Window window) {
        return STORED.stream()
                .map(table -> run.lake()
                        .rows(run.spark(), table, run.source().name(), window, validate.output(table))
                        .select("event_id"))
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
        Ledger.Entry validate = ledger.current(source, "validate", window);
        TreeSet<String> dropped = new TreeSet<>();
        if (validate == null) {
            return dropped;
        }
        for (Instant keeper : noted(validate).keySet()) {
            ledger.current(source, "ingest", keeper, keeper.plusNanos(1_000)).forEach((start, ingest) -> {
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
