/** Lines that an agent sent again: which windows may have them, and which one keeps them. */
@NullMarked
package io.trawl.copies;

import org.jspecify.annotations.NullMarked;
