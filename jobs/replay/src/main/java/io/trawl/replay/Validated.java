package io.trawl.replay;

import io.trawl.base.JobFailure;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Horizon;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.lake.Newest;
import io.trawl.record.InvalidRecord;
import io.trawl.schema.word.Stage;
import io.trawl.steps.HeaderLines;
import java.io.IOException;
import java.util.List;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * A window that was validated, and what stands in the way of a replay of it.
 *
 * @param entry that counts of validate, when this was read
 */
record Validated(Ledger ledger, State state, String source, Window window, Ledger.Entry entry) {
    static Validated of(Ledger ledger, State state, String source, Window window) {
        return new Validated(ledger, state, source, window, ledger.require(source, Stage.VALIDATE, window));
    }

    /** Whether it has no invalid record. */
    boolean isEmpty() {
        return lake().isEmpty(LakeTable.INVALID_RECORDS, source, window, entry.output(LakeTable.INVALID_RECORDS));
    }

    /** Whether one of its invalid records is selected. */
    boolean any(Selection selection) throws IOException {
        try (CloseableIterable<InvalidRecord> records = lake().records(
                        LakeTable.INVALID_RECORDS,
                        source,
                        window,
                        entry.output(LakeTable.INVALID_RECORDS),
                        Expressions.alwaysTrue())) {
            for (InvalidRecord record : records) {
                if (selection.takes(record)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * That it was validated from other lines than it has now, or by a version of Trawl whose records do not have all that a parser
     * needs: it is to be validated again, as a whole. Null where not.
     */
    @Nullable
    String stale() {
        if (!HeaderLines.areKept(entry)) {
            return "window " + window + " of source " + source + ": run " + entry.runId()
                    + " of validate was of an older version of Trawl, which did not keep with an invalid line what names its"
                    + " columns: rerun validate (with --formats latest if the formats have changed since), then replay";
        }
        long now = ledger.require(source, Stage.INGEST, window).output(LakeTable.RAW_LINES);
        long read = entry.input(LakeTable.RAW_LINES);
        return now == read
                ? null
                : "window " + window + " of source " + source + ": validate was made from snapshot " + read
                        + " of lake.raw_lines, which is no longer the current one (" + now
                        + "): rerun validate, then replay";
    }

    /** That it can no longer be rerun; null if it can. */
    @Nullable
    String gone() throws IOException {
        return Horizon.why(Horizon.of(state), ledger, source, window);
    }

    /** Refuses a window that is {@link #stale} or {@link #gone}. */
    void requireReplayable() throws IOException {
        String gone = gone();
        if (gone != null) {
            throw new IllegalArgumentException(gone);
        }
        String stale = stale();
        if (stale != null) {
            throw new JobFailure(stale, null);
        }
    }

    /**
     * Whether the newest state of a table has the window otherwise than the ledger names it, since a run died before its entry.
     * A window that can no longer be rerun stays as it is.
     */
    boolean isLeft() throws IOException {
        for (LakeTable<?> table : List.of(LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS)) {
            if (!Newest.is(lake(), table, source, window, entry.output(table))) {
                return stale() == null && gone() == null;
            }
        }
        return false;
    }

    /** Another run of the window may have been recorded since this was read: its result must not be lost. */
    void requireSame() {
        Ledger.Entry now = ledger.require(source, Stage.VALIDATE, window);
        if (now.sequence() != entry.sequence() || !now.runId().equals(entry.runId())) {
            throw new JobFailure(
                    "window " + window + " of source " + source + ": run " + now.runId()
                            + " of validate was recorded while this one ran; nothing of this run was applied, run it again",
                    null);
        }
    }

    private Lake lake() {
        return ledger.lake();
    }
}
