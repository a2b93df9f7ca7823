package io.trawl.parsing.grammar;

import io.trawl.parsing.mapping.Rule;
import java.util.List;

/** A grammar before it is compiled: it knows its columns by name. */
public interface Plan {
    /** The number of a column; -1 if the grammar cannot have such a column. */
    int column(String name);

    /** The columns that the grammar has for sure, for a message; empty where any name may come. */
    List<String> names();

    /** What its columns mean by the server's own documents, the more telling first. */
    default List<Rule> rules() {
        return List.of();
    }

    /** The grammar, with all columns that were asked for until now. */
    Grammar grammar();
}
