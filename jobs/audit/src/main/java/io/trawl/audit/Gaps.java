package io.trawl.audit;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.trawl.lake.LakeTable;
import io.trawl.run.Run;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** The bytes of proxies' logs that a window lacks, and whether another window has them. */
final class Gaps {
    private static final int NAMED = 5;

    private final List<String> problems;
    private final List<String> notes;
    private final List<Gap> gaps = new ArrayList<>();

    /** Bytes [from, until) of a file that this window lacks. */
    private record Gap(LogFile file, long from, long until) {}

    /** @param problems takes what never came, {@code notes} what another window has */
    Gaps(List<String> problems, List<String> notes) {
        this.problems = problems;
        this.notes = notes;
    }

    /** Bytes [from, until) of a file. */
    void add(LogFile file, long from, long until) {
        gaps.add(new Gap(file, from, until));
    }

    /** Bytes of the line in its file, without its line end; of a line that the agent cut, what it had. */
    static Column length() {
        return expr("coalesce(oversize, cast(octet_length(body) as bigint))");
    }

    /** Adds the gaps inside a window. */
    void addWithin(Dataset<Row> placed, LogFile file) {
        List<Row> within = placed.where(col("host")
                        .equalTo(file.host())
                        .and(col("log").equalTo(file.log()))
                        .and(col("generation").equalTo(file.generation())))
                .select(
                        expr("begin + length + 1").as("end"),
                        functions.lead("begin", 1).over(Window.orderBy("begin")).as("next"))
                // A line that ends in CR LF has one byte more than its text and a line feed.
                .where("next > end + 1")
                .orderBy("end")
                .collectAsList();
        for (Row gap : within.subList(0, Math.min(within.size(), NAMED))) {
            gaps.add(new Gap(file, gap.getLong(0), gap.getLong(1)));
        }
        if (within.size() > NAMED) {
            problems.add("log " + file + " has " + (within.size() - NAMED) + " more gaps");
        }
    }

    /**
     * Judges the bytes that this window lacks: lost, unless another window has them, where they came late or early. All gaps
     * are looked for in one pass over the windows of two days.
     */
    void judge(Run run) {
        if (gaps.isEmpty()) {
            return;
        }
        List<Row> ranges = new ArrayList<>();
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            LogFile file = gap.file();
            ranges.add(RowFactory.create(i, file.host(), file.log(), file.generation(), gap.from(), gap.until()));
        }
        Dataset<Row> lacked = run.spark()
                .createDataFrame(
                        ranges,
                        StructType.fromDDL(
                                "gap int, of_host string, of_log string, of_generation string, begin bigint, end bigint"));
        long snapshot = Objects.requireNonNull(run.lake().snapshot(LakeTable.RAW_LINES));
        Map<Integer, Row> found = new HashMap<>();
        run.lake()
                .rows(run.spark(), LakeTable.RAW_LINES, snapshot)
                .where(col("source")
                        .equalTo(run.source().name())
                        .and(col("window")
                                .between(
                                        lit(Timestamp.from(run.window().start().minus(Duration.ofDays(1)))),
                                        lit(Timestamp.from(run.window().end().plus(Duration.ofDays(1)))))))
                .join(
                        functions.broadcast(lacked),
                        expr(
                                "host = of_host and coalesce(log, '') = of_log and file_offset >= begin and file_offset < end"
                                        + " and coalesce(generation, '') in (of_generation, '" + LogFile.UNKNOWN
                                        + "')"))
                .groupBy("gap", "event_id")
                .agg(
                        first(length()).as("length"),
                        first(expr("coalesce(generation, '') <> '" + LogFile.UNKNOWN + "'"))
                                .as("own"))
                .groupBy("gap")
                .agg(
                        sum(expr("if(own, length + 1, 0)")),
                        functions.count_if(col("own")),
                        functions.count_if(functions.not(col("own"))))
                .collectAsList()
                .forEach(row -> found.put(row.getInt(0), row));
        for (int i = 0; i < gaps.size(); i++) {
            Row row = found.get(i);
            judge(
                    gaps.get(i),
                    row == null ? 0 : row.getLong(1),
                    row == null ? 0 : row.getLong(2),
                    row == null ? 0 : row.getLong(3));
        }
    }

    /**
     * @param bytes bytes of the gap that other windows have
     * @param lines lines that they are of, each of which may have a byte more, where lines end in CR LF
     * @param unknown lines there whose file nobody knows
     */
    private void judge(Gap gap, long bytes, long lines, long unknown) {
        long lacking = gap.until() - gap.from() - bytes;
        String text = "bytes " + gap.from() + " to " + (gap.until() - 1) + " of log " + gap.file();
        if (lacking > lines) {
            problems.add(text + " never came (" + lacking + " bytes)"
                    + (unknown > 0
                            ? ", unless they are among the lines of generation unknown there (" + unknown + ")"
                            : ""));
        } else {
            notes.add(text + " are in another window");
        }
    }
}
