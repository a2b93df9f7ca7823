/** Job hot-detect: finds detections in seconds, on micro-batches of the topic that the collector fills. */
@NullMarked
package io.trawl.hotdetect;

import org.jspecify.annotations.NullMarked;
