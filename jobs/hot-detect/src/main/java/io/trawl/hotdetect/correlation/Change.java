package io.trawl.hotdetect.correlation;

import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.record.Detection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a batch changes in what is kept, and the groups that came true with it.
 *
 * @param fired detections of new groups
 * @param grown detections of known groups that have further events of their window
 * @param kept by key, what is kept from now on; null for what is not kept any more
 */
public record Change(List<TimedDetection> fired, List<Detection> grown, Map<String, byte @Nullable []> kept) {
    /** Nothing. */
    public static final Change NONE = new Change(List.of(), List.of(), Map.of());
}
