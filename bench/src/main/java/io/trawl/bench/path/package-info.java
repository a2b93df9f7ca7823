/** The batch path, its floor and its peer. */
@NullMarked
package io.trawl.bench.path;

import org.jspecify.annotations.NullMarked;
