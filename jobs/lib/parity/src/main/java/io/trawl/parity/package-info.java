/** Whether hot path and batch found the same. */
@NullMarked
package io.trawl.parity;

import org.jspecify.annotations.NullMarked;
