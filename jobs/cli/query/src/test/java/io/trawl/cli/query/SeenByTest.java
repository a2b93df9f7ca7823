package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeenByTest {
    private static final Settings SETTINGS = Settings.defaults();
    /** The window 10:00 has closed, and its margin is over; that of 11:00 has ended within its margin. */
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:10Z");

    private static ObjectNode detection(String source, String seenBy) {
        ObjectNode detection = Json.MAPPER.createObjectNode().put("source", source);
        ArrayNode paths = detection.putArray("seen_by");
        for (String path : seenBy.split(" ")) {
            paths.add(path);
        }
        return detection;
    }

    @ParameterizedTest
    @CsvSource({
        "proxy, batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy, batch-only, batch",
        "proxy, batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy hot:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy, confirmed, batch+hot",
        "proxy, batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy hot:2026-11-24T09:00:00Z/2026-11-24T10:00:00Z:proxy, confirmed, batch+hot",
        "proxy, hot:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy, hot-only-or-pending, hot",
        "proxy, hot:2026-11-24T11:00:00Z/2026-11-24T12:00:00Z:proxy, pending, hot (pending)",
        "proxy, hot:2026-11-24T12:00:00Z/2026-11-24T13:00:00Z:proxy, pending, hot (pending)",
        "proxy, hot:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy hot:2026-11-24T11:00:00Z/2026-11-24T12:00:00Z:proxy, hot-only-or-pending, hot",
        "proxy, hot:2026-11-24T12:00:00Z/2026-11-24T13:00:00Z:proxy retro:2026-11-24T12:00:00Z/2026-11-24T13:00:00Z:proxy, pending, hot+retro (pending)",
        "proxy, retro:2026-11-24T12:00:00Z/2026-11-24T13:00:00Z:proxy, retro-only, retro",
        "gone, hot:2026-11-24T12:00:00Z/2026-11-24T13:00:00Z:gone, pending, hot (pending)"
    })
    void thePathsAndTheClockTell(String source, String seenBy, String status, String text) {
        ObjectNode detection = detection(source, seenBy);
        assertThat(SeenBy.status(SETTINGS, detection, NOW)).isEqualTo(status);
        assertThat(SeenBy.text(detection.put("status", status))).isEqualTo(text);
    }
}
