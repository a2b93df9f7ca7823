package io.trawl.intel.rule.pack;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that rules are made of.
 *
 * @param rules files of rules, or folders of them
 * @param placeholders what stands for {@code %name%} in Sigma rules; null where there is no such file
 * @param fields names of fields beside those that Trawl knows; null where there is no such file
 * @param misuse whether a STIX pattern may join objects of different types with AND, and means one event
 */
public record RuleInputs(
        List<Path> rules,
        @Nullable Path placeholders,
        @Nullable Path fields,
        boolean misuse) {
    public RuleInputs {
        rules = List.copyOf(rules);
    }

    /** Whether there is nothing that a rule could come of. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }
}
