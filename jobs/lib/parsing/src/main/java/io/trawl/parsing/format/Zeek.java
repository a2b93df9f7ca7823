package io.trawl.parsing.format;

import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.delimited.Delimited;
import io.trawl.parsing.mapping.Escape;
import java.util.List;

/**
 * The grammar zeek: Zeek's TSV (https://docs.zeek.org/en/master/log-formats.html), whose columns only a line {@code #fields}
 * names. As several logs have such a line, a format says which columns its own must have.
 */
final class Zeek {
    static final String KIND = "zeek";

    private Zeek() {}

    /** Whether a declaration's grammar is this one. */
    static boolean is(Yaml grammar) {
        return grammar.map(null).containsKey(KIND);
    }

    /** The columns that the line must name. */
    static List<String> needs(Yaml grammar) {
        Yaml zeek = grammar.map(null).get(KIND);
        Yaml needs = zeek == null ? null : zeek.map(List.of("needs")).get("needs");
        if (needs == null) {
            throw grammar.error("no needs; expected the columns that tell the log, for example needs: [ts, uri]");
        }
        return needs.texts();
    }

    /** Zeek escapes a tab in a value, and quotes nothing. */
    static Plan plan(List<String> names) {
        Delimited.Style style =
                new Delimited.Style('\t', false, (char) 0, Escape.NONE, false, names.size(), names.size());
        return Delimited.plan(style, names);
    }
}
