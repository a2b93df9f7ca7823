package io.trawl.parsing.grammar;

import io.trawl.parsing.Failure;
import io.trawl.parsing.mapping.Columns;
import org.jspecify.annotations.Nullable;

/** Finds the columns of a line. Immutable; never throws, whatever the bytes are. */
public interface Grammar {
    /** How many columns it numbers. */
    int size();

    /**
     * @param out of {@link #size} columns; of no use where a failure comes back
     * @return null where the line is of this grammar
     */
    @Nullable
    Failure scan(byte[] bytes, int from, int to, Columns out);
}
