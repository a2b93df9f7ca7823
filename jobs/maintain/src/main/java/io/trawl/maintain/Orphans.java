package io.trawl.maintain;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.iceberg.Table;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.spark.sql.SparkSession;

/** Files in a table's folder that no snapshot names: those of tasks and jobs that were killed. */
final class Orphans {
    /** What a Hadoop catalog left that was moved: the newest of these keeps forgotten writers out. */
    private static final Pattern MOVED = Pattern.compile(".*/(v[0-9]+(\\.gz)?\\.metadata\\.json|version-hint\\.text)");

    private Orphans() {}

    /**
     * Deletes them.
     *
     * @param before those that were written before this: younger ones may be about to be committed
     * @return how many
     */
    static long delete(SparkSession spark, Table table, Instant before) {
        AtomicLong deleted = new AtomicLong();
        SparkActions.get(spark)
                .deleteOrphanFiles(table)
                .olderThan(before.toEpochMilli())
                .deleteWith(file -> {
                    if (!MOVED.matcher(file).matches()) {
                        table.io().deleteFile(file);
                        deleted.incrementAndGet();
                    }
                })
                .execute();
        return deleted.get();
    }
}
