package io.trawl.terminal;

/** What a command does with a line of a log; called by several threads at once. */
interface LineWork {
    /**
     * @param line without its line end
     * @return how much was found in it
     */
    int line(String file, long number, byte[] line, Output output);

    /** A line that is too long to be held. */
    int oversize(String file, long number, long bytes, Output output);
}
