package io.trawl.hotdetect;

import io.trawl.base.JobFailure;
import io.trawl.flow.Step;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.Detection;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import org.apache.avro.Schema;

/**
 * A detection, and when the broker took its line.
 *
 * @param appended append time, milliseconds since 1970
 * @param placed whether the line's place in its file is known
 */
record Sighted(Detection detection, long appended, boolean placed) implements Serializable {
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
        boolean placed = ProxyFile.isPlaced(line.getHost(), line.getGeneration(), line.getFileOffset());
        out.emit(new Sighted(detection, line.getAppendTime().toEpochMilli(), placed));
    }

    /** Characters of the texts that have no bound. */
    long length() {
        long length = 0;
        for (Object value : new Object[] {detection.getValue(), detection.getUrlOriginal(), detection.getUrlDomain()}) {
            length += value instanceof String text ? text.length() : 0;
        }
        return length;
    }

    /** The same with texts cut as alerts have them. */
    Sighted cut() {
        if (length() <= AlertWindow.LONGEST) {
            return this;
        }
        Detection cut = new Detection();
        for (Schema.Field field : Detection.SCHEMA$.getFields()) {
            Object value = detection.get(field.pos());
            cut.put(field.pos(), value instanceof String text ? AlertWindow.cut(text) : value);
        }
        return new Sighted(cut, appended, placed);
    }

    Instant appendTime() {
        return Instant.ofEpochMilli(appended);
    }
}
