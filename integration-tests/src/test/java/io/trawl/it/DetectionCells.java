package io.trawl.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.Load;
import java.io.IOException;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

/** The detections in HBase's main rows, read without Trawl's own reader: a cell of each path that has the detection. */
final class DetectionCells {
    /** What a test does with a cell. */
    interface Look {
        void at(CellName name, JsonNode detection) throws IOException;
    }

    private DetectionCells() {}

    /** Shows every cell of every source. */
    static void each(Settings settings, Look look) throws IOException {
        try (Table open = HBase.connection(settings).getTable(TableName.valueOf("detections"));
                ResultScanner rows = open.getScanner(new Scan())) {
            for (Result row : rows) {
                // Index rows have other letters, and empty cells.
                if (row.getRow()[1] != 'T') {
                    continue;
                }
                for (Cell cell : row.listCells()) {
                    if (!Load.isTombstone(cell)) {
                        look.at(
                                CellName.parse(Bytes.toString(CellUtil.cloneQualifier(cell))),
                                Json.MAPPER.readTree(CellUtil.cloneValue(cell)));
                    }
                }
            }
        }
    }
}
