package io.trawl.bench.match;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatchLogTest {
    private static final int LINES = 50_000;

    @TempDir
    private Path folder;

    @Test
    void trawlFindsWhatIsPlantedAndThePeerWhatItKnows() throws IOException {
        MatchLog log = MatchLog.of(MatchLog.traffic(LINES, 20_000));
        MatchLog.traffic(0, 20_000).writeFeeds(folder);
        Set<String> plain = new HashSet<>();
        try (IndexBuilder builder = IndicatorIndex.builder(folder)) {
            for (String feed : List.of("blocklist.txt", "threats.csv")) {
                try (InputStream in = Files.newInputStream(folder.resolve(feed))) {
                    Feeds.read(
                            in,
                            feed,
                            indicator -> {
                                builder.add(indicator);
                                if (indicator.getValidUntil() == null) {
                                    plain.add(indicator.getValue());
                                }
                            },
                            rejected -> {
                                throw new IllegalStateException(rejected.reason());
                            });
                }
            }
            IndicatorIndex index = builder.build();

            assertThat(log.hits().cardinality()).isEqualTo(LINES / 1000);
            assertThat(log.found(new EventMatcher(index, "squid"))).isEqualTo(log.hits());
            assertThat(log.found(new SiftMatcher(index, "squid"))).isEqualTo(log.hits());
            assertThat(log.found(new RegexPeer(plain))).isEqualTo(log.plainHits());
        }
        assertThat(log.plainHits().cardinality()).isBetween(LINES / 5000, LINES / 1001);
    }

    @Test
    void theLogDoesNotDependOnTheNumberOfIndicators() {
        MatchLog few = MatchLog.of(MatchLog.traffic(5000, 10_000));
        MatchLog many = MatchLog.of(MatchLog.traffic(5000, 100_000));

        assertThat(many.bytes()).isEqualTo(few.bytes());
        assertThat(many.hits()).isEqualTo(few.hits());
        assertThat(few.text(few.hits())).hasSize(5);
    }
}
