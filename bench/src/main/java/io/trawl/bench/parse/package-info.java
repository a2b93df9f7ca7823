/** What it takes to parse a line, by format. */
@NullMarked
package io.trawl.bench.parse;

import org.jspecify.annotations.NullMarked;
