package io.trawl.intel.rule.eval;

import java.util.List;

/**
 * Why a part of a rule holds of an event, or does not.
 *
 * @param kind which part of a condition it is of
 * @param holds whether it does
 * @param name of NAMED its name, of TEST the field in ECS's dotted name, else empty
 * @param written of TEST the field's name as the rule has it, else empty
 * @param asked of TEST and KEYWORD what is asked, for people; else empty
 * @param values of TEST the values that the event has of the field; of KEYWORD those that passed; else empty
 * @param part of TEST and KEYWORD what of the first value that passed did so; empty if none did
 * @param of the parts that it is made of, in the rule's order
 */
public record Explanation(
        Kind kind,
        boolean holds,
        String name,
        String written,
        String asked,
        List<String> values,
        String part,
        List<Explanation> of) {
    public Explanation {
        values = List.copyOf(values);
        of = List.copyOf(of);
    }

    /** The parts of a condition. */
    public enum Kind {
        ALL,
        ANY,
        NOT,
        NAMED,
        TEST,
        KEYWORD
    }

    static Explanation of(Kind kind, boolean holds, String name, List<Explanation> of) {
        return new Explanation(kind, holds, name, "", "", List.of(), "", of);
    }
}
