package io.trawl.intel.rule.sigma.value;

import java.util.List;

/** Puts values in the place of {@code %name%}. */
public interface Expander {
    /**
     * Each text that one with placeholders stands for.
     *
     * @throws IllegalArgumentException if a placeholder has no value
     */
    List<List<Piece>> expand(List<Piece> pieces);

    /**
     * Each regular expression that one with placeholders stands for.
     *
     * @throws IllegalArgumentException if a placeholder has no value
     */
    List<String> expand(String source);
}
