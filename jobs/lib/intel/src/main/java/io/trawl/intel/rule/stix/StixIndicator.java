package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Rule;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern with what its source says of it.
 *
 * @param id of the indicator; null of a pattern alone
 * @param name for people; null if there is none
 * @param pattern as it is written
 * @param place the file and line it is from
 * @param validFrom from when a match counts, inclusive; null is unbounded
 * @param validUntil until when, exclusive; null is unbounded
 * @param confidence 0 to 100; null if there is none
 * @param tags labels, types of the indicator, phases of kill chains
 * @param references where to read on
 */
public record StixIndicator(
        @Nullable String id,
        @Nullable String name,
        String pattern,
        Rule.Place place,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        @Nullable Integer confidence,
        List<String> tags,
        List<String> references) {
    public StixIndicator {
        tags = List.copyOf(tags);
        references = List.copyOf(references);
    }

    /** A pattern alone. */
    public static StixIndicator of(String pattern, Rule.Place place) {
        return new StixIndicator(null, null, pattern, place, null, null, null, List.of(), List.of());
    }
}
