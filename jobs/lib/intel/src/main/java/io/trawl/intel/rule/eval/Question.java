package io.trawl.intel.rule.eval;

/** What is asked of an event. Immutable. */
interface Question {
    boolean holds(Scratch event);

    /** How long it takes, compared with others. */
    int cost();
}
