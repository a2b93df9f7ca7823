/** Parquet read by column by Trawl's own code (docs/decisions/007). */
@NullMarked
package io.trawl.columns.read;

import org.jspecify.annotations.NullMarked;
