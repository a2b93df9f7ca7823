package io.trawl.terminal;

import org.jspecify.annotations.Nullable;

/** What a command does with a line of a log; called by several threads at once. */
interface LineWork {
    /**
     * @param line without its line end
     * @return how much was found in it
     */
    int line(String file, long number, byte[] line, Output output);

    /** A line that is too long to be held. */
    int oversize(String file, long number, long bytes, Output output);

    /** What knows lines that are not to be worked on, for one thread; null where all are. */
    default @Nullable Passing passing() {
        return null;
    }

    /** Knows lines of which nothing would come. */
    @FunctionalInterface
    interface Passing {
        /** Whether nothing would come of the line bytes[from, to), not even that it is invalid. */
        boolean passes(byte[] bytes, int from, int to);
    }
}
