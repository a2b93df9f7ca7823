/** What rules may ask that no event says by itself: whether its source saw a domain before. */
@NullMarked
package io.trawl.intel.rule.fact;

import org.jspecify.annotations.NullMarked;
