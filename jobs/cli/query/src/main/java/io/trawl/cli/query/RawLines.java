package io.trawl.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** The raw lines behind detections, from the lake. */
final class RawLines {
    private RawLines() {}

    /**
     * Sets "line" in each detection whose window has been ingested: host, log, file_offset, partition, offset, and the
     * line's text.
     */
    static void add(Settings settings, List<ObjectNode> detections) throws Exception {
        Map<String, Map<String, ObjectNode>> lines = new HashMap<>();
        try (Lake lake = Lake.open(settings, Cli.hadoop(settings))) {
            Map<String, List<ObjectNode>> byWindow = new HashMap<>();
            for (ObjectNode detection : detections) {
                String window = detection.path("source").asText() + " "
                        + detection.path("window").asText();
                byWindow.computeIfAbsent(window, key -> new java.util.ArrayList<>())
                        .add(detection);
            }
            for (Map.Entry<String, List<ObjectNode>> entry : byWindow.entrySet()) {
                ObjectNode first = entry.getValue().get(0);
                lines.put(entry.getKey(), read(settings, lake, first, entry.getValue()));
            }
        }
        for (ObjectNode detection : detections) {
            Map<String, ObjectNode> found = lines.getOrDefault(
                    detection.path("source").asText() + " "
                            + detection.path("window").asText(),
                    Map.of());
            JsonNode line = found.get(detection.path("event_id").asText());
            if (line == null) {
                // A further record of a message has another id than its message.
                line = found.get(place(detection));
            }
            if (line != null) {
                detection.set("line", line);
            }
        }
    }

    private static String place(ObjectNode of) {
        return of.path("partition").asText() + " " + of.path("offset").asText();
    }

    private static Map<String, ObjectNode> read(
            Settings settings, Lake lake, ObjectNode first, List<ObjectNode> detections) throws IOException {
        String source = first.path("source").asText();
        Instant start = Instant.parse(first.path("window").asText());
        Duration unit = settings.source(source).unit();
        Window window = new Window(start, start.plus(unit));
        Ledger.Entry ingest = new Ledger(lake).current(source, Stage.INGEST, window);
        if (ingest == null) {
            // What the hot path has seen, and the batch path not yet.
            return Map.of();
        }
        long snapshot = ingest.output(LakeTable.RAW_LINES);
        Object[] ids = detections.stream()
                .map(detection -> detection.path("event_id").asText())
                .distinct()
                .toArray();
        Object[] offsets = detections.stream()
                .map(detection -> detection.path("offset").asLong())
                .distinct()
                .toArray();
        Map<String, ObjectNode> found = new HashMap<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(LakeTable.RAW_LINES))
                .useSnapshot(snapshot)
                .where(Expressions.and(
                        Lake.of(source, window),
                        Expressions.or(Expressions.in("event_id", ids), Expressions.in("offset", offsets))))
                .select("event_id", "host", "log", "file_offset", "partition", "offset", "body")
                .build()) {
            for (Record record : records) {
                ObjectNode line = first.objectNode();
                line.put("host", (String) record.getField("host"));
                line.put("log", (String) record.getField("log"));
                line.put("file_offset", (Long) record.getField("file_offset"));
                line.put("partition", (Integer) record.getField("partition"));
                line.put("offset", (Long) record.getField("offset"));
                ByteBuffer body = ((ByteBuffer) record.getField("body")).duplicate();
                line.put("text", StandardCharsets.UTF_8.decode(body).toString());
                found.putIfAbsent((String) record.getField("event_id"), line);
                found.put(place(line), line);
            }
        }
        return found;
    }
}
