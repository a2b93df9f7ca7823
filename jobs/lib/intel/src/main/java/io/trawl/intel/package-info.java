/** Judges events: the engine, on an index and allowlists. Pure Java, no Spark. */
@NullMarked
package io.trawl.intel;

import org.jspecify.annotations.NullMarked;
