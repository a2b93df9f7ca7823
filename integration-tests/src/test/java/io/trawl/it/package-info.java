/**
 * Trawl's jobs against the real servers of the local stack.
 *
 * <p>More classes than other packages, since each class holds one promise of the jobs, and half of them are what such
 * tests share.
 */
@NullMarked
package io.trawl.it;

import org.jspecify.annotations.NullMarked;
