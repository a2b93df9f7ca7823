/** What a scheduled window costs beside its lines. */
@NullMarked
package io.trawl.bench.window;

import org.jspecify.annotations.NullMarked;
