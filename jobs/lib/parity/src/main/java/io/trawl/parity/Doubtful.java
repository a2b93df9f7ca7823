package io.trawl.parity;

import java.io.Serializable;

/** A detection that only the hot path has, and whose line may be one that validate dropped. */
record Doubtful(String eventId, Example example) implements Serializable {}
