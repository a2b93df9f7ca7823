package io.trawl.intel.rule;

import java.util.Locale;

/** How grave a rule's verdict is, and the score that stands for it where the rule has no other. */
public enum Level {
    INFORMATIONAL(10),
    LOW(25),
    MEDIUM(50),
    HIGH(75),
    CRITICAL(95);

    private final int score;

    Level(int score) {
        this.score = score;
    }

    /** From 0 to 100. */
    public int score() {
        return score;
    }

    /** As Sigma has it, in lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
