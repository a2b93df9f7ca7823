package io.trawl.audit;

/** One file of one log of one host, between two rotations. */
record LogFile(String host, String log, String generation) implements Comparable<LogFile> {
    /** What the agent calls the generation of a line that it found in no file; several files may share it. */
    static final String UNKNOWN = "unknown";

    @Override
    public int compareTo(LogFile other) {
        return toString().compareTo(other.toString());
    }

    /** Whether it is another file of the same log. */
    boolean isSibling(LogFile other) {
        return host.equals(other.host) && log.equals(other.log) && !generation.equals(other.generation);
    }

    @Override
    public String toString() {
        return host + "/" + log + "/" + generation;
    }
}
