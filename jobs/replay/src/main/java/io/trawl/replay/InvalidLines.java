package io.trawl.replay;

import static org.apache.spark.sql.functions.col;

import io.trawl.flow.Rows;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import io.trawl.run.Run;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The invalid records of a window, as its validate left them.
 *
 * @param selected those that are parsed again
 * @param others those that stay as they are
 * @param lines of the selected ones, with all that a parser needs to know of a line
 */
record InvalidLines(JavaRDD<InvalidRecord> selected, JavaRDD<InvalidRecord> others, JavaRDD<RawLine> lines) {

    /** @param validate of the ledger: its outputs are read, and the raw lines that it read */
    static InvalidLines of(Run run, Ledger.Entry validate, Selection selection) {
        Lake lake = run.lake();
        SparkSession spark = run.spark();
        String source = run.source().name();
        long raw = validate.input(LakeTable.RAW_LINES);
        JavaRDD<InvalidRecord> all = lake.read(
                spark, LakeTable.INVALID_RECORDS, source, run.window(), validate.output(LakeTable.INVALID_RECORDS));
        JavaRDD<InvalidRecord> selected = all.filter(selection::takes);
        Dataset<Row> places = Rows.dataset(spark, selected, InvalidRecord.SCHEMA$)
                .select(col("partition").as("of_partition"), col("offset").as("of_offset"));
        // Without the headers: all that a parser needs has a column.
        Dataset<Row> rows =
                lake.rows(spark, LakeTable.RAW_LINES, source, run.window(), raw).drop("headers");
        JavaRDD<RawLine> lines = Rows.records(
                rows.join(
                        places,
                        col("partition")
                                .equalTo(col("of_partition"))
                                .and(col("offset").equalTo(col("of_offset"))),
                        "left_semi"),
                RawLine::new);
        return new InvalidLines(selected, all.filter(record -> !selection.takes(record)), lines);
    }
}
