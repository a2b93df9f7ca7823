package io.trawl.cli.files.log;

import io.trawl.cli.files.output.Output;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a command does with a line of a log; called by several threads at once. */
public interface LineWork {
    /**
     * What is known of a line besides its bytes.
     *
     * @param file as the user named it
     * @param arrived when its lines were written, about
     * @param fields what comes after the last {@code #Fields:} before it; null if there is none, or nobody asks for it
     */
    record Origin(String file, Instant arrived, @Nullable String fields) {}

    /**
     * @param line without its line end
     * @return how much was found in it
     */
    int line(Origin of, long number, byte[] line, Output output);

    /** A line that is too long to be held. */
    int oversize(String file, long number, long bytes, Output output);

    /** Whether lines that begin with {@code #} are directives, which are counted but not worked on. */
    default boolean hasDirectives() {
        return false;
    }

    /** What knows lines that are not to be worked on, for one thread. */
    default Passing passing() {
        return Passing.NOTHING;
    }

    /** Knows lines of which nothing would come. */
    @FunctionalInterface
    interface Passing {
        /** Knows none. */
        Passing NOTHING = (bytes, from, to) -> -1;

        /**
         * Looks at the line that begins at a place.
         *
         * @param to end of what there is
         * @return where the line ends, where nothing would come of it, not even that it is invalid; else -1
         */
        int end(byte[] bytes, int from, int to);
    }
}
