package io.trawl.parsing;

/**
 * The parts of a line that an indicator may meet, by their places in its bytes: everything that an event of the line has
 * and that is looked up. For one thread, and used again for the next line.
 */
public final class Parts {
    /** What a part is, which decides how it is looked up. */
    public enum Kind {
        /** A URL with its scheme. */
        URL,
        /** Host and port, the target of CONNECT. */
        CONNECT,
        /** The path of a URL, with its query or without. */
        PATH,
        /** A path that the event has and that is nowhere in the line as it is; the place says nothing. */
        HIDDEN_PATH,
        /** The host of a URL, with a port or without. */
        HOST,
        /** The URL that a client came from. */
        REFERRER,
        /** A client's program. */
        USER_AGENT,
        /** The peer that was connected to: an address, or a name, which is not looked up. */
        PEER,
        /** The client: an address, or a name, which is not looked up. */
        CLIENT,
        /** A host that DNS or TLS named. */
        NAME,
        /** Answers of DNS, a comma between two. */
        ANSWERS,
        /** A hash in hex. */
        HASH
    }

    private static final int MOST = 64;

    private final Kind[] kinds = new Kind[MOST];
    private final int[] from = new int[MOST];
    private final int[] to = new int[MOST];
    private int count;

    /** Forgets the parts of the line before. */
    public void clear() {
        count = 0;
    }

    /** Adds a part. */
    public void add(Kind kind, int start, int end) {
        kinds[count] = kind;
        from[count] = start;
        to[count] = end;
        count++;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** What a part is. */
    public Kind kind(int part) {
        return kinds[part];
    }

    /** Where a part begins. */
    public int from(int part) {
        return from[part];
    }

    /** Where a part ends, exclusive. */
    public int to(int part) {
        return to[part];
    }
}
