package io.trawl.audit;

import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether who reads a table's newest snapshot, as most queries do, finds the result that the ledger names. A run of two
 * commits that dies between them leaves the first one there, with rows that no ledger entry stands for.
 */
final class Heads {
    private final Run run;
    private final List<String> problems;

    Heads(Run run, List<String> problems) {
        this.run = run;
        this.problems = problems;
    }

    /** Looks at the tables that a stage writes. */
    void compare(Stage stage, Ledger.Entry entry, LakeTable<?>... tables) {
        for (LakeTable<?> table : tables) {
            long named = entry.output(table);
            Lake.@Nullable Commit newest = run.lake().newest(table, run.source().name(), run.window());
            if (newest != null && newest.snapshot() != named) {
                problems.add(table + " has a result of the window that the ledger does not name: snapshot "
                        + newest.snapshot() + " of run " + newest.run() + ", where the ledger names snapshot " + named
                        + ": rerun " + stage + " and what follows it");
            }
        }
    }
}
