package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Json;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PositionTest {
    private static final Instant APPENDED = Instant.parse("2026-11-24T10:00:00.123456Z");

    @Test
    void aHeartbeatHoldsAllOfIt() throws Exception {
        Position position = new Position(Map.of(0, 7L, 1, 0L), Long.MAX_VALUE, APPENDED, Map.of(0, 1_700_000_000_123L));

        assertThat(Position.of(Json.MAPPER.readTree(position.json().toString())))
                .isEqualTo(position);
        assertThat(Position.of(Json.MAPPER.readTree("{}"))).isNull();
    }

    @Test
    void theMetadataOfAPartitionHasItsOwnNewestTimeIfThatIsKnown() throws Exception {
        Position position = new Position(Map.of(0, 7L, 1, 0L), 5, APPENDED, Map.of(0, 1_700_000_000_123L));

        assertThat(position.metadata(0))
                .isEqualTo("{\"snapshot\":\"5\",\"append\":1795514400123,\"newest\":1700000000123}");
        assertThat(position.metadata(1)).isEqualTo("{\"snapshot\":\"5\",\"append\":1795514400123}");
        assertThat(Position.of(Map.of(0, 7L, 1, 0L), Json.MAPPER.readTree(position.metadata(1)), position.newest()))
                .isEqualTo(position);
    }

    @Test
    void aPartitionThatWasNotReadHasNoNewestTime() {
        assertThat(new Position(Map.of(0, 7L), 5, APPENDED, Map.of(0, 1L, 1, 2L)).newest())
                .isEqualTo(Map.of(0, 1L));
    }
}
