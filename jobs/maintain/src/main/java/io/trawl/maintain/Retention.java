package io.trawl.maintain;

import io.trawl.etl.LakeTable;
import io.trawl.etl.Window;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** Rows of old windows leave a table, in one commit a source. Only metadata is written, since a window has files of its own. */
final class Retention {
    private Retention() {}

    /** @return how many windows went */
    static long apply(
            LakeTable<?> name, Table table, Contents contents, Terms terms, Kept kept, Map<String, String> properties) {
        long gone = 0;
        for (Map.Entry<String, TreeMap<Instant, Integer>> source :
                contents.sources().entrySet()) {
            if (source.getKey().equals(Kept.INDICATORS) || !terms.hasTimes(source.getKey())) {
                continue;
            }
            Instant before = terms.before(name, source.getKey());
            List<Instant> spared = kept.windows(source.getKey()).stream()
                    .map(Window::start)
                    .filter(start -> start.isBefore(before))
                    .toList();
            List<Instant> old = source.getValue().headMap(before).keySet().stream()
                    .filter(start -> !spared.contains(start))
                    .toList();
            if (!old.isEmpty()) {
                Expression which = Expressions.and(
                        Expressions.equal("source", source.getKey()),
                        Expressions.lessThan("window", Kept.micros(before)));
                for (Instant start : spared) {
                    which = Expressions.and(which, Expressions.notEqual("window", Kept.micros(start)));
                }
                delete(table, which, properties);
                gone += old.size();
            }
        }
        return gone;
    }

    /** Entries of months that are over; a file has none of two months, once its month is compacted. */
    static void ledger(Table table, Terms terms, Map<String, String> properties) {
        Instant before = YearMonth.from(terms.before(LakeTable.LEDGER, "").atOffset(ZoneOffset.UTC))
                .atDay(1)
                .atStartOfDay()
                .toInstant(ZoneOffset.UTC);
        Expression which = Expressions.lessThan("window", Kept.micros(before));
        if (Compaction.files(LakeTable.LEDGER, table, which) > 0) {
            delete(table, which, properties);
        }
    }

    private static void delete(Table table, Expression which, Map<String, String> properties) {
        DeleteFiles delete = table.newDelete().deleteFromRowFilter(which);
        properties.forEach(delete::set);
        delete.commit();
        table.refresh();
    }
}
