package io.trawl.intel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
<<<<<<< HEAD
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
=======
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IdSetTest {
    private record Id(long high, long low) {}

    @Test
    void anIdIsNewOnce() {
        SplittableRandom random = new SplittableRandom(1);
        IdSet ids = new IdSet();
        Set<Id> expected = new HashSet<>();
        for (int i = 0; i < 300_000; i++) {
            // Few highs and few lows: ids that share one half are as frequent as ids that are there already.
            Id id = new Id(random.nextInt(400) * 0x9E3779B97F4A7C15L, random.nextInt(400) * 0x0123456789ABCDEFL);

            assertThat(ids.add(id.high, id.low)).isEqualTo(expected.add(id));
        }
        assertThat(expected).hasSizeGreaterThan(100_000);
>>>>>>> 0a11e66 (The index is built in a heap that does not grow with it)
    }
}
