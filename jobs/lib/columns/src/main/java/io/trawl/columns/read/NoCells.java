package io.trawl.columns.read;

import java.nio.ByteBuffer;

/** A column that a file does not have, or that is empty: null in every row. */
final class NoCells implements Cells {
    @Override
    public boolean at(int row) {
        return false;
    }

    @Override
    public boolean mayHaveValues() {
        return false;
    }

    @Override
    public long number() {
        throw new IllegalStateException("no value");
    }

    @Override
    public int number(Texts texts) {
        throw new IllegalStateException("no value");
    }

    @Override
    public ByteBuffer bytes() {
        throw new IllegalStateException("no value");
    }

    @Override
    public Object value() {
        throw new IllegalStateException("no value");
    }
}
