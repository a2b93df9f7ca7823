package io.trawl.hotdetect.batch;

import io.trawl.base.JobFailure;
import io.trawl.flow.Step;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.Detection;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A detection, and when the broker took its line.
 *
 * @param appended append time, milliseconds since 1970
 * @param placed whether the line's place in its file is known
 */
public record TimedDetection(Detection detection, long appended, boolean placed) implements Serializable {
    /** The longest text of an alert, characters. */
    public static final int LONGEST = 16_000;

    /** The order in which the broker took the lines; within a line that of the ids. */
    public static final Comparator<TimedDetection> ORDER = Comparator.comparingLong(TimedDetection::appended)
            .thenComparing(one -> one.detection().getPartition())
            .thenComparing(one -> one.detection().getOffset())
            .thenComparing(one -> one.detection().getDetectionId());

    public static void of(Detection detection, Step.Out<? super TimedDetection> out) {
        RawLine line = out.line();
        if (line == null) {
            throw new JobFailure("detection " + detection.getDetectionId() + " has no line", null);
        }
        boolean placed = ProxyFile.isPlaced(line.getHost(), line.getGeneration(), line.getFileOffset());
        out.emit(new TimedDetection(detection, line.getAppendTime().toEpochMilli(), placed));
    }

    /** Characters of the texts that have no bound. */
    public long length() {
        long length = 0;
        for (Object value : new Object[] {detection.getValue(), detection.getUrlOriginal(), detection.getUrlDomain()}) {
            length += value instanceof String text ? text.length() : 0;
        }
        return length;
    }

    /** The same with texts cut as alerts have them. */
    public TimedDetection cut() {
        if (length() <= LONGEST) {
            return this;
        }
        Detection cut = new Detection();
        for (Schema.Field field : Detection.SCHEMA$.getFields()) {
            Object value = detection.get(field.pos());
            cut.put(field.pos(), value instanceof String text ? cut(text) : value);
        }
        return new TimedDetection(cut, appended, placed);
    }

    public Instant appendTime() {
        return Instant.ofEpochMilli(appended);
    }

    /** A message of the topic has to be short, whatever a line is; HBase has all of it. */
    public static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
