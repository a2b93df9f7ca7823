/** The jobs in one process, on log files and a lake in a folder. */
@NullMarked
package io.trawl.sweep;

import org.jspecify.annotations.NullMarked;
