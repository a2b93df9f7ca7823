package io.trawl.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RepeatedTest {
    @Test
    void whatComesMoreThanOnceIsToldOnce() {
        SplittableRandom random = new SplittableRandom(3);
        TreeMap<Long, Integer> times = new TreeMap<>();
        List<long[]> arrays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            // Few bits, and all of them where the table looks: numbers meet, and so do their slots.
            long[] array =
                    random.longs(1 << i * 2).map(any -> (any & 0xFFF) << 28).toArray();
            for (long number : array) {
                times.merge(number, 1, Integer::sum);
            }
            arrays.add(array);
        }

        assertThat(Repeated.repeated(arrays))
                .containsExactlyInAnyOrderElementsOf(times.keySet().stream()
                        .filter(number -> times.get(number) > 1)
                        .toList());
    }

    @Test
    void zeroIsANumberAsAnyOther() {
        assertThat(Repeated.repeated(List.of(new long[] {0, 5}, new long[] {7, 7, 7})))
                .containsExactly(7L);
        assertThat(Repeated.repeated(List.of(new long[] {0, 5}, new long[] {0, 0})))
                .containsExactly(0L);
        assertThat(Repeated.repeated(List.of())).isEmpty();
    }
}
