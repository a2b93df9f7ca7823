package io.trawl.validate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import io.trawl.columns.read.Block;
import io.trawl.copies.EarlierCopies;
import io.trawl.flow.Rows;
import io.trawl.record.RawLine;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Lines that came more than once, by identity: Flume sends a line again after a crash or a rename. Of those in a window the
 * one with the lowest partition and offset is the line, the others are copies; if a window before has it, too, all are.
 */
final class Copies {
    private final Dataset<Row> lines;
    private final JavaRDD<RawLine> records;
    private final Dataset<Row> repeated;
    private final long within;
    private final EarlierCopies earlier;

    private Copies(
            Dataset<Row> lines, JavaRDD<RawLine> records, Dataset<Row> repeated, long within, EarlierCopies earlier) {
        this.lines = lines;
        this.records = records;
        this.repeated = repeated;
        this.within = within;
        this.earlier = earlier;
    }

    /**
     * @param lines rows of raw_lines, one window
     * @param ids the same by column, with event_id
     * @param records the same as records
     * @param earlier those of them that windows before have, too
     */
    static Copies in(Dataset<Row> lines, JavaRDD<Block<RawLine>> ids, JavaRDD<RawLine> records, EarlierCopies earlier) {
        // Copies are rare: first only 8 bytes a line are compared, then the identities of the few that met.
        JavaRDD<Long> hashes = Repeated.in(ids);
        Dataset<Row> suspects = lines.sparkSession()
                .createDataset(hashes.rdd(), Encoders.LONG())
                .toDF("hash")
                .cache();
        if (suspects.isEmpty()) {
            return new Copies(lines, records, suspects, 0, earlier);
        }
        Dataset<Row> repeated = lines.select(
                        col("event_id"),
                        col("partition"),
                        col("offset"),
                        xxhash64(col("event_id")).as("hash"))
                .join(suspects, "hash")
                .groupBy("event_id")
                .agg(
                        sum(lit(1L)).as("times"),
                        min(struct(col("partition"), col("offset"))).as("kept"))
                .where("times > 1")
                .cache();
        Row total = repeated.agg(sum(col("times").minus(1))).first();
        return new Copies(lines, records, repeated, total.isNullAt(0) ? 0 : total.getLong(0), earlier);
    }

    /** How many copies there are. */
    long count() {
        return within + earlier.count();
    }

    /** Those of them that an earlier window has. */
    EarlierCopies earlier() {
        return earlier;
    }

    /** The lines, each once, without those that an earlier window has. */
    JavaRDD<RawLine> without() {
        if (count() == 0) {
            return records;
        }
        return Rows.records(earlier.without(within == 0 ? lines : once()), RawLine::new);
    }

    private Dataset<Row> once() {
        Dataset<Row> kept = repeated.select(col("event_id").as("repeated_id"), col("kept"));
        return lines.join(kept, col("event_id").equalTo(col("repeated_id")), "left")
                .where("kept is null or (kept.partition = partition and kept.offset = offset)")
                .drop("repeated_id", "kept");
    }
}
