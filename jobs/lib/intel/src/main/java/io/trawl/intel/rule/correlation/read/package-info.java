/** Reads Sigma's documents with {@code correlation} (specification 2.1.0). */
@NullMarked
package io.trawl.intel.rule.correlation.read;

import org.jspecify.annotations.NullMarked;
