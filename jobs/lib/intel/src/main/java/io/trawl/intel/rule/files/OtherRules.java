package io.trawl.intel.rule.files;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Refusal;
import java.util.function.Consumer;

/** Reads files of rules that are not Sigma: STIX patterns, and bundles of them. */
@FunctionalInterface
public interface OtherRules {
    /** Of an engine that has none: each such file is refused. */
    OtherRules NONE = (file, bytes, rules, refused) ->
            refused.accept(new Refusal(file, 1, "expected a file of Sigma rules, *.yml or *.yaml"));

    /**
     * Reads a file.
     *
     * @param file its name, which tells its language: {@code *.stix} has a pattern a line, {@code *.json} is a bundle
     * @param rules takes each rule
     * @param refused takes what is wrong, with its line
     */
    void read(String file, byte[] bytes, Consumer<Rule> rules, Consumer<Refusal> refused);
}
