package io.trawl.intel.rule.pack;

import io.trawl.intel.rule.Level;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that rules are made of.
 *
 * @param rules files of rules, or folders of them
 * @param placeholders what stands for {@code %name%} in Sigma rules; null if there is no such file
 * @param fields names of fields besides those that Trawl knows; null if there is no such file
 * @param objects where objects of STIX patterns are in an event, beside those that Trawl knows; null if there is no such file
 * @param misuse whether a STIX pattern may join objects of different types with AND, and means one event
 * @param brands the site's own brands, which others may look like; null if there is no such file
 * @param popular a list of popular domains: they are no look-alikes; null if there is no such file
 * @param top how many of the popular domains are brands, too
 * @param oddHosts from which level on hosts that are none are found; null if they are not looked for
 * @param internal names that are hosts inside the site, and suffixes of such with a dot before them
 */
public record RuleInputs(
        List<Path> rules,
        @Nullable Path placeholders,
        @Nullable Path fields,
        @Nullable Path objects,
        boolean misuse,
        @Nullable Path brands,
        @Nullable Path popular,
        int top,
        @Nullable Level oddHosts,
        List<String> internal) {
    public RuleInputs {
        rules = List.copyOf(rules);
        internal = List.copyOf(internal);
    }

    /** Whether there is nothing that a rule could come of. */
    public boolean isEmpty() {
        return rules.isEmpty() && brands == null && (popular == null || top == 0) && oddHosts == null;
    }
}
