package io.trawl.bench.frame;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Times pieces of work of one thread in turns, so that whatever slows the machine slows all of them alike: CPU time, warmed
 * up, the least of all rounds.
 */
public final class Turns {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Read by nobody, but the compiler cannot know. */
    @SuppressWarnings("UnusedVariable")
    private static volatile long sink;

    private final Map<String, LongSupplier> works = new LinkedHashMap<>();

    /**
     * Adds a piece of work.
     *
     * @param work gives a number that depends on all that it did, so that nothing is left out
     */
    public Turns add(String name, LongSupplier work) {
        works.put(name, work);
        return this;
    }

    /**
     * Runs each again and again.
     *
     * @param warmNanos how long each runs before it is timed
     * @return CPU nanoseconds of one run of each
     */
    public Map<String, Long> nanos(long warmNanos, int rounds) {
        for (LongSupplier work : works.values()) {
            long begun = System.nanoTime();
            do {
                sink = work.getAsLong();
            } while (System.nanoTime() - begun < warmNanos);
        }
        Map<String, Long> least = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            works.forEach((name, work) -> {
                long start = THREADS.getCurrentThreadCpuTime();
                sink = work.getAsLong();
                least.merge(name, THREADS.getCurrentThreadCpuTime() - start, Math::min);
            });
        }
        return least;
    }
}
