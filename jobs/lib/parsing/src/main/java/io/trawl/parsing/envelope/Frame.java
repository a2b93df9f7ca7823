package io.trawl.parsing.envelope;

/** Where the line is while its envelopes are opened, and the time that the last one with a time had. For one line. */
public final class Frame {
    /** What the line is in. */
    public byte[] bytes;

    /** Where the line begins. */
    public int from;

    /** Where the line ends, exclusive. */
    public int to;

    /** What the envelope's time is in. */
    public byte[] timeBytes;

    /** Where the envelope's time begins. */
    public int timeFrom;

    /** Where it ends, exclusive; where it begins if there is none. */
    public int timeTo;

    /** A line without any envelope yet. */
    public Frame(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.timeBytes = bytes;
    }

    void time(int start, int end) {
        timeBytes = bytes;
        timeFrom = start;
        timeTo = end;
    }

    boolean isDigit(int at) {
        return at < to && bytes[at] >= '0' && bytes[at] <= '9';
    }

    boolean is(int at, char c) {
        return at < to && bytes[at] == c;
    }

    /** Where a word that begins at a place ends: at a space or at the end. */
    int wordEnd(int at) {
        int end = at;
        while (end < to && bytes[end] != ' ') {
            end++;
        }
        return end;
    }

    int skipSpaces(int at) {
        int next = at;
        while (next < to && bytes[next] == ' ') {
            next++;
        }
        return next;
    }
}
