/** Feeds: from the text of a list to indicators. */
@NullMarked
package io.trawl.intel.feed;

import org.jspecify.annotations.NullMarked;
