package io.trawl.bench.frame;

import java.util.function.LongSupplier;

/** Times a piece of work in this process: warmed up, then the least of seven rounds. */
public final class Loop {
    private static final int ROUNDS = 7;
    /** Long enough for the second compiler to have done its part. */
    private static final long WARM_NANOS = 3_000_000_000L;

    /** Read by nobody, but the compiler cannot know. */
    @SuppressWarnings("UnusedVariable")
    private static volatile long sink;

    private Loop() {}

    /**
     * Runs the work again and again.
     *
     * @param work gives a number that depends on all that it did, so that nothing is left out
     * @return nanoseconds of one run of the work
     */
    public static long nanos(LongSupplier work) {
        long begun = System.nanoTime();
        do {
            sink = work.getAsLong();
        } while (System.nanoTime() - begun < WARM_NANOS);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            sink = work.getAsLong();
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
