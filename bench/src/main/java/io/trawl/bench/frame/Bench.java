package io.trawl.bench.frame;

import java.util.function.Consumer;

/**
 * One benchmark. Picocli's {@code @Command} gives its name, what it measures (header: one line; description: how, and
 * how long it takes) and its {@code @Option}s.
 */
public interface Bench {
    /**
     * Measures.
     *
     * @param progress is told what happens, a line at a time
     * @throws IllegalArgumentException an option is wrong
     * @throws BenchFailure what was to be measured does not do what it should, so that its time says nothing
     */
    Outcome measure(Consumer<String> progress) throws Exception;
}
