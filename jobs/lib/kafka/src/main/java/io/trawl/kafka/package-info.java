/** Messages of a topic: which offsets a window has, how they are read, and how far the hot path is. */
@NullMarked
package io.trawl.kafka;

import org.jspecify.annotations.NullMarked;
