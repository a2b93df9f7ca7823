package io.trawl.hbase;

import io.trawl.base.Window;
import io.trawl.schema.word.SweepKind;
import java.io.Serializable;
import org.apache.hadoop.hbase.Cell;

/**
 * One load of one result of a window: how its cells are named and stamped. Stamps are no times. They order results, and
 * are beyond any clock, so that what is deleted by the clock (the shell's {@code deleteall}) hides no cell of a load.
 *
 * @param sequence orders the results of a window: that of enrich's commit
 * @param attempt how often this result was loaded before
 */
public record Load(CellName name, long sequence, int attempt) implements Serializable {
    /** The value of a cell that says: nothing is here. No other cell has a value of this one byte. */
    static final byte[] TOMBSTONE = {0};

    private static final int ATTEMPT_BITS = 12;
    /** Attempts that have stamps of their own. */
    public static final int ATTEMPTS = 1 << ATTEMPT_BITS;
    /** In milliseconds the year 37648; the hot path's stamps are higher still. */
    private static final long FIRST = 1L << 50;

    /** A load of a result of the batch path. */
    public static Load batch(String source, Window window, long sequence, int attempt) {
        return new Load(new CellName(SweepKind.BATCH, window, source), sequence, attempt);
    }

    /** Of a result's stamps those of its tombstones are lower: they hide older results, and never its own cells. */
    long tombstone() {
        return FIRST + (sequence << 1 + ATTEMPT_BITS) + Math.min(attempt, ATTEMPTS - 1);
    }

    /** Of the cells. */
    public long stamp() {
        return tombstone() + ATTEMPTS;
    }

    /** The sequence of the result that a cell belongs to. */
    public static long sequence(Cell cell) {
        return cell.getTimestamp() - FIRST >> 1 + ATTEMPT_BITS;
    }

    /** Whether a cell says that nothing is there. */
    public static boolean isTombstone(Cell cell) {
        return cell.getValueLength() == TOMBSTONE.length && cell.getValueArray()[cell.getValueOffset()] == TOMBSTONE[0];
    }
}
