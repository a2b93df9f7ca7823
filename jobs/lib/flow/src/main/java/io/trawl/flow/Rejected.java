package io.trawl.flow;

import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import io.trawl.schema.SchemaVersion;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** What is kept of a rejected line, and what a message says of a record. */
final class Rejected {
    private Rejected() {}

    static InvalidRecord record(RawLine line, Reason reason, @Nullable String field, String message, String parser) {
        InvalidRecord invalid = new InvalidRecord();
        invalid.setEventId(line.getEventId());
        invalid.setSource(line.getSource());
        invalid.setWindow(line.getWindow());
        invalid.setPartition(line.getPartition());
        invalid.setOffset(line.getOffset());
        invalid.setAppendTime(line.getAppendTime());
        invalid.setHost(line.getHost());
        invalid.setLog(line.getLog());
        invalid.setFileOffset(line.getFileOffset());
        invalid.setHeaderLine(line.getHeaderLine());
        invalid.setRaw(line.getBody());
        invalid.setReason(reason.code());
        invalid.setField(field);
        invalid.setMessage(message);
        invalid.setParser(parser);
        invalid.setSchemaVersion(SchemaVersion.NEWEST);
        return invalid;
    }

    /** How a message names a record. */
    static String place(@Nullable Object record) {
        if (record instanceof RawLine line) {
            return "the line at " + line.getTopic() + " partition " + line.getPartition() + " offset "
                    + line.getOffset();
        }
        if (record instanceof IndexedRecord known) {
            Object id = field(known, "event_id");
            if (id != null) {
                return "event " + id + " (partition " + field(known, "partition") + " offset " + field(known, "offset")
                        + ")";
            }
        }
        return String.valueOf(record);
    }

    private static @Nullable Object field(IndexedRecord record, String name) {
        Schema.Field field = record.getSchema().getField(name);
        return field == null ? null : record.get(field.pos());
    }
}
