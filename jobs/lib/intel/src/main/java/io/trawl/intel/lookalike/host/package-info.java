/** Hosts that are none: addresses instead of names, names that cannot be, and URLs that have no host. */
@NullMarked
package io.trawl.intel.lookalike.host;

import org.jspecify.annotations.NullMarked;
