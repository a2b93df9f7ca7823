/** What the columns of a line mean: texts, numbers, times, addresses and URLs, as fields of an event. */
@NullMarked
package io.trawl.parsing.mapping;

import org.jspecify.annotations.NullMarked;
