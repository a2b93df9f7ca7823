package io.trawl.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.lake.Lake;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which paths found a detection, and what that says of it. */
final class SeenBy {
    /** Hot path and batch sweep have it. */
    static final String CONFIRMED = "confirmed";
    /** The batch sweep has it, the hot path has not. */
    static final String BATCH_ONLY = "batch-only";
    /** The hot path has it, and its window is not swept yet. */
    static final String PENDING = "pending";
    /** The hot path has it, its window is swept, and the batch sweep does not have it. */
    static final String HOT_ONLY = "hot-only";
    /** One of the two: the window has closed, and the ledger was not asked. */
    static final String HOT_ONLY_OR_PENDING = "hot-only-or-pending";
    /** A retro-sweep alone has it. */
    static final String RETRO_ONLY = "retro-only";

    private SeenBy() {}

    /**
     * Sets "status" in each detection.
     *
     * @param ask the ledger, where HBase alone does not tell
     */
    static void add(Settings settings, List<ObjectNode> detections, boolean ask) throws Exception {
        Instant now = Instant.now();
        List<ObjectNode> open = new ArrayList<>();
        for (ObjectNode detection : detections) {
            String status = status(settings, detection, now);
            detection.put("status", status);
            if (status.equals(HOT_ONLY_OR_PENDING)) {
                open.add(detection);
            }
        }
        if (!ask || open.isEmpty()) {
            return;
        }
        try (Lake lake = Lake.open(settings, Cli.hadoop(settings))) {
            Ledger ledger = new Ledger(lake);
            Map<String, Boolean> loaded = new HashMap<>();
            for (ObjectNode detection : open) {
                String source = detection.path("source").asText();
                if (!settings.sources().contains(source)) {
                    continue;
                }
                boolean done = hotWindows(detection).stream()
                        .anyMatch(window -> loaded.computeIfAbsent(
                                source + " " + window, key -> ledger.current(source, Stage.LOAD, window) != null));
                detection.put("status", done ? HOT_ONLY : PENDING);
            }
        }
    }

    static String status(Settings settings, JsonNode detection, Instant now) {
        List<String> paths = paths(detection);
        if (paths.contains(SweepKind.BATCH.text())) {
            return paths.contains(SweepKind.HOT.text()) ? CONFIRMED : BATCH_ONLY;
        }
        if (!paths.contains(SweepKind.HOT.text())) {
            return RETRO_ONLY;
        }
        boolean closed = hotWindows(detection).stream()
                .anyMatch(window ->
                        window.end().plus(settings.duration("window.margin")).isBefore(now));
        return closed ? HOT_ONLY_OR_PENDING : PENDING;
    }

    private static List<Window> hotWindows(JsonNode detection) {
        List<Window> windows = new ArrayList<>();
        detection.path("seen_by").forEach(path -> {
            if (path.asText().startsWith(SweepKind.HOT + ":")) {
                windows.add(CellName.parse(path.asText()).window());
            }
        });
        return windows;
    }

    /** Names of the paths, without their windows. */
    private static List<String> paths(JsonNode detection) {
        List<String> paths = new ArrayList<>();
        detection.path("seen_by").forEach(path -> {
            String name = path.asText();
            String kind = name.substring(0, Math.max(0, name.indexOf(':')));
            if (!paths.contains(kind)) {
                paths.add(kind);
            }
        });
        return paths;
    }

    /** For people: the paths, and what is not plain from them. */
    static String text(JsonNode detection) {
        String paths = String.join("+", paths(detection));
        return switch (detection.path("status").asText()) {
            case PENDING -> paths + " (pending)";
            case HOT_ONLY -> paths + " (hot only)";
            default -> paths;
        };
    }
}
