/** Job refresh-indicators: feeds to lake.indicators and the index file. */
@NullMarked
package io.trawl.refreshindicators;

import org.jspecify.annotations.NullMarked;
