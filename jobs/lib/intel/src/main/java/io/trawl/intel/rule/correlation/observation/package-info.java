/** Patterns of observations, and the search for events that meet them. */
@NullMarked
package io.trawl.intel.rule.correlation.observation;

import org.jspecify.annotations.NullMarked;
