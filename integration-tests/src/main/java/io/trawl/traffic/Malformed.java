package io.trawl.traffic;

import java.util.Locale;

/** In which way a line is no valid one. */
public enum Malformed {
    /** It ends before its URL. */
    CUT,
    /** Its time is none, or none that a log of today can have. */
    TIMESTAMP,
    /** Its status is no number. */
    STATUS,
    /** Its size is no number from 0 on. */
    SIZE,
    /** It is a message of another log. */
    FOREIGN,
    /** Bytes that are no text: NUL, and sequences that UTF-8 does not have. */
    BINARY,
    /** Nothing. */
    EMPTY;

    /** As the truth file has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
