/**
 * Made-up proxy traffic that is the same for the same seed, with hits planted in it and the truth about every line: for
 * the demo, the tests and the benchmarks. Nothing but the JDK; every name in it is invented here.
 *
 * <p>More classes than other packages, since most are words of one thing, the line, and have a few lines each.
 */
@NullMarked
package io.trawl.traffic;

import org.jspecify.annotations.NullMarked;
