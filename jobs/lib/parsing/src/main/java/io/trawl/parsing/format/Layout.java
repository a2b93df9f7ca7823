package io.trawl.parsing.format;

import io.trawl.parsing.mapping.Rule;
import java.util.List;

/**
 * One layout of a format's lines, for a person.
 *
 * @param kind the grammar, as a declaration names it
 * @param text the format string, or the settings of the grammar
 * @param rules what fields are made of: what the declaration says and what the server's own documents say
 */
public record Layout(String kind, String text, List<Rule> rules) {
    public Layout {
        rules = List.copyOf(rules);
    }
}
