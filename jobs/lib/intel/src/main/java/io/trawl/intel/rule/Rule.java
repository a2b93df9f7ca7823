package io.trawl.intel.rule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule that one event decides.
 *
 * @param id what a detection names it by: a Sigma rule's id, a STIX indicator's id, or one made of its text
 * @param name for people: a Sigma rule's title
 * @param kind which language it is of
 * @param level how grave a verdict is
 * @param score 0 to 100
 * @param tags as the rule has them, ATT&CK's among them
 * @param references where to read on
 * @param sources which events it is for
 * @param place the file and line it is from, for messages
 * @param condition what must hold of an event
 */
public record Rule(
        String id,
        String name,
        Kind kind,
        Level level,
        int score,
        List<String> tags,
        List<String> references,
        Sources sources,
        Place place,
        Condition condition) {
    public Rule {
        tags = List.copyOf(tags);
        references = List.copyOf(references);
    }

    /** Which language a rule is of. */
    public enum Kind {
        SIGMA,
        STIX,
        LOOKALIKE,
        HOST
    }

    /** Where a rule is: a file's name, and a line from 1. */
    public record Place(String file, int line) {}

    /** Which events a rule is for: Sigma's log source. What is null is not asked. */
    public record Sources(
            @Nullable String category,
            @Nullable String product,
            @Nullable String service) {
        /** Of a rule for all events. */
        public static final Sources ALL = new Sources(null, null, null);
    }
}
