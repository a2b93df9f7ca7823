/** Benchmarks: bin/trawl bench. */
@NullMarked
package io.trawl.bench;

import org.jspecify.annotations.NullMarked;
