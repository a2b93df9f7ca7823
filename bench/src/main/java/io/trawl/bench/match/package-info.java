/** Parsing lines and matching events: one thread, the index, and bin/trawl match and its peers. */
@NullMarked
package io.trawl.bench.match;

import org.jspecify.annotations.NullMarked;
