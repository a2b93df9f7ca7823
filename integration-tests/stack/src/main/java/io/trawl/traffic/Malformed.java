package io.trawl.traffic;

import java.util.Locale;
import java.util.Set;

/** In which way a line is not a valid one. */
public enum Malformed {
    /** It ends before its URL. */
    CUT("syntax", "status"),
    /** Its time is none. */
    TIMESTAMP("timestamp"),
    /** Its time is far from any that a log of today can have: it reads well, and fails the schema. */
    FUTURE("expectation"),
    /** Its status is no number. */
    STATUS("status", "syntax"),
    /** Its size is no number from 0 on. */
    SIZE("size"),
    /** It is a message of another log. */
    FOREIGN("syntax", "timestamp"),
    /** Bytes that are not text: NUL, and sequences that UTF-8 does not have. */
    BINARY("syntax", "timestamp"),
    /** Nothing. */
    EMPTY("empty");

    private final Set<String> reasons;

    Malformed(String... reasons) {
        this.reasons = Set.of(reasons);
    }

    /** Codes of io.trawl.parsing.Reason: one of them is what the line is refused with, which one depends on the format. */
    public Set<String> reasons() {
        return reasons;
    }

    /** As the truth file has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
