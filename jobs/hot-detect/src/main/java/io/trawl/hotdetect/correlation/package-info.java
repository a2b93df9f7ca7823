/** Correlations in the hot path: what rules found lately, kept as long as a group may need it. */
@NullMarked
package io.trawl.hotdetect.correlation;

import org.jspecify.annotations.NullMarked;
