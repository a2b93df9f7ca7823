package io.trawl.base;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro records as JSON: instants as ISO-8601 in UTC, bytes in Base64, absent fields left out. The commands on files write
 * JSON by a class of their own: they nest events under the names of ECS, and make no tree of nodes for each line.
 */
public final class Json {
    /** For reading and writing JSON text. */
    public static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** Reads a text that we have written; a missing node if there is none. */
    public static JsonNode read(@Nullable String json) {
        try {
            return json == null ? MAPPER.missingNode() : MAPPER.readTree(json);
        } catch (IOException e) {
            throw new JobFailure("'" + json + "' is not JSON: " + e.getMessage(), e);
        }
    }

    public static ObjectNode of(IndexedRecord record) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value != null) {
                object.set(field.name(), node(value));
            }
        }
        return object;
    }

    private static JsonNode node(@Nullable Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value == null) {
            return nodes.nullNode();
        }
        if (value instanceof Integer number) {
            return nodes.numberNode(number);
        }
        if (value instanceof Long number) {
            return nodes.numberNode(number);
        }
        if (value instanceof Double number) {
            return nodes.numberNode(number);
        }
        if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        }
        if (value instanceof Instant instant) {
            return nodes.textNode(instant.toString());
        }
        if (value instanceof ByteBuffer bytes) {
            return nodes.textNode(Base64.getEncoder().encodeToString(Buffers.bytes(bytes)));
        }
        if (value instanceof IndexedRecord record) {
            return of(record);
        }
        if (value instanceof List<?> items) {
            ArrayNode array = nodes.arrayNode();
            items.forEach(item -> array.add(node(item)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((key, item) -> object.set(String.valueOf(key), node(item)));
            return object;
        }
        return nodes.textNode(value.toString());
    }
}
