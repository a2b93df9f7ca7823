/** The indicator index: one immutable file, built once, mapped by every process (docs/index-format.md). */
@NullMarked
package io.trawl.intel.index;

import org.jspecify.annotations.NullMarked;
