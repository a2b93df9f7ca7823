/** Job validate: raw lines to events and invalid records. */
@NullMarked
package io.trawl.validate;

import org.jspecify.annotations.NullMarked;
