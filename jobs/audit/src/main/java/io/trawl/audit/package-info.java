/** Job audit: nothing lost, nothing twice. */
@NullMarked
package io.trawl.audit;

import org.jspecify.annotations.NullMarked;
