/** What every benchmark has: its outcome against goals, its folder, and the processes that it measures. */
@NullMarked
package io.trawl.bench.frame;

import org.jspecify.annotations.NullMarked;
