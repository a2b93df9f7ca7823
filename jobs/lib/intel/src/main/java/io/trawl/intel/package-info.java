/** Canonical forms, feeds, the indicator index and matching. No Spark. */
@NullMarked
package io.trawl.intel;

import org.jspecify.annotations.NullMarked;
