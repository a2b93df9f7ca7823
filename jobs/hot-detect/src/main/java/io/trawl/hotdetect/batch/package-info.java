/** What becomes of the lines of one micro-batch in the tasks: cut into slices, judged, kept. */
@NullMarked
package io.trawl.hotdetect.batch;

import org.jspecify.annotations.NullMarked;
