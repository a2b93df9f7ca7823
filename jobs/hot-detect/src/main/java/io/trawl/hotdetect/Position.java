package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far lines were done, and with what: the metadata of the committed offsets.
 *
 * @param newest newest append time of the lines that are done, milliseconds, by partition, as far as it is known: where
 *     the broker has a later line under an earlier offset, its log was cut short
 */
record Position(Map<Integer, Long> offsets, long snapshot, Instant appended, Map<Integer, Long> newest) {
    Position {
        // As the metadata holds it: what is read back has to be the same.
        appended = appended.truncatedTo(ChronoUnit.MILLIS);
        newest = new TreeMap<>(newest);
        newest.keySet().retainAll(offsets.keySet());
    }

    String metadata(int partition) {
        ObjectNode json = into(Json.MAPPER.createObjectNode());
        Long time = newest.get(partition);
        return (time == null ? json : json.put("newest", time)).toString();
    }

    /** For a heartbeat. */
    ObjectNode json() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        ObjectNode partitions = json.putObject("offsets");
        offsets.forEach((partition, offset) -> partitions.put(String.valueOf(partition), offset));
        ObjectNode times = json.putObject("newest");
        newest.forEach((partition, time) -> times.put(String.valueOf(partition), time));
        return into(json);
    }

    private ObjectNode into(ObjectNode json) {
        // As text: it is more than a number of JavaScript holds.
        return json.put("snapshot", String.valueOf(snapshot)).put("append", appended.toEpochMilli());
    }

    /** What {@link #json} has made; null if there is none. */
    static @Nullable Position of(JsonNode json) {
        Map<Integer, Long> offsets = longs(json.path("offsets"));
        return offsets.isEmpty() ? null : of(offsets, json, longs(json.path("newest")));
    }

    private static Map<Integer, Long> longs(JsonNode object) {
        Map<Integer, Long> values = new TreeMap<>();
        object.fields()
                .forEachRemaining(one ->
                        values.put(Integer.valueOf(one.getKey()), one.getValue().asLong()));
        return values;
    }

    /** @param said the metadata, or what else has its fields */
    static Position of(Map<Integer, Long> offsets, JsonNode said, Map<Integer, Long> newest) {
        return new Position(
                offsets,
                said.path("snapshot").asLong(),
                Instant.ofEpochMilli(said.path("append").asLong()),
                newest);
    }
}
