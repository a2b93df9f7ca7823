/** What look-alikes are found with: hashes, tables, folds, words and scripts. No API. */
@NullMarked
package io.trawl.intel.lookalike.internal;

import org.jspecify.annotations.NullMarked;
