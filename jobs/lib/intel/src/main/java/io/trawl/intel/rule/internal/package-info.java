/** Texts as rules look at them: letters without case, literals, globs, numbers, and many literals in one pass. No API. */
@NullMarked
package io.trawl.intel.rule.internal;

import org.jspecify.annotations.NullMarked;
