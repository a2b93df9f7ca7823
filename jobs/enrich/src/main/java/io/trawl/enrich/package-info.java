/** Job enrich: events to detections and observables. */
@NullMarked
package io.trawl.enrich;

import org.jspecify.annotations.NullMarked;
