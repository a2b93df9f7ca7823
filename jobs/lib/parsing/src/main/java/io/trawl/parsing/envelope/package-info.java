/** What carries a line on its way, and is taken off before the line is read. */
@NullMarked
package io.trawl.parsing.envelope;

import org.jspecify.annotations.NullMarked;
