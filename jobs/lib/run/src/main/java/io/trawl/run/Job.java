package io.trawl.run;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.schema.word.Stage;
import java.time.Instant;
import java.util.List;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** One job: what a main class hands to {@link Jobs}. Fields with picocli's {@code @Option} are options of its own. */
public interface Job {
    /** Name of the job and of its stage in the ledger, as validate. */
    String name();

    /** The stage that a run of it is in the ledger. Default: one of its own name. */
    default Stage stage() {
        return new Stage(name());
    }

    /** What it does, one sentence for --help. */
    String purpose();

    /** Whether it works on the windows of a source; else it runs once, without them. */
    default boolean windowed() {
        return true;
    }

    /**
     * Where --window is not given: it works on all windows from the one that holds this instant to the newest closed one of
     * which its stage was done, as the ledger says.
     * Default: null, --window must be given.
     */
    default @Nullable Instant since() {
        return null;
    }

    /** Whether it works on a source: --source is asked for then. */
    default boolean sourced() {
        return windowed();
    }

    /**
     * The tables that it reads of its window. The runner requires that their stages were done, before {@link #run}, and notes
     * what {@link Run#reading} gives out as inputs in the ledger.
     */
    default List<Reads> reads() {
        return List.of();
    }

    /**
     * The tables in which it replaces rows. The runner takes their snapshots before anything is read, so that a commit is
     * refused if another run was faster, and notes each commit as an output in the ledger.
     */
    default List<LakeTable<?>> writes() {
        return List.of();
    }

    /** The tables of its window that it looks at without making its result of them: no inputs in the ledger. */
    default List<LakeTable<?>> inspects() {
        return List.of();
    }

    /** Whether the runner writes a run that succeeded into the ledger. Default: if it reads or writes tables. */
    default boolean recorded() {
        return !reads().isEmpty() || !writes().isEmpty();
    }

    /** Asks Spark for what this job alone needs, before the session starts. */
    default void configure(SparkConf conf, Settings settings) {}

    /**
     * Whether it needs a window's earlier results, which maintenance deletes after some days; it is refused then. A job that
     * reads the newest result alone does not.
     */
    default boolean needsHistory() {
        return true;
    }

    /** Checks the job's own options and the settings it needs, before Spark starts. */
    default void check(Settings settings) {}

    /** Checks what it needs of its source, before Spark starts. */
    default void check(LogSource source) {}

    /** Looks at all its windows before the first of them is begun; whatever it throws ends the job. */
    default void before(LogSource source, List<Window> windows, Lake lake, State state) throws Exception {}

    /** Does the work: for one window, or once. */
    void run(Run run) throws Exception;

    /** Called when the run is in the ledger, while its Spark still runs. */
    default void afterwards(Run run) throws Exception {}

    /** Called when all is done and the report is written, however the job ended. */
    default void ended() {}
}
