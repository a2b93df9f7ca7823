/** Log files in place of a topic: each is a window of its own. */
@NullMarked
package io.trawl.kafka.files;

import org.jspecify.annotations.NullMarked;
