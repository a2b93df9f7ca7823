/** How a set of rules judges an event: compiled once, then each event in one pass over its texts. */
@NullMarked
package io.trawl.intel.rule.eval;

import org.jspecify.annotations.NullMarked;
