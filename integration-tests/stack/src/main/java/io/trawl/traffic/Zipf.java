package io.trawl.traffic;

import java.util.ArrayDeque;
import java.util.SplittableRandom;

/** Ranks from 0 on that come as often as 1 / (rank + 1), by Walker's alias method. */
final class Zipf {
    private final double[] stay;
    private final int[] alias;

    Zipf(int ranks) {
        stay = new double[ranks];
        alias = new int[ranks];
        double sum = 0;
        for (int i = 0; i < ranks; i++) {
            sum += 1.0 / (i + 1);
        }
        ArrayDeque<Integer> small = new ArrayDeque<>();
        ArrayDeque<Integer> large = new ArrayDeque<>();
        for (int i = 0; i < ranks; i++) {
            stay[i] = ranks / (i + 1.0) / sum;
            (stay[i] < 1 ? small : large).add(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int less = small.remove();
            int more = large.element();
            alias[less] = more;
            stay[more] -= 1 - stay[less];
            if (stay[more] < 1) {
                small.add(large.remove());
            }
        }
        // What is left is 1 but for rounding.
        small.forEach(i -> stay[i] = 1);
        large.forEach(i -> stay[i] = 1);
    }

    int next(SplittableRandom random) {
        int i = random.nextInt(stay.length);
        return random.nextDouble() < stay[i] ? i : alias[i];
    }
}
