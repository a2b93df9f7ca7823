/** The language of STIX 2.1 patterns: its grammar, read and written. */
@NullMarked
package io.trawl.intel.rule.stix.pattern;

import org.jspecify.annotations.NullMarked;
