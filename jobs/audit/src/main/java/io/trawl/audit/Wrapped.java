package io.trawl.audit;

import io.trawl.flow.Tally;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Run;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Messages of a window that carry several records, each of which is an event or an invalid record:
 *
 * <pre>raw_lines - wrapped + records = proxy_events + invalid_records + copies</pre>
 *
 * Where there are any, two more sums are counted from the tables: each message that is not a copy has at least one row, and no
 * id is there twice. With the equation they say that no record of any message is lost: what validate counted is what is there.
 *
 * @param messages how many validate cut
 * @param records how many records they had
 */
record Wrapped(long messages, long records) {
    static Wrapped of(Ledger.Entry validate) {
        Map<String, Long> counts = validate.counts();
        return new Wrapped(counts.getOrDefault(Tally.WRAPPED, 0L), counts.getOrDefault(Tally.RECORDS, 0L));
    }

    boolean isAny() {
        return messages > 0;
    }

    /** So many more lines there are than messages. */
    long more() {
        return records - messages;
    }

    /** @param read how many messages were read that are not copies */
    void judge(Run run, List<String> problems, Ledger.Entry validate, long read) {
        Dataset<Row> rows =
                rows(run, validate, LakeTable.PROXY_EVENTS).union(rows(run, validate, LakeTable.INVALID_RECORDS));
        long places = rows.select("partition", "offset").distinct().count();
        long twice = rows.count() - rows.select("event_id").distinct().count();
        run.count(Tally.WRAPPED, messages);
        run.count(Tally.RECORDS, records);
        if (places != read) {
            problems.add(read + " messages that are no copies were read, but lake.proxy_events and lake.invalid_records"
                    + " have rows of " + places);
        }
        if (twice > 0) {
            problems.add("lake.proxy_events and lake.invalid_records have " + twice + " event ids twice");
        }
    }

    private static Dataset<Row> rows(Run run, Ledger.Entry validate, LakeTable<?> table) {
        return run.lake()
                .rows(run.spark(), table, run.source().name(), run.window(), validate.output(table))
                .select("partition", "offset", "event_id");
    }

    /** What they subtract in the equation. */
    @Override
    public String toString() {
        return isAny() ? " - " + more() + " further records of messages" : "";
    }
}
