package io.trawl.intel.rule.eval;

/**
 * Several tests of texts, of which one is to pass, made in one pass over a value.
 *
 * @param test its number
 * @param at the fields whose values are looked at
 * @param texts what is looked for
 */
record Group(int test, int[] at, Texts texts) implements Question {
    /** From so many tests on they are made together. */
    static final int LEAST = 4;

    @Override
    public boolean holds(Scratch event) {
        return event.isTested(test) ? event.passed(test) : event.tested(test, finds(event));
    }

    private boolean finds(Scratch event) {
        for (int field : at) {
            for (int i = 0; i < event.count(field); i++) {
                if (texts.finds(event.value(field, i), event.buffer())) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public int cost() {
        return 40 * at.length;
    }
}
