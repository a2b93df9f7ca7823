package io.trawl.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptedCutsTest {
    private static final Instant NINE = Instant.parse("2026-11-24T09:00:00Z");
    private static final Instant TEN = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant ELEVEN = Instant.parse("2026-11-24T11:00:00Z");

    private AcceptedCuts cuts;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        cuts = new AcceptedCuts(State.at(folder.toUri().toString(), new Configuration()), "offsets/proxy/cuts");
    }

    @Test
    void nothingIsAcceptedAtFirst() throws IOException {
        assertThat(cuts.at(TEN)).isEqualTo(new AcceptedCuts.At(Map.of(), Map.of()));
        assertThat(cuts.has(new LogCut(0, 5, 9))).isFalse();
    }

    @Test
    void aCutConcernsItsBorderAndThoseBefore() throws IOException {
        LogCut cut = new LogCut(1, 5, 9);
        cuts.add(TEN, List.of(cut), "run");

        assertThat(cuts.at(NINE)).isEqualTo(new AcceptedCuts.At(Map.of(1, cut), Map.of()));
        assertThat(cuts.at(TEN)).isEqualTo(new AcceptedCuts.At(Map.of(1, cut), Map.of(1, cut)));
        assertThat(cuts.at(ELEVEN)).isEqualTo(new AcceptedCuts.At(Map.of(), Map.of()));
    }

    @Test
    void ofSeveralCutsOfAPartitionTheLowestCountsForWhatWasBefore() throws IOException {
        cuts.add(NINE, List.of(new LogCut(0, 7, 9), new LogCut(1, 3, 4)), "run");
        cuts.add(TEN, List.of(new LogCut(0, 5, 8)), "another run");

        assertThat(cuts.at(NINE).since()).isEqualTo(Map.of(0, new LogCut(0, 5, 8), 1, new LogCut(1, 3, 4)));
        assertThat(cuts.at(NINE).here()).isEqualTo(Map.of(0, new LogCut(0, 7, 9), 1, new LogCut(1, 3, 4)));
    }

    @Test
    void aCutIsKnownByItsPartitionAndOffset() throws IOException {
        cuts.add(TEN, List.of(new LogCut(1, 5, 9)), "run");

        assertThat(cuts.has(new LogCut(1, 5, 12))).isTrue();
        assertThat(cuts.has(new LogCut(1, 6, 9))).isFalse();
        assertThat(cuts.has(new LogCut(0, 5, 9))).isFalse();
    }
}
