package io.trawl.parsing;

/**
 * A line read no further than to where its columns are, for those who need an event of few lines only. What
 * {@link #read} takes is what nearly all lines are: written as the format has it, and valid for sure, which means that
 * the format's parser reads it and that the event meets the expectations of its schema. Of any other line it says
 * nothing. For one thread, and used again for the next line.
 */
public abstract class PlainLine {
    private final Parts parts = new Parts();

    /**
     * Reads the line that begins at a place, as far as its line feed, or as the end of what there is.
     *
     * @return where the line ends, where it is a plain one, and its parts are known then; -1 says nothing about it
     */
    public abstract int read(byte[] bytes, int from, int to);

    /** What of the line that was read last is looked up. */
    public final Parts parts() {
        return parts;
    }
}
