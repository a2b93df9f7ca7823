package io.trawl.parsing;

/**
 * A line read no further than to where its columns are, for those who need an event of few lines only. What
 * {@link #read} takes is what nearly all lines are: written as the format has it, and valid for sure, which means that
 * the format's parser reads it and that the event meets the expectations of its schema. Of any other line it says
 * nothing. For one thread, and used again for the next line.
 */
public abstract class PlainLine {
    private boolean connect;
    private int targetFrom;
    private int targetTo;
    private int peerFrom;
    private int peerTo;
    private int clientFrom;
    private int clientTo;

    PlainLine() {}

    /**
     * Reads the line that begins at a place, as far as its line feed, or as the end of what there is.
     *
     * @return where the line ends, where it is a plain one, and its columns are known then; -1 says nothing about it
     */
    public abstract int read(byte[] bytes, int from, int to);

    final void client(int from, int to) {
        clientFrom = from;
        clientTo = to;
    }

    final void target(boolean ofConnect, int from, int to) {
        connect = ofConnect;
        targetFrom = from;
        targetTo = to;
    }

    final void peer(int from, int to) {
        peerFrom = from;
        peerTo = to;
    }

    /** Whether the method is CONNECT. */
    public boolean isConnect() {
        return connect;
    }

    /** Where the request's target begins: a URL, or host and port of CONNECT. */
    public int targetFrom() {
        return targetFrom;
    }

    /** Where it ends, exclusive. */
    public int targetTo() {
        return targetTo;
    }

    /** Where the peer begins that the proxy connected to, an address, a name or -. */
    public int peerFrom() {
        return peerFrom;
    }

    /** Where it ends, exclusive. */
    public int peerTo() {
        return peerTo;
    }

    /** Where the client begins, an address, a name or -. */
    public int clientFrom() {
        return clientFrom;
    }

    /** Where it ends, exclusive. */
    public int clientTo() {
        return clientTo;
    }
}
