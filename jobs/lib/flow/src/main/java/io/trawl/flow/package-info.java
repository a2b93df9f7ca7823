/** The fluent API: a chain of steps from a source into stores, the same on a list, a window and a DStream. */
@NullMarked
package io.trawl.flow;

import org.jspecify.annotations.NullMarked;
