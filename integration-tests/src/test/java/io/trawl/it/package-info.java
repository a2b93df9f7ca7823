/** Trawl's jobs against the real servers of the local stack. */
@NullMarked
package io.trawl.it;

import org.jspecify.annotations.NullMarked;
