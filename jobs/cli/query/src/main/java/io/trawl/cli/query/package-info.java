/** Trawl at a terminal. */
@NullMarked
package io.trawl.cli;

import org.jspecify.annotations.NullMarked;
