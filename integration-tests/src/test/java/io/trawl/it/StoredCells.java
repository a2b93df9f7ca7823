package io.trawl.it;

import io.trawl.base.Settings;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.Load;
import io.trawl.stack.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.CompactionState;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/** An HBase table by its cells, as the region servers keep them. */
record StoredCells(Settings settings, String name) {
    private static final String DONE = "done";
    /** For longer than the master takes to hear of a compaction. */
    private static final Duration NEWS = Duration.ofSeconds(15);

    /** Those that count, of all rows: no tombstones. */
    List<Cell> live(Predicate<CellName> which) throws IOException {
        List<Cell> cells = new ArrayList<>();
        try (Table table = table();
                ResultScanner rows = table.getScanner(new Scan())) {
            for (Result row : rows) {
                for (Cell cell : row.rawCells()) {
                    if (!Load.isTombstone(cell) && which.test(nameOf(cell))) {
                        cells.add(cell);
                    }
                }
            }
        }
        return cells;
    }

    static CellName nameOf(Cell cell) {
        String name = Bytes.toString(CellUtil.cloneQualifier(cell));
        int chunk = name.indexOf('#');
        return CellName.parse(chunk < 0 ? name : name.substring(0, chunk));
    }

    /** What kind of row a cell is in: a letter. */
    static char kindOf(Cell cell) {
        return (char) CellUtil.cloneRow(cell)[1];
    }

    /** Puts cells with the stamps that they had, as a load does that was stalled since. */
    void putAgain(List<Cell> cells) throws IOException {
        try (Table table = table()) {
            for (Cell cell : cells) {
                table.put(new Put(CellUtil.cloneRow(cell), cell.getTimestamp())
                        .addColumn(
                                CellUtil.cloneFamily(cell), CellUtil.cloneQualifier(cell), CellUtil.cloneValue(cell)));
            }
        }
    }

    /** Flushes the table, compacts all of it, and waits until that is done. */
    void compact() throws Exception {
        TableName table = TableName.valueOf(name);
        try (Admin admin = HBase.connection(settings).getAdmin()) {
            admin.flush(table);
            Instant before = Instant.now();
            AtomicReference<Instant> asked = new AtomicReference<>(Instant.EPOCH);
            Await.until(
                    "a major compaction of " + name,
                    () -> {
                        if (admin.getCompactionState(table) != CompactionState.NONE) {
                            return "under way";
                        }
                        long left = regionsBefore(admin, before);
                        if (asked.get().isAfter(before) && left == 0) {
                            return DONE;
                        }
                        // A store that was just being compacted passes over what it is asked for; and news takes
                        // seconds.
                        if (asked.get().plus(NEWS).isBefore(Instant.now())) {
                            asked.set(Instant.now());
                            admin.majorCompact(table);
                        }
                        return left + " regions left, asked for at " + asked.get();
                    },
                    DONE::equals);
        }
    }

    /** Regions whose last major compaction was before a time; one without files has none. */
    private long regionsBefore(Admin admin, Instant time) throws IOException {
        long regions = 0;
        for (RegionInfo region : admin.getRegions(TableName.valueOf(name))) {
            long at = admin.getLastMajorCompactionTimestampForRegion(region.getRegionName());
            regions += at != 0 && at < time.toEpochMilli() ? 1 : 0;
        }
        return regions;
    }

    private Table table() throws IOException {
        return HBase.connection(settings).getTable(TableName.valueOf(name));
    }
}
