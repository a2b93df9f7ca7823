/** All that files of rules have: rules, correlations, and what is not taken. */
@NullMarked
package io.trawl.intel.rule.book;

import org.jspecify.annotations.NullMarked;
