package io.trawl.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.hbase.Load;
import io.trawl.kafka.HotProgress;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import io.trawl.schema.word.SweepKind;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.client.Result;
import org.jspecify.annotations.Nullable;

/**
 * What decides.
 *
 * @param spans the window's offsets
 * @param holes those of them that retention had deleted before ingest
 * @param snapshot indicators of the batch sweep
 * @param version sequence of the result that the batch cells in HBase must be of
 * @param formats by which the batch path parsed the lines; null if nobody knows
 * @param newDomains whether the batch sweep knew which domains are new
 */
record Basis(
        String source,
        Window window,
        List<OffsetSpan> spans,
        List<OffsetSpan> holes,
        long snapshot,
        long version,
        @Nullable Used formats,
        boolean newDomains,
        HotProgress hot)
        implements Serializable {
    /** What a detection of several events has as how it matched. */
    private static final String CORRELATION = "correlation";
    /** What a detection of a client's sum has. */
    private static final String RISK = "risk";
    /** A field that only the batch sweep knows. */
    private static final String NEW_DOMAIN = "trawl.domain.new";
    /** How ids of look-alikes begin. */
    private static final String LOOKALIKE = "lookalike-";
    /** What the two may have of a look-alike, each another. */
    private static final Set<String> OF_SCORE = Set.of("score", "rule_level", "why");

    static final String SCORED =
            "only the batch sweep knows whether the host was seen before, which is a part of the score";

    private static final String OTHER_GROUPS =
            "the two had other events at hand: late ones, those from before the hot path began, or too many (docs/rules.md)";

    /** One detection of the batch sweep, and its row. */
    void batch(Detection detection, Result row, Findings into) {
        boolean missing = !isLoaded(row);
        into.lacking = into.lacking.plus(
                new HBaseReader.Lacking(1, missing ? 1 : 0, missing ? List.of(detection.getDetectionId()) : List.of()));
        int partition = detection.getPartition();
        long offset = detection.getOffset();
        HotCell same = null;
        HotCell other = null;
        for (HotCell cell : HotCell.of(row)) {
            if (cell.name().equals(hotName()) && isOurs(cell.place())) {
                into.paired++;
                into.pairedIds += Findings.firstHalf(detection.getDetectionId());
            }
            boolean here = cell.place().partition() == partition && cell.place().offset() == offset;
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
        if (detection.getHow().equals(RISK)) {
            reason = Reason.CORRELATION;
            why = "the hot path does not add up the risk of clients";
        } else if (asksForNewDomains(detection)) {
            reason = Reason.NEW_DOMAIN;
            why = "the hot path does not know trawl.domain.new, and does not run the rule";
        } else if (hot.isBefore(partition, offset)) {
            reason = Reason.BEFORE;
            why = "the hot path began at offset " + hot.takeUps().get(0).from().getOrDefault(partition, 0L);
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
        } else if (detection.getHow().equals(CORRELATION)) {
            reason = Reason.CORRELATION;
            why = OTHER_GROUPS;
        } else {
            reason = Reason.UNEXPLAINED;
            why = "the hot path has stored up to offset " + hot.position(partition) + " with the same indicators ("
                    + snapshot + ")";
        }
        Example example = new Example(
                detection.getDetectionId(),
                detection.getTimestamp(),
                detection.getClient(),
                detection.getIndicatorValue(),
                partition,
                offset,
                why);
        if (reason == Reason.UNEXPLAINED) {
            into.later(new Doubtful(
                    detection.getEventId(),
                    detection.getIndicatorId(),
                    detection.getField(),
                    example,
                    isScored(detection.getIndicatorId()),
                    otherFormats(partition, offset)));
        } else {
            into.add(Kind.ONLY_BATCH, reason, example);
        }
    }

    /** What the hot path writes of a detection of the batch sweep, if it finds the same. */
    private static ObjectNode expected(Detection batch, Instant window) {
        return Json.of(batch).put("sweep", SweepKind.HOT.text()).put("window", window.toString());
    }

    private void compare(Detection batch, HotCell hotCell, Findings into) {
        ObjectNode expected = expected(batch, hotCell.name().window().start());
        if (!hotCell.is(expected)) {
            // As text, since a number read from JSON and one of a record may be of different widths.
            JsonNode ours = HotCell.read(expected.toString());
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
                String otherFormats = otherFormats(batch.getPartition(), batch.getOffset());
                boolean scored = isScored(batch.getIndicatorId()) && OF_SCORE.containsAll(fields.keySet());
                Reason reason = Reason.UNEXPLAINED;
                String why = null;
                if (with != snapshot) {
                    reason = Reason.OTHER_INDICATORS;
                    why = snapshots(with, snapshot);
                } else if (otherFormats != null) {
                    reason = Reason.OTHER_FORMATS;
                    why = otherFormats;
                } else if (scored) {
                    reason = Reason.NEW_DOMAIN;
                    why = SCORED;
                } else if (batch.getHow().equals(CORRELATION)) {
                    reason = Reason.CORRELATION;
                    why = OTHER_GROUPS;
                }
                into.add(
                        Kind.DIFFERENT,
                        reason,
                        new Example(
                                batch.getDetectionId(),
                                batch.getTimestamp(),
                                batch.getClient(),
                                batch.getIndicatorValue(),
                                batch.getPartition(),
                                batch.getOffset(),
                                (why == null ? "" : why + "; ") + "fields that differ: " + names));
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
                } else if (detection.path("how").asText().equals(CORRELATION)) {
                    reason = Reason.CORRELATION;
                    why = OTHER_GROUPS;
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
            into.doubtful.add(new Doubtful(
                    detection.path("event_id").asText(),
                    detection.path("indicator_id").asText(),
                    detection.path("field").asText(),
                    example,
                    isScored(detection.path("indicator_id").asText()),
                    otherFormats(partition, offset)));
        } else {
            into.add(Kind.ONLY_HOT, reason, example);
        }
    }

    private boolean isScored(String indicator) {
        return newDomains && indicator.startsWith(LOOKALIKE);
    }

    private static boolean asksForNewDomains(Detection detection) {
        return detection.getRuleId() != null
                && detection.getWhy().stream()
                        .anyMatch(reason -> reason.getField().equals(NEW_DOMAIN));
    }

    private CellName hotName() {
        return new CellName(SweepKind.HOT, window, source);
    }

    /** Whether a row has the batch sweep's cell of the window, of the load that counts. */
    private boolean isLoaded(Result row) {
        Cell loaded = row.getColumnLatestCell(HBase.FAMILY, new CellName(SweepKind.BATCH, window, source).bytes());
        return loaded != null && !Load.isTombstone(loaded) && Load.sequence(loaded) == version;
    }

    /** Whether a line is the window's by its offset. */
    boolean isOurs(HBaseStore.Place place) {
        return contain(spans, place.partition(), place.offset());
    }

    private static String snapshots(@Nullable Long hot, @Nullable Long batch) {
        return "indicators " + hot + " in the hot path, " + batch + " in the batch sweep";
    }

    /** By which formats the two parsed a line, if these are known and not the same; else null. */
    private @Nullable String otherFormats(int partition, long offset) {
        Used theirs = hot.formats(partition, offset);
        return formats == null || theirs == null || formats.isSame(theirs)
                ? null
                : "formats " + theirs + " in the hot path, " + formats + " in the batch sweep";
    }

    private static boolean contain(List<OffsetSpan> spans, int partition, long offset) {
        return spans.stream()
                .anyMatch(span ->
                        span.getPartition() == partition && span.getFrom() <= offset && offset < span.getUntil());
    }

    /** The detection of any batch sweep of the source in a row; null if there is none. */
    private @Nullable JsonNode batchCell(Result row) {
        for (Cell cell : row.isEmpty() ? new Cell[0] : row.rawCells()) {
            CellName name = CellName.of(cell);
            if (name.isOf(SweepKind.BATCH) && name.source().equals(source) && !Load.isTombstone(cell)) {
                return HotCell.read(HotCell.value(cell));
            }
        }
        return null;
    }
}
