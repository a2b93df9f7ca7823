package io.trawl.maintain;

import io.trawl.base.JobFailure;
import io.trawl.lake.LakeTable;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.PropertyUtil;

/** Which windows a table has now, and how many small files each of them has; read from metadata alone. */
final class Contents {
    private final Map<String, TreeMap<Instant, Integer>> sources = new TreeMap<>();

    private Contents() {}

    static Contents of(LakeTable<?> name, Table table) {
        Contents contents = new Contents();
        if (table.currentSnapshot() == null) {
            return contents;
        }
        // What Iceberg takes for too small.
        long small = PropertyUtil.propertyAsLong(
                        table.properties(),
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                        TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT)
                / 4
                * 3;
        Map<List<Object>, Integer> partitions = new HashMap<>();
        try (CloseableIterable<FileScanTask> files = table.newScan().planFiles()) {
            for (FileScanTask file : files) {
                StructLike partition = file.file().partition();
                String source = value(file.spec(), partition, "source").toString();
                Instant window = Instant.EPOCH.plusNanos(
                        Math.multiplyExact((Long) value(file.spec(), partition, "window"), 1_000L));
                boolean counts = file.length() < small;
                int here = partitions.merge(
                        List.of(file.spec().specId(), file.spec().partitionToPath(partition)),
                        counts ? 1 : 0,
                        Integer::sum);
                // Files of different partitions of a window do not become one.
                contents.sources.computeIfAbsent(source, one -> new TreeMap<>()).merge(window, here, Math::max);
            }
        } catch (IOException e) {
            throw new JobFailure(name + " cannot be read: " + e.getMessage(), e);
        }
        return contents;
    }

    /** A file's value of a field that its table is partitioned by. */
    static Object value(PartitionSpec spec, StructLike partition, String field) {
        List<PartitionField> fields = spec.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(field)) {
                return partition.get(i, Object.class);
            }
        }
        throw new IllegalStateException("no partition " + field + " in " + spec);
    }

    /** Small files of the windows of each source, by start. */
    Map<String, TreeMap<Instant, Integer>> sources() {
        return sources;
    }
}
