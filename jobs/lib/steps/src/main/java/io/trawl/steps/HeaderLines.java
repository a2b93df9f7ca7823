package io.trawl.steps;

import io.trawl.lake.Ledger;
import io.trawl.run.Run;

/**
 * Whether invalid records have all that a parser needs to know of their lines. Those of older versions of Trawl lack the line of
 * their file that names the columns, and do not say whether there was one.
 */
public final class HeaderLines {
    private static final String INVALID_RECORDS = "invalid_records";
    private static final String KEPT = "with header_line";

    private HeaderLines() {}

    /** Takes note for the ledger that all invalid records of a run's window have theirs. */
    public static void note(Run run) {
        run.version(INVALID_RECORDS, KEPT);
    }

    /** Whether all that an entry of validate wrote have theirs. */
    public static boolean areKept(Ledger.Entry validate) {
        return KEPT.equals(validate.versions().get(INVALID_RECORDS));
    }
}
