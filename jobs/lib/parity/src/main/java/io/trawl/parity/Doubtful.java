package io.trawl.parity;

import java.io.Serializable;

/** A detection that only one of the two has; the reason hangs on what became of its line. */
record Doubtful(String eventId, Example example) implements Serializable {}
