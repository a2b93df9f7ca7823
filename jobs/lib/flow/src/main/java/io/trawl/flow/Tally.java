package io.trawl.flow;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of a run, by name: {@code in}; what each step gave, by the step's name; {@code invalid} and
 * {@code invalid.REASON}; {@code wrapped} and {@code records} where messages carry several records; what each store took, as {@code stored.NAME}, and where lines are of several formats, how much of
 * it each of them read, as {@code stored.NAME.FORMAT}. Only attempts that succeeded are counted.
 */
public final class Tally implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How many messages were cut into records. */
    public static final String WRAPPED = "wrapped";

    /** How many records those had, each of which is a line: there are {@code in - wrapped + records} lines. */
    public static final String RECORDS = "records";

    private final TreeMap<String, Long> counts = new TreeMap<>();

    /** Counts so many more. */
    public synchronized void add(String name, long count) {
        counts.merge(name, count, Long::sum);
    }

    /** Counts all that another one has. */
    public synchronized void add(Tally other) {
        other.counts().forEach(this::add);
    }

    /** A count; 0 if nothing of that name was counted. */
    public synchronized long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    /** Every count, in order of names. */
    public synchronized Map<String, Long> counts() {
        return Collections.unmodifiableMap(new TreeMap<>(counts));
    }

    @Override
    public String toString() {
        return counts().toString();
    }
}
