/** What rules cost: Sigma's rules on a log, beside peers. */
@NullMarked
package io.trawl.bench.rules;

import org.jspecify.annotations.NullMarked;
