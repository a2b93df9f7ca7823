package io.trawl.parsing;

import java.util.Locale;

/** Why a line is invalid; {@code lake.invalid_records.reason} has the code. */
public enum Reason {
    /** Nothing but white space, or a message with an empty list of records. */
    EMPTY,
    /** Not a line of this format at all: too few columns, a quote or bracket that never ends. */
    SYNTAX,
    /** The time cannot be read. */
    TIMESTAMP,
    /** The duration is no number. */
    DURATION,
    /** The status is no number of three digits. */
    STATUS,
    /** The size is no number. */
    SIZE,
    /** The message is no Flume event. */
    ENVELOPE,
    /** The line was longer than the agent lets pass, and was cut. */
    OVERSIZE,
    /** A line of a file that tells of the file, such as #Fields; no event. */
    DIRECTIVE,
    /** It was read, but does not meet the expectations of its schema. */
    EXPECTATION,
    /** Reading or judging it failed: a bug. The hot path alone goes on behind it; a job of a window fails. */
    BUG;

    private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As it is stored: lower case with hyphens. */
    public String code() {
        return code;
    }
}
