/**
 * What Trawl adds to a Flume agent on a proxy: where a line was born, so that a line that comes twice is known, and a sink
 * that sends it at once.
 */
@NullMarked
package io.trawl.flume;

import org.jspecify.annotations.NullMarked;
