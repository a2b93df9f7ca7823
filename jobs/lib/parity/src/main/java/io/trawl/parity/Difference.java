package io.trawl.parity;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Detections of one kind and reason: how many, and a few of them. */
public record Difference(long count, List<Example> examples) implements Serializable {
    /** The most that are kept. */
    public static final int EXAMPLES = 5;

    Difference plus(Difference other) {
        List<Example> some = new ArrayList<>(examples);
        other.examples.stream().limit(EXAMPLES - some.size()).forEach(some::add);
        return new Difference(count + other.count, some);
    }
}
