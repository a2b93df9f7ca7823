package io.trawl.intel.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdSetTest {
    @Test
    void anIdIsNewOnce() {
        Random random = new Random(7);
        long[] halves = random.longs(400).toArray();
        halves[0] = 0;
        IdSet ids = new IdSet();
        Set<List<Long>> known = new HashSet<>();
        for (int i = 0; i < 200_000; i++) {
            // Few different halves, so that many ids have one in common and some come again.
            long high = halves[random.nextInt(halves.length)];
            long low = halves[random.nextInt(halves.length)];
            assertThat(ids.add(high, low)).isEqualTo(known.add(List.of(high, low)));
        }
        assertThat(known).hasSizeBetween(100_000, 160_000);
    }
}
