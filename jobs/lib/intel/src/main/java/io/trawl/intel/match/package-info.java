/** What a match is: which indicator, how, in which field, and whether it is suppressed. */
@NullMarked
package io.trawl.intel.match;

import org.jspecify.annotations.NullMarked;
