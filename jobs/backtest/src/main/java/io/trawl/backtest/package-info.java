/** Job backtest: what rules would have found in the lake; it writes to no table. */
@NullMarked
package io.trawl.backtest;

import org.jspecify.annotations.NullMarked;
