package io.trawl.maintain;

import io.trawl.base.JobFailure;
import io.trawl.lake.LakeTable;
import io.trawl.run.Jobs;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteManifests;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.actions.RewriteDataFiles;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.actions.SparkActions;
import org.apache.iceberg.types.Conversions;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many small files become few, in one commit a window, and a day or a month of the ledger. A commit that lost to a run of the
 * same window leaves it as it is until the next time.
 */
final class Compaction {
    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
    /** Manifests of a table's newest snapshot that are put in order, when there are so many more than it would have then. */
    private static final int MANIFESTS = 50;

    private final Supplier<SparkSession> spark;
    private final Map<String, String> properties;
    private long rewritten;
    private long lost;

    /** @param spark asked for only when there is something to do */
    Compaction(Supplier<SparkSession> spark, Map<String, String> properties) {
        this.spark = spark;
        this.properties = properties;
    }

    /** Files that are no longer in the tables' newest state, since a bigger one has their rows. */
    long rewritten() {
        return rewritten;
    }

    /** Commits that lost to another one. */
    long lost() {
        return lost;
    }

    /**
     * Windows of a table that have at least so many small files.
     *
     * @param before windows that begin before this
     * @throws JobFailure some could not be compacted; the others are
     */
    void windows(LakeTable<?> name, Table table, Contents contents, Instant before, int files) {
        List<String> failed = new ArrayList<>();
        for (Map.Entry<String, TreeMap<Instant, Integer>> source :
                contents.sources().entrySet()) {
            if (source.getKey().equals(Kept.INDICATORS)) {
                continue;
            }
            for (Map.Entry<Instant, Integer> window :
                    source.getValue().headMap(before).entrySet()) {
                if (window.getValue() < files) {
                    continue;
                }
                Expression which = Expressions.and(
                        Expressions.equal("source", source.getKey()),
                        Expressions.equal("window", Kept.micros(window.getKey())));
                try {
                    rewrite(name, table, which, files);
                } catch (RuntimeException e) {
                    LOG.error("{}: {} of source {} failed", name, window.getKey(), source.getKey(), e);
                    failed.add("window " + window.getKey() + " of source " + source.getKey() + ": " + Jobs.message(e));
                }
            }
        }
        if (!failed.isEmpty()) {
            throw new JobFailure(
                    failed.get(0) + (failed.size() > 1 ? "; and " + (failed.size() - 1) + " more windows" : ""), null);
        }
    }

    /**
     * The ledger: a file for each stage of a day that is over, then one of its month. So whoever asks for a window reads one
     * small file, however old the ledger is.
     */
    void ledger(Table table, Instant now) {
        TreeMap<LocalDate, Map<String, Integer>> days = new TreeMap<>();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        LocalDate open = today.minusDays(1);
        YearMonth month = YearMonth.from(open);
        TreeMap<YearMonth, Map<String, Integer>> months = new TreeMap<>();
        if (table.currentSnapshot() == null) {
            return;
        }
        int window = table.schema().findField("window").fieldId();
        try (CloseableIterable<FileScanTask> files =
                table.newScan().includeColumnStats().planFiles()) {
            for (FileScanTask file : files) {
                var bounds = file.file().lowerBounds();
                var bound = bounds == null ? null : bounds.get(window);
                if (bound == null) {
                    continue;
                }
                long micros = Conversions.<Long>fromByteBuffer(table.schema().findType(window), bound);
                LocalDate day = LocalDate.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
                String partition = file.spec().partitionToPath(file.file().partition());
                if (YearMonth.from(day).isBefore(month)) {
                    months.computeIfAbsent(YearMonth.from(day), one -> new HashMap<>())
                            .merge(partition, 1, Integer::sum);
                } else if (day.isBefore(open)) {
                    days.computeIfAbsent(day, one -> new HashMap<>()).merge(partition, 1, Integer::sum);
                }
            }
        } catch (IOException e) {
            throw new JobFailure(LakeTable.LEDGER + " cannot be read: " + e.getMessage(), e);
        }
        months.forEach((one, files) -> {
            if (several(files)) {
                rewrite(
                        LakeTable.LEDGER,
                        table,
                        between(one.atDay(1), one.plusMonths(1).atDay(1)),
                        2);
            }
        });
        days.forEach((one, files) -> {
            if (several(files)) {
                rewrite(LakeTable.LEDGER, table, between(one, one.plusDays(1)), 2);
            }
        });
    }

    private static boolean several(Map<String, Integer> partitions) {
        return partitions.values().stream().anyMatch(files -> files > 1);
    }

    private static Expression between(LocalDate from, LocalDate until) {
        return Expressions.and(
                Expressions.greaterThanOrEqual("window", micros(from)), Expressions.lessThan("window", micros(until)));
    }

    private static long micros(LocalDate day) {
        return Kept.micros(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    private void rewrite(LakeTable<?> name, Table table, Expression which, int files) {
        RewriteDataFiles action = SparkActions.get(spark.get())
                .rewriteDataFiles(table)
                .binPack()
                .filter(which)
                .option("min-input-files", Integer.toString(files));
        for (Map.Entry<String, String> property : properties.entrySet()) {
            action = action.snapshotProperty(property.getKey(), property.getValue());
        }
        try {
            rewritten += action.execute().rewrittenDataFilesCount();
        } catch (RuntimeException e) {
            if (!isLost(e)) {
                throw e;
            }
            LOG.warn("{}: a run was first with {}; left for the next time ({})", name, which, e.getMessage());
            lost++;
        }
        table.refresh();
    }

    private static boolean isLost(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ValidationException || cause instanceof CommitFailedException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts the manifests of a table in order, by source and month, where it has many.
     *
     * @return whether it did
     */
    boolean manifests(LakeTable<?> name, Table table) {
        Snapshot current = table.currentSnapshot();
        if (current == null || current.dataManifests(table.io()).size() < MANIFESTS) {
            return false;
        }
        PartitionSpec spec = table.spec();
        // Each source and month has a manifest of its own afterwards.
        if (current.dataManifests(table.io()).size() < MANIFESTS + clusters(name, table)) {
            return false;
        }
        RewriteManifests rewrite = table.rewriteManifests().clusterBy(file -> cluster(spec, file.partition()));
        properties.forEach(rewrite::set);
        try {
            rewrite.commit();
        } catch (ValidationException | CommitFailedException e) {
            LOG.warn("{}: a run was first; its manifests stay as they are ({})", name, e.getMessage());
            lost++;
        }
        table.refresh();
        return true;
    }

    private static int clusters(LakeTable<?> name, Table table) {
        Set<String> clusters = new HashSet<>();
        try (CloseableIterable<FileScanTask> files = table.newScan().planFiles()) {
            files.forEach(file -> clusters.add(cluster(file.spec(), file.file().partition())));
        } catch (IOException e) {
            throw new JobFailure(name + " cannot be read: " + e.getMessage(), e);
        }
        return clusters.size();
    }

    private static String cluster(PartitionSpec spec, StructLike partition) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < spec.fields().size(); i++) {
            String field = spec.fields().get(i).name();
            Object value = partition.get(i, Object.class);
            if (field.equals("window")) {
                Instant start = Instant.EPOCH.plus((Long) value, ChronoUnit.MICROS);
                key.append(YearMonth.from(start.atOffset(ZoneOffset.UTC)));
            } else if (!field.equals("sweep")) {
                key.append(value).append('/');
            }
        }
        return key.toString();
    }

    /** How many files have rows for which a condition may hold. */
    static int files(LakeTable<?> name, Table table, Expression which) {
        int count = 0;
        try (CloseableIterable<FileScanTask> files =
                table.newScan().filter(which).planFiles()) {
            for (FileScanTask file : files) {
                count += file.length() > 0 ? 1 : 0;
            }
        } catch (IOException e) {
            throw new JobFailure(name + " cannot be read: " + e.getMessage(), e);
        }
        return count;
    }
}
