package io.trawl.intel.match;

import io.trawl.record.Indicator;

/**
 * One indicator met in one field of an event.
 *
 * @param field the field, in ECS's dotted name
 * @param value the field's canonical value
 * @param how how it matched
 * @param indicator what it matched
 */
public record Match(String field, String value, How how, Indicator indicator) {}
