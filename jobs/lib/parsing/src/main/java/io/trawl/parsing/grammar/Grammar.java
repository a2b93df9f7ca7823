package io.trawl.parsing.grammar;

import io.trawl.parsing.Failure;
import io.trawl.parsing.mapping.Columns;

/** Finds the columns of a line. Immutable; never throws, whatever the bytes are. */
public interface Grammar {
    /** How many columns it numbers. */
    int size();

    /**
     * Finds the columns.
     *
     * @param out of {@link #size} columns; of no use where false comes back
     * @return whether the line is of this grammar
     */
    boolean scan(byte[] bytes, int from, int to, Columns out);

    /** Why the line that was scanned last with these columns is not of this grammar. */
    Failure failure(byte[] bytes, int from, int to, Columns out);
}
