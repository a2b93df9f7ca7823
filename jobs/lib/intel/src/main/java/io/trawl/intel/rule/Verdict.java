package io.trawl.intel.rule;

import java.util.List;

/**
 * A rule met by an event.
 *
 * @param rule the rule
 * @param why each test that made it so, in the order of the rule
 */
public record Verdict(Rule rule, List<Reason> why) {
    public Verdict {
        why = List.copyOf(why);
    }

    /** The test whose field and value a detection names: the first; of a rule that only asks for what is missing, of no field. */
    public Reason first() {
        return why.isEmpty() ? new Reason("", "", "", "") : why.get(0);
    }

    /**
     * One test that passed.
     *
     * @param selection the name of the rule's part that it is of; empty if the rule has no names
     * @param field the field in ECS's dotted name
     * @param value the field's value, as the event has it; empty if the event does not have it
     * @param part what of the value matched: the text that was found, or the whole value
     */
    public record Reason(String selection, String field, String value, String part) {}
}
