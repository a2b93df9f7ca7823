/** What rules cost: Sigma's rules on a log, and its peers. */
@NullMarked
package io.trawl.bench.rules;

import org.jspecify.annotations.NullMarked;
