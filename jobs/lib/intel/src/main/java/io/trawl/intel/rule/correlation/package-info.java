/**
 * Correlations: what several events decide together. A correlation counts or orders what rules found, by group and within
 * a timespan. Sigma correlations are read here; STIX patterns of several observations become correlations, too.
 */
@NullMarked
package io.trawl.intel.rule.correlation;

import org.jspecify.annotations.NullMarked;
