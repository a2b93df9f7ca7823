package io.trawl.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.record.Detection;
import io.trawl.record.InvalidRecord;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** What the lake has of some logs: the indicators that were met most, and why lines are invalid. */
final class Findings {
    /** Indicators that are named. */
    private static final int TOP = 10;

    private final Map<String, Met> met = new TreeMap<>();
    private final Set<String> clients = new HashSet<>();
    private final Map<String, Reason> reasons = new TreeMap<>();
    private long count;
    private long suppressed;

    private Findings() {}

    /** One indicator that was met, and suppressed or not. */
    private static final class Met {
        private final Detection example;
        private final Set<String> clients = new HashSet<>();
        private long count;
        private Instant first;
        private Instant last;

        Met(Detection example) {
            this.example = example;
            this.first = example.getTimestamp();
            this.last = example.getTimestamp();
        }

        void add(Detection detection) {
            count++;
            clients.add(String.valueOf(detection.getClient()));
            Instant time = detection.getTimestamp();
            first = time.isBefore(first) ? time : first;
            last = time.isAfter(last) ? time : last;
        }

        boolean isSuppressed() {
            return example.getSuppressedBy() != null;
        }

        ObjectNode json() {
            ObjectNode json = Json.MAPPER.createObjectNode();
            json.put("count", count).put("clients", clients.size());
            json.put("first", first.toString()).put("last", last.toString());
            json.put("type", example.getIndicatorType()).put("indicator", example.getIndicatorValue());
            json.put("feed", example.getFeed()).put("suppressed_by", example.getSuppressedBy());
            json.put("field", example.getField()).put("value", example.getValue());
            return json.put("client", example.getClient());
        }
    }

    /** Why lines are invalid: how many, and one of them. */
    private static final class Reason {
        private long count;
        private @Nullable ObjectNode example;
    }

    static Findings of(Lake lake, List<LogInputs.Swept> logs, List<ObjectNode> swept) throws IOException {
        Findings findings = new Findings();
        for (int i = 0; i < logs.size(); i++) {
            findings.readDetections(lake, logs.get(i));
            findings.readInvalid(lake, logs.get(i), swept.get(i).path("invalid_reasons"));
        }
        return findings;
    }

    private void readDetections(Lake lake, LogInputs.Swept log) throws IOException {
        Long snapshot = lake.snapshot(LakeTable.DETECTIONS);
        if (snapshot == null) {
            return;
        }
        try (CloseableIterable<Detection> detections = lake.records(
                LakeTable.DETECTIONS,
                Sweep.SOURCE,
                log.window(),
                snapshot,
                Expressions.equal("sweep", SweepKind.BATCH.text()))) {
            for (Detection detection : detections) {
                String list = detection.getSuppressedBy();
                met.computeIfAbsent(
                                detection.getIndicatorId() + " " + (list == null ? "" : list),
                                key -> new Met(detection))
                        .add(detection);
                if (list == null) {
                    count++;
                    clients.add(String.valueOf(detection.getClient()));
                } else {
                    suppressed++;
                }
            }
        }
    }

    private void readInvalid(Lake lake, LogInputs.Swept log, JsonNode counts) throws IOException {
        Set<String> wanted = new HashSet<>();
        counts.fields().forEachRemaining(of -> {
            Reason reason = reasons.computeIfAbsent(of.getKey(), key -> new Reason());
            reason.count += of.getValue().asLong();
            if (reason.example == null) {
                wanted.add(of.getKey());
            }
        });
        Long snapshot = lake.snapshot(LakeTable.INVALID_RECORDS);
        if (wanted.isEmpty() || snapshot == null) {
            return;
        }
        try (CloseableIterable<InvalidRecord> records = lake.records(
                LakeTable.INVALID_RECORDS, Sweep.SOURCE, log.window(), snapshot, Expressions.alwaysTrue())) {
            for (InvalidRecord record : records) {
                Reason reason = reasons.get(record.getReason());
                if (reason != null && wanted.remove(record.getReason())) {
                    reason.example = Json.MAPPER
                            .createObjectNode()
                            .put("log", log.name())
                            .put("line", record.getOffset() + 1)
                            .put("field", record.getField())
                            .put("message", record.getMessage());
                }
                if (wanted.isEmpty()) {
                    return;
                }
            }
        }
    }

    ObjectNode detections() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("count", count).put("suppressed", suppressed);
        json.put(
                "indicators",
                met.values().stream().filter(one -> !one.isSuppressed()).count());
        json.put("clients", clients.size());
        List<Met> most = new ArrayList<>(met.values());
        most.sort(Comparator.comparing(Met::isSuppressed)
                .thenComparing(one -> -one.count)
                .thenComparing(one -> String.valueOf(one.example.getIndicatorValue())));
        ArrayNode top = json.putArray("top");
        most.stream().limit(TOP).forEach(one -> top.add(one.json()));
        return json;
    }

    ArrayNode invalid() {
        ArrayNode list = Json.MAPPER.createArrayNode();
        reasons.entrySet().stream()
                .sorted(Comparator.comparing(of -> -of.getValue().count))
                .forEach(of -> {
                    ObjectNode one = list.addObject();
                    one.put("reason", of.getKey()).put("count", of.getValue().count);
                    one.set("example", of.getValue().example);
                });
        return list;
    }
}
