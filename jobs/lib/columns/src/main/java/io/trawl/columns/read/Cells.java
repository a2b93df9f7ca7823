package io.trawl.columns.read;

import java.nio.ByteBuffer;

/**
 * One column of a {@link Block}, read forwards: go to a row, then ask for its value, as what the column is. A row may
 * be asked more than once, and rows may be left out.
 */
public interface Cells {
    /**
     * Goes to a row.
     *
     * @param row from 0; not before the one that was gone to last
     * @return whether it has a value; false if it is null
     */
    boolean at(int row);

    /** Whether any row may have a value; false is certain. */
    default boolean mayHaveValues() {
        return true;
    }

    /** A whole number; of a time the microseconds since 1970. */
    long number();

    /** The text's number among texts. Of a column with a dictionary each entry is looked up once, as long as the texts stay the same. */
    int number(Texts texts);

    /** The bytes of a text, in UTF-8. */
    ByteBuffer bytes();

    /** The value as a record has it. */
    Object value();
}
