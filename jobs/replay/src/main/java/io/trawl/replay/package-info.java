/** Job replay: invalid records that today's formats read become events of their own window. */
@NullMarked
package io.trawl.replay;

import org.jspecify.annotations.NullMarked;
