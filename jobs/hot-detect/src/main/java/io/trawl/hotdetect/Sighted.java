package io.trawl.hotdetect;

import io.trawl.etl.JobFailure;
import io.trawl.etl.Step;
import io.trawl.record.Detection;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;

/**
 * A detection, and when the broker took its line.
 *
 * @param appended append time, milliseconds since 1970
 */
record Sighted(Detection detection, long appended) implements Serializable {
    /** The order in which the broker took the lines; within a line that of the ids. */
    static final Comparator<Sighted> ORDER = Comparator.comparingLong(Sighted::appended)
            .thenComparing(one -> one.detection().getPartition())
            .thenComparing(one -> one.detection().getOffset())
            .thenComparing(one -> one.detection().getDetectionId());

    static void of(Detection detection, Step.Out<? super Sighted> out) {
        RawLine line = out.line();
        if (line == null) {
            throw new JobFailure("detection " + detection.getDetectionId() + " has no line", null);
        }
        out.emit(new Sighted(detection, line.getAppendTime().toEpochMilli()));
    }

    Instant appendTime() {
        return Instant.ofEpochMilli(appended);
    }
}
