/** Job load: a window's detections and observables to HBase. */
@NullMarked
package io.trawl.load;

import org.jspecify.annotations.NullMarked;
