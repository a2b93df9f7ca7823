/** What a scheduled window costs besides its lines. */
@NullMarked
package io.trawl.bench.window;

import org.jspecify.annotations.NullMarked;
