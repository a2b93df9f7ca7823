/** The rules of a snapshot: all that they are made of in one file, and what judges the events of a source by them. */
@NullMarked
package io.trawl.intel.rule.pack;

import org.jspecify.annotations.NullMarked;
