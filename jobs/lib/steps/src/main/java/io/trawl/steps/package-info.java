/** The steps that jobs are made of: a line to an event, an event to a checked event. */
@NullMarked
package io.trawl.steps;

import org.jspecify.annotations.NullMarked;
