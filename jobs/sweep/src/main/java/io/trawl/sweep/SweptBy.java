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
 * @param placeholders values that stand for {@code %name%} in rules; null if there are none
 * @param fields names of fields in rules beside those that Trawl knows; null if there are none
 * @param stixMapping where objects of STIX patterns are in an event, beside those that Trawl knows; null if there is none
 * @param brands file of brands that hosts may look like; null if there is none
 * @param oddHosts from which level on hosts that are none are found: none, low, medium or high
 */
record SweptBy(
        List<Path> feeds,
        List<Path> allowlists,
        List<Path> rules,
        @Nullable Path placeholders,
        @Nullable Path fields,
        @Nullable Path stixMapping,
        @Nullable Path brands,
        String oddHosts) {
    /** All files and folders. */
    Stream<Path> files() {
        return Stream.of(feeds, allowlists, rules, list(placeholders), list(fields), list(stixMapping), list(brands))
                .flatMap(List::stream);
    }

    /** A file as a list of one; an empty list where there is none. */
    static List<Path> list(@Nullable Path file) {
        return file == null ? List.of() : List.of(file);
    }
}
