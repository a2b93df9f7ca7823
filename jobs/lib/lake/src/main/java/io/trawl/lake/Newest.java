package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Window;
import java.io.IOException;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** Whether the newest state of a table has a window as a snapshot has it; asks the table's metadata alone. */
public final class Newest {
    private Newest() {}

    /**
     * @return false also where it cannot be told
     */
    public static boolean is(Lake lake, LakeTable<?> table, String source, Window window, long snapshot) {
        Lake.Commit newest = lake.newest(table, source, window);
        Long current = lake.snapshot(table);
        if (newest == null || newest.snapshot() != snapshot || current == null) {
            return false;
        }
        // Retention deletes rows in the name of no window.
        Table loaded = lake.table(table);
        return rows(loaded, table, source, window, snapshot) == rows(loaded, table, source, window, current);
    }

    private static long rows(Table loaded, LakeTable<?> table, String source, Window window, long snapshot) {
        long rows = 0;
        try (CloseableIterable<FileScanTask> files = loaded.newScan()
                .useSnapshot(snapshot)
                .filter(Lake.of(source, window))
                .planFiles()) {
            for (FileScanTask file : files) {
                rows += file.file().recordCount();
            }
        } catch (IOException e) {
            throw new JobFailure(table + " cannot be read: " + e.getMessage(), e);
        }
        return rows;
    }
}
