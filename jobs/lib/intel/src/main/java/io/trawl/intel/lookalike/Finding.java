package io.trawl.intel.lookalike;

import java.util.List;

/**
 * A host that looks like a brand's.
 *
 * @param host the host, canonical
 * @param brand the brand's domain; empty for mixed scripts without a brand
 * @param technique how it is made
 * @param score 0 to 100
 * @param parts what the score is the sum of, within 0 and 100
 * @param reason one plain sentence
 */
public record Finding(String host, String brand, Technique technique, int score, List<Part> parts, String reason) {
    public Finding {
        parts = List.copyOf(parts);
    }

    /**
     * A part of a score.
     *
     * @param name what it is for
     * @param points may be negative
     */
    public record Part(String name, int points) {}
}
