package io.trawl.intel.lookalike;

/** Whether a host was seen before, as far as the caller knows. */
public enum Seen {
    /** Never before. */
    NEW,
    /** Before. */
    BEFORE,
    /** Nobody asked. */
    UNKNOWN
}
