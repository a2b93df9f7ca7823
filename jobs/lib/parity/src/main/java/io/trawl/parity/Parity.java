package io.trawl.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.copies.EarlierCopies;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.hbase.Load;
import io.trawl.kafka.HotProgress;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The detections of the hot path in a window against those of the batch sweep: which both have, which only one of them,
 * and why.
 *
 * <p>The batch side is the lake's, the hot side HBase's. Each detection of the batch sweep is looked up once. The hot
 * path's are counted by their window's rows; only where these are not the same ids they are looked up, too. Two lines
 * are the same where partition and offset are, whatever window the hot path gave them.
 */
public final class Parity {
    private static final int BATCH = 500;

    private final Settings settings;
    private final Ledger ledger;
    private final Basis basis;

    /** Who has a detection. */
    public enum Kind {
        ONLY_HOT("only_hot", "hot_only"),
        ONLY_BATCH("only_batch", "hot_batch_only"),
        /** Both, but not with the same fields. */
        DIFFERENT("different", "hot_different");

        private final String field;
        private final String count;

        Kind(String field, String count) {
            this.field = field;
            this.count = count;
        }

        /** As people read it. */
        public String text() {
            return field.replace('_', ' ');
        }
    }

    /** Why a detection is not the same on both sides. */
    public enum Reason {
        /** The two matched its line with different snapshots of indicators. */
        OTHER_INDICATORS("other indicators"),
        /** The hot path has it in this window, but by its offset the line is of another one. */
        BORDER("border"),
        /** The hot path has not stored up to its line. */
        NOT_YET("not yet"),
        /** Its line was there when the hot path began. */
        BEFORE("before the hot path began"),
        /** Retention deleted its line before one of them read it. */
        DELETED("deleted before it was read"),
        /** The line came more than once, and the two kept another copy. */
        COPY("copy"),
        UNEXPLAINED("unexplained");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** As people read it. */
        public String text() {
            return text;
        }

        private String field() {
            return text.replace(' ', '_');
        }
    }

    /** One detection that is not the same on both sides; indicator and client are null where they could not be read. */
    public record Example(
            String detectionId,
            Instant timestamp,
            @Nullable String client,
            @Nullable String indicator,
            int partition,
            long offset,
            String why)
            implements Serializable {
        private Example because(String other) {
            return new Example(detectionId, timestamp, client, indicator, partition, offset, other);
        }

        private ObjectNode json() {
            ObjectNode json = Json.MAPPER.createObjectNode();
            json.put("detection_id", detectionId).put("timestamp", timestamp.toString());
            json.put("client", client).put("indicator_value", indicator);
            return json.put("partition", partition).put("offset", offset).put("why", why);
        }
    }

    /** Detections of one kind and reason: how many, and a few of them. */
    public record Difference(long count, List<Example> examples) implements Serializable {
        /** The most that are kept. */
        public static final int EXAMPLES = 5;

        Difference plus(Difference other) {
            List<Example> some = new ArrayList<>(examples);
            other.examples.stream().limit(EXAMPLES - some.size()).forEach(some::add);
            return new Difference(count + other.count, some);
        }
    }

    /** The answer for one window. */
    public static final class Verdict {
        private final Basis basis;
        private final Findings findings;

        Verdict(Basis basis, Findings findings) {
            this.basis = basis;
            this.findings = findings;
        }

        public Window window() {
            return basis.window;
        }

        /** Of the batch sweep's detections, what HBase does not have of the load: where there are some, the hot side is not known. */
        public HBaseReader.Lacking lacking() {
            return findings.lacking;
        }

        /** Lines of the window that the hot path has not stored yet. */
        public long behind() {
            return basis.hot.behind(basis.spans);
        }

        /** Whether the hot path has passed the window's end, so that nothing can change any more. */
        public boolean judged() {
            return behind() == 0;
        }

        public long equal() {
            return findings.equal;
        }

        /** How many of the equal ones the hot path has under another window. */
        public long moved() {
            return findings.moved;
        }

        public long count(Kind kind) {
            return differences(kind).values().stream()
                    .mapToLong(Difference::count)
                    .sum();
        }

        public Map<Reason, Difference> differences(Kind kind) {
            return findings.differences.getOrDefault(kind, new TreeMap<>());
        }

        /** Differences of any kind that have no reason. */
        public long unexplained() {
            return findings.differences.values().stream()
                    .map(reasons -> reasons.get(Reason.UNEXPLAINED))
                    .filter(Objects::nonNull)
                    .mapToLong(Difference::count)
                    .sum();
        }

        /** Counts for the ledger. */
        public Map<String, Long> counts() {
            TreeMap<String, Long> counts = new TreeMap<>();
            counts.put("hot_equal", equal());
            counts.put("hot_behind", behind());
            counts.put("hot_unexplained", unexplained());
            for (Kind kind : Kind.values()) {
                counts.put(kind.count, count(kind));
                differences(kind)
                        .forEach((reason, some) -> counts.put(kind.count + "." + reason.field(), some.count()));
            }
            return counts;
        }

        /** One line; it begins with "hot path disagrees" where there is an unexplained difference. */
        public String note() {
            StringBuilder note = new StringBuilder(unexplained() > 0 ? "hot path disagrees: " : "hot path: ");
            note.append(equal()).append(" equal");
            for (Kind kind : Kind.values()) {
                List<String> reasons = new ArrayList<>();
                differences(kind).forEach((reason, some) -> {
                    Example first = some.examples().get(0);
                    reasons.add(some.count() + " " + reason.text()
                            + (reason == Reason.UNEXPLAINED
                                    ? ", for example " + first.detectionId() + ", partition " + first.partition()
                                            + " offset " + first.offset() + ": " + first.why()
                                    : ""));
                });
                if (!reasons.isEmpty()) {
                    note.append(", ").append(count(kind)).append(' ').append(kind.text());
                    note.append(" (").append(String.join("; ", reasons)).append(')');
                }
            }
            if (!judged()) {
                note.append("; it is ").append(behind()).append(" lines behind, so this is not final");
            }
            return note.toString();
        }

        public ObjectNode json() {
            ObjectNode json = Json.MAPPER.createObjectNode();
            json.put("source", basis.source);
            json.putObject("window")
                    .put("start", window().start().toString())
                    .put("end", window().end().toString());
            json.put("judged", judged()).put("behind", behind()).put("indicator_snapshot", basis.snapshot);
            json.put("equal", equal()).put("moved", moved());
            for (Kind kind : Kind.values()) {
                ObjectNode reasons =
                        json.putObject(kind.field).put("count", count(kind)).putObject("reasons");
                differences(kind).forEach((reason, some) -> {
                    var examples = reasons.putObject(reason.field())
                            .put("count", some.count())
                            .putArray("examples");
                    some.examples().forEach(example -> examples.add(example.json()));
                });
            }
            return json.put("unexplained", unexplained());
        }
    }

    /** A detection that only the hot path has, and whose line may be one that validate dropped. */
    private record Doubtful(String eventId, Example example) implements Serializable {}

    /** What has been found so far; shares of it add up. */
    static final class Findings implements Serializable {
        private static final long serialVersionUID = 1L;

        private HBaseReader.Lacking lacking = HBaseReader.Lacking.NOTHING;
        private long equal;
        private long moved;
        /**
         * Of the batch sweep's detections those that the hot path has in this window, of lines that are the window's by
         * their offsets, too: how many, and the sum of their ids.
         */
        private long paired;

        private long pairedIds;
        /** All that the hot path has of such lines in this window, in the same way. */
        private long hot;

        private long hotIds;
        /** What it has in this window of other lines. */
        private long outside;

        private final TreeMap<Kind, TreeMap<Reason, Difference>> differences = new TreeMap<>();

        /** Only the hot path has them, and the reason hangs on whether validate dropped their line. */
        private final ArrayList<Doubtful> doubtful = new ArrayList<>();

        /**
         * Tells the reasons of what was left open.
         *
         * @param dropped which of some events are of lines that validate dropped
         */
        void settle(UnaryOperator<Set<String>> dropped) {
            Set<String> events = new TreeSet<>();
            doubtful.forEach(one -> events.add(one.eventId()));
            Set<String> copies = events.isEmpty() ? events : dropped.apply(events);
            for (Doubtful one : doubtful) {
                if (copies.contains(one.eventId())) {
                    add(
                            Kind.ONLY_HOT,
                            Reason.COPY,
                            one.example().because("validate dropped the line, which another window keeps"));
                } else {
                    add(Kind.ONLY_HOT, Reason.UNEXPLAINED, one.example());
                }
            }
            doubtful.clear();
        }

        Findings plus(Findings other) {
            doubtful.addAll(other.doubtful);
            lacking = lacking.plus(other.lacking);
            equal += other.equal;
            moved += other.moved;
            paired += other.paired;
            pairedIds += other.pairedIds;
            hot += other.hot;
            hotIds += other.hotIds;
            outside += other.outside;
            other.differences.forEach((kind, reasons) -> reasons.forEach((reason, some) -> add(kind, reason, some)));
            return this;
        }

        private void add(Kind kind, Reason reason, Difference some) {
            differences.computeIfAbsent(kind, key -> new TreeMap<>()).merge(reason, some, Difference::plus);
        }

        private void add(Kind kind, Reason reason, Example example) {
            add(kind, reason, new Difference(1, List.of(example)));
        }

        /** Whether the batch sweep has all that the hot path has of the window's lines. */
        private boolean hasAllOfHot() {
            return paired == hot && pairedIds == hotIds;
        }
    }

    /** Another window that has been loaded: its offsets, and its indicators. */
    record Swept(List<OffsetSpan> spans, long snapshot) implements Serializable {}

    /**
     * What decides.
     *
     * @param spans the window's offsets
     * @param holes those of them that retention had deleted before ingest
     * @param snapshot indicators of the batch sweep
     * @param version sequence of the result that the batch cells in HBase must be of
     */
    record Basis(
            String source,
            Window window,
            List<OffsetSpan> spans,
            List<OffsetSpan> holes,
            long snapshot,
            long version,
            HotProgress hot)
            implements Serializable {

        /** One detection of the batch sweep, and its row. */
        void batch(Detection detection, Result row, Findings into) {
            boolean missing = !isLoaded(row);
            into.lacking = into.lacking.plus(new HBaseReader.Lacking(
                    1, missing ? 1 : 0, missing ? List.of(detection.getDetectionId()) : List.of()));
            int partition = detection.getPartition();
            long offset = detection.getOffset();
            HotCell same = null;
            HotCell other = null;
            for (HotCell cell : HotCell.of(row)) {
                if (cell.name().equals(hotName()) && isOurs(cell.place())) {
                    into.paired++;
                    into.pairedIds += firstHalf(detection.getDetectionId());
                }
                boolean here =
                        cell.place().partition() == partition && cell.place().offset() == offset;
                // Another source may have the same line.
                if (cell.name().source().equals(source)) {
                    same = here ? cell : same;
                    other = here ? other : cell;
                }
            }
            if (same != null) {
                compare(detection, same, into);
                return;
            }
            Reason reason;
            String why;
            Long snapshot = hot.snapshot(partition, offset);
            if (hot.isBefore(partition, offset)) {
                reason = Reason.BEFORE;
                why = "the hot path began at offset "
                        + hot.takeUps().get(0).from().getOrDefault(partition, 0L);
            } else if (hot.position(partition) <= offset) {
                reason = Reason.NOT_YET;
                why = "the hot path has stored up to offset " + hot.position(partition);
            } else if (hot.isSkipped(partition, offset)) {
                reason = Reason.DELETED;
                why = "retention deleted the line before the hot path read it";
            } else if (other != null) {
                reason = Reason.COPY;
                why = "the hot path has partition " + other.place().partition() + " offset "
                        + other.place().offset() + ", window "
                        + other.name().window().start();
            } else if (snapshot == null || snapshot != this.snapshot) {
                reason = Reason.OTHER_INDICATORS;
                why = snapshots(snapshot, this.snapshot);
            } else {
                reason = Reason.UNEXPLAINED;
                why = "the hot path has stored up to offset " + hot.position(partition) + " with the same indicators ("
                        + snapshot + ")";
            }
            into.add(
                    Kind.ONLY_BATCH,
                    reason,
                    new Example(
                            detection.getDetectionId(),
                            detection.getTimestamp(),
                            detection.getClient(),
                            detection.getIndicatorValue(),
                            partition,
                            offset,
                            why));
        }

        /** What the hot path writes of a detection of the batch sweep, if it finds the same. */
        private static ObjectNode expected(Detection batch, Instant window) {
            return Json.of(batch).put("sweep", HBaseStore.HOT).put("window", window.toString());
        }

        private void compare(Detection batch, HotCell hotCell, Findings into) {
            ObjectNode expected = expected(batch, hotCell.name().window().start());
            if (!hotCell.is(expected)) {
                // As text, since a number read from JSON and one of a record may be of different widths.
                JsonNode ours = read(expected.toString());
                JsonNode theirs = hotCell.json();
                TreeMap<String, String> fields = new TreeMap<>();
                for (JsonNode side : List.of(ours, theirs)) {
                    side.fieldNames().forEachRemaining(name -> {
                        if (!ours.path(name).equals(theirs.path(name))) {
                            fields.put(name, name);
                        }
                    });
                }
                if (!fields.isEmpty()) {
                    long with = theirs.path("indicator_snapshot").asLong();
                    String names = String.join(", ", fields.keySet());
                    into.add(
                            Kind.DIFFERENT,
                            with == snapshot ? Reason.UNEXPLAINED : Reason.OTHER_INDICATORS,
                            new Example(
                                    batch.getDetectionId(),
                                    batch.getTimestamp(),
                                    batch.getClient(),
                                    batch.getIndicatorValue(),
                                    batch.getPartition(),
                                    batch.getOffset(),
                                    with == snapshot
                                            ? "fields that differ: " + names
                                            : snapshots(with, snapshot) + "; fields that differ: " + names));
                    return;
                }
            }
            into.equal++;
            if (!hotCell.name().window().equals(window)) {
                into.moved++;
            }
        }

        /** A detection that the hot path has in this window, and its row: found here where the batch sweep does not have it. */
        void hot(byte[] key, HBaseStore.Place place, Result row, List<Swept> others, Findings into) {
            if (isLoaded(row)) {
                return;
            }
            int partition = place.partition();
            long offset = place.offset();
            HotCell own = HotCell.of(row).stream()
                    .filter(cell -> cell.name().equals(hotName()))
                    .findFirst()
                    .orElse(null);
            JsonNode detection = own == null ? Json.MAPPER.createObjectNode() : own.json();
            long with = detection.path("indicator_snapshot").asLong();
            Reason reason;
            String why;
            Long against = snapshot;
            if (contain(holes, partition, offset)) {
                reason = Reason.DELETED;
                why = "retention deleted the line before ingest read it";
            } else {
                reason = null;
                why = "";
                JsonNode elsewhere = batchCell(row);
                // A cell of this window is an older load's, and tells nothing of its lines.
                if (elsewhere != null
                        && !(isOurs(place)
                                && elsewhere
                                        .path("window")
                                        .asText()
                                        .equals(window.start().toString()))
                        && (elsewhere.path("partition").asInt() != partition
                                || elsewhere.path("offset").asLong() != offset)) {
                    reason = Reason.COPY;
                    why = "the batch sweep has partition " + elsewhere.path("partition") + " offset "
                            + elsewhere.path("offset") + ", window "
                            + elsewhere.path("window").asText();
                } else if (!isOurs(place)) {
                    // Of another window by its offset: that one's sweep decides.
                    against = others.stream()
                            .filter(swept -> contain(swept.spans(), partition, offset))
                            .map(Swept::snapshot)
                            .findFirst()
                            .orElse(null);
                    if (elsewhere != null || against == null) {
                        reason = Reason.BORDER;
                        why = "by its offset the line is of another window"
                                + (elsewhere == null
                                        ? ""
                                        : ", " + elsewhere.path("window").asText());
                    }
                }
                if (reason == null) {
                    if (own == null) {
                        boolean passed = hot.position(partition) > offset;
                        reason = passed ? Reason.UNEXPLAINED : Reason.NOT_YET;
                        why = "only the window's list has it; its row is missing";
                    } else if (against == null || with != against) {
                        reason = Reason.OTHER_INDICATORS;
                        why = snapshots(with, against);
                    } else {
                        reason = Reason.UNEXPLAINED;
                        why = "the batch sweep read the line with the same indicators (" + with + ")";
                    }
                }
            }
            Example example = new Example(
                    Keys.idOf(key),
                    Keys.timeOf(key),
                    detection.path("client").asText(null),
                    detection.path("indicator_value").asText(null),
                    partition,
                    offset,
                    why);
            if (reason == Reason.UNEXPLAINED && own != null && isOurs(place)) {
                into.doubtful.add(new Doubtful(detection.path("event_id").asText(), example));
            } else {
                into.add(Kind.ONLY_HOT, reason, example);
            }
        }

        private CellName hotName() {
            return new CellName(HBaseStore.HOT, window, source);
        }

        /** Whether a row has the batch sweep's cell of the window, of the load that counts. */
        private boolean isLoaded(Result row) {
            Cell loaded = row.getColumnLatestCell(HBase.FAMILY, new CellName("batch", window, source).bytes());
            return loaded != null && !Load.isTombstone(loaded) && Load.sequence(loaded) == version;
        }

        /** Whether a line is the window's by its offset. */
        private boolean isOurs(HBaseStore.Place place) {
            return contain(spans, place.partition(), place.offset());
        }

        private static String snapshots(@Nullable Long hot, @Nullable Long batch) {
            return "indicators " + hot + " in the hot path, " + batch + " in the batch sweep";
        }

        private static boolean contain(List<OffsetSpan> spans, int partition, long offset) {
            return spans.stream()
                    .anyMatch(span ->
                            span.getPartition() == partition && span.getFrom() <= offset && offset < span.getUntil());
        }

        /** The detection of any batch sweep of the source in a row; null where there is none. */
        private @Nullable JsonNode batchCell(Result row) {
            for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
                CellName name = CellName.of(cell);
                if (name.path().equals("batch") && name.source().equals(source) && !Load.isTombstone(cell)) {
                    return read(HotCell.value(cell));
                }
            }
            return null;
        }
    }

    /** What the hot path wrote into a row for one window. */
    private record HotCell(CellName name, HBaseStore.Place place, String value) {
        static List<HotCell> of(Result row) {
            List<HotCell> cells = new ArrayList<>();
            if (row.isEmpty()) {
                return cells;
            }
            for (Cell cell : row.rawCells()) {
                CellName name = CellName.of(cell);
                if (name.path().equals(HBaseStore.HOT) && !Load.isTombstone(cell)) {
                    cells.add(new HotCell(name, HBaseStore.Place.of(cell.getTimestamp()), value(cell)));
                }
            }
            return cells;
        }

        boolean is(ObjectNode json) {
            return value.equals(json.toString());
        }

        JsonNode json() {
            return read(value);
        }

        static String value(Cell cell) {
            return org.apache.hadoop.hbase.util.Bytes.toString(
                    cell.getValueArray(), cell.getValueOffset(), cell.getValueLength());
        }
    }

    private static JsonNode read(String json) {
        try {
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new JobFailure("table " + HBase.DETECTIONS + " of HBase has a cell that is not JSON: " + json, e);
        }
    }

    private static long firstHalf(String id) {
        return Long.parseUnsignedLong(id, 0, 16, 16);
    }

    private Parity(Settings settings, Ledger ledger, Basis basis) {
        this.settings = settings;
        this.ledger = ledger;
        this.basis = basis;
    }

    /**
     * Prepares the comparison of a window.
     *
     * @param ingest entry of the ledger: the window's offsets
     * @param enrich entry of the ledger: what is compared
     * @param hot as it was known before the detections are read
     */
    public static Parity of(
            Settings settings,
            Ledger ledger,
            Window window,
            Ledger.Entry ingest,
            Ledger.Entry enrich,
            HotProgress hot) {
        Long snapshot = enrich.indicatorSnapshot();
        if (snapshot == null) {
            throw new JobFailure("run " + enrich.runId() + " of enrich names no snapshot of indicators", null);
        }
        return new Parity(
                settings,
                ledger,
                new Basis(
                        enrich.source(),
                        window,
                        ingest.spans("offsets"),
                        ingest.spans("holes"),
                        snapshot,
                        enrich.sequence(),
                        hot));
    }

    /** Compares in this thread. */
    public Verdict judge(Iterator<Detection> batch) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        Findings findings = lookUp(settings, salts, basis, batch);
        return judge(findings, task -> {
            Findings all = new Findings();
            for (int salt = 0; salt < salts; salt++) {
                all.plus(call(task, salt));
            }
            return all;
        });
    }

    /** Compares in tasks. */
    public Verdict judge(JavaSparkContext spark, JavaRDD<Detection> batch) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        Settings settings = this.settings;
        Basis basis = this.basis;
        Findings findings = batch.mapPartitions(
                        some -> List.of(lookUp(settings, salts, basis, some)).iterator())
                .fold(new Findings(), Findings::plus);
        List<Integer> all = IntStream.range(0, salts).boxed().toList();
        return judge(findings, task -> spark.parallelize(all, salts).map(task).fold(new Findings(), Findings::plus));
    }

    private static Findings call(Function<Integer, Findings> task, int salt) {
        try {
            return task.call(salt);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("detections of the hot path cannot be read: " + e.getMessage(), e);
        }
    }

    private Verdict judge(
            Findings findings, java.util.function.Function<Function<Integer, Findings>, Findings> eachSalt) {
        if (findings.lacking.missing() == 0) {
            Settings settings = this.settings;
            Basis basis = this.basis;
            findings.plus(eachSalt.apply(salt -> count(settings, basis, salt)));
            boolean ours = !findings.hasAllOfHot();
            if (ours || findings.outside > 0) {
                List<Swept> others = others();
                findings.plus(eachSalt.apply(salt -> onlyHot(settings, basis, salt, ours, others)));
            }
        }
        findings.settle(events -> EarlierCopies.dropped(ledger, basis.source, basis.window, events));
        return new Verdict(basis, findings);
    }

    /** The windows at the borders, where they have been loaded. */
    private List<Swept> others() {
        Duration unit = Duration.between(basis.window.start(), basis.window.end());
        Instant from = basis.window.start().minus(unit);
        Instant until = basis.window.end().plus(unit);
        SortedMap<Instant, Ledger.Entry> ingested = ledger.current(basis.source, "ingest", from, until);
        SortedMap<Instant, Ledger.Entry> enriched = ledger.current(basis.source, "enrich", from, until);
        List<Swept> others = new ArrayList<>();
        ledger.current(basis.source, "load", from, until).keySet().forEach(start -> {
            Ledger.Entry ingest = ingested.get(start);
            Ledger.Entry enrich = enriched.get(start);
            Long snapshot = enrich == null ? null : enrich.indicatorSnapshot();
            if (!start.equals(basis.window.start()) && ingest != null && snapshot != null) {
                others.add(new Swept(ingest.spans("offsets"), snapshot));
            }
        });
        return others;
    }

    private static Findings lookUp(Settings settings, int salts, Basis basis, Iterator<Detection> batch) {
        Findings findings = new Findings();
        if (!batch.hasNext()) {
            return findings;
        }
        try (Table table = table(settings)) {
            while (batch.hasNext()) {
                List<Detection> some = new ArrayList<>();
                List<Get> gets = new ArrayList<>();
                while (batch.hasNext() && gets.size() < BATCH) {
                    Detection detection = batch.next();
                    some.add(detection);
                    gets.add(new Get(Keys.main(salts, detection)).addFamily(HBase.FAMILY));
                }
                Result[] rows = table.get(gets);
                for (int i = 0; i < rows.length; i++) {
                    basis.batch(some.get(i), rows[i], findings);
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }

    private static Table table(Settings settings) throws IOException {
        return HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS));
    }

    private static Scan windowRows(Basis basis, int salt) {
        return new Scan()
                .setStartStopRowForPrefixScan(Keys.windowPrefix(salt, basis.source, basis.window))
                .setCaching(BATCH);
    }

    /** Counts what the hot path has in a window. */
    private static Findings count(Settings settings, Basis basis, int salt) {
        Findings findings = new Findings();
        try (Table table = table(settings);
                ResultScanner rows = table.getScanner(windowRows(basis, salt))) {
            for (Result row : rows) {
                if (basis.isOurs(place(row))) {
                    findings.hot++;
                    findings.hotIds += firstHalf(Keys.idOf(row.getRow()));
                } else {
                    findings.outside++;
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }

    private static HBaseStore.Place place(Result windowRow) {
        return HBaseStore.Place.of(windowRow.rawCells()[0].getTimestamp());
    }

    /**
     * Finds what the batch sweep does not have of it.
     *
     * @param ours whether the lines that are the window's by their offsets are looked up, too
     */
    private static Findings onlyHot(Settings settings, Basis basis, int salt, boolean ours, List<Swept> others) {
        Findings findings = new Findings();
        try (Table table = table(settings);
                ResultScanner rows = table.getScanner(windowRows(basis, salt))) {
            Iterator<Result> windowRows = rows.iterator();
            while (windowRows.hasNext()) {
                List<Result> some = new ArrayList<>();
                List<Get> gets = new ArrayList<>();
                while (windowRows.hasNext() && gets.size() < BATCH) {
                    Result row = windowRows.next();
                    if (ours || !basis.isOurs(place(row))) {
                        some.add(row);
                        gets.add(new Get(Keys.mainOf(row.getRow())).addFamily(HBase.FAMILY));
                    }
                }
                Result[] found = table.get(gets);
                for (int i = 0; i < found.length; i++) {
                    basis.hot(some.get(i).getRow(), place(some.get(i)), found[i], others, findings);
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }
}
