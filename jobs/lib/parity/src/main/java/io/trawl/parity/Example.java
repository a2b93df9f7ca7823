package io.trawl.parity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One detection that is not the same on both sides; indicator and client are null if they could not be read. */
public record Example(
        String detectionId,
        Instant timestamp,
        @Nullable String client,
        @Nullable String indicator,
        int partition,
        long offset,
        String why)
        implements Serializable {
    Example because(String other) {
        return new Example(detectionId, timestamp, client, indicator, partition, offset, other);
    }

    ObjectNode json() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("detection_id", detectionId).put("timestamp", timestamp.toString());
        json.put("client", client).put("indicator_value", indicator);
        return json.put("partition", partition).put("offset", offset).put("why", why);
    }
}
