package io.trawl.sweep;

import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/** What a lake holds, as a query reads it. */
final class LakeRows {
    /** Every table but the ledger, which has a row for each run. */
    static final List<LakeTable<?>> TABLES = List.of(
            LakeTable.RAW_LINES,
            LakeTable.PROXY_EVENTS,
            LakeTable.INVALID_RECORDS,
            LakeTable.DETECTIONS,
            LakeTable.OBSERVABLES,
            LakeTable.INDICATORS);

    /** Read once: its files are many. */
    static final Configuration HADOOP = new Configuration();

    private LakeRows() {}

    /** Every row of each of these tables, as text. */
    static Map<String, List<String>> of(Settings settings) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        try (Lake open = Lake.open(settings, HADOOP)) {
            for (LakeTable<?> table : TABLES) {
                List<String> all = new ArrayList<>();
                try (CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(table)).build()) {
                    records.forEach(record -> all.add(text(record)));
                }
                all.sort(null);
                rows.put(table.name(), all);
            }
        }
        return rows;
    }

    /** A row: each column with its value. */
    static String text(Record record) {
        StringBuilder text = new StringBuilder();
        record.struct().fields().forEach(field -> {
            Object value = record.getField(field.name());
            text.append(field.name())
                    .append('=')
                    .append(
                            value instanceof ByteBuffer bytes
                                    ? StandardCharsets.ISO_8859_1.decode(bytes.duplicate())
                                    : value)
                    .append(' ');
        });
        return text.toString();
    }
}
