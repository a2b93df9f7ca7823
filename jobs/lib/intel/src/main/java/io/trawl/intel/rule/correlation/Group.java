package io.trawl.intel.rule.correlation;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A correlation met by events.
 *
 * @param correlation the correlation
 * @param id the same for the same correlation, group and first event
 * @param values of the fields that it groups by, in their order
 * @param first when the first of its events was
 * @param last when the last of its events was
 * @param held when the correlation came true: it belongs to the window of time that this is in
 * @param cause the id of the event with which it came true
 * @param events the ids of its events in order, each once
 * @param count how many events it has
 * @param closed whether no further event can come to it
 */
public record Group(
        Correlation correlation,
        String id,
        List<String> values,
        Instant first,
        Instant last,
        Instant held,
        String cause,
        List<String> events,
        long count,
        boolean closed) {
    public Group {
        values = List.copyOf(values);
        events = List.copyOf(events);
    }

    /** The values by field, in the correlation's order. */
    public Map<String, String> group() {
        Map<String, String> group = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            group.put(correlation.groupBy().get(i), values.get(i));
        }
        return group;
    }
}
