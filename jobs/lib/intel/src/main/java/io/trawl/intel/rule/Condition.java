package io.trawl.intel.rule;

import java.util.List;

/**
 * What must hold of an event: a tree over tests of fields. It knows two values only: a test of a field that the event does
 * not have is false, and so its {@link Not} is true. A language with other rules says so in the tree, with
 * {@link Ask.Present}.
 */
public sealed interface Condition {
    /** Holds if all do; of an empty list, always. */
    record All(List<Condition> of) implements Condition {
        public All {
            of = List.copyOf(of);
        }
    }

    /** Holds if one does; of an empty list, never. */
    record Any(List<Condition> of) implements Condition {
        public Any {
            of = List.copyOf(of);
        }
    }

    /** Holds if the other does not. */
    record Not(Condition of) implements Condition {}

    /**
     * A part of a rule that has a name, by which a person is told why the rule matched.
     *
     * @param name its name in the rule: of a Sigma selection, or the text of a STIX comparison
     */
    record Named(String name, Condition of) implements Condition {}

    /**
     * A test of one field. Of a field with several values, one that passes is enough.
     *
     * @param field the field
     * @param written the field's name as the rule has it, as {@code c-useragent}
     * @param ask what is asked of its value
     */
    record Test(Field field, String written, Ask ask) implements Condition {}

    /**
     * A test of each text of an event, of whatever field: Sigma's keywords.
     *
     * @param ask what is asked of each text
     */
    record Keyword(Ask ask) implements Condition {}
}
