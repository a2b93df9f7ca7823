/** Trawl at a terminal. */
@NullMarked
package io.trawl.cli.query;

import org.jspecify.annotations.NullMarked;
