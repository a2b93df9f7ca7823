package io.trawl.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.traffic.Line;
import io.trawl.traffic.NearMiss;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedLogTest {
    @Test
    void theLogHasAsManyLinesAsAskedForAndAboutOneHitInAThousand() {
        List<Line> lines = lines(10_000);
        assertThat(lines).hasSize(20_000);
        assertThat(lines.stream().filter(line -> !line.planted().isEmpty()).count())
                .isBetween(10L, 40L);
    }

    @Test
    void theLinesDoNotDependOnTheNumberOfIndicators() {
        assertThat(text(lines(100_000))).isEqualTo(text(lines(10_000)));
    }

    @Test
    void nothingIsInItThatThePeerWouldMissOrTakeForAHit() {
        assertThat(lines(10_000)).allSatisfy(line -> {
            assertThat(line.nearMiss()).isNotIn(NearMiss.OTHER_QUERY, NearMiss.OTHER_SCHEME, NearMiss.EXPIRED);
            if (!line.planted().isEmpty()) {
                assertThat(line.planted())
                        .anyMatch(planted -> planted.field().startsWith("url."))
                        .noneMatch(planted -> planted.type().equals("ipv6"));
            }
        });
    }

    private static List<Line> lines(long indicators) {
        List<Line> lines = new ArrayList<>();
        new GeneratedLog(20_000, indicators).lines().forEach(lines::add);
        return lines;
    }

    private static List<String> text(List<Line> lines) {
        return lines.stream()
                .map(line -> new String(line.bytes(), StandardCharsets.ISO_8859_1))
                .toList();
    }
}
