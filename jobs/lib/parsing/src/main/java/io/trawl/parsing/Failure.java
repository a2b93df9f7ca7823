package io.trawl.parsing;

import org.jspecify.annotations.Nullable;

/**
 * Why a line is invalid.
 *
 * @param reason for counting
 * @param field the field at fault, by its name in ProxyEvent; null if it is the line as a whole
 * @param message what came and what was expected, for a person
 */
public record Failure(Reason reason, @Nullable String field, String message) {}
