/** Job ingest: the messages of a window to lake.raw_lines. */
@NullMarked
package io.trawl.ingest;

import org.jspecify.annotations.NullMarked;
