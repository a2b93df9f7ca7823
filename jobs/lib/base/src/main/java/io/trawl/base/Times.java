package io.trawl.base;

import java.time.Instant;

/** Instants as numbers: the lake and HBase have them in microseconds since 1970. */
public final class Times {
    private Times() {}

    /** Microseconds since 1970. */
    public static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    /** The instant of so many microseconds since 1970. */
    public static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
