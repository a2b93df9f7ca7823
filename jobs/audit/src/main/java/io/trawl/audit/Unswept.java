package io.trawl.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Window;
import io.trawl.lake.Ledger;
import io.trawl.record.OffsetSpan;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages that no window has read: those between the end of one window that was ingested and the beginning of the next
 * one. A DAG that was paused leaves such a hole, or a window whose tries are spent. Each audit hands the holes that it knows
 * of on to the next one, which names them until they are filled. (Windows without messages need not be swept.)
 */
final class Unswept {
    private static final String PATIENCE = "audit.unswept.after";

    private final List<Hole> holes = new ArrayList<>();

    /** Messages of the topic between two ingested windows. */
    private record Hole(Instant start, Instant end, long messages) {}

    private Unswept() {}

    /**
     * @param ingest of the window at hand
     * @param before detail of the latest audit of an earlier window; a missing node if there is none
     * @param audited that window's start; null if there is none
     */
    static Unswept before(Run run, Ledger.Entry ingest, JsonNode before, @Nullable Instant audited) {
        Unswept unswept = new Unswept();
        for (JsonNode hole : before.path("unswept")) {
            unswept.stillOpen(
                    run,
                    new Hole(
                            Instant.parse(hole.path("start").asText()),
                            Instant.parse(hole.path("end").asText()),
                            hole.path("messages").asLong()));
        }
        unswept.since(run, ingest, audited);
        return unswept;
    }

    /** Holes between windows that were ingested since the latest audit. */
    private void since(Run run, Ledger.Entry ingest, @Nullable Instant audited) {
        TreeMap<Instant, Ledger.Entry> ingested = new TreeMap<>();
        if (audited == null) {
            Ledger.Entry latest = run.ledger().latestBefore(run.source().name(), Stage.INGEST, run.window());
            if (latest != null) {
                ingested.put(latest.window(), latest);
            }
        } else {
            ingested.putAll(run.ledger()
                    .current(
                            run.source().name(),
                            Stage.INGEST,
                            audited,
                            run.window().start()));
        }
        ingested.put(ingest.window(), ingest);
        Ledger.Entry last = null;
        for (Ledger.Entry next : ingested.values()) {
            if (last != null && last.windowEnd().isBefore(next.window())) {
                long messages = between(last, next);
                if (messages > 0) {
                    holes.add(new Hole(last.windowEnd(), next.window(), messages));
                }
            }
            last = next;
        }
    }

    private void stillOpen(Run run, Hole hole) {
        long read = 0;
        for (Ledger.Entry filled : run.ledger()
                .current(run.source().name(), Stage.INGEST, hole.start(), hole.end())
                .values()) {
            read += messages(filled);
        }
        if (read < hole.messages()) {
            holes.add(hole);
        }
    }

    private static long messages(Ledger.Entry ingest) {
        return ingest.spans("offsets").stream()
                .mapToLong(span -> span.getUntil() - span.getFrom())
                .sum();
    }

    private static long between(Ledger.Entry last, Ledger.Entry next) {
        Map<Integer, Long> ends = new HashMap<>();
        last.spans("offsets").forEach(span -> ends.put(span.getPartition(), span.getUntil()));
        long messages = 0;
        for (OffsetSpan span : next.spans("offsets")) {
            messages += Math.max(0, span.getFrom() - ends.getOrDefault(span.getPartition(), 0L));
        }
        return messages;
    }

    /**
     * Names each hole. One whose messages may still be under way, since its window ended or was claimed of late, is a note:
     * windows may be swept side by side and in any order.
     */
    void judge(Run run, List<String> problems) throws IOException {
        Instant now = Instant.now();
        Duration patience = run.settings().duration(PATIENCE);
        Instant from = Expected.from(run);
        for (Hole hole : holes) {
            if (!hole.end().isAfter(from)) {
                continue;
            }
            Window window = new Window(hole.start(), hole.end());
            Instant claimed = run.claimed(window);
            Instant since = claimed == null || claimed.isBefore(hole.end()) ? hole.end() : claimed;
            if (since.plus(patience).isAfter(now)) {
                run.note("window " + window + " has not been ingested yet: " + hole.messages() + " messages");
            } else {
                problems.add("window " + window + " was never ingested: " + hole.messages()
                        + " messages of the topic are in no window: sweep it, or set " + Expected.setting(run) + " = "
                        + hole.end()
                        + " if that is intended");
            }
        }
    }

    /** What the next audit has to know. */
    void into(ObjectNode detail) {
        var list = detail.putArray("unswept");
        holes.forEach(hole -> list.addObject()
                .put("start", hole.start().toString())
                .put("end", hole.end().toString())
                .put("messages", hole.messages()));
    }
}
