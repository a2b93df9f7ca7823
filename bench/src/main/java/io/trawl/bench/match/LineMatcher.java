package io.trawl.bench.match;

/** Finds the lines of a log that some indicator matches. */
interface LineMatcher {
    /** Whether the line log[from, to), which is without its line end, has a hit. */
    boolean matches(byte[] log, int from, int to);
}
