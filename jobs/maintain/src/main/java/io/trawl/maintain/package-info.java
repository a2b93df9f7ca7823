/** Job maintain: what nobody needs any more leaves the lake, HBase and the state folder; small files become big ones. */
@NullMarked
package io.trawl.maintain;

import org.jspecify.annotations.NullMarked;
