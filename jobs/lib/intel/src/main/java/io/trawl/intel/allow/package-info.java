/** Allowlists: matches that are kept and marked as suppressed. */
@NullMarked
package io.trawl.intel.allow;

import org.jspecify.annotations.NullMarked;
