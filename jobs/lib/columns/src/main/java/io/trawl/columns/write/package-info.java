/** Parquet written by column by Trawl's own code (docs/decisions/004). */
@NullMarked
package io.trawl.columns.write;

import org.jspecify.annotations.NullMarked;
