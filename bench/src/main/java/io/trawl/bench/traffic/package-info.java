/** What benchmarks send: a generated log with its truth, as text, as messages and as it is written. */
@NullMarked
package io.trawl.bench.traffic;

import org.jspecify.annotations.NullMarked;
