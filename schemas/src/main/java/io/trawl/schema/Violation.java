package io.trawl.schema;

/**
 * An expectation that a record does not meet.
 *
 * @param field the field's name
 * @param message the value and what was expected, for a person
 */
public record Violation(String field, String message) {}
