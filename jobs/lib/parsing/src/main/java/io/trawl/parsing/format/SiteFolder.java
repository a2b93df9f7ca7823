package io.trawl.parsing.format;

import java.util.Collection;

/** A folder with a site's declarations, wherever it is; {@link Formats#with(java.nio.file.Path)} reads one of this machine. */
public interface SiteFolder {
    /** Names of its files that end with .yaml, without this end. */
    Collection<String> names();

    /** How messages name the file of a format. */
    String file(String name);

    /** What is in the file of a format; whoever asks has the name from {@link #names()}. */
    String text(String name);

    /** Whether its texts are those of formats as they were used once, with the arguments of their source. */
    default boolean isKept() {
        return false;
    }
}
