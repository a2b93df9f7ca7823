/** Reads logs: in which format, and line by line on all cores. */
@NullMarked
package io.trawl.cli.files.log;

import org.jspecify.annotations.NullMarked;
