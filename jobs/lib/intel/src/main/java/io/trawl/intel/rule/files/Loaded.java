package io.trawl.intel.rule.files;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.sigma.SigmaFilter;
import java.util.List;
import java.util.Map;

/**
 * The rules of some files.
 *
 * @param rules those that can be run, with the filters that are for them, in the order of the files
 * @param documents the Sigma document of each rule that has one, by the rule's id: for its tests and its words
 * @param names ids of rules by their Sigma name
 * @param correlations the documents with {@code correlation}
 * @param refused what is not taken, and why
 * @param unfilled rules that ask for fields that no event has
 * @param idle filters that are for no rule
 */
public record Loaded(
        List<Rule> rules,
        Map<String, Document> documents,
        Map<String, String> names,
        List<Document> correlations,
        List<Refusal> refused,
        List<Unfilled> unfilled,
        List<SigmaFilter> idle) {
    public Loaded {
        rules = List.copyOf(rules);
        documents = Map.copyOf(documents);
        names = Map.copyOf(names);
        correlations = List.copyOf(correlations);
        refused = List.copyOf(refused);
        unfilled = List.copyOf(unfilled);
        idle = List.copyOf(idle);
    }
}
