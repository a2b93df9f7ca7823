package io.trawl.hbase;

import io.trawl.base.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.KeyOnlyFilter;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Cells that leave HBase's tables: those of old windows, and tombstones that hide nothing which could still come. A table is
 * read whole, its keys only, since rows are not ordered by window.
 */
public final class HBaseRetention {
    private static final int BATCH = 1_000;
    /** Names of cells whose verdict is kept: 20 MB. */
    private static final int NAMES = 100_000;

    private HBaseRetention() {}

    /**
     * What was deleted.
     *
     * @param expired cells of old windows
     * @param tombstones those of younger windows
     */
    public record Counts(long expired, long tombstones) {}

    /**
     * Deletes cells of a table; nothing if there is no such table.
     *
     * @param expired whether a cell's window is too old
     * @param settled whether no load of a cell's window can still run
     */
    public static Counts apply(
            Settings settings, String table, Predicate<CellName> expired, Predicate<CellName> settled) {
        TableName name = TableName.valueOf(table);
        try (Admin admin = HBase.connection(settings).getAdmin()) {
            if (!admin.tableExists(name)) {
                return new Counts(0, 0);
            }
            HBase.salts(settings, table);
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        // Of a value only the length is sent.
        Scan scan =
                new Scan().setFilter(new KeyOnlyFilter(true)).setCaching(BATCH).setBatch(BATCH);
        scan.setCacheBlocks(false);
        try (Table open = HBase.connection(settings).getTable(name);
                ResultScanner rows = open.getScanner(scan)) {
            return delete(rows, open::delete, expired, settled);
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    /** Takes deletes of cells; it may change the list. */
    interface Deletion {
        void apply(List<Delete> deletes) throws IOException;
    }

    /**
     * Deletes cells of rows.
     *
     * @throws IOException the rows cannot be read or the cells not be deleted
     */
    static Counts delete(
            Iterable<Result> rows, Deletion deletion, Predicate<CellName> expired, Predicate<CellName> settled)
            throws IOException {
        long old = 0;
        long tombstones = 0;
        Map<ByteBuffer, Verdict> verdicts = new HashMap<>();
        List<Delete> deletes = new ArrayList<>();
        try {
            for (Result row : rows) {
                Delete delete = new Delete(row.getRow());
                for (Cell cell : row.rawCells()) {
                    Verdict verdict = verdict(verdicts, cell, expired, settled);
                    boolean isOld = verdict.expired();
                    if (isOld || verdict.settled() && length(cell) == Load.TOMBSTONE.length) {
                        // With its own stamp: what is newer stays, and what it hides goes with it.
                        delete.addColumns(
                                CellUtil.cloneFamily(cell), CellUtil.cloneQualifier(cell), cell.getTimestamp());
                        old += isOld ? 1 : 0;
                        tombstones += isOld ? 0 : 1;
                    }
                }
                if (!delete.isEmpty()) {
                    deletes.add(delete);
                }
                if (deletes.size() == BATCH) {
                    deletion.apply(deletes);
                    deletes.clear();
                }
            }
        } catch (UncheckedIOException e) {
            // Of the scanner, whose iterator can throw no other.
            throw e.getCause();
        }
        deletion.apply(deletes);
        return new Counts(old, tombstones);
    }

    /** What becomes of the cells of a name. */
    private record Verdict(boolean expired, boolean settled) {}

    /** A table has a billion cells and few names of cells. */
    private static Verdict verdict(
            Map<ByteBuffer, Verdict> known, Cell cell, Predicate<CellName> expired, Predicate<CellName> settled) {
        ByteBuffer name =
                ByteBuffer.wrap(cell.getQualifierArray(), cell.getQualifierOffset(), cell.getQualifierLength());
        Verdict verdict = known.get(name);
        if (verdict == null) {
            CellName of = name(cell);
            verdict = of == null ? new Verdict(false, false) : new Verdict(expired.test(of), settled.test(of));
            if (known.size() >= NAMES) {
                known.clear();
            }
            known.put(ByteBuffer.wrap(CellUtil.cloneQualifier(cell)), verdict);
        }
        return verdict;
    }

    private static int length(Cell cell) {
        return Bytes.toInt(cell.getValueArray(), cell.getValueOffset(), cell.getValueLength());
    }

    /** What a cell is called; null for one that Trawl has not put. */
    static @Nullable CellName name(Cell cell) {
        String text = new String(
                cell.getQualifierArray(), cell.getQualifierOffset(), cell.getQualifierLength(), StandardCharsets.UTF_8);
        int number = text.lastIndexOf('#');
        try {
            return CellName.parse(number < 0 ? text : text.substring(0, number));
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            return null;
        }
    }
}
