package io.trawl.it;

import io.trawl.etl.CellName;
import io.trawl.etl.HBase;
import io.trawl.etl.Load;
import io.trawl.etl.Settings;
import io.trawl.stack.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/** An HBase table by its cells, as the region servers keep them. */
record StoredCells(Settings settings, String name) {
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
            long before = System.currentTimeMillis();
            admin.majorCompact(table);
            Await.until(
                    "a major compaction of " + name,
                    () -> {
                        int left = 0;
                        for (RegionInfo region : admin.getRegions(table)) {
                            long at = admin.getLastMajorCompactionTimestampForRegion(region.getRegionName());
                            // A region without files has none.
                            left += at != 0 && at < before ? 1 : 0;
                        }
                        return left;
                    },
                    left -> left == 0);
        }
    }

    private Table table() throws IOException {
        return HBase.connection(settings).getTable(TableName.valueOf(name));
    }
}
