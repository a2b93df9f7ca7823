/** Look-alikes: hosts that are made to be taken for a brand's. One index over all brands judges a host. */
@NullMarked
package io.trawl.intel.lookalike;

import org.jspecify.annotations.NullMarked;
