package io.trawl.intel.rule.correlation.observation;

import java.time.Instant;
import java.util.BitSet;

/** An event that a pattern is asked about. */
public interface Seen {
    /** Its place in the order of time, from 0 on. */
    long place();

    Instant time();

    /** The rules that hold of it, by their places. It is not changed. */
    BitSet rules();
}
