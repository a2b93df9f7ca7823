package io.trawl.sweep;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What logs are swept with.
 *
 * @param feeds files of indicators
 * @param allowlists files of allowlists, or folders of them
 * @param rules files of rules, or folders of them
 * @param placeholders values that stand for {@code %name%} in rules; null where there are none
 */
record SweptBy(
        List<Path> feeds,
        List<Path> allowlists,
        List<Path> rules,
        @Nullable Path placeholders) {
    /** All files and folders. */
    Stream<Path> files() {
        return Stream.of(feeds, allowlists, rules, placeholders == null ? List.<Path>of() : List.of(placeholders))
                .flatMap(List::stream);
    }
}
