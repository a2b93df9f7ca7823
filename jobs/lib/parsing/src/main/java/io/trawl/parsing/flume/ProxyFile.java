package io.trawl.parsing.flume;

import java.io.Serializable;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One file of one log of one host, between two rotations.
 *
 * @param log empty if the agent names none
 */
public record ProxyFile(String host, String log, String generation) implements Comparable<ProxyFile>, Serializable {
    /** What the agent calls the generation of a line that it found in no file; several files may share it. */
    public static final String UNKNOWN = "unknown";

    private static final Comparator<ProxyFile> ORDER =
            Comparator.comparing(ProxyFile::host).thenComparing(ProxyFile::log).thenComparing(ProxyFile::generation);

    /** Whether a line's place in its file is known: then a line that comes again has the same one, and no other line has. */
    public static boolean isPlaced(@Nullable String host, @Nullable String generation, @Nullable Long fileOffset) {
        return host != null
                && fileOffset != null
                && generation != null
                && !generation.isEmpty()
                && !generation.equals(UNKNOWN);
    }

    @Override
    public int compareTo(ProxyFile other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return host + "/" + log + "/" + generation;
    }
}
