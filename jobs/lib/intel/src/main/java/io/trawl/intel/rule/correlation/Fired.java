package io.trawl.intel.rule.correlation;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A rule that fired for an event, with what correlations ask of the event.
 *
 * @param rule the rule's id
 * @param event the event's id; an event with the same id is the same event
 * @param time when the event was
 * @param order the event's place in its log, for example its offset: it orders events of the same time
 * @param values by field, as {@link Correlations#fields} names them, the values that the event has; fields that it does
 *     not have may be missing
 */
public record Fired(String rule, String event, Instant time, long order, Map<String, List<String>> values)
        implements Serializable {
    public Fired {
        values = Map.copyOf(values);
    }
}
