package io.trawl.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Load;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.client.Result;

/** What the hot path wrote into a row for one window. */
record HotCell(CellName name, HBaseStore.Place place, String value) {
    static List<HotCell> of(Result row) {
        List<HotCell> cells = new ArrayList<>();
        if (row.isEmpty()) {
            return cells;
        }
        for (Cell cell : row.rawCells()) {
            CellName name = CellName.of(cell);
            if (name.isOf(SweepKind.HOT) && !Load.isTombstone(cell)) {
                cells.add(new HotCell(name, HBaseStore.Place.of(cell.getTimestamp()), value(cell)));
            }
        }
        return cells;
    }

    boolean is(ObjectNode json) {
        return value.equals(json.toString());
    }

    JsonNode json() {
        return read(value);
    }

    /** A detection as a cell has it. */
    static JsonNode read(String json) {
        try {
            return Json.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new JobFailure("table " + HBase.DETECTIONS + " of HBase has a cell that is not JSON: " + json, e);
        }
    }

    static String value(Cell cell) {
        return org.apache.hadoop.hbase.util.Bytes.toString(
                cell.getValueArray(), cell.getValueOffset(), cell.getValueLength());
    }
}
