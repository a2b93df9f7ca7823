/** Brands to watch for, of a file of the site's own or of a popularity list, and how popular hosts are. */
@NullMarked
package io.trawl.intel.lookalike.brand;

import org.jspecify.annotations.NullMarked;
