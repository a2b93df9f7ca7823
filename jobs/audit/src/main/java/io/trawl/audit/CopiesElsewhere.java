package io.trawl.audit;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import io.trawl.base.Settings;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a window that a window before it has too, and whose file is not known: validate drops such a line again if its file
 * is known ({@link io.trawl.copies.EarlierCopies}), but of two files that an agent does not tell apart, different lines may have
 * one identity. Each is in the lake under both windows and is one row in HBase.
 *
 * <p>Only windows before this one are looked at, so a line is counted where it came again and not also where it came
 * first, and an audit that runs again gives the same figure: over all windows, raw - copies - copies_elsewhere is the
 * number of different lines.
 */
final class CopiesElsewhere {
    private static final String LOOKBACK = "audit.copies.lookback";

    private CopiesElsewhere() {}

    /** How far to look back. */
    static Duration lookback(Settings settings) {
        Duration lookback = settings.duration(LOOKBACK);
        if (lookback.isNegative() || lookback.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "setting " + LOOKBACK + " = " + lookback + ": expected PT0S (not at all) to P1D, for example PT1H");
        }
        return lookback;
    }

    /**
     * Counts and notes them.
     *
     * @param lines the window's rows of raw_lines; null if there are none
     * @param unplaced how many of them are of no known file
     */
    static void count(Run run, @Nullable Dataset<Row> lines, long unplaced) {
        Duration lookback = lookback(run.settings());
        if (lines == null || unplaced == 0) {
            run.count("copies_elsewhere", 0);
            return;
        }
        Instant start = run.window().start();
        SortedMap<Instant, Ledger.Entry> before =
                run.ledger().current(run.source().name(), Stage.INGEST, start.minus(lookback), start);
        long copies = before.isEmpty() ? 0 : copies(run, lines, before);
        run.count("copies_elsewhere", copies);
        if (copies > 0) {
            run.note(copies + " lines of no known file came again: windows of the " + lookback
                    + " before have them too (one row each in HBase; no problem)");
        }
        Duration unknown = notIngested(run, before);
        if (unknown.toMillis() > 0) {
            run.note("of the earlier windows, " + unknown
                    + " is not ingested yet: an audit that runs after that counts its lines that came again");
        }
    }

    private static long copies(Run run, Dataset<Row> lines, Map<Instant, Ledger.Entry> before) {
        TreeMap<Instant, Long> snapshots = new TreeMap<>();
        before.forEach((window, entry) -> snapshots.put(window, entry.output(LakeTable.RAW_LINES)));
        Dataset<Row> earlier =
                run.lake().rows(run.spark(), LakeTable.RAW_LINES, run.source().name(), snapshots);
        // A hash of 8 bytes instead of 32 letters: of 100 million lines against as many, one audit in 1,800 counts one
        // too
        // many. No hint at how to join: Spark broadcasts what is small, and sorts, which can spill, what is not.
        return keys(lines.where("host is not null and file_offset is not null and coalesce(generation, '') in ('', '"
                        + ProxyFile.UNKNOWN + "')"))
                .distinct()
                .join(keys(earlier), "key", "left_semi")
                .count();
    }

    private static Dataset<Row> keys(Dataset<Row> lines) {
        return lines.select(xxhash64(col("event_id")).as("key"));
    }

    /** How much of the time between the first window known and this one no window covers. */
    private static Duration notIngested(Run run, SortedMap<Instant, Ledger.Entry> before) {
        Duration covered = Duration.ZERO;
        for (Ledger.Entry entry : before.values()) {
            covered = covered.plus(Duration.between(entry.window(), entry.windowEnd()));
        }
        return before.isEmpty()
                ? Duration.ZERO
                : Duration.between(before.firstKey(), run.window().start()).minus(covered);
    }
}
