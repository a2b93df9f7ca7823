/** Sigma rules (specification 2.1.0), read into rules that one event decides. */
@NullMarked
package io.trawl.intel.rule.sigma;

import org.jspecify.annotations.NullMarked;
