/** Times as logs write them, of any notation. */
@NullMarked
package io.trawl.parsing.mapping.time;

import org.jspecify.annotations.NullMarked;
