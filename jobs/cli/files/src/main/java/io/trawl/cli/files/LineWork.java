package io.trawl.cli.files;

/** What a command does with a line of a log; called by several threads at once. */
interface LineWork {
    /**
     * @param line without its line end
     * @return how much was found in it
     */
    int line(String file, long number, byte[] line, Output output);

    /** A line that is too long to be held. */
    int oversize(String file, long number, long bytes, Output output);

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
