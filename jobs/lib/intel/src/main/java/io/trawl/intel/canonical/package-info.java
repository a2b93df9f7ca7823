/** Canonical forms: what means the same becomes the same bytes (docs/decisions/005). */
@NullMarked
package io.trawl.intel.canonical;

import org.jspecify.annotations.NullMarked;
