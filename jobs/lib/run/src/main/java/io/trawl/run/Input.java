package io.trawl.run;

import io.trawl.columns.read.Block;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The rows of a run's window in a table, as the stage before left them.
 *
 * @param <T> the table's record
 */
public final class Input<T extends SpecificRecord> {
    private final Run run;
    private final LakeTable<T> table;
    private final Ledger.Entry entry;

    Input(Run run, LakeTable<T> table, Ledger.Entry entry) {
        this.run = run;
        this.table = table;
        this.entry = entry;
    }

    /** What the ledger says of the stage that wrote them. */
    public Ledger.Entry entry() {
        return entry;
    }

    /** The table's snapshot that is read. */
    public long snapshot() {
        return entry.output(table);
    }

    /** Whether there is no row; asks the table's metadata, not Spark. */
    public boolean isEmpty() {
        return run.lake().isEmpty(table, run.source().name(), run.window(), snapshot());
    }

    /** See {@link Lake#rows}. */
    public Dataset<Row> rows() {
        return run.lake().rows(run.spark(), table, run.source().name(), run.window(), snapshot());
    }

    /** See {@link Lake#read}. */
    public JavaRDD<T> records(String... fields) {
        return run.lake().read(run.spark(), table, run.source().name(), run.window(), snapshot(), fields);
    }

    /** See {@link Lake#blocks}. */
    public JavaRDD<Block<T>> blocks(String... fields) {
        return run.lake().blocks(run.spark(), table, run.source().name(), run.window(), snapshot(), fields);
    }
}
