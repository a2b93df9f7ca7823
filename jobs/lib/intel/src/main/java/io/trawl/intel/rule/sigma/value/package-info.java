/** The values of Sigma's selections, and what modifiers make of them. */
@NullMarked
package io.trawl.intel.rule.sigma.value;

import org.jspecify.annotations.NullMarked;
