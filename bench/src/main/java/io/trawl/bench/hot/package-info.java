/** The hot path: how soon, how many, and the least that a stream can do. */
@NullMarked
package io.trawl.bench.hot;

import org.jspecify.annotations.NullMarked;
