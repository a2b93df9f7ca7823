package io.trawl.replay;

import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import io.trawl.run.Run;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;

/** The line of an invalid record, with all that a parser needs, and the record itself. It stays within a task. */
final class RecordedLine extends RawLine {
    private static final long serialVersionUID = 1L;

    private final transient InvalidRecord record;
    private final transient boolean selected;

    private RecordedLine(InvalidRecord record, boolean selected, String topic) {
        this.record = record;
        this.selected = selected;
        setSource(record.getSource());
        setWindow(record.getWindow());
        setTopic(topic);
        setPartition(record.getPartition());
        setOffset(record.getOffset());
        setAppendTime(record.getAppendTime());
        setEventId(record.getEventId());
        setHost(record.getHost());
        setLog(record.getLog());
        setFileOffset(record.getFileOffset());
        setHeaderLine(record.getHeaderLine());
        setHeaders(Map.of());
        setBody(record.getRaw());
    }

    /** Those of a run's window, as its validate left them. */
    static JavaRDD<RecordedLine> of(Run run, Ledger.Entry validate, Selection selection) {
        String topic = run.source().topic();
        return run.lake()
                .read(
                        run.spark(),
                        LakeTable.INVALID_RECORDS,
                        run.source().name(),
                        run.window(),
                        validate.output(LakeTable.INVALID_RECORDS))
                .map(record -> new RecordedLine(record, selection.takes(record), topic));
    }

    InvalidRecord record() {
        return record;
    }

    /** Whether it is parsed again: never a line that was cut, or that is not an event of Flume's. */
    boolean isSelected() {
        return selected;
    }
}
