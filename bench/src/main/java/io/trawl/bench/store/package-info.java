/** Lake and HBase after years of windows. */
@NullMarked
package io.trawl.bench.store;

import org.jspecify.annotations.NullMarked;
