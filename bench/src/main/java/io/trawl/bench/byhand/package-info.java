/**
 * The parsers of squid, combined and squid-combined that were written by hand before the compiled formats took their place, as
 * they were then and with all that they used: peers to be measured with. Nothing here is mended.
 */
@NullMarked
package io.trawl.bench.byhand;

import org.jspecify.annotations.NullMarked;
