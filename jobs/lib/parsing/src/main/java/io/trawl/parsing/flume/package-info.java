/** A message as Flume wraps it, and the line in it: where it was born, and the identity that follows from that. */
@NullMarked
package io.trawl.parsing.flume;

import org.jspecify.annotations.NullMarked;
